"""A log of tables: one DuckDB file of its own beside the warehouse, published as Parquet after every change.

A block of `TableLog.open` is one transaction: what a pass reads, decides and notes is there together or not at all, so
that a restart finds either the pass or the time before it.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.schema.columns import create_table
from assignment_assets.io.schema.steps import Store
from assignment_assets.io.warehouse.connection import Connection, connected
from assignment_assets.io.warehouse.log_copies import LogCopies
from assignment_assets.io.warehouse.queries import query_text


class TableLog:
    """Reads and writes the tables of one log.

    Parameters
    ----------
    path, store
        The file, and the versions of its tables.
    copies
        Where they are published.
    unpublished
        Tables without a copy.
    """

    def __init__(
        self,
        path: Path,
        store: Store,
        copies: LogCopies,
        unpublished: Collection[Table[Any]] = (),
        patience_seconds: float = 60.0,
    ):
        self._path, self._store, self._copies, self._unpublished = path, store, copies, unpublished
        self._patience_seconds = patience_seconds
        self._kept: Connection | None = None
        self._frames: dict[str, pl.DataFrame] = {}

    @contextmanager
    def open(self) -> Iterator["Transaction"]:
        """The tables, in one transaction that ends with the block and is undone where the block fails.

        Raises
        ------
        WarehouseBusy
            Another process holds the file.
        """
        with self._connection() as connection:
            transaction = Transaction(connection, self._frames if self._kept is not None else {})
            connection.begin()
            try:
                yield transaction
            except BaseException:
                connection.rollback()
                self._frames.clear()
                raise
            connection.commit()
            for table in transaction.changed.values():
                if table not in self._unpublished:
                    self._copies.publish(table, transaction.table(table))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keeps the file open from block to block: for several transactions in a row, without another process.

        Nobody else can write meanwhile, so what was read once is not read again. A block within a block adds nothing.
        """
        if self._kept is not None:
            yield
            return
        with self._connection() as connection:
            self._kept = connection
            try:
                yield
            finally:
                self._kept = None
                self._frames.clear()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._kept is not None:
            yield self._kept
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with connected(self._path, self._store, self._patience_seconds) as connection:
            yield connection


class Transaction:
    """The log within one transaction, as a `domain.reading.Reader`; `changed` names the tables that were written.

    `frames` holds tables as they stand, by name: a table is read once, and kept in step with what is written.
    """

    def __init__(self, connection: Connection, frames: dict[str, pl.DataFrame]):
        self._connection, self._frames = connection, frames
        self._made: set[str] = set()
        self.changed: dict[str, Table[Any]] = {}

    def table(self, table: Table[F]) -> F:
        """All rows of a table, sorted by its key."""
        if table.name not in self._frames:
            self._make(table)
            columns = ", ".join(f'"{name}"' for name in table.columns)
            order = ", ".join(f'"{name}"' for name in table.key)
            found = self._connection.sql(f"select {columns} from {table.name} order by {order}").pl()
            self._frames[table.name] = table.conform(found)
        return cast(F, self._frames[table.name])

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer, what was written in this transaction included; tables that it reads are made first."""
        for table in query.reads:
            self._make(table)
        return query.rows.conform(self._connection.sql(query_text(query.name), params=parameters).pl())

    def append(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Adds rows."""
        if frame.height:
            self._insert(table, table.conform(frame))

    def replace(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Puts these rows in place of all."""
        self._make(table)
        self._connection.execute(f"delete from {table.name}")
        self._frames[table.name] = table.empty()
        self._insert(table, table.conform(frame))

    def put(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Has the table hold these rows and no others, by writing those alone that differ."""
        rows, before = table.conform(frame), self.table(table)
        if rows.equals(before):
            return
        key, columns = list(table.key), list(table.columns)
        gone = before.join(rows, on=columns, how="anti", nulls_equal=True).select(key)
        come = rows.join(before, on=columns, how="anti", nulls_equal=True)
        if gone.height:
            self._connection.register("gone", gone.to_arrow())
            same = " and ".join(f'{table.name}."{name}" is not distinct from gone."{name}"' for name in key)
            self._connection.execute(f"delete from {table.name} using gone where {same}")
            self._connection.unregister("gone")
        del self._frames[table.name]
        self._insert(table, table.conform(come))
        self._frames[table.name] = rows

    def merge(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Puts these rows in place of those with the same key, and adds the others."""
        if not frame.height:
            return
        self.forget(table, frame[table.key[0]].to_list())
        self._insert(table, table.conform(frame))

    def forget(self, table: Table[Any], keys: list[str]) -> None:
        """Takes out the rows whose key (its first column) is one of these."""
        if not keys:
            return
        self._make(table)
        first = table.key[0]
        self._connection.execute(f'delete from {table.name} where list_contains($keys, "{first}")', {"keys": keys})
        if table.name in self._frames:
            self._frames[table.name] = self._frames[table.name].filter(~pl.col(first).is_in(keys))
        self.changed[table.name] = table

    def _insert(self, table: Table[Any], rows: pl.DataFrame) -> None:
        self._make(table)
        self._connection.register("incoming", rows.to_arrow())
        self._connection.execute(f"insert into {table.name} by name select * from incoming")
        self._connection.unregister("incoming")
        if table.name in self._frames:
            self._frames[table.name] = table.conform(pl.concat([self._frames[table.name], rows]))
        self.changed[table.name] = table

    def _make(self, table: Table[Any]) -> None:
        if table.name not in self._made:
            self._connection.execute(create_table(table.name, table.columns))
            self._made.add(table.name)
