"""Between the quarters: what is decided of new accounts, what is written of it, and how all of it stands."""

import time
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.routing.tables import (
    EXCEPTIONS,
    SUMMARY,
    WORKLOAD,
    WRITES,
)
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.decide import decide
from assignment_assets.routing.watch import watch
from assignment_assets.stages.cycle import as_table, counts, table_metadata
from assignment_assets.stages.routing_frame import APPENDED, REPLACED, SHOWN, routing_asset, routing_log
from assignment_assets.stages.routing_pass import RoutingState, write_decisions


@routing_asset(deps=["new_accounts", "events"])
def routing_decisions(clock: Clock) -> dg.MaterializeResult[Any]:
    """Who takes each account, by which rule, on which evidence, and who was passed over and why.

    Two rules or territories that name different people are a conflict: settled by their order, and logged.
    """
    log, now = routing_log(), clock.now()
    standing = RoutingState.now(log, now)
    routed = decide(log, standing.rules, standing.policies, now)
    decided, conflicts = routed.frames()
    shown = decided.select("decision_no", "account_id", "new_owner_id", "rule", "evidence", "passed_over", "territory")
    return dg.MaterializeResult(
        metadata=table_metadata(shown, APPENDED)
        | {
            "by rule": counts(decided, "rule"),
            "conflicts": conflicts.height,
            "exception queue": as_table(read_routing(log.folder, EXCEPTIONS).tail(SHOWN)),
        }
    )


@routing_asset(deps=["routing_decisions"], kinds={"salesforce", "duckdb"})
def routing_write_back(context: dg.AssetExecutionContext, source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """The decisions that a standing policy covers, written to Account.OwnerId and read back, one by one.

    Without a policy nothing is written; above its largest number of moves the rest waits for a person.
    """
    log, now = routing_log(), clock.now()
    if source.setting().kind != "salesforce":
        return dg.MaterializeResult(metadata={"why": "the source is no org: take the decisions from data/routing"})
    ended = write_decisions(log, source.gateway(), RoutingState.now(log, now), clock.now, time.sleep)
    context.log.info(f"routing: {ended.height} accounts ended")
    return dg.MaterializeResult(
        metadata=table_metadata(ended, APPENDED)
        | {
            "accounts by outcome": counts(ended, "outcome"),
            "ever": read_routing(log.folder, WRITES).height,
        }
    )


@routing_asset(deps=["routing_write_back"])
def routing_summary(clock: Clock) -> dg.MaterializeResult[Any]:
    """The last 24 hours and 30 days: how many, by which rule, how fast; workload and alerts as they stand."""
    log, now = routing_log(), clock.now()
    raised = watch(log, RoutingState.now(log, now).rules, now)
    frame, loaded = read_routing(log.folder, SUMMARY), read_routing(log.folder, WORKLOAD)
    day = frame.filter((pl.col("span") == "day") & (pl.col("rule") == "all"))
    figures = day.row(0, named=True) if day.height else {}
    return dg.MaterializeResult(
        metadata=table_metadata(frame, REPLACED)
        | {
            "summary": as_table(frame),
            "routed in 24 hours": figures.get("decisions", 0),
            "median minutes to owner": _figure(figures.get("median_minutes")),
            "worst minutes to owner": _figure(figures.get("worst_minutes")),
            "alerts": raised.height,
            "alerts that stand": as_table(raised.sort("hours", descending=True).head(SHOWN)),
            "above the high-water mark": loaded.filter("is_high").height,
            "fullest reps": as_table(loaded.sort("index", descending=True).head(10)),
        }
    )


def _figure(value: float | None) -> float:
    return -1.0 if value is None else value
