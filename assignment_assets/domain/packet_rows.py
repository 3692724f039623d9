"""What people are shown: the rows of lock lists, and each book before and after."""

from typing import NewType

import polars as pl

from assignment_assets.domain.assignment.drive_time import with_drive_minutes
from assignment_assets.domain.lock_facts import LOCK_FACTS
from assignment_assets.domain.locks import LockCandidatesFrame
from assignment_assets.domain.setup.eligible_pool import HOLDINGS, HoldingsFrame
from assignment_assets.domain.tables import TEXT, WHOLE, AccountsFrame, CurrentBooksFrame, RepsFrame, Table

LockListRowsFrame = NewType("LockListRowsFrame", pl.DataFrame)
LOCK_LIST_ROWS: Table[LockListRowsFrame] = Table(
    "lock_list_rows",
    ("rep_id", "account_id"),
    {"rep_id": TEXT}
    | {
        name: LOCK_FACTS.columns[name]
        for name in (
            *("account_id", "name", "state", "referral_status", "referrals_l3m", "referrals_l12m", "referrals_ever"),
            *("last_referral_on", "opp_count", "bps", "tam_cents", "value_cents"),
        )
    }
    | {"drive_minutes": WHOLE, "lock_kind": TEXT},
)
MEASURES = ("opp_count", "bps", "tam_cents", "value_cents")


def lock_list_rows(candidates: LockCandidatesFrame, reps: RepsFrame) -> LockListRowsFrame:
    """A row for every free account of an active field rep: what a rep needs to decide keep or release.

    Sorted by rep; automatic locks first, then dormant, then never-referred accounts, each by value.
    """
    order = {"l3m": 0, "dormant": 1, "never": 2}
    rows = with_drive_minutes(candidates.rename({"owner_id": "rep_id"}), reps)
    return LOCK_LIST_ROWS.shaped(
        rows.filter((pl.col("team") == "field") & pl.col("is_active"))
        .with_columns(status_rank=pl.col("referral_status").replace_strict(order, return_dtype=pl.Int64))
        .sort(
            "rep_id",
            pl.col("lock_kind").is_null(),
            "status_rank",
            "value_cents",
            "account_id",
            descending=[False, False, False, True, False],
        )
    )


def book_summary(
    before: HoldingsFrame, after: HoldingsFrame, accounts: AccountsFrame, books: CurrentBooksFrame, reps: RepsFrame
) -> pl.DataFrame:
    """One row a field rep: accounts, measures and drive minutes of the book before and after.

    Parameters
    ----------
    before, after
        Who owns what, then who would.
    """
    summary = (
        books.filter(pl.col("team") == "field")
        .select("rep_id", "region", "capacity")
        .join(reps.select("rep_id", "name"), on="rep_id")
    )
    for suffix, owned in (("before", before), ("after", after)):
        facts = (
            with_drive_minutes(owned.join(accounts, on="account_id", how="left"), reps)
            .group_by("rep_id")
            .agg(
                pl.len().cast(pl.Int64).alias(f"accounts_{suffix}"),
                *(pl.col(name).sum().alias(f"{name}_{suffix}") for name in MEASURES),
                pl.col("drive_minutes").sum().alias(f"drive_minutes_{suffix}"),
            )
        )
        summary = summary.join(facts, on="rep_id", how="left")
    return summary.with_columns(pl.selectors.ends_with("_before", "_after").fill_null(0)).sort("rep_id")


def books_before_and_after(
    rows: pl.DataFrame, fixed: HoldingsFrame, accounts: AccountsFrame, books: CurrentBooksFrame, reps: RepsFrame
) -> pl.DataFrame:
    """`book_summary` of a proposal or a review: who owns what now, and who would.

    Parameters
    ----------
    rows
        account_id, current_owner_id, new_owner_id.
    fixed
        Accounts outside the pool, which stay.
    """
    before, after = (
        HOLDINGS.conform(pl.concat([fixed, rows.select("account_id", rep_id=end)]))
        for end in ("current_owner_id", "new_owner_id")
    )
    return book_summary(before, after, accounts, books, reps)
