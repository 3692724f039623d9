"""Predicates over the waterfall's frames: each gives the offending rows; none means that it holds.

Blocking asset checks and property tests call the same functions. `proposed_owners` and `reviewed_owners` say who owns
what, from the tables.
"""

from typing import NewType

import polars as pl

from assignment_assets.domain.placed import GIVEN_BACK
from assignment_assets.domain.regions import regions_of_owners
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame
from assignment_assets.domain.tables import (
    TEXT,
    WHOLE,
    AccountsFrame,
    ApprovedDiffFrame,
    CurrentBooksFrame,
    DecidedBooksFrame,
    EditVerdictsFrame,
    EligiblePoolFrame,
    LocksFrame,
    OverflowFrame,
    ProposedBooksFrame,
    RepsFrame,
    ReviewedBooksFrame,
    SignOffPacketsFrame,
    SignOffVerdictsFrame,
    Table,
    WriteBackLogFrame,
)

OwnersFrame = NewType("OwnersFrame", pl.DataFrame)
OWNERS: Table[OwnersFrame] = Table("owners", ("account_id",), {"account_id": TEXT, "owner_id": TEXT})
BookSeatsFrame = NewType("BookSeatsFrame", pl.DataFrame)
BOOK_SEATS: Table[BookSeatsFrame] = Table(
    "book_seats", ("rep_id",), {"rep_id": TEXT, "team": TEXT, "capacity": WHOLE, "fixed_count": WHOLE}
)

OFF_TERRITORY_LOCKS = ("keep_with_owner", "house", "protected_deal")


def proposed_owners(proposed: ProposedBooksFrame, overflow: OverflowFrame) -> OwnersFrame:
    """Owner of every account as proposed: the reps of PROPOSED_BOOKS, the Inside Sales members of OVERFLOW."""
    held = proposed.select("account_id", owner_id="rep_id")
    return OWNERS.conform(pl.concat([held, overflow.select("account_id", owner_id="member_id")]))


def reviewed_owners(reviewed_books: ReviewedBooksFrame) -> OwnersFrame:
    """Owner of every account after review; accounts withdrawn to another cycle are that cycle's to answer for."""
    kept = reviewed_books.filter(pl.col("review_change") != "withdrawn")
    return OWNERS.conform(kept.select("account_id", owner_id="reviewed_owner_id"))


def conservation(
    pool: EligiblePoolFrame, proposed: ProposedBooksFrame | ReviewedBooksFrame, overflow: OverflowFrame
) -> pl.DataFrame:
    """Accounts by which locked + placed + overflow differs from the pool: account_id, pool_count, found_count."""
    found = pl.concat([proposed.select("account_id"), overflow.select("account_id")])
    counts = _count(pool, "pool_count").join(_count(found, "found_count"), on="account_id", how="full", coalesce=True)
    counts = counts.with_columns(pl.col("pool_count", "found_count").fill_null(0))
    return counts.filter(pl.col("pool_count") != pl.col("found_count")).sort("account_id")


def each_once(*frames: pl.DataFrame) -> pl.DataFrame:
    """Accounts that occur more than once in all frames together: account_id, found_count."""
    together = pl.concat([frame.select("account_id") for frame in frames])
    return _count(together, "found_count").filter(pl.col("found_count") > 1).sort("account_id")


def capacity(owners: OwnersFrame, reps: BookSeatsFrame) -> pl.DataFrame:
    """Field books above capacity: rep_id, load, capacity.

    A book that its fixed accounts alone overfill offends only when
    `owners` give it more.
    """
    given = owners.group_by(rep_id="owner_id").agg(given=pl.len().cast(pl.Int64))
    books = reps.filter(pl.col("team") == "field").join(given, on="rep_id")
    books = books.with_columns(load=pl.col("given") + pl.col("fixed_count"))
    return books.filter(pl.col("load") > pl.col("capacity")).select("rep_id", "load", "capacity").sort("rep_id")


def covered_states(
    owners: OwnersFrame,
    accounts: AccountsFrame,
    books: CurrentBooksFrame,
    locks: LocksFrame,
    overrides: CoverageOverridesFrame,
) -> pl.DataFrame:
    """Accounts in a field book whose rep does not cover the state: account_id, owner_id, state.

    Exempt: locks of the kinds that hold off territory, and named overrides.
    """
    off_territory = locks.filter(pl.col("lock_kind").is_in(OFF_TERRITORY_LOCKS)).select("account_id", "rep_id")
    exempt = pl.concat([off_territory, overrides.select("account_id", "rep_id")])
    field = books.filter(pl.col("team") == "field").select(owner_id="rep_id", covered="covered_states")
    placed = owners.join(field, on="owner_id").join(accounts.select("account_id", "state"), on="account_id", how="left")
    is_covered = pl.col("state").is_in(pl.col("covered")).fill_null(False)
    placed = placed.filter(~is_covered).join(
        exempt, left_on=["account_id", "owner_id"], right_on=["account_id", "rep_id"], how="anti"
    )
    return placed.select("account_id", "owner_id", "state").sort("account_id")


def locks_unmoved(locks: LocksFrame, owners: OwnersFrame) -> pl.DataFrame:
    """Locked accounts that are not with the rep who locked them: account_id, rep_id, owner_id."""
    now = owners.select("account_id", "owner_id")
    held = locks.select("account_id", "rep_id").join(now, on="account_id", how="left")
    return held.filter(pl.col("owner_id").ne_missing(pl.col("rep_id"))).sort("account_id")


