"""What management is told: accounts without an owner for too long, reps above the high-water mark."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import polars as pl

from assignment_assets.domain.reading import Reader
from assignment_assets.domain.routing.owners import WITHOUT_OWNER, WithoutOwnerFrame
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ALERTS,
    UNOWNED,
    WORKLOAD,
    AlertsFrame,
    UnownedFrame,
    WorkloadFrame,
)


@dataclass(frozen=True)
class AlertsInput:
    """What alerts are drawn from: `before` is table `unowned_accounts` as of last time."""

    without_owner: WithoutOwnerFrame
    workloads: WorkloadFrame
    before: UnownedFrame

    @classmethod
    def read(cls, reader: Reader, rules: RoutingRules) -> Self:
        """As it stands now."""
        return cls(
            without_owner=reader.answer(WITHOUT_OWNER, placeholder_owner_ids=rules.placeholder_owner_ids),
            workloads=reader.table(WORKLOAD),
            before=reader.table(UNOWNED),
        )


def alerts(
    given: AlertsInput, last_poll_at: datetime, rules: RoutingRules, now: datetime
) -> tuple[AlertsFrame, UnownedFrame]:
    """Table `routing_alerts` and table `unowned_accounts`, as they stand now.

    A record that is newer than the last poll has been without an owner since it was created, any other since it
    was first seen so. A rep above the high-water mark counts from when that began. `hours` says how long it has
    lasted; for accounts only what has lasted `unowned_alert_hours` is an alert.
    """
    first = pl.when(pl.col("created_at") > last_poll_at).then("created_at").otherwise(pl.lit(now))
    lasting = given.without_owner.join(given.before, on="account_id", how="left").select(
        "account_id", since=pl.coalesce("since", first)
    )
    limit = now - timedelta(hours=rules.unowned_alert_hours)
    high = given.workloads.filter("is_high").select(
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
