"""Accounts that no receiving rep holds: which stay with an owner outside the cycle, and why the others overflow."""

from typing import NewType

import polars as pl

from assignment_assets.domain.assignment.families import FamilyNotesFrame
from assignment_assets.domain.assignment.overflow import InsideSalesFrame
from assignment_assets.domain.assignment.problem import ProblemInput, SolvedBooksFrame
from assignment_assets.domain.lock_facts import FreeSeatsFrame
from assignment_assets.domain.setup.eligible_pool import HOLDINGS, HoldingsFrame
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame, is_excepted
from assignment_assets.domain.tables import (
    FLAG,
    OVERFLOW,
    TEXT,
    CurrentBooksFrame,
    OverflowFrame,
    RepsFrame,
    Table,
)

UnseatedFrame = NewType("UnseatedFrame", pl.DataFrame)
UNSEATED: Table[UnseatedFrame] = Table(
    "unseated",
    ("account_id",),
    {
        "account_id": TEXT,
        "current_owner_id": TEXT,
        "state": TEXT,
        "referral_status": TEXT,
        "is_referring": FLAG,
        "is_capped": FLAG,
    },
)
QUEUE_NAMES = {"arm": "ARM", "growers": "Growers", "activators": "Activators"}


def unseated(
    solved: SolvedBooksFrame, given: ProblemInput, seats: FreeSeatsFrame, overrides: CoverageOverridesFrame
) -> tuple[HoldingsFrame, UnseatedFrame]:
    """The accounts without a seat: (those that stay with an owner outside this cycle, those for Inside Sales).

    An account stays where its owner is an active field rep, not on leave, who covers its state or has an override for
    it, is only outside the cycle's scope, and has a seat for it beside what is fixed and locked: taking it away would
    help nobody. Where seats run short, referring accounts stay first, then by id. The rest overflows.

    Parameters
    ----------
    overrides
        As `overrides_that_matter` gives them.
    """
    locked = given.locks.group_by("rep_id").agg(locked_count=pl.len().cast(pl.Int64))
    owners = (
        given.books.filter(
            (pl.col("team") == "field")
            & pl.col("is_active")
            & ~pl.col("is_on_leave")
            & (pl.col("receiver_reason") == "outside_scope")
        )
        .join(seats, on="rep_id")
        .join(locked, on="rep_id", how="left")
        .select(
            "covered_states", current_owner_id="rep_id", left=pl.col("free_seats") - pl.col("locked_count").fill_null(0)
        )
    )
    order = pl.struct(~pl.col("is_referring"), "account_id").rank("ordinal")
    rest = (
        solved.filter(pl.col("rep_id").is_null())
        .select("account_id", "is_capped")
        .join(given.pool.rename({"owner_id": "current_owner_id"}), on="account_id")
        .join(owners, on="current_owner_id", how="left")
        .with_columns(
            is_covered=(
                pl.col("covered_states").list.contains(pl.col("state")).fill_null(False)
                | is_excepted(overrides, "current_owner_id")
            )
            & pl.col("left").is_not_null()
        )
        .with_columns(stays=pl.col("is_covered") & (order.over("current_owner_id", "is_covered") <= pl.col("left")))
        .sort("account_id")
    )
    return (
        HOLDINGS.conform(rest.filter("stays").select("account_id", rep_id="current_owner_id")),
        UNSEATED.conform(rest.filter(~pl.col("stays"))),
    )


def overflow_reasons(
    placed: InsideSalesFrame,
    rest: UnseatedFrame,
    books: CurrentBooksFrame,
    reps: RepsFrame,
    overrides: CoverageOverridesFrame,
    families: FamilyNotesFrame,
) -> OverflowFrame:
    """Queue, member and reason of every account that no receiving rep can hold.

    Parameters
    ----------
    overrides
        As `overrides_that_matter` gives them.
    """
    receivers = books.filter("is_receiver")
    covered = set(receivers["covered_states"].explode().drop_nulls())
    excepted = overrides.join(receivers, on="rep_id", how="semi")["account_id"]
    frame = (
        placed.join(rest, on="account_id")
        .join(reps.select("rep_id", member_name="name"), left_on="member_id", right_on="rep_id", how="left")
        .join(families, on="account_id", how="left")
        .with_columns(
            is_move=pl.col("member_id").ne_missing(pl.col("current_owner_id")),
            is_excepted=pl.col("account_id").is_in(excepted.implode()),
            move_reason=pl.when(pl.col("family_outcome") == "no_book")
            .then(pl.lit("family"))
            .when("is_capped")
            .then(pl.lit("revenue_cap"))
            .when(pl.col("state").is_in(sorted(covered)) | pl.col("account_id").is_in(excepted.implode()))
            .then(pl.lit("no_seat"))
            .otherwise(pl.lit("no_coverage")),
            queue_name=pl.col("inside_sales_queue").replace_strict(QUEUE_NAMES, return_dtype=pl.String),
        )
        .with_columns(
            reason_sentence=pl.when(pl.col("move_reason") == "family")
            .then(
                pl.lit("No receiving rep can hold its family, ")
                + pl.col("family_name")
                + ", whole ("
                + pl.col("family_size").cast(pl.String)
                + " accounts); "
            )
            .when(pl.col("move_reason") == "revenue_cap")
            .then(
                pl.lit("No receiving rep who covers ")
                + pl.col("state")
                + " has both a seat and, below the revenue cap, room for it; "
            )
            .when(pl.col("move_reason") == "no_seat")
            .then(
                pl.lit("Every receiving rep who covers ")
                + pl.col("state")
                + pl.when("is_excepted").then(pl.lit(", or may hold it by an override,")).otherwise(pl.lit(""))
                + " is full; "
            )
            .otherwise(pl.lit("No receiving rep covers ") + pl.col("state") + "; ")
            + pl.col("queue_name")
            + " ("
            + pl.col("member_name")
            + ") works it."
        )
    )
    return OVERFLOW.conform(frame)
