"""Why each account goes where it goes: a closed code and a sentence for every row of the proposal."""

import polars as pl

from assignment_assets.domain.assignment.families import FamilyNotesFrame
from assignment_assets.domain.assignment.problem import ProblemInput, SolvedBooksFrame
from assignment_assets.domain.setup.eligible_pool import HoldingsFrame
from assignment_assets.domain.setup.overrides import CoverageOverridesFrame
from assignment_assets.domain.tables import PROPOSED_BOOKS, ProposedBooksFrame

MOVE_REASONS = {
    "locked": "stays: a lock holds it",
    "stays": "stays: the current owner is also the proposed one",
    "kept": "stays: no receiving rep has a seat, and its owner, who has one, is not part of this cycle",
    "unowned": "nobody works it: no owner, an inactive or a placeholder one",
    "owner_not_receiving": "its owner receives nothing in this cycle",
    "not_covered": "its owner does not cover its state",
    "full": "its owner's book is full",
    "revenue_cap": "a revenue cap leaves no room for it",
    "tie": "two reps are equally good; the better performer takes it",
    "family": "its family is kept together: it goes where they go",
    "rebalance": "moving it improves balance, drive time and disruption together",
    "no_coverage": "no receiving rep covers its state",
    "no_seat": "every receiving rep who covers its state is full",
}
LOCK_WORDS = {
    "l3m_referrer": "L3M referrer",
    "keep_with_owner": "keep with owner",
    "protected_deal": "protected deal",
    "dormant_pick": "dormant pick",
    "never_referred_pick": "never-referred pick",
}


def proposed_books(
    solved: SolvedBooksFrame,
    given: ProblemInput,
    kept: HoldingsFrame,
    overrides: CoverageOverridesFrame,
    families: FamilyNotesFrame,
) -> ProposedBooksFrame:
    """Every locked, placed or kept account with its rep and the reason.

    Parameters
    ----------
    solved
        Rows without a rep are left to the overflow.
    kept
        Accounts without a seat that stay with an owner outside this cycle.
    overrides
        As `overrides_that_matter` gives them: who holds an account by one is told so, with Growth Strategy's reason.
    families
        Without rows where families are apart.
    """
    owners = given.pool.select("account_id", "is_unowned", current_owner_id="owner_id")
    names = given.reps.select("rep_id", "name")
    locked = given.locks.select(
        "account_id",
        "rep_id",
        phase=pl.lit("lock"),
        move_reason=pl.lit("locked"),
        reason_sentence=pl.lit("Locked (") + pl.col("lock_kind").replace(LOCK_WORDS) + "): it stays with its owner.",
    )
    stays = kept.select(
        "account_id",
        "rep_id",
        phase=pl.lit("kept"),
        move_reason=pl.lit("kept"),
        reason_sentence=pl.lit("Kept: no receiving rep has a seat for it, so it stays with its owner."),
    )
    placed = (
        solved.filter(pl.col("rep_id").is_not_null())
        .join(owners, on="account_id")
        .join(families, on="account_id", how="left")
        .with_columns(move_reason=_reason_code())
    )
    placed = _with_names(placed, names).with_columns(tie_note=_tie_note())
    placed = placed.with_columns(reason_sentence=_sentence())
    frame = pl.concat([locked, stays, placed], how="diagonal_relaxed").drop("current_owner_id", "is_unowned")
    granted = overrides.select(
        "account_id",
        "rep_id",
        granted=pl.lit(" Outside their covered states, by Growth Strategy's override: ")
        + pl.col("reason").str.strip_chars_end(". ")
        + ".",
    )
    frame = frame.join(owners, on="account_id", how="left").join(granted, on=["account_id", "rep_id"], how="left")
    frame = frame.with_columns(
        reason_sentence=pl.col("reason_sentence") + pl.col("granted").fill_null(""),
        is_move=pl.col("rep_id").ne_missing(pl.col("current_owner_id")),
    )
    return PROPOSED_BOOKS.conform(frame)


