"""Whether a new owner has accepted in time; what is not accepted goes back to be routed again."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.candidates import SETTLED
from assignment_assets.domain.routing.tables import ANSWERS


def pending(decisions: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """The latest decision of each account that still waits for its owner's answer."""
    latest = decisions.sort("decision_no").group_by("account_id", maintain_order=True).last()
    return (
        latest.filter(pl.col("accept_by").is_not_null()).join(answers, on="decision_no", how="anti").sort("decision_no")
    )


def lapsed(decisions: pl.DataFrame, answers: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Rows of `routing_answers` for the decisions whose time is over."""
    over = pending(decisions, answers).filter(pl.col("accept_by") <= now)
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


def given_back(decisions: pl.DataFrame, answers: pl.DataFrame, writes: pl.DataFrame) -> pl.DataFrame:
    """account_id, rep_id of accounts whose latest decision was declined or lapsed and was written or never will be."""
    latest = decisions.sort("decision_no").group_by("account_id", maintain_order=True).last()
    refused = answers.filter(pl.col("answer").is_in(["declined", "lapsed"]))
    written = writes.filter(pl.col("outcome").is_in(SETTLED)).select(decision_no="sign_off_no")
    return (
        latest.join(refused, on="decision_no", how="semi")
        .join(written, on="decision_no", how="semi")
        .select("account_id", rep_id="new_owner_id")
        .sort("account_id")
    )
