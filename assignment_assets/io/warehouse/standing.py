"""Which version each store of a data folder has, and what opening it would do; looks only."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.domain.errors import WrongSchema
from assignment_assets.io.durable import read_json
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.schema.opening import columns_of, next_copy, said_version
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.stamp import require_readable
from assignment_assets.io.schema.steps import Store
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import patiently_opened


@dataclass(frozen=True)
class Standing:
    """A store's version: found (0: refused, see `refusal`), and wanted; what opening does in between.

    `says_so` is false for a store of before versions, which is recognised by its columns. `copy` is empty where the
    store is read as it is.
    """

    where: str
    store: str
    found: int
    wanted: int
    says_so: bool = True
    steps: tuple[str, ...] = ()
    copy: str = ""
    refusal: str = ""


def standing_of_file(path: Path, store: Store, patience_seconds: float = 60.0) -> Standing | None:
    """The standing of a DuckDB file; None where there is none.

    Raises
    ------
    WarehouseBusy
        Another process held the file for longer than `patience_seconds`.
    """
    if not path.is_file():
        return None
    with closing(patiently_opened(path, patience_seconds, read_only=True)) as connection:
        try:
            said = said_version(connection, path, store)
        except WrongSchema as error:
            return Standing(path.name, store.name, 0, store.version, refusal=str(error))
        found = said or store.recognised(columns_of(connection))
    steps = tuple(f"{number}. {step.what}" for number, step in enumerate(store.after(found), found + 1))
    copy = next_copy(path, found).name if steps else ""
    return Standing(path.name, store.name, found, store.version, said > 0, steps, copy)


def standing_of_copies(folder: DataFolder) -> list[Standing]:
    """The standing of the Parquet copies: each cycle's, and the routing log's. They are read as they are."""
    manifests = sorted(folder.root.glob("published/*/manifest.json"))
    found = [_read_as_it_is(folder, "published copies", path, WAREHOUSE) for path in manifests]
    if folder.routing_copies.is_dir():
        path = folder.routing_copies / "schema.json"
        found.append(_read_as_it_is(folder, "routing copies", path, ROUTING_LOG))
    return found


def _read_as_it_is(folder: DataFolder, name: str, path: Path, store: Store) -> Standing:
    where, content = str(path.parent.relative_to(folder.root)), read_json(path) or {}
    try:
        require_readable(path, content, store)
    except WrongSchema as error:
        return Standing(where, name, 0, store.version, refusal=str(error))
    return Standing(where, name, content.get("schema_version", 1), store.version, "schema_version" in content)
