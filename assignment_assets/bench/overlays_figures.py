"""What is measured of a quarter of overlay roles: seconds, writes, catches, history; from the logs of both sides."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.bench.overlays_oracle import Row, at_close, is_ours
from assignment_assets.domain.overlays.history import as_it_was
from assignment_assets.domain.overlays.history import at_close as of_close
from assignment_assets.domain.overlays.tables import (
    CS_EVENTS,
    OVERLAY_CHANGES,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_STAMPS,
    OverlayHistoryFrame,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.sandbox.overlay_fields import OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT

FIELD_OF = {"csm": OPPORTUNITY_CSM, "sa": SOLUTIONS_ARCHITECT}
OF_A_CHANGE = ("account", "open_opportunity")


def latencies(folder: DataFolder, begun: datetime, ended: datetime) -> list[float]:
    """Seconds from an event's arrival to its last record read back, of events that arrived in this time.

    An event whose every write a later one overtook has none.
    """
    events = read_overlays(folder, CS_EVENTS).filter(pl.col("received_at").is_between(begun, ended))
    changes = read_overlays(folder, OVERLAY_CHANGES).select("event_id", "change_no", "role")
    stamps = read_overlays(folder, OVERLAY_STAMPS).filter(pl.col("why").is_in(OF_A_CHANGE))
    log = read_overlays(folder, OVERLAY_LOG).filter(outcome="verified").select("stamp_no", "verified_at")
    rows = (
        events.filter(origin="webhook")
        .select("event_id", "role", "received_at")
        .join(changes, on=["event_id", "role"])
        .join(stamps.select("change_no", "stamp_no"), on="change_no")
        .join(log, on="stamp_no")
        .group_by("event_id", "received_at")
        .agg(pl.col("verified_at").max())
    )
    return sorted((rows["verified_at"] - rows["received_at"]).dt.total_microseconds() / 1e6)


def percentile(values: list[float], share: float) -> float:
    """The least value that so many are not above; NaN of none."""
    return values[max(0, math.ceil(len(values) * share) - 1)] if values else math.nan


def writes(log: Iterable[Row], folder: DataFolder) -> tuple[int, int, int]:
    """The engine's effective writes; those beyond the stamps of their record and value, or twice in a row; and stamps
    that were verified though the org has no write of theirs."""
    stamps = read_overlays(folder, OVERLAY_STAMPS)
    verified = read_overlays(folder, OVERLAY_LOG).filter(outcome="verified").select("stamp_no").unique()
    key = ["record_id", "field", "new_id"]
    meant = Counter(stamps.select(key).iter_rows())
    done = Counter(stamps.join(verified, on="stamp_no").select(key).iter_rows())
    fields = set(stamps["field"])
    rows = [row for row in log if row["field"] in fields]
    made = Counter((row["record_id"], row["field"], row["new_value"]) for row in rows if is_ours(row))
    twice, last = 0, dict[tuple[str, str], Row]()
    for row in rows:
        before = last.get((row["record_id"], row["field"]))
        twice += bool(before and is_ours(before) and is_ours(row) and before["new_value"] == row["new_value"])
        last[row["record_id"], row["field"]] = row
    beyond = sum(max(0, count - meant[each]) for each, count in made.items())
    return sum(made.values()), beyond + twice, sum(max(0, count - made[each]) for each, count in done.items())


def history_at_close(
    history: OverlayHistoryFrame, folder: DataFolder, log: list[Row], first: dict[str, dict[str, str | None]]
) -> dict[str, Any]:
    """How many closings there were, and which of them the ownership history tells otherwise than the org's log.

    Opportunities that were merged away are not in the history's table any more and are left out.
    """
    told = of_close(as_it_was(history)).filter(part="primary", object="Opportunity")
    rows = told.select("role", "record_id", "until_at", "person_id").iter_rows()
    found = {(role, deal, at): person for role, deal, at, person in rows}
    known = set(read_overlays(folder, OVERLAY_OPPORTUNITIES)["opportunity_id"])
    closes = {key: people for key, people in at_close(log, first).items() if key[0] in known}
    wrong = [
        [role, deal, f"{at}", people.get(field), found.get((role, deal, at))]
        for (deal, at), people in closes.items()
        for role, field in FIELD_OF.items()
        if people.get(field) != found.get((role, deal, at))
    ]
    return {"closings": len(closes), "wrong": wrong}


def started(deals: pl.DataFrame) -> dict[str, dict[str, str | None]]:
    """Opportunity → field → who stood there when it was loaded."""
    return {row["Id"]: {field: row[field] for field in FIELD_OF.values()} for row in deals.iter_rows(named=True)}


def cpu_of_looks(passes: list[dict]) -> dict[str, Any]:
    """CPU seconds of looks that read what changed, over the quarter: the median of each quarter of them, the worst."""
    costs = [each["look_cpu"] for each in passes if not each["is_whole"]]
    parts = [costs[len(costs) * part // 4 : len(costs) * (part + 1) // 4] for part in range(4)]
    return {
        "looks": len(costs),
        "median_by_quarter": [round(percentile(sorted(part), 0.5), 2) for part in parts],
        "p99": round(percentile(sorted(costs), 0.99), 2),
        "worst": max(costs, default=math.nan),
        "lane_median": round(percentile(sorted(each["lane_cpu"] for each in passes if each["stamps"]), 0.5), 2),
    }
