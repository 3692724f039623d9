"""The version that a store says it has."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from assignment_assets.domain.errors import WrongSchema
from assignment_assets.io.schema.steps import Store


def release() -> str:
    """This release of the engine."""
    return version("assignment-assets")


def stamp(store: Store) -> dict[str, Any]:
    """What a file of JSON says about the version of what it describes."""
    return {"schema_version": store.version, "written_by": release()}


def require_readable(path: Path, content: Mapping[str, Any], store: Store) -> None:
    """Nothing, or WrongSchema where a newer release has written what this file of JSON describes."""
    found = content.get("schema_version", 1)
    if found > store.version:
        raise newer(f"{store.name} {path.parent.name}/{path.name}", found, content.get("written_by", ""), store)


def newer(where: str, found: int, written_by: str, store: Store) -> WrongSchema:
    """The refusal of a store that a newer release has written."""
    return WrongSchema(
        f"{where}: its schema is version {found}, of release {written_by or 'unknown'}, expected {store.version} or "
        "older. Nothing was changed: install that release, or one that is newer."
    )
