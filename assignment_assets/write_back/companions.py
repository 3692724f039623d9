"""What belongs to moved accounts and does not follow them: contacts, open deals, tasks and cases of the old owners.

The engine writes Account.OwnerId alone. These records come as files that a person loads, and files that take
them back.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assignment_assets.domain.tables import TEXT
from assignment_assets.io.durable import write_whole
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.optional import with_fields_there
from assignment_assets.io.salesforce.tables import as_texts

OBJECTS = {
    "Contact": ("contacts", ""),
    "Opportunity": ("open opportunities", "IsClosed = false"),
    "Task": ("open tasks", "IsClosed = false"),
    "Case": ("open cases", "IsClosed = false"),
}
"""Object → its word, and which of its records count."""
DEALS, STAGE = "Opportunity", "StageName"
MOVED = {"account_id": TEXT, "old_owner_id": TEXT, "new_owner_id": TEXT}
COMPANIONS = {"Id": TEXT, "old_owner_id": TEXT, "new_owner_id": TEXT}
"""A record, whose it is, and whose it would be."""


@dataclass(frozen=True)
class CompanionFiles:
    """The file of one object, the one that takes it back, and how many records they hold."""

    name: str
    count: int
    load: Path
    rollback: Path


def companions(
    org: Org, moved: pl.DataFrame, stages_that_stay: Collection[str] = (), objects: Sequence[str] = tuple(OBJECTS)
) -> dict[str, pl.DataFrame | None]:
    """Object → the records (COMPANIONS) that the old owner of a moved account has with it; None where the org does not
    have the object for this user.

    What somebody else owns stays with them.

    Parameters
    ----------
    moved
        account_id, old_owner_id and new_owner_id of accounts that change hands.
    stages_that_stay
        Opportunities in these stages stay with the old owner, in any case of letters.

    Raises
    ------
    SourceUnavailable
    """
    return {name: _of_old_owners(org, name, moved.select(list(MOVED)), stages_that_stay) for name in objects}


def counts(found: Mapping[str, pl.DataFrame | None]) -> dict[str, int | None]:
    """How many records of each object; None where it is not there."""
    return {name: None if rows is None else rows.height for name, rows in found.items()}


def told(found: Mapping[str, int | None]) -> Iterator[str]:
    """A line an object: how many, or that it is not there."""
    for name, count in found.items():
        word = OBJECTS[name][0]
        yield f"{count:>8,}  {word} of the old owners" if count is not None else f"          {word}: not there"


def write_files(found: Mapping[str, pl.DataFrame | None], folder: Path) -> list[CompanionFiles]:
    """Writes the files in Data Loader's columns, Id and OwnerId; an object without records has none."""
    files = []
    for name, rows in found.items():
        load, back = folder / f"{name}.companions.csv", folder / f"{name}.companions_rollback.csv"
        load.unlink(missing_ok=True)
        back.unlink(missing_ok=True)
        if rows is None or rows.is_empty():
            continue
        write_whole(load, rows.select("Id", OwnerId="new_owner_id").write_csv)
        write_whole(back, rows.select("Id", OwnerId="old_owner_id").write_csv)
        files.append(CompanionFiles(name, rows.height, load, back))
    return files


def _of_old_owners(org: Org, name: str, moved: pl.DataFrame, stages_that_stay: Collection[str]) -> pl.DataFrame | None:
    fields = ["Id", "AccountId", "OwnerId", *([STAGE] if name == DEALS else [])]
    accounts = moved["account_id"].to_list()

    def read(asked: list[str]) -> pl.DataFrame:
        selection = f"SELECT {', '.join(asked)} FROM {name}"
        return as_texts(list(query_ids(org, selection, "AccountId", accounts, OBJECTS[name][1])), asked, name)

    rows = with_fields_there(org, name, fields, (), read)
    if rows is None:
        return None
    if name == DEALS:
        stay = [stage.casefold() for stage in stages_that_stay]
        rows = rows.filter(~pl.col(STAGE).str.to_lowercase().is_in(stay).fill_null(False))
    mine = rows.join(moved, left_on=["AccountId", "OwnerId"], right_on=["account_id", "old_owner_id"])
    return mine.select("Id", "new_owner_id", old_owner_id="OwnerId").select(list(COMPANIONS)).sort("Id")
