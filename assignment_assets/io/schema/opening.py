"""Opening a DuckDB file of some version: a new one gets this release's, an older one is copied, then migrated.

Whoever opens a file holds it: DuckDB lets no other process in meanwhile. The steps and the new version are one
transaction, so that a process that dies leaves the older file or the newer, and a copy more.
"""

import threading
from itertools import count
from pathlib import Path

import duckdb

from assignment_assets.domain.errors import WrongSchema
from assignment_assets.io.schema.stamp import newer, release
from assignment_assets.io.schema.steps import Store

VERSION_TABLE = "schema_version"
_ONE_THREAD = threading.Lock()


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, path: Path, store: Store) -> None:
    """Nothing where the file is of this release's version; else it becomes so, after a copy beside it.

    Raises
    ------
    WrongSchema
        A newer release has written the file, it is another store's, or the steps do not lead to this release's tables.
        The file is as it was.
    """
    if said_version(connection, path, store) == store.version:
        return
    with _ONE_THREAD:
        found, tables = said_version(connection, path, store), columns_of(connection)
        if found == store.version:
            return
        if tables:
            _migrate(connection, path, store, found or store.recognised(tables))
        else:
            _say_version(connection, store)


def said_version(connection: duckdb.DuckDBPyConnection, path: Path, store: Store) -> int:
    """The version that the file says it has; 0 where it says none.

    Raises
    ------
    WrongSchema
        It is newer than this release's, or it is another store's.
    """
    try:
        rows = connection.execute(f"select store, version, written_by from {VERSION_TABLE}").fetchall()
    except duckdb.CatalogException:
        return 0
    found: tuple[str, int, str] = rows[0]
    name, version, written_by = found
    if name != store.name:
        raise WrongSchema(
            f"{store.name} {path.name}: it says that it is the {name}, expected the {store.name}. "
            "Nothing was changed: put the right file in its place."
        )
    if version > store.version:
        raise newer(f"{store.name} {path.name}", version, written_by, store)
    return version


def columns_of(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table → column → type of what the file holds, its version left out."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns() "
        "where not internal and database_name = current_database() order by table_name, column_index"
    ).fetchall():
        found.setdefault(table, {})[column] = kind
    found.pop(VERSION_TABLE, None)
    return found


def next_copy(path: Path, version: int) -> Path:
    """Where a copy of a file of this version goes: a name beside it that is not taken."""
    names = (f"{path.stem}.v{version}{'' if number == 1 else f'-{number}'}{path.suffix}" for number in count(1))
    return next(copy for name in names if not (copy := path.with_name(name)).exists())


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path, store: Store, found: int) -> None:
    copy = _copied(connection, path, next_copy(path, found))
    connection.begin()
    try:
        for step in store.after(found):
            for statement in step.statements(columns_of(connection)):
                connection.execute(statement)
        misfits = store.misfits(columns_of(connection))
        if misfits:
            raise WrongSchema(
                f"{store.name} {path.name}: the steps from version {found} to {store.version} leave it without "
                f"{', '.join(misfits)}, expected this release's tables. Nothing was changed: put a backup in its place."
            )
        _say_version(connection, store)
    except BaseException:
        connection.rollback()
        copy.unlink()
        raise
    connection.commit()


def _say_version(connection: duckdb.DuckDBPyConnection, store: Store) -> None:
    connection.execute(
        f"create or replace table {VERSION_TABLE} as "
        "select $store::varchar as store, $version::bigint as version, $release::varchar as written_by",
        {"store": store.name, "version": store.version, "release": release()},
    )


def _copied(connection: duckdb.DuckDBPyConnection, path: Path, copy: Path) -> Path:
    """The file's content in a file of its own. DuckDB makes it: closing a second handle of the file would free
    the lock that keeps other processes out."""
    partial = copy.with_name(f".{copy.name}.partial")
    partial.unlink(missing_ok=True)
    [(database,)] = connection.execute("select current_database()").fetchall()
    quoted = str(partial).replace("'", "''")
    connection.execute(f"attach '{quoted}' as copy_beside")
    try:
        connection.execute(f'copy from database "{database}" to copy_beside')
    finally:
        connection.execute("detach copy_beside")
    partial.rename(copy)
    return copy
