"""The proposal as one frame: every account of the pool once, with its current and its new owner."""

import polars as pl

from assignment_assets.domain.review.facts import REVIEW_BOOKS, REVIEW_REPS

COSTS = ("keep_cost_balance", "keep_cost_minutes", "keep_cost_moves")


def assigned(proposed: pl.DataFrame, overflow: pl.DataFrame) -> pl.DataFrame:
    """account_id, current_owner_id, new_owner_id, owner_kind, is_locked, is_move, reason and cost of keeping.

    Parameters
    ----------
    proposed, overflow
        Tables `proposed_books` and `overflow`.
    """
    common = (
        "account_id",
        "current_owner_id",
        "new_owner_id",
        "owner_kind",
        "is_locked",
        "is_move",
        "move_reason",
        "reason_sentence",
        *COSTS,
    )
    held = proposed.with_columns(new_owner_id="rep_id", owner_kind=pl.lit("field"), is_locked=pl.col("phase") == "lock")
    worked = overflow.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in COSTS),
        new_owner_id="member_id",
        owner_kind=pl.lit("inside_sales"),
        is_locked=pl.lit(False),
    )
    return pl.concat([held.select(common), worked.select(common)]).sort("account_id")


def review_books(rows: pl.DataFrame, pool: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """What the judge of a review takes as books; a lock with an Inside Sales member is an Inside Sales account."""
    field = books.filter(pl.col("team") == "field")["rep_id"].implode()
    return REVIEW_BOOKS.conform(
        rows.join(pool.select("account_id", "state"), on="account_id")
        .rename({"new_owner_id": "proposed_owner_id"})
        .with_columns(
            owner_kind=pl.when(pl.col("proposed_owner_id").is_in(field))
            .then(pl.lit("field"))
            .otherwise(pl.lit("inside_sales"))
        )
    )


def review_reps(books: pl.DataFrame, reps: pl.DataFrame, seats: pl.DataFrame) -> pl.DataFrame:
    """What the judge of a review takes as reps: books, names, directors, and accounts fixed outside the pool."""
    return REVIEW_REPS.conform(
        books.join(reps.select("rep_id", "name", "director_email"), on="rep_id")
        .join(seats.select("rep_id", "fixed_count"), on="rep_id", how="left")
        .with_columns(pl.col("fixed_count").fill_null(0))
    )
