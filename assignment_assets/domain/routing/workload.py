"""The workload index of each rep and who stands above the high-water mark, with hysteresis."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.people import BOOK_SIZE
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import WORKLOAD

WEEK = timedelta(days=7)


def workload(
    accounts: pl.DataFrame,
    reps: pl.DataFrame,
    opportunities: pl.DataFrame,
    decisions: pl.DataFrame,
    before: pl.DataFrame,
    rules: RoutingRules,
    now: datetime,
    activities: pl.DataFrame | None = None,
) -> pl.DataFrame:
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
    owned = accounts.filter(pl.col("carve_out").is_null() & pl.col("owner_id").is_not_null())
    with_deal = opportunities.filter(~pl.col("is_closed")).select("account_id").unique()
    columns = {
        "active_accounts": owned,
        "pipeline_accounts": owned.join(with_deal, on="account_id", how="semi"),
        "weekly_inbound": decisions.filter(pl.col("decided_at") > now - WEEK).select(
            "account_id", owner_id="new_owner_id"
        ),
    }
    frame = reps.filter((pl.col("team") == "field") & pl.col("is_active")).select(
        "rep_id", segment=pl.col("region").fill_null("none"), capacity=pl.col("capacity").fill_null(BOOK_SIZE)
    )
    for name, rows in columns.items():
        counts = rows.group_by(rep_id="owner_id").len(name)
        frame = frame.join(counts, on="rep_id", how="left").with_columns(pl.col(name).fill_null(0).cast(pl.Int64))
    active = (
        pl.DataFrame(schema={"rep_id": pl.String, "weekly_activity": pl.Int64})
        if activities is None
        else (
            activities.filter(pl.col("happened_at") > now - WEEK)
            .group_by("rep_id")
            .agg(weekly_activity=pl.len().cast(pl.Int64))
        )
    )
    frame = frame.join(active, on="rep_id", how="left")
    if activities is not None:
        frame = frame.with_columns(pl.col("weekly_activity").fill_null(0))
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


def above_high_water(workloads: pl.DataFrame) -> list[str]:
    """The reps who get no inbound accounts now."""
    return workloads.filter("is_high")["rep_id"].to_list()
