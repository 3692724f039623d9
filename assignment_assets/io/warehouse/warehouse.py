"""The warehouse: one DuckDB file, written only by runs, published as Parquet after every write."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from dagster_duckdb import DuckDBResource

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import CycleFrozen
from assignment_assets.domain.reading import Query
from assignment_assets.domain.setup.freeze import current_revision, require_unfinished, require_unfrozen
from assignment_assets.domain.tables import CYCLE_EVENTS, TABLES, CycleEventsFrame, F, Table
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.columns import duckdb_types
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import connected
from assignment_assets.io.warehouse.cycle_lock import one_run
from assignment_assets.io.warehouse.published import issued_gates, published_version, read_manifest, write_manifest
from assignment_assets.io.warehouse.queries import query_text

PARTITION = "dagster/partition"


class Warehouse(DuckDBResource):
    """Reads and replaces the cycle's tables; waits a bounded time for the file and says who holds it."""

    patience_seconds: float = 60.0
    claims_cycle: bool = True
    lock_patience_seconds: float = 600.0

    @contextmanager
    def yield_for_execution(self, context: Any) -> Iterator["Warehouse"]:
        """The warehouse of one Dagster run, with the run's cycle claimed from its first step to its last.

        A command that runs a segment of the same cycle meanwhile waits, or says who is at it, and so does a run beside
        a command. Whoever has claimed the cycle already says so with `claims_cycle`.

        Raises
        ------
        WarehouseBusy
            Another process has been running the cycle for longer than `lock_patience_seconds`.
        """
        run = getattr(context, "run", None)
        cycle = run.tags.get(PARTITION, "") if run is not None else ""
        if run is None or not cycle or not self.claims_cycle:
            yield self
            return
        with one_run(self.folder, cycle, f"run {run.run_id[:8]}, {run.job_name}", self.lock_patience_seconds):
            yield self

    @property
    def folder(self) -> DataFolder:
        """The data folder that this warehouse lies in."""
        return DataFolder(Path(self.database).parent)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that is closed whatever happens; an older file is copied and migrated first.

        Raises
        ------
        SourceUnavailable
            The data folder is not there.
        WarehouseBusy
            Another process held the file for longer than `patience_seconds`.
        WrongSchema
            A newer release has written the file, or its tables fit no version.
        """
        with connected(Path(self.database), WAREHOUSE, self.patience_seconds) as connection:
            yield connection

    @contextmanager
    def reading(self, cycle: str) -> Iterator["CycleReader"]:
        """The cycle's tables and the answers of queries, read through one connection; see `domain.reading`."""
        with self.connect() as connection:
            self._publish_what_is_due(connection, cycle)
            yield CycleReader(connection, cycle)

    def table(self, cycle: str, table: Table[F]) -> F:
        """The cycle's rows of a table, sorted by its key; empty where it was never written."""
        with self.reading(cycle) as reader:
            return reader.table(table)

    def answer(self, cycle: str, query: Query[F], **parameters: object) -> F:
        """The query's answer for the cycle, sorted by its key."""
        with self.reading(cycle) as reader:
            return reader.answer(query, **parameters)

    def events(self, cycle: str) -> CycleEventsFrame:
        """The cycle's life so far, in order."""
        return self.table(cycle, CYCLE_EVENTS)

    def replace(self, cycle: str, frames: list[tuple[Table[Any], pl.DataFrame]]) -> dict[str, str]:
        """Replaces the cycle's rows of each table in one transaction, then publishes them; returns digests by name.

        Raises
        ------
        CycleClosed, CycleFrozen
            The cycle is over, or a later gate's packets are out and the content would differ; nothing was written.
        """
        pairs = [(table, table.conform(frame)) for table, frame in frames]
        digests = {table.name: table_digest(frame) for table, frame in pairs}
        issued = issued_gates(self.folder, cycle)
        with self.connect() as connection:
            self._publish_what_is_due(connection, cycle)
            self._publish_anew(connection, cycle)
            old = read_manifest(self.folder, cycle)
            events = _rows(connection, cycle, CYCLE_EVENTS)
            require_unfinished(cycle, events)
            for table, _ in pairs:
                require_unfrozen(cycle, table.name, issued, old.get(table.name, {}).get("digest"), digests[table.name])
                _make(connection, table)
            self._note_due(cycle, [table for table, _ in pairs])
            connection.begin()
            for table, frame in pairs:
                connection.execute(f"delete from {table.name} where cycle = $cycle", {"cycle": cycle})
                _insert(connection, cycle, table, frame)
            connection.commit()
            self._publish(cycle, pairs, digests, current_revision(events))
        return digests

    def forget(self, cycle: str) -> None:
        """Takes a cycle that could not be opened out again: its rows, and all that it has published.

        Raises
        ------
        CycleFrozen
            Packets of it are out: it was opened.
        """
        issued = issued_gates(self.folder, cycle)
        if issued:
            raise CycleFrozen(
                f"cycle {cycle}: packets of {', '.join(issued)} are out, expected none. Cancel it instead."
            )
        with self.connect() as connection:
            connection.begin()
            for table in TABLES.values():
                _make(connection, table)
                connection.execute(f"delete from {table.name} where cycle = $cycle", {"cycle": cycle})
            connection.commit()
        shutil.rmtree(self.folder.published(cycle), ignore_errors=True)

    def append(self, cycle: str, table: Table[Any], frame: pl.DataFrame) -> None:
        """Appends rows to a log or an append-only table, and publishes the whole of the cycle's rows."""
        self.append_together(cycle, [(table, frame)])

    def append_together(self, cycle: str, frames: list[tuple[Table[Any], pl.DataFrame]]) -> None:
        """Appends rows to several tables in one transaction: after a crash all are there, or none."""
        tables = [table for table, _ in frames]
        with self.connect() as connection:
            self._publish_what_is_due(connection, cycle)
            self._publish_anew(connection, cycle)
            for table in tables:
                _make(connection, table)
            self._note_due(cycle, tables)
            connection.begin()
            for table, frame in frames:
                conformed = table.conform(frame)
                if conformed.height:
                    _insert(connection, cycle, table, conformed)
            connection.commit()
            self._publish_as_stored(connection, cycle, tables)

    def _due(self, cycle: str) -> Path:
        return self.folder.published(cycle) / ".due.json"

    def _note_due(self, cycle: str, tables: list[Table[Any]]) -> None:
        """Notes before a write what has to be published after it; after a crash the next look makes up for it."""
        write_whole(self._due(cycle), json.dumps([table.name for table in tables]))

    def _publish_what_is_due(self, connection: duckdb.DuckDBPyConnection, cycle: str) -> None:
        if self._due(cycle).is_file():
            self._publish_anew(connection, cycle)
            names = json.loads(self._due(cycle).read_text())
            self._publish_as_stored(connection, cycle, [TABLES[name] for name in names if name in TABLES])

    def _publish_anew(self, connection: duckdb.DuckDBPyConnection, cycle: str) -> None:
        """Publishes what an older version has published as this one does, so that all copies have one version.

        Their digests become those of today's names; each keeps the revision that it was published in.
        """
        if published_version(self.folder, cycle) == WAREHOUSE.version:
            return
        manifest = read_manifest(self.folder, cycle)
        for name, entry in manifest.items():
            if name in TABLES:
                rows = _rows(connection, cycle, TABLES[name])
                manifest[name] = entry | {"digest": table_digest(rows)}
                self._write_copy(cycle, TABLES[name], rows)
        write_manifest(self.folder, cycle, manifest)

    def _write_copy(self, cycle: str, table: Table[Any], rows: pl.DataFrame) -> None:
        target = self.folder.published(cycle) / f"{table.name}.parquet"
        write_whole(target, rows.insert_column(0, pl.lit(cycle).alias("cycle")).write_parquet)

    def _publish_as_stored(self, connection: duckdb.DuckDBPyConnection, cycle: str, tables: list[Table[Any]]) -> None:
        pairs = [(table, _rows(connection, cycle, table)) for table in tables]
        digests = {table.name: table_digest(frame) for table, frame in pairs}
        self._publish(cycle, pairs, digests, current_revision(_rows(connection, cycle, CYCLE_EVENTS)))

    def _publish(
        self, cycle: str, pairs: list[tuple[Table[Any], pl.DataFrame]], digests: dict[str, str], revision: int
    ) -> None:
        manifest = read_manifest(self.folder, cycle)
        for table, frame in pairs:
            manifest[table.name] = {"digest": digests[table.name], "rows": frame.height, "revision": revision}
            self._write_copy(cycle, table, frame)
        write_manifest(self.folder, cycle, manifest)
        self._due(cycle).unlink(missing_ok=True)


