"""What management is told: accounts without an owner for too long, reps above the high-water mark."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import ALERTS, UNOWNED


def unowned(accounts: pl.DataFrame, reps: pl.DataFrame, rules: RoutingRules) -> pl.DataFrame:
    """account_id and created_at of accounts outside carve-outs that no active person owns."""
    people = reps.select(owner_id="rep_id", works=pl.col("is_active") & (pl.col("team") != "placeholder"))
    works = pl.col("works").fill_null(False) & ~pl.col("owner_id").is_in(rules.placeholder_owner_ids).fill_null(False)
    return (
        accounts.filter(pl.col("carve_out").is_null())
        .join(people, on="owner_id", how="left")
        .filter(~works)
        .select("account_id", "created_at")
        .sort("account_id")
    )


def alerts(
    without_owner: pl.DataFrame,
    workloads: pl.DataFrame,
    before: pl.DataFrame,
    last_poll_at: datetime,
    rules: RoutingRules,
    now: datetime,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Table `routing_alerts` and table `unowned_accounts`, as they stand now.

    A record that is newer than the last poll has been without an owner since it was created, any other since it
    was first seen so. A rep above the high-water mark counts from when that began. `hours` says how long it has
    lasted; for accounts only what has lasted `unowned_alert_hours` is an alert.

    Parameters
    ----------
    before
        Table `unowned_accounts` as of last time.
    """
    first = pl.when(pl.col("created_at") > last_poll_at).then("created_at").otherwise(pl.lit(now))
    lasting = without_owner.join(before, on="account_id", how="left").select(
        "account_id", since=pl.coalesce("since", first)
    )
    limit = now - timedelta(hours=rules.unowned_alert_hours)
    high = workloads.filter("is_high").select(
        kind=pl.lit("high_water"),
        subject_id="rep_id",
        since="since",
        sentence=pl.format("workload {} above the high-water mark of {} ({})", "index", "high_water", "segment"),
    )
    old = lasting.filter(pl.col("since") <= limit).with_columns(
        subject_id="account_id",
        kind=pl.lit("unowned"),
        sentence=pl.lit(f"no active owner for more than {rules.unowned_alert_hours} hours"),
    )
    hours = (pl.lit(now) - pl.col("since")).dt.total_seconds() / 3600
    raised = pl.concat([old.select(high.columns), high]).with_columns(raised_at=pl.lit(now), hours=hours.round(2))
    return ALERTS.conform(raised), UNOWNED.conform(lasting)
