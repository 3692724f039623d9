"""The workload index of each rep and who stands above the high-water mark, with hysteresis."""

from datetime import datetime, timedelta
from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.people import BOOK_SIZE
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    DECISIONS,
    SEEN_ACCOUNTS,
    SEEN_OPPORTUNITIES,
    SEEN_REPS,
    WORKLOAD,
    WorkloadFrame,
)
from assignment_assets.domain.sources.supplements import ACTIVITIES
from assignment_assets.domain.tables import TEXT, WHOLE

WEEK = timedelta(days=7)
WorkloadCountsFrame = NewType("WorkloadCountsFrame", pl.DataFrame)
WORKLOAD_COUNTS: Query[WorkloadCountsFrame] = Query(
    "routing_summary/workload_counts",
    (SEEN_REPS, SEEN_ACCOUNTS, SEEN_OPPORTUNITIES, DECISIONS, ACTIVITIES),
    ("rep_id",),
    {
        "rep_id": TEXT,
        "segment": TEXT,
        "capacity": WHOLE,
        "active_accounts": WHOLE,
        "pipeline_accounts": WHOLE,
        "weekly_inbound": WHOLE,
        "weekly_activity": WHOLE,
    },
)


def workload(counts: WorkloadCountsFrame, before: WorkloadFrame, rules: RoutingRules, now: datetime) -> WorkloadFrame:
    """Table `workload`: one row an active field rep.

    The index is percent of capacity: points per account owned, per account with an open deal and per account
    received in the last seven days, and per activity in these days where a source hands them over. Above the high mark
    a rep is high, and stays so until below the low one; `since` is when that began.

    Parameters
    ----------
    before
        The table as of the last time: what hysteresis goes by.
    """
    weights = rules.workload
    frame = counts.with_columns(pl.col("capacity").fill_null(BOOK_SIZE))
    points = (
        weights.per_account * pl.col("active_accounts")
        + weights.per_pipeline_account * pl.col("pipeline_accounts")
        + weights.per_weekly_inbound * pl.col("weekly_inbound")
        + weights.per_weekly_activity * pl.col("weekly_activity").fill_null(0)
    )
    marks = pl.DataFrame(
        [
            (segment, weights.marks_of(segment).low, weights.marks_of(segment).high)
            for segment in sorted(set(frame["segment"]))
        ],
        schema={"segment": pl.String, "low_water": pl.Float64, "high_water": pl.Float64},
        orient="row",
    )
    was = before.select("rep_id", was_high="is_high", was_since="since")
    judged = (
        frame.join(marks, on="segment")
        .join(was, on="rep_id", how="left")
        .with_columns(
            index=(100 * points / pl.col("capacity").clip(lower_bound=1)).round(2),
            was_high=pl.col("was_high").fill_null(False),
        )
    )
    is_high = (pl.col("index") > pl.col("high_water")) | (pl.col("was_high") & (pl.col("index") >= pl.col("low_water")))
    judged = judged.with_columns(is_high=is_high)
    unchanged = pl.col("is_high") == pl.col("was_high")
    return WORKLOAD.conform(
        judged.with_columns(
            since=pl.when(unchanged & pl.col("was_since").is_not_null()).then("was_since").otherwise(pl.lit(now))
        )
    )


def above_high_water(workloads: WorkloadFrame) -> list[str]:
    """The reps who get no inbound accounts now."""
    return workloads.filter("is_high")["rep_id"].to_list()