@dataclass(frozen=True)
class CycleReader:
    """Reads one cycle's rows through a connection that is open."""

    connection: duckdb.DuckDBPyConnection
    cycle: str

    def table(self, table: Table[F]) -> F:
        """The cycle's rows of a table, sorted by its key; empty where it was never written."""
        return _rows(self.connection, self.cycle, table)

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer for the cycle; tables that it reads are made first where missing."""
        for table in query.reads:
            _make(self.connection, table)
        params = {"cycle": self.cycle, **parameters}
        return query.rows.conform(self.connection.sql(query_text(query.name), params=params).pl())


def _rows(connection: duckdb.DuckDBPyConnection, cycle: str, table: Table[F]) -> F:
    _make(connection, table)
    columns = ", ".join(f'"{name}"' for name in table.columns)
    order = ", ".join(f'"{name}"' for name in table.key)
    frame = connection.sql(
        f"select {columns} from {table.name} where cycle = $cycle order by {order}", params={"cycle": cycle}
    ).pl()
    return table.conform(frame)


def _make(connection: duckdb.DuckDBPyConnection, table: Table[Any]) -> None:
    columns = ", ".join(f'"{name}" {kind}' for name, kind in duckdb_types(table.columns).items())
    connection.execute(f"create table if not exists {table.name} (cycle varchar not null, {columns})")


def _insert(connection: duckdb.DuckDBPyConnection, cycle: str, table: Table[Any], frame: pl.DataFrame) -> None:
    connection.register("incoming", frame.with_columns(pl.lit(cycle).alias("cycle")).to_arrow())
    connection.execute(f"insert into {table.name} by name select * from incoming")
    connection.unregister("incoming")
