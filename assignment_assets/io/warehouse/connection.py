"""A connection to one of the data folder's DuckDB files, of this release's version."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assignment_assets.domain.errors import SourceUnavailable, WarehouseBusy
from assignment_assets.io.schema.opening import bring_up_to_date
from assignment_assets.io.schema.steps import Store

Connection = duckdb.DuckDBPyConnection
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": False,  # else a missing table's name finds a Python object
    "autoinstall_known_extensions": False,  # else a missing extension is looked for on the internet
}


@contextmanager
def connected(path: Path, store: Store, patience_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is closed whatever happens; an older file is copied and migrated first.

    Raises
    ------
    SourceUnavailable
        The data folder is not there, or the file is no database.
    WarehouseBusy
        Another process held the file for longer than `patience_seconds`.
    WrongSchema
        A newer release has written the file, or its tables fit no version.
    """
    if not path.parent.is_dir():
        raise SourceUnavailable(
            f"warehouse: the folder {path.parent} is not there, expected the data folder. "
            "Make it, or point ASSIGNMENT_DATA at the one you mean."
        )
    connection = patiently_opened(path, patience_seconds)
    try:
        bring_up_to_date(connection, path, store)
        yield connection
    finally:
        connection.close()


def patiently_opened(path: Path, patience_seconds: float, read_only: bool = False) -> duckdb.DuckDBPyConnection:
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
            return duckdb.connect(str(path), read_only=read_only, config=SETTINGS)
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
