"""Tables in memory, read as from the warehouse or as from a log: for a look that keeps nothing."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import duckdb
import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.warehouse.connection import SETTINGS
from assignment_assets.io.warehouse.queries import query_text


@dataclass(frozen=True)
class InMemory:
    """The tables given, by name; all others are empty."""

    tables: Mapping[str, pl.DataFrame]

    @contextmanager
    def reading(self, cycle: str) -> Iterator["MemoryReader"]:
        """A reader of the tables as rows of that cycle; see `domain.reading`."""
        with closing(duckdb.connect(config=SETTINGS)) as connection:
            yield MemoryReader(connection, self.tables, cycle)


@dataclass(frozen=True)
class MemoryReader:
    """Reads the tables through a connection that is open."""

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, pl.DataFrame]
    cycle: str

    def table(self, table: Table[F]) -> F:
        """The rows of a table, sorted by its key."""
        return table.conform(self.tables.get(table.name, table.empty()))

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer."""
        for table in query.reads:
            rows = self.tables.get(table.name, table.empty()).select(pl.lit(self.cycle).alias("cycle"), pl.all())
            self.connection.register(table.name, rows.to_arrow())
        params = {"cycle": self.cycle, **parameters}
        return query.rows.conform(self.connection.sql(query_text(query.name), params=params).pl())


@dataclass
class MemoryLog:
    """Tables that know no cycle, through a connection that is open; what is replaced is read by what is asked next."""

    connection: duckdb.DuckDBPyConnection
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def opened(cls, tables: Mapping[str, pl.DataFrame]) -> Iterator["MemoryLog"]:
        """A log of the tables given, by name; all others are empty."""
        with closing(duckdb.connect(config=SETTINGS)) as connection:
            yield cls(connection, dict(tables))

    def replace(self, table: Table[F], frame: pl.DataFrame) -> None:
        """Puts these rows in place of all."""
        self.tables[table.name] = frame

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer."""
        for table in query.reads:
            rows = table.conform(self.tables.get(table.name, table.empty()))
            self.connection.register(table.name, rows.to_arrow())
        return query.rows.conform(self.connection.sql(query_text(query.name), params=parameters).pl())
