"""What a review is drawn from and judged on: the proposal's tables, its books and people, who takes what is dropped."""

from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.assignment.overflow import inside_sales_queue
from assignment_assets.domain.reading import Query, Reader
from assignment_assets.domain.review.facts import (
    FALLBACK,
    REVIEW_BOOKS,
    REVIEW_REPS,
    FallbackFrame,
    ReviewBooksFrame,
    ReviewRepsFrame,
)
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    AccountsFrame,
    CurrentBooksFrame,
    EligiblePoolFrame,
    OverflowFrame,
    ProposedBooksFrame,
    RepsFrame,
)

REVIEWABLE: Query[ReviewBooksFrame] = Query(
    "reviewed_books/proposal",
    (PROPOSED_BOOKS, OVERFLOW, ELIGIBLE_POOL, CURRENT_BOOKS),
    REVIEW_BOOKS.key,
    REVIEW_BOOKS.columns,
)
PEOPLE: Query[ReviewRepsFrame] = Query(
    "reviewed_books/people", (CURRENT_BOOKS, REPS, ELIGIBLE_POOL), REVIEW_REPS.key, REVIEW_REPS.columns
)


@dataclass(frozen=True)
class Proposal:
    """The tables of a cycle that has been proposed."""

    accounts: AccountsFrame
    pool: EligiblePoolFrame
    books: CurrentBooksFrame
    reps: RepsFrame
    proposed: ProposedBooksFrame
    overflow: OverflowFrame

    @classmethod
    def through(cls, reader: Reader) -> Self:
        """The cycle's rows."""
        return cls(
            accounts=reader.table(ACCOUNTS),
            pool=reader.table(ELIGIBLE_POOL),
            books=reader.table(CURRENT_BOOKS),
            reps=reader.table(REPS),
            proposed=reader.table(PROPOSED_BOOKS),
            overflow=reader.table(OVERFLOW),
        )


def fallback(
    review: ReviewBooksFrame, pool: EligiblePoolFrame, books: CurrentBooksFrame, config: RunConfig
) -> FallbackFrame:
    """Who in Inside Sales takes each account that a director may drop: unlocked ones in field books."""
    may_be_dropped = review.filter((pl.col("owner_kind") == "field") & ~pl.col("is_locked")).select("account_id")
    unseated = pool.join(may_be_dropped, on="account_id").rename({"owner_id": "current_owner_id"})
    return FALLBACK.conform(inside_sales_queue(unseated, books, config))
