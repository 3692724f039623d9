"""Who of those that would get accounts back has left: by the org, or by the roster."""

from collections.abc import Collection

import polars as pl

from assignment_assets.domain.tables import TEXT, WHOLE, RepsFrame

LEAVERS: dict[str, type[pl.DataType] | pl.DataType] = {
    "owner_id": TEXT,
    "name": TEXT,
    "why": TEXT,
    "account_count": WHOLE,
}
"""A person who has left, why that is thought, and how many accounts they would get back."""


def leavers(rows: pl.DataFrame, roster: RepsFrame, active: Collection[str]) -> pl.DataFrame:
    """Those receivers of the rows who have left (LEAVERS), by the number of their accounts.

    Parameters
    ----------
    rows
        account_id, new_owner_id.
    roster
        The cycle's reps.
    active
        Users who may own accounts in the org now.
    """
    known = roster.select(new_owner_id="rep_id", name="name", is_there="is_active")
    is_inactive = ~pl.col("new_owner_id").is_in(sorted(active))
    why = (
        pl.when(is_inactive)
        .then(pl.lit("inactive in the org"))
        .when(pl.col("is_there").is_null())
        .then(pl.lit("not in the roster"))
        .when(~pl.col("is_there"))
        .then(pl.lit("inactive in the roster"))
    )
    found = (
        rows.group_by("new_owner_id")
        .agg(account_count=pl.len().cast(WHOLE))
        .join(known, on="new_owner_id", how="left")
        .with_columns(why=why, name=pl.coalesce("name", "new_owner_id"))
        .filter(pl.col("why").is_not_null())
        .sort("account_count", "new_owner_id", descending=[True, False])
    )
    return found.select(owner_id="new_owner_id", name="name", why="why", account_count="account_count")


def told(found: pl.DataFrame) -> str:
    """The leavers in words: how many accounts, and whose."""
    total = found["account_count"].sum()
    whose = "; ".join(f"{name}, {why}: {count:,}" for _, name, why, count in found.iter_rows())
    return f"{total:,} account{'' if total == 1 else 's'} of people who have left ({whose})"
