"""The Parquet copies of the routing log: what pages, sensors and people read without opening the log.

``schema.json`` beside them says which version of the tables they have. Copies of an older version are read with today's
names, and written so before the first copy of this version.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.durable import read_json, write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.stamp import require_readable, stamp
from assignment_assets.io.warehouse.connection import patiently_opened
from assignment_assets.io.warehouse.queries import query_text


def publish(folder: DataFolder, table: Table[Any], frame: pl.DataFrame) -> None:
    """Writes a table's Parquet copy so that a reader sees the old one or the new one, never a half.

    Raises
    ------
    WrongSchema
        A newer release has published the others.
    """
    said = _said_version(folder)
    if said != stamp(ROUTING_LOG):
        for path in folder.routing_copies.glob("*.parquet"):
            write_whole(path, _as_now(path, said).write_parquet)
        write_whole(folder.routing_copies / "schema.json", json.dumps(stamp(ROUTING_LOG)))
    write_whole(folder.routing_copies / f"{table.name}.parquet", frame.write_parquet)


def read_routing(folder: DataFolder, table: Table[F]) -> F:
    """The published rows of a routing table, without opening the log; empty where there are none yet.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    path = folder.routing_copies / f"{table.name}.parquet"
    if not path.is_file():
        return table.empty()
    return table.conform(table.widened(_as_now(path, _said_version(folder))))


def answer_routing(folder: DataFolder, query: Query[F], **parameters: object) -> F:
    """The query's answer over the published copies, without opening the log.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    with closing(patiently_opened(Path(":memory:"), 0)) as connection:
        for table in query.reads:
            connection.register(table.name, read_routing(folder, table).to_arrow())
        return query.rows.conform(connection.sql(query_text(query.name), params=parameters).pl())


def _as_now(path: Path, said: dict[str, Any]) -> pl.DataFrame:
    """A copy in today's names; one that has them already stays as it is, so that this can be broken off."""
    return ROUTING_LOG.as_now(path.stem, pl.read_parquet(path), said.get("schema_version", 1))


def _said_version(folder: DataFolder) -> dict[str, Any]:
    path = folder.routing_copies / "schema.json"
    said = read_json(path) or {}
    require_readable(path, said, ROUTING_LOG)
    return said
