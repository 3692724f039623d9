"""What the judge of a review is given, from the waterfall's tables: books, people, who takes what is dropped."""

import polars as pl

from assignment_assets.domain.assignment.overflow import inside_sales_queue
from assignment_assets.domain.review.facts import REVIEW_BOOKS, REVIEW_REPS
from assignment_assets.domain.setup.eligible_pool import fixed_accounts
from assignment_assets.domain.setup.run_config import RunConfig


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


def review_reps(books: pl.DataFrame, reps: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """What the judge of a review takes as reps: books, names, directors, and accounts fixed outside the pool."""
    fixed = fixed_accounts(pool).group_by("rep_id").agg(fixed_count=pl.len())
    return REVIEW_REPS.conform(
        books.join(reps.select("rep_id", "name", "director_email"), on="rep_id")
        .join(fixed, on="rep_id", how="left")
        .with_columns(fixed_count=pl.when(pl.col("team") == "field").then("fixed_count").fill_null(0))
    )


def fallback(review: pl.DataFrame, pool: pl.DataFrame, books: pl.DataFrame, config: RunConfig) -> pl.DataFrame:
    """Who in Inside Sales takes each account that a director may drop (FALLBACK): unlocked ones in field books.

    Parameters
    ----------
    review
        As `review_books` gives it.
    pool, books
        Tables `eligible_pool`, `current_books`.
    """
    may_be_dropped = review.filter((pl.col("owner_kind") == "field") & ~pl.col("is_locked")).select("account_id")
    return inside_sales_queue(
        pool.join(may_be_dropped, on="account_id").rename({"owner_id": "current_owner_id"}), books, config
    )
