"""What happens between the quarters, for Growth Strategy to read: the routing log and everything that stands out."""

from datetime import datetime, timedelta

import polars as pl
from starlette.responses import HTMLResponse, Response

from assignment_assets.domain.routing.tables import (
    ALERTS,
    CONFLICT_PAIRS,
    DECISIONS,
    DEPARTURE_WAYS,
    EVENT_CYCLES,
    EXCEPTIONS,
    HIERARCHY_CONFLICTS,
    KPIS,
    MISSING_RULES,
    PASSES,
    PILOT_COMPARISON,
    POLLS,
    SEEN_REPS,
    SHADOW_ACCOUNTS,
    SUMMARY,
    WORKLOAD,
)
from assignment_assets.domain.routing.views import ALL_RULES, OWNER_TIMES, SPANS, minutes_to_owner
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import answer_routing, read_routing
from assignment_assets.review_app.access import PageRefused
from assignment_assets.review_app.context import PageRequest

MOST_ROWS, MOST_SHORT = 200, 20
STOPPED = timedelta(hours=2)
SPAN_WORDS = {"day": "the last 24 hours", "month": "the last 30 days"}


def show(request: PageRequest) -> Response:
    """The page; `?span=month` shows the log of 30 days in place of a day."""
    span = request.query.get("span", "day")
    if span not in SPANS:
        raise PageRefused(404, "There is no such page.")
    request.note("viewed routing", span)
    return HTMLResponse(
        request.render("routing.html", span=span, spans=SPAN_WORDS, **_shown(request.context.folder, span, request.now))
    )


def refuse(request: PageRequest) -> Response:
    """Nothing is sent from this page."""
    raise PageRefused(404, "There is nothing to send from this page.")


def _shown(folder: DataFolder, span: str, now: datetime) -> dict[str, object]:
    def table(which: Table[F]) -> F:
        return read_routing(folder, which)

    names = dict(table(SEEN_REPS).select("rep_id", "name").iter_rows())
    decided = minutes_to_owner(table(DECISIONS), answer_routing(folder, OWNER_TIMES)).filter(
        pl.col("decided_at") > now - SPANS[span]
    )
    ended: datetime | None = table(PASSES).select(pl.col("ended_at").max()).item()
    alerts, kpis = table(ALERTS), table(KPIS)
    workload = table(WORKLOAD).with_columns(
        hours=pl.when("is_high").then((pl.lit(now) - pl.col("since")).dt.total_seconds() / 3600)
    )
    summary = table(SUMMARY).sort("span", "decisions", descending=[False, True])
    none = {"decisions": 0, "median_minutes": None, "worst_minutes": None}
    all_rules = {row["span"]: row for row in summary.filter(rule=ALL_RULES).to_dicts()}
    missing = table(MISSING_RULES).sort("prevented", "other_owners", descending=[True, False])
    return {
        "names": names,
        "ended": ended,
        "is_stopped": ended is not None and now - ended > STOPPED,
        "polls": table(POLLS).height,
        "summary": summary.to_dicts(),
        "totals": [all_rules.get(each, none | {"span": each}) for each in SPANS],
        "log_count": decided.height,
        "log": decided.sort("decision_no", descending=True).head(MOST_ROWS).to_dicts(),
        "unowned": alerts.filter(kind="unowned").sort("hours", descending=True).to_dicts(),
        "high": workload.filter("is_high").sort("hours", descending=True).to_dicts(),
        "workload": workload.sort("index", descending=True).head(MOST_SHORT).to_dicts(),
        "pairs": table(CONFLICT_PAIRS).sort("conflicts", descending=True).to_dicts(),
        "missing": missing.head(MOST_SHORT).to_dicts(),
        "families": table(HIERARCHY_CONFLICTS).sort("crosses_regions", descending=True).head(MOST_SHORT).to_dicts(),
        "family_count": table(HIERARCHY_CONFLICTS).height,
        "leavers": table(DEPARTURE_WAYS).sort("detected_at", descending=True).head(MOST_SHORT).to_dicts(),
        "cycles": table(EVENT_CYCLES).sort("planned_at", descending=True).head(MOST_SHORT).to_dicts(),
        "exceptions": table(EXCEPTIONS).sort("exception_no", descending=True).head(MOST_ROWS).to_dicts(),
        "exception_count": table(EXCEPTIONS).height,
        "shadows": table(SHADOW_ACCOUNTS).sort("finding", "customer_key").head(MOST_SHORT).to_dicts(),
        "shadow_count": table(SHADOW_ACCOUNTS).height,
        "pilot": table(PILOT_COMPARISON).to_dicts(),
        "kpis": kpis.filter(pl.col("at") == pl.col("at").max()).to_dicts(),
    }
