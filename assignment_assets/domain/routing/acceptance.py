"""Whether a new owner has accepted in time; what is not accepted goes back to be routed again."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.latest_decisions import AwaitingAnswerFrame
from assignment_assets.domain.routing.tables import ANSWERS, AnswersFrame


def lapsed(waiting: AwaitingAnswerFrame, now: datetime) -> AnswersFrame:
    """Rows of `routing_answers` for the decisions whose time is over."""
    over = waiting.filter(pl.col("accept_by") <= now)
    return ANSWERS.conform(
        over.select(
            "decision_no",
            "account_id",
            rep_id="new_owner_id",
            answer=pl.lit("lapsed"),
            at=pl.lit(now),
            note=pl.lit("not accepted in time"),
        )
    )
