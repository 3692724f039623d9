"""Account teams and manual shares, which an owner change deletes: kept before, offered for restoring afterwards."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from assignment_assets.domain.tables import TEXT
from assignment_assets.io.salesforce.connection import Org

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
CONDITIONS = {"AccountTeamMember": "", "AccountShare": "RowCause = 'Manual' AND "}
IDS_A_QUERY = 400
READ_ALL_ABOVE = 4000
"""From so many accounts on the whole object is read, in pages of 2,000."""


def snapshot(org: Org, account_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Object → what the accounts have of it now, with every field that restoring needs.

    Raises
    ------
    SourceUnavailable
    """
    return {
        name: pl.DataFrame(list(_records(org, name, account_ids)), dict.fromkeys(fields, TEXT))
        for name, fields in OBJECTS.items()
    }


def _records(org: Org, name: str, account_ids: Sequence[str]) -> Iterator[dict[str, str | None]]:
    fields = OBJECTS[name]
    if len(account_ids) > READ_ALL_ABOVE:
        wanted = set(account_ids)
        condition = f" WHERE {CONDITIONS[name].removesuffix(' AND ')}" if CONDITIONS[name] else ""
        records = org.query(f"SELECT {', '.join(fields)} FROM {name}{condition}")
        yield from ({field: each[field] for field in fields} for each in records if each["AccountId"] in wanted)
        return
    for start in range(0, len(account_ids), IDS_A_QUERY):
        listed = ", ".join(f"'{account}'" for account in account_ids[start : start + IDS_A_QUERY])
        soql = f"SELECT {', '.join(fields)} FROM {name} WHERE {CONDITIONS[name]}AccountId IN ({listed})"
        yield from ({field: record[field] for field in fields} for record in org.query(soql))


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
        lost = lost.join(now[name], on=list(fields), how="anti", nulls_equal=True).sort(fields[:2])
        path = folder / f"{name}.restore.csv"
        lost.write_csv(path)
        paths.append(path)
    return paths
