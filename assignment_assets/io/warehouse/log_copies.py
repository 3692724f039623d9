"""The Parquet copies of a log's tables: what pages, sensors and people read without opening the log.

``schema.json`` beside them says which version of the tables they have. Copies of an older version are read with today's
names, and written so before the first copy of this version.
"""

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.durable import read_json, write_whole
from assignment_assets.io.schema.stamp import require_readable, stamp
from assignment_assets.io.schema.steps import Store
from assignment_assets.io.warehouse.connection import patiently_opened
from assignment_assets.io.warehouse.queries import query_text


@dataclass(frozen=True)
class LogCopies:
    """The copies in one folder, and the store whose tables they are of."""

    root: Path
    store: Store

    def publish(self, table: Table[Any], frame: pl.DataFrame) -> None:
        """Writes a table's Parquet copy so that a reader sees the old one or the new one, never a half.

        Raises
        ------
        WrongSchema
            A newer release has published the others.
        """
        said = self._said_version()
        if said != stamp(self.store):
            for path in self.root.glob("*.parquet"):
                write_whole(path, self._as_now(path, said).write_parquet)
            write_whole(self.root / "schema.json", json.dumps(stamp(self.store)))
        write_whole(self.root / f"{table.name}.parquet", frame.write_parquet)

    def read(self, table: Table[F]) -> F:
        """The published rows of a table, without opening the log; empty where there are none yet.

        Raises
        ------
        WrongSchema
            A newer release has published them.
        """
        path = self.root / f"{table.name}.parquet"
        if not path.is_file():
            return table.empty()
        return table.conform(table.widened(self._as_now(path, self._said_version())))

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer over the published copies, without opening the log.

        Raises
        ------
        WrongSchema
            A newer release has published them.
        """
        with closing(patiently_opened(Path(":memory:"), 0)) as connection:
            for table in query.reads:
                connection.register(table.name, self.read(table).to_arrow())
            return query.rows.conform(connection.sql(query_text(query.name), params=parameters).pl())

    def _as_now(self, path: Path, said: dict[str, Any]) -> pl.DataFrame:
        """A copy in today's names; one that has them already stays as it is, so that this can be broken off."""
        return self.store.as_now(path.stem, pl.read_parquet(path), said.get("schema_version", 1))

    def _said_version(self) -> dict[str, Any]:
        path = self.root / "schema.json"
        said = read_json(path) or {}
        require_readable(path, said, self.store)
        return said
