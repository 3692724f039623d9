"""A cycle's tables held in memory: inputs of rules are read from it as from a warehouse, and queries answered."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import Table
from assignment_assets.io.warehouse.warehouse import CycleReader

CYCLE = "2026q4-global"


class InMemory:
    """The tables given, as one cycle has them; others are empty."""

    def __init__(self, *tables: tuple[Table, pl.DataFrame]):
        self.tables = tables

    @contextmanager
    def reading(self, cycle: str = CYCLE) -> Iterator[CycleReader]:
        """A reader of the tables."""
        with duckdb.connect() as connection:
            for table, frame in self.tables:
                rows = table.conform(frame).insert_column(0, pl.lit(cycle).alias("cycle"))
                connection.register("incoming", rows.to_arrow())
                connection.execute(f"create table {table.name} as from incoming")
                connection.unregister("incoming")
            yield CycleReader(connection, cycle)

    def answer(self, query: Query) -> pl.DataFrame:
        """The query's answer."""
        with self.reading() as reader:
            return reader.answer(query)
