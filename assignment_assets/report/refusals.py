"""What was refused, waits or was not written, as words of the run summary."""

import polars as pl

from assignment_assets.domain.placed import MOVED
from assignment_assets.report.wording import words


def refused(verdicts: pl.DataFrame) -> list[str]:
    """How many verdicts of each kind but `accepted`, with the rule."""
    counted = verdicts.filter(pl.col("verdict") != "accepted").group_by("rule", "verdict").len().sort("rule")
    return [f"{row['len']} {row['verdict']}: {words(row['rule'])}" for row in counted.iter_rows(named=True)]


def deferred(approved: pl.DataFrame) -> list[str]:
    """How many approved moves have waited for a seat."""
    count = approved.filter(pl.col("status") == "deferred").height
    return [f"{count} deferred for a while"] if count else []


def not_written(log: pl.DataFrame) -> list[str]:
    """How many attempts of each outcome that did not bring the new owner."""
    outcomes = log.filter(~pl.col("outcome").is_in(MOVED)).group_by("outcome").len()
    return [f"{count} {words(outcome)}" for outcome, count in outcomes.sort("outcome").iter_rows()]
