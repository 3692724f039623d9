"""Where the latest decision of each account stands: on its way, waiting for an answer, given back."""

from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.tables import ANSWERS, DECISIONS, WRITES
from assignment_assets.domain.tables import MOMENT, TEXT, WHOLE

OnTheWayFrame = NewType("OnTheWayFrame", pl.DataFrame)
AwaitingAnswerFrame = NewType("AwaitingAnswerFrame", pl.DataFrame)
GivenBackFrame = NewType("GivenBackFrame", pl.DataFrame)
ON_THE_WAY: Query[OnTheWayFrame] = Query(
    "routing_decisions/on_the_way",
    (DECISIONS, WRITES),
    ("account_id",),
    {
        "account_id": TEXT,
        "decision_no": WHOLE,
        "why": TEXT,
        "rule": TEXT,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,
        "segment": TEXT,
        "state": TEXT,
        "carve_out": TEXT,
    },
)
"""They count as owned already."""
AWAITING_ANSWER: Query[AwaitingAnswerFrame] = Query(
    "routing_decisions/awaiting_answer",
    (DECISIONS, ANSWERS),
    ("decision_no",),
    {"decision_no": WHOLE, "account_id": TEXT, "new_owner_id": TEXT, "accept_by": MOMENT},
)
GIVEN_BACK: Query[GivenBackFrame] = Query(
    "new_accounts/given_back",
    (DECISIONS, ANSWERS, WRITES),
    ("account_id",),
    {"account_id": TEXT, "rep_id": TEXT},
)
