"""What a cycle has published: Parquet copies of its tables and their manifest, read without opening the warehouse.

The manifest says which version of the tables its copies have. Copies of an older version are read with today's names,
and columns that were added since are null. A newer version is refused.
"""

import json
from contextlib import closing
from typing import Any

import duckdb
import polars as pl

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.columns import create_table
from assignment_assets.io.schema.stamp import require_readable, stamp
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import SETTINGS
from assignment_assets.io.warehouse.queries import query_text

TABLES_KEY = "tables"


def read_manifest(folder: DataFolder, cycle: str) -> dict[str, dict[str, Any]]:
    """The published tables of a cycle: name → digest, rows, revision. Empty before the first.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    path = folder.published(cycle) / "manifest.json"
    if not path.is_file():
        return {}
    content = json.loads(path.read_text())
    require_readable(path, content, WAREHOUSE)
    tables: dict[str, dict[str, Any]] = content.get(TABLES_KEY, content)  # before versions the tables stood alone
    return tables


def write_manifest(folder: DataFolder, cycle: str, tables: dict[str, dict[str, Any]]) -> None:
    """Puts these tables into the cycle's manifest, in place of what it said."""
    content = stamp(WAREHOUSE) | {TABLES_KEY: tables}
    write_whole(folder.published(cycle) / "manifest.json", json.dumps(content, indent=1, sort_keys=True))


def read_published(folder: DataFolder, cycle: str, table: Table[F]) -> F:
    """The published rows of a table without opening the warehouse; empty where it was never published.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    path = folder.published(cycle) / f"{table.name}.parquet"
    if not path.is_file():
        return table.empty()
    return table.conform(_copy(folder, cycle, table))


def published_version(folder: DataFolder, cycle: str) -> int:
    """The version of the cycle's published copies; this release's where there are none.

    Raises
    ------
    WrongSchema
        A newer release has published them.
    """
    path = folder.published(cycle) / "manifest.json"
    if not path.is_file():
        return WAREHOUSE.version
    content = json.loads(path.read_text())
    require_readable(path, content, WAREHOUSE)
    version: int = content.get("schema_version", 1)
    return version


def _copy(folder: DataFolder, cycle: str, table: Table[Any]) -> pl.DataFrame:
    """A table as the cycle has published it, the cycle first, in today's names and columns."""
    rows = pl.read_parquet(folder.published(cycle) / f"{table.name}.parquet")
    return table.widened(WAREHOUSE.as_now(table.name, rows, published_version(folder, cycle)))


def answer_published(folder: DataFolder, cycle: str, query: Query[F], **parameters: object) -> F:
    """The query's answer for a cycle over what all cycles have published, without opening the warehouse.

    Raises
    ------
    WrongSchema
        A newer release has published one of the cycles.
    """
    with closing(duckdb.connect(config=SETTINGS)) as connection:
        for table in query.reads:
            paths = sorted(folder.root.glob(f"published/*/{table.name}.parquet"))
            if not paths:
                connection.execute(create_table(table.name, {"cycle": pl.String, **table.columns}))
                continue
            cycles = [path.parent.name for path in paths]
            current = [cycle for cycle in cycles if published_version(folder, cycle) == WAREHOUSE.version]
            older = [_copy(folder, each, table) for each in cycles if each not in current]
            parts = []
            if current:
                copies = [str(folder.published(each) / f"{table.name}.parquet") for each in current]
                parts.append(f"from read_parquet({copies})")
            if older:
                connection.register("older_copies", pl.concat(older).to_arrow())
                connection.execute(f"create temp table older_{table.name} as from older_copies")
                parts.append(f"from older_{table.name}")
            connection.execute(f"create view {table.name} as {' union all by name '.join(parts)}")
        params = {"cycle": cycle, **parameters}
        return query.rows.conform(connection.sql(query_text(query.name), params=params).pl())


def issued_gates(folder: DataFolder, cycle: str) -> dict[str, int]:
    """The gates of a cycle whose packets are out, with the revision they carry."""
    paths = {gate: folder.outbox(cycle, gate) / "gate.json" for gate in GATES}
    return {gate: json.loads(path.read_text())["revision"] for gate, path in paths.items() if path.is_file()}
