"""A connection to one of the data folder's DuckDB files."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assignment_assets.domain.errors import SourceUnavailable, WarehouseBusy
from assignment_assets.domain.tables import Table

SETTINGS = {
    "python_enable_replacements": False,  # else a missing table's name finds a Python object
    "autoinstall_known_extensions": False,  # else a missing extension is looked for on the internet
}

DUCKDB_TYPE = {
    pl.String: "varchar",
    pl.Int64: "bigint",
    pl.Float64: "double",
    pl.Boolean: "boolean",
    pl.Date: "date",
}


@contextmanager
def connected(path: Path, patience_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is closed whatever happens.

    Raises
    ------
    SourceUnavailable
        The data folder is not there, or the file is no database.
    WarehouseBusy
        Another process held the file for longer than `patience_seconds`.
    """
    if not path.parent.is_dir():
        raise SourceUnavailable(
            f"warehouse: the folder {path.parent} is not there, expected the data folder. "
            "Make it, or point ASSIGNMENT_DATA at the one you mean."
        )
    connection = patiently_opened(path, patience_seconds)
    try:
        yield connection
    finally:
        connection.close()


def patiently_opened(path: Path, patience_seconds: float) -> duckdb.DuckDBPyConnection:
    """A connection, once no other process holds the file.

    Raises
    ------
    SourceUnavailable
        The file is no database.
    WarehouseBusy
        Another process held the file for longer than `patience_seconds`.
    """
    give_up = time.monotonic() + patience_seconds
    while True:
        try:
            return duckdb.connect(str(path), config=SETTINGS)
        except duckdb.IOException as error:
            if "could not set lock" not in str(error).lower():
                raise SourceUnavailable(f"warehouse {path}: {error}. Is the file a DuckDB 2.0 database?") from error
            if time.monotonic() >= give_up:
                holder = re.search(r"PID (\d+)", str(error))
                raise WarehouseBusy(
                    f"warehouse {path.name}: process {holder.group(1) if holder else 'unknown'} has held it for "
                    f"{patience_seconds:.0f} s, expected it to be free. Wait for that run to end, or end it "
                    "in the Dagster UI, and try again."
                ) from error
            time.sleep(0.1)


def make_table(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Makes a table of cycles where it is not there yet."""
    columns = ", ".join(f'"{name}" {_type(dtype)}' for name, dtype in table.columns.items())
    connection.execute(f"create table if not exists {table.name} (cycle varchar not null, {columns})")


def _type(dtype: Any) -> str:
    if isinstance(dtype, pl.List):
        return f"{_type(dtype.inner)}[]"
    if isinstance(dtype, pl.Datetime):
        return "timestamp"
    return DUCKDB_TYPE[dtype]
