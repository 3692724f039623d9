"""The mapping of contract columns to this org's fields, as `salesforce_fields.toml` states it."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

FILE = "salesforce_fields.toml"


def mapping_path() -> Path:
    """The file to name as the mapping when the engine reads from this org."""
    return Path(str(resources.files(__package__).joinpath(FILE)))


@cache
def salesforce_columns(table: str) -> dict[str, str]:
    """Field names by contract column for `accounts`, `reps` or `opportunities`."""
    columns = tomllib.loads(mapping_path().read_text("utf-8"))[table]["columns"]
    return {name: source["from"] if isinstance(source, dict) else source for name, source in columns.items()}
