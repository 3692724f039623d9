"""Account teams and manual shares, which an owner change deletes: kept before, offered for restoring afterwards."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from assignment_assets.domain.tables import TEXT
from assignment_assets.io.salesforce.by_ids import query_ids
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.optional import with_fields_there
from assignment_assets.io.salesforce.tables import as_texts

OBJECTS = {
    "AccountTeamMember": (
        "AccountId",
        "UserId",
        "TeamMemberRole",
        "AccountAccessLevel",
        "OpportunityAccessLevel",
        "CaseAccessLevel",
    ),
    "AccountShare": (
        "AccountId",
        "UserOrGroupId",
        "AccountAccessLevel",
        "OpportunityAccessLevel",
        "CaseAccessLevel",
        "RowCause",
    ),
}
MAY_LACK = ("OpportunityAccessLevel", "CaseAccessLevel")
"""Fields that are there only where the org shares opportunities and cases."""
CONDITIONS = {"AccountTeamMember": "", "AccountShare": "RowCause = 'Manual'"}
READ_ALL_ABOVE = 4000
"""From so many accounts on the whole object is read, in pages of 2,000."""


def snapshot(org: Org, account_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Object → what the accounts have of it now, with every field that restoring needs.

    Empty where the org does not have the object for this user (`org.lacks` says so); a field that it does not have is
    empty throughout.

    Raises
    ------
    SourceUnavailable
    """
    found = {}
    for name, fields in OBJECTS.items():
        read = partial(_records, org, name, account_ids)
        there = with_fields_there(org, name, fields, MAY_LACK, read)
        empty = pl.DataFrame(schema=dict.fromkeys(fields, TEXT))
        found[name] = empty if there is None else pl.concat([empty, there], how="diagonal")
    return found


def _records(org: Org, name: str, account_ids: Sequence[str], fields: list[str]) -> pl.DataFrame:
    selection, condition = f"SELECT {', '.join(fields)} FROM {name}", CONDITIONS[name]
    if len(account_ids) <= READ_ALL_ABOVE:
        return as_texts(list(query_ids(org, selection, "AccountId", account_ids, condition)), fields, name)
    whole = as_texts(list(org.query(f"{selection} WHERE {condition}" if condition else selection)), fields, name)
    return whole.filter(pl.col("AccountId").is_in(list(account_ids)))


def keep(found: dict[str, pl.DataFrame], folder: Path, plan_id: str) -> list[Path]:
    """Writes a snapshot as Parquet, a file an object; a snapshot that is there already stays, for it is the older."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{plan_id}.{name}.before.parquet" for name in found]
    for path, frame in zip(paths, found.values(), strict=True):
        if not path.exists():
            frame.write_parquet(path)
    return paths


def is_kept(folder: Path, plan_id: str) -> bool:
    """Whether a snapshot was taken for the plan."""
    return all((folder / f"{plan_id}.{name}.before.parquet").is_file() for name in OBJECTS)


def restore_files(
    folder: Path, plan_ids: Sequence[str], moved: Sequence[str], now: dict[str, pl.DataFrame]
) -> list[Path]:
    """CSV files in Data Loader's columns for inserting again what the accounts that were written have lost.

    Parameters
    ----------
    moved
        Accounts that have a new owner.
    now
        A snapshot of them afterwards.
    """
    paths = []
    for name, fields in OBJECTS.items():
        kept = [folder / f"{plan_id}.{name}.before.parquet" for plan_id in plan_ids]
        before = [pl.read_parquet(path) for path in kept if path.is_file()]
        if not before:
            continue
        lost = pl.concat(before).unique().filter(pl.col("AccountId").is_in(list(moved)))
        blank = {
            field for field in MAY_LACK for frame in (lost, now[name]) if frame.height == frame[field].null_count()
        }
        compared = [field for field in fields if field not in blank]
        lost = lost.join(now[name], on=compared, how="anti", nulls_equal=True).sort(fields[:2])
        lost = lost.drop(field for field in MAY_LACK if lost.height and lost[field].null_count() == lost.height)
        path = folder / f"{name}.restore.csv"
        lost.write_csv(path)
        paths.append(path)
    return paths
