"""What a cycle has published: Parquet copies of its tables and their manifest, read without opening the warehouse."""

import json
from contextlib import closing
from typing import Any

import duckdb
import polars as pl

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.tables import Table
from assignment_assets.io.folders import SQL, DataFolder
from assignment_assets.io.warehouse.connection import SETTINGS, make_table


def read_manifest(folder: DataFolder, cycle: str) -> dict[str, dict[str, Any]]:
    """The published tables of a cycle: name → digest, rows, revision. Empty before the first."""
    path = folder.published(cycle) / "manifest.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def read_published(folder: DataFolder, cycle: str, table: Table) -> pl.DataFrame:
    """The published rows of a table without opening the warehouse; empty where it was never published."""
    path = folder.published(cycle) / f"{table.name}.parquet"
    return table.conform(pl.read_parquet(path)) if path.is_file() else table.empty()


def query_published(folder: DataFolder, name: str, needs: tuple[Table, ...], **parameters: Any) -> pl.DataFrame:
    """The rows of ``sql/<name>.sql`` over what all cycles have published, without opening the warehouse."""
    with closing(duckdb.connect(config=SETTINGS)) as connection:
        for table in needs:
            paths = [str(path) for path in sorted(folder.root.glob(f"published/*/{table.name}.parquet"))]
            if paths:
                connection.read_parquet(paths, union_by_name=True).create_view(table.name)
            else:
                make_table(connection, table)
        return connection.sql((SQL / f"{name}.sql").read_text(), params=parameters or None).pl()


def issued_gates(folder: DataFolder, cycle: str) -> dict[str, int]:
    """The gates of a cycle whose packets are out, with the revision they carry."""
    paths = {gate: folder.outbox(cycle, gate) / "gate.json" for gate in GATES}
    return {gate: json.loads(path.read_text())["revision"] for gate, path in paths.items() if path.is_file()}
