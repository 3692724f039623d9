"""What conflicts are found in: deals, shared and ownerless accounts, and the books as they would be signed.

Accounts that another cycle has taken over are that cycle's to answer for; none of these has them.
"""

from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.review.facts import ReviewRepsFrame
from assignment_assets.domain.review.inputs import PEOPLE
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    DATE,
    DECIDED_BOOKS,
    ELIGIBLE_POOL,
    FLAG,
    OPPORTUNITIES,
    REPS,
    TEXT,
    TEXTS,
    WHOLE,
)

MovingDealsFrame = NewType("MovingDealsFrame", pl.DataFrame)
PipelineFrame = NewType("PipelineFrame", pl.DataFrame)
SharedAccountsFrame = NewType("SharedAccountsFrame", pl.DataFrame)
OwnerlessFrame = NewType("OwnerlessFrame", pl.DataFrame)
BooksAsSignedFrame = NewType("BooksAsSignedFrame", pl.DataFrame)

MOVING_DEALS: Query[MovingDealsFrame] = Query(
    "conflicts/moving_deals",
    (DECIDED_BOOKS, ACCOUNTS, OPPORTUNITIES, ELIGIBLE_POOL),
    ("opportunity_id",),
    {
        "opportunity_id": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "current_owner_id": TEXT,
        "reviewed_owner_id": TEXT,
        "is_unowned": FLAG,
        "close_on": DATE,
        "amount_cents": WHOLE,
    },
)
PIPELINE: Query[PipelineFrame] = Query(
    "conflicts/pipeline_handed_on",
    (DECIDED_BOOKS, ACCOUNTS, OPPORTUNITIES),
    ("current_owner_id",),
    {"current_owner_id": TEXT, "deal_count": WHOLE, "amount_cents": WHOLE, "taker_count": WHOLE},
)
SHARED_ACCOUNTS: Query[SharedAccountsFrame] = Query(
    "conflicts/shared_accounts",
    (DECIDED_BOOKS, ACCOUNTS, ELIGIBLE_POOL),
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "current_owner_id": TEXT,
        "reviewed_owner_id": TEXT,
        "is_unowned": FLAG,
        "is_house": FLAG,
        "co_owner_ids": TEXTS,
    },
)
OWNERLESS: Query[OwnerlessFrame] = Query(
    "conflicts/without_active_owner",
    (DECIDED_BOOKS, ACCOUNTS, CURRENT_BOOKS),
    ("account_id",),
    {"account_id": TEXT, "name": TEXT, "reviewed_owner_id": TEXT},
)
BOOKS_AS_SIGNED: Query[BooksAsSignedFrame] = Query(
    "conflicts/books_as_signed",
    (DECIDED_BOOKS, ELIGIBLE_POOL, ACCOUNTS, CURRENT_BOOKS, REPS),
    ("rep_id",),
    {
        "rep_id": TEXT,
        "name": TEXT,
        "region": TEXT,
        "capacity": WHOLE,
        "account_count": WHOLE,
        "revenue_cents": WHOLE,
        "value_cents": WHOLE,
        "is_touched": FLAG,
        "is_gaining": FLAG,
    },
)


@dataclass(frozen=True)
class ConflictsInput:
    """The facts of every kind of conflict, and the people that sentences name."""

    people: ReviewRepsFrame
    moving_deals: MovingDealsFrame
    pipeline: PipelineFrame
    shared: SharedAccountsFrame
    ownerless: OwnerlessFrame
    books: BooksAsSignedFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                people=reader.answer(PEOPLE),
                moving_deals=reader.answer(MOVING_DEALS),
                pipeline=reader.answer(PIPELINE),
                shared=reader.answer(SHARED_ACCOUNTS),
                ownerless=reader.answer(OWNERLESS),
                books=reader.answer(BOOKS_AS_SIGNED),
            )