def no_carve_out(accounts: AccountsFrame, owners: OwnersFrame | EligiblePoolFrame) -> pl.DataFrame:
    """Carve-outs that were given an owner, or are free to be: account_id, carve_out."""
    carved = accounts.filter(pl.col("carve_out").is_not_null()).select("account_id", "carve_out")
    return carved.join(owners, on="account_id", how="semi").sort("account_id")


def active_owner(owners: OwnersFrame, reps: RepsFrame) -> pl.DataFrame:
    """Accounts without an owner who is active: account_id, owner_id."""
    active = reps.filter("is_active").select(owner_id="rep_id")
    return owners.join(active, on="owner_id", how="anti").select("account_id", "owner_id").sort("account_id")


def within_bounds(
    reviewed_books: ReviewedBooksFrame,
    edit_verdicts: EditVerdictsFrame,
    reps: RepsFrame,
    *,
    max_adds: int,
    max_drops: int,
) -> pl.DataFrame:
    """Books that people changed beyond ±5, held edits counted: rep_id, add_count, drop_count."""
    adds = reviewed_books.filter(pl.col("review_change") == "added").select("account_id", rep_id="reviewed_owner_id")
    changed = reviewed_books.filter(pl.col("review_change").is_in(["added", "returned", "to_inside_sales"]))
    held = edit_verdicts.filter((pl.col("verdict") == "held") & (pl.col("edit_kind") == "add"))
    held_from = held.select("account_id").join(reviewed_books, on="account_id")
    drops = pl.concat([frame.select("account_id", rep_id="proposed_owner_id") for frame in (changed, held_from)])
    adds = pl.concat([adds, held.select("account_id", "rep_id")])
    field = reps.filter(pl.col("team") == "field").select("rep_id").sort("rep_id")
    for name, changes in (("add_count", adds), ("drop_count", drops)):
        counts = changes.unique().group_by("rep_id").agg(pl.len().cast(pl.Int64).alias(name))
        field = field.join(counts, on="rep_id", how="left", maintain_order="left")
    field = field.with_columns(pl.col("add_count", "drop_count").fill_null(0))
    return field.filter((pl.col("add_count") > max_adds) | (pl.col("drop_count") > max_drops))


def diff_equals_books(reviewed_books: DecidedBooksFrame, packets: SignOffPacketsFrame) -> pl.DataFrame:
    """Moves by which packets and reviewed books differ, held ones apart: account_id, old_owner_id, new_owner_id."""
    held = packets.filter("is_held").select("account_id")
    shown = packets.filter(~pl.col("is_held")).select("account_id", "old_owner_id", "new_owner_id").unique()
    moved = reviewed_books.filter("is_move").join(held, on="account_id", how="anti")
    moved = moved.select("account_id", old_owner_id="current_owner_id", new_owner_id="reviewed_owner_id")
    return _difference(moved, shown)


def approved_within_signed(
    approved: ApprovedDiffFrame, sign_off_verdicts: SignOffVerdictsFrame, reps: RepsFrame
) -> pl.DataFrame:
    """Approved moves of which a region has not signed: account_id, region (the one without a signature)."""
    signed = sign_off_verdicts.filter((pl.col("verdict") == "accepted") & (pl.col("decision") == "approve"))
    rows = approved.filter(pl.col("status") == "approved")
    needed = regions_of_owners(rows.select("account_id", "old_owner_id", "new_owner_id"), reps)
    without = needed.select("account_id", "region").join(signed, on="region", how="anti")
    other_digest = rows.join(signed, on=["region", "digest"], how="anti").select("account_id", "region")
    return pl.concat([without, other_digest]).unique().sort("account_id", "region")


def log_equals_diff(log: WriteBackLogFrame, approved: ApprovedDiffFrame) -> pl.DataFrame:
    """Moves by which the log and the approved diff differ, each once: sign_off_no, account_id, owners.

    An approved row without a log row offends, and so does a log row that the diff does not have; rows that the log
    lists as deferred may be deferred in the diff too. What a rollback gave back is no part of the diff.
    """
    forward = log.filter(pl.col("outcome") != GIVEN_BACK)
    key = ["sign_off_no", "account_id", "old_owner_id", "new_owner_id"]
    approved_rows = approved.filter(pl.col("status") == "approved").select(key)
    acted = forward.filter(pl.col("outcome") != "deferred").select(key).unique()
    listed = forward.filter(pl.col("outcome") == "deferred").select(key).unique()
    missing = approved_rows.join(forward.select(key), on=key, how="anti", nulls_equal=True)
    foreign = [
        acted.join(approved_rows, on=key, how="anti", nulls_equal=True),
        listed.join(approved.select(key), on=key, how="anti", nulls_equal=True),
    ]
    return pl.concat([missing, *foreign]).unique().sort(key)


def _count(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.group_by("account_id").agg(pl.len().cast(pl.Int64).alias(name))


def _difference(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    columns = left.columns
    only_left = left.join(right, on=columns, how="anti", nulls_equal=True)
    only_right = right.join(left, on=columns, how="anti", nulls_equal=True)
    return pl.concat([only_left, only_right]).sort(columns)