def _reason_code() -> pl.Expr:
    return (
        pl.when(pl.col("rep_id") == pl.col("current_owner_id"))
        .then(pl.lit("stays"))
        .when(pl.col("family_outcome") == "whole")
        .then(pl.lit("family"))
        .when(pl.col("is_unowned"))
        .then(pl.lit("unowned"))
        .when(pl.col("keep_blocked").is_in(["inactive", "no_owner"]))
        .then(pl.lit("owner_not_receiving"))
        .when(pl.col("keep_blocked") == "not_covered")
        .then(pl.lit("not_covered"))
        .when(pl.col("tie_rep_id").is_not_null())
        .then(pl.lit("tie"))
        .when(pl.col("keep_blocked") == "full")
        .then(pl.lit("full"))
        .when(pl.col("keep_blocked") == "capped")
        .then(pl.lit("revenue_cap"))
        .otherwise(pl.lit("rebalance"))
    )


def _with_names(placed: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    ends = {
        "current_owner_id": "from_name",
        "rep_id": "to_name",
        "runner_up_rep_id": "next_name",
        "tie_rep_id": "tie_name",
    }
    for column, target in ends.items():
        placed = placed.join(names.rename({"rep_id": column, "name": target}), on=column, how="left")
    return placed


def _sentence() -> pl.Expr:
    minutes = pl.col("drive_minutes").cast(pl.String)
    runner_up = (
        pl.when(pl.col("next_name").is_not_null())
        .then(pl.lit(" Next best: ") + pl.col("next_name") + ".")
        .otherwise(pl.lit(""))
    )
    cost = (
        pl.lit(" Keeping it would change imbalance by ")
        + _signed("keep_cost_imbalance", 4)
        + " points, drive time by "
        + _signed("keep_cost_minutes", 0)
        + " minutes and moves by "
        + _signed("keep_cost_moves", 0)
        + "."
    )
    to = pl.col("to_name") + " (" + minutes + " min)"
    sender = pl.col("from_name").fill_null("nobody")
    return (
        pl.when(pl.col("move_reason") == "stays")
        .then(pl.lit("Stays with ") + to + ".")
        .when(pl.col("move_reason") == "family")
        .then(
            pl.lit("Goes from ")
            + sender
            + " to "
            + to
            + _with_family()
            + runner_up
            + pl.when(pl.col("keep_blocked").is_in(["", "full"])).then(cost).otherwise(pl.lit(""))
        )
        .when(pl.col("move_reason") == "unowned")
        .then(pl.lit("Nobody works it now; goes to ") + to + "." + runner_up)
        .when(pl.col("move_reason") == "owner_not_receiving")
        .then(sender + " receives nothing in this cycle; goes to " + to + "." + runner_up)
        .when(pl.col("move_reason") == "not_covered")
        .then(sender + " does not cover its state; goes to " + to + "." + runner_up)
        .when(pl.col("move_reason") == "tie")
        .then(pl.lit("Goes to ") + to + ". " + pl.col("tie_note"))
        .when(pl.col("move_reason") == "full")
        .then(sender + "'s book is full; goes to " + to + "." + runner_up + cost)
        .when(pl.col("move_reason") == "revenue_cap")
        .then(sender + "'s book has no room for its revenue; goes to " + to + "." + runner_up)
        .otherwise(pl.lit("Goes from ") + sender + " to " + to + "." + runner_up + cost)
    )


def _tie_note() -> pl.Expr:
    """Both reps of a tie with their drive and their performance; empty where nothing was tied."""
    ends = [
        pl.col(name) + " (" + pl.col(minutes).cast(pl.String) + " min, performance " + _plain(performance) + ")"
        for name, minutes, performance in (
            ("tie_name", "tie_minutes", "tie_performance"),
            ("to_name", "drive_minutes", "performance"),
        )
    ]
    note = pl.lit("A tie between ") + ends[0] + " and " + ends[1] + ": the better performer takes it."
    return pl.when(pl.col("tie_rep_id").is_not_null()).then(note).otherwise(pl.lit(""))


def _plain(column: str) -> pl.Expr:
    """A number with at most two decimals: 1.2, 90."""
    return pl.col(column).round(2).cast(pl.String).str.strip_suffix(".0")


def _with_family() -> pl.Expr:
    size = pl.col("family_size").cast(pl.String)
    return pl.lit(" with its family, ") + pl.col("family_name") + " (" + size + " accounts)."


def _signed(column: str, digits: int) -> pl.Expr:
    rounded = pl.col(column).round(digits) if digits else pl.col(column).round(0).cast(pl.Int64)
    return pl.when(rounded > 0).then(pl.lit("+")).otherwise(pl.lit("")) + rounded.cast(pl.String)
