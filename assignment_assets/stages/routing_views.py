"""What people look at between the quarters: conflicts of rules, KPIs, the pilot. Brought up to date hourly."""

from typing import Any

import dagster as dg

from assignment_assets.domain.routing.tables import DECISIONS, SUMMARY
from assignment_assets.domain.routing.views import OWNER_TIMES, minutes_to_owner
from assignment_assets.io.warehouse.routing_copies import answer_routing, read_routing
from assignment_assets.report.pictures.canvas import markdown
from assignment_assets.report.pictures.routing import hours_picture, rules_picture
from assignment_assets.resources import Clock
from assignment_assets.routing.reconcile import compare_pilot
from assignment_assets.routing.watch import measure, study_conflicts
from assignment_assets.stages.cycle import as_table, table_metadata
from assignment_assets.stages.routing_frame import APPENDED, REPLACED, routing_asset, routing_log
from assignment_assets.stages.routing_pass import RoutingState


@routing_asset(deps=["routing_decisions"])
def routing_conflicts(clock: Clock) -> dg.MaterializeResult[Any]:
    """How often which rules name different people, and the missing rule that would have prevented most of it.

    The log's own accounts are routed again under every candidate rule; what stays in conflict is counted.
    """
    log, now = routing_log(), clock.now()
    pairs, missing = study_conflicts(log, RoutingState.now(log, now).rules, now)
    best = missing.row(0, named=True) if missing.height else {"candidate": "none", "prevented": 0, "toml": ""}
    return dg.MaterializeResult(
        metadata=table_metadata(pairs, REPLACED)
        | {
            "pairs of rules": as_table(pairs.sort("conflicts", descending=True)),
            "the missing rule": f"{best['candidate']}: prevents {best['prevented']}",
            "as TOML": best["toml"],
            "candidates": as_table(missing),
            "conflicts": int(pairs["conflicts"].sum()),
        }
    )


@routing_asset(deps=["routing_summary", "supplements"])
def routing_kpis(clock: Clock) -> dg.MaterializeResult[Any]:
    """Time to ownership, coverage, reassignment rate, response in time, revenue per owner; with what cannot be
    measured from the sources named as such."""
    log, now = routing_log(), clock.now()
    rows = measure(log, RoutingState.now(log, now).rules, now)
    timed = minutes_to_owner(read_routing(log.folder, DECISIONS), answer_routing(log.folder, OWNER_TIMES))
    figures = {row["kpi"]: row["value"] for row in rows.iter_rows(named=True) if row["value"] is not None}
    return dg.MaterializeResult(
        metadata=table_metadata(rows, APPENDED)
        | figures
        | {
            "KPIs": as_table(rows.select("kpi", "value", "unit", "sentence")),
            "how fast": dg.MetadataValue.md(markdown(hours_picture(timed), "minutes to owner, day by day")),
            "by rule": dg.MetadataValue.md(
                markdown(rules_picture(read_routing(log.folder, SUMMARY)), "routed by rule")
            ),
        }
    )


@routing_asset(deps=["routing_kpis"])
def pilot_comparison(clock: Clock) -> dg.MaterializeResult[Any]:
    """The KPIs of the pilot beside the rest. A pilot (`[pilot]` in the routing rules) is the segment to begin with:
    only its accounts are written and only its events run by themselves."""
    log, now = routing_log(), clock.now()
    pilot = RoutingState.now(log, now).rules.pilot
    found = compare_pilot(log, RoutingState.now(log, now).rules, now)
    return dg.MaterializeResult(
        metadata=table_metadata(found, REPLACED)
        | {
            "pilot": ", ".join([*pilot.regions, *pilot.states]) or "no pilot: everything counts",
            "KPIs": as_table(found),
        }
    )


VIEWS = [routing_conflicts, routing_kpis, pilot_comparison]
