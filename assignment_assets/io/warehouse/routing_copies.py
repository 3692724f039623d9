"""The Parquet copies of the routing log: what pages, sensors and people read without opening the log.

``schema.json`` beside them says which version of the tables the newest of them has.
"""

import json
from typing import Any

import polars as pl

from assignment_assets.domain.tables import F, Table
from assignment_assets.io.durable import read_json, write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.stamp import require_readable, stamp


def publish(folder: DataFolder, table: Table[Any], frame: pl.DataFrame) -> None:
    """Writes a table's Parquet copy so that a reader sees the old one or the new one, never a half.

    Raises
    ------
    WrongSchema
        A newer release has published the others.
    """
    if _said_version(folder) != stamp(ROUTING_LOG):
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
    _said_version(folder)
    return table.conform(table.widened(pl.read_parquet(path)))


def _said_version(folder: DataFolder) -> dict[str, Any]:
    path = folder.routing_copies / "schema.json"
    said = read_json(path) or {}
    require_readable(path, said, ROUTING_LOG)
    return said
