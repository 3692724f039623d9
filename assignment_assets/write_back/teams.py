"""Account teams and manual shares, which an owner change deletes: kept before, offered for restoring afterwards."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from assignment_assets.domain.tables import TEXT
from assignment_assets.io.salesforce import Org

OBJECTS = {
    "AccountTeamMember": ("AccountId", "UserId", "TeamMemberRole", "AccountAccessLevel", "OpportunityAccessLevel",
                          "CaseAccessLevel"),
    "AccountShare": ("AccountId", "UserOrGroupId", "AccountAccessLevel", "OpportunityAccessLevel", "CaseAccessLevel",
                     "RowCause"),
}
CONDITIONS = {"AccountTeamMember": "", "AccountShare": "RowCause = 'Manual' AND "}
IDS_A_QUERY = 400


def snapshot(org: Org, account_ids: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Object → what the accounts have of it now, with every field that restoring needs.

    Raises
    ------
    SourceUnavailable
    """
    return {name: pl.DataFrame(list(_records(org, name, account_ids)), dict.fromkeys(fields, TEXT))
            for name, fields in OBJECTS.items()}


def _records(org: Org, name: str, account_ids: Sequence[str]) -> Iterator[dict]:
    fields = OBJECTS[name]
    for start in range(0, len(account_ids), IDS_A_QUERY):
        listed = ", ".join(f"'{account}'" for account in account_ids[start:start + IDS_A_QUERY])
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


def restore_files(folder: Path, plan_id: str, moved: Sequence[str], now: dict[str, pl.DataFrame]) -> list[Path]:
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
        before = folder / f"{plan_id}.{name}.before.parquet"
        if not before.is_file():
            continue
        lost = pl.read_parquet(before).filter(pl.col("AccountId").is_in(list(moved)))
        lost = lost.join(now[name], on=list(fields), how="anti", nulls_equal=True).sort(fields[:2])
        path = folder / f"{plan_id}.{name}.restore.csv"
        lost.write_csv(path)
        paths.append(path)
    return paths
