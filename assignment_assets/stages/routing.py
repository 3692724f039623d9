"""Between the quarters: new accounts find their owner, events find their cycle. Assets of the group `routing`."""

import time
from datetime import timedelta

import dagster as dg
import polars as pl

from assignment_assets.domain.routing.tables import (
    DECISIONS,
    DEPARTURES,
    EVENT_CYCLES,
    EVENTS,
    EXCEPTIONS,
    SUMMARY,
    WORKLOAD,
    WRITES,
)
from assignment_assets.domain.routing.views import minutes_to_owner
from assignment_assets.io.changes import ChangeReader
from assignment_assets.io.folders import DataFolder
from assignment_assets.report.pictures.canvas import markdown
from assignment_assets.report.pictures.routing import hours_picture, rules_picture
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.decide import decide, plan_events
from assignment_assets.routing.hand_over import write_hand_over
from assignment_assets.routing.log import RoutingLog, read_routing
from assignment_assets.routing.watch import measure, study_conflicts, watch
from assignment_assets.stages.cycle import CYCLES, as_table, counts, table_metadata
from assignment_assets.stages.routing_pass import Standing, look, write_decisions

POOL = "routing"
SEEN_STOPPED = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=2), warn_window=timedelta(minutes=75))
APPENDED = "append-only"
SHOWN = 30


def routing_asset(deps=(), **options):
    """Decorator of one asset of continuous routing: not partitioned, in a pool of its own, its staleness seen."""
    return dg.asset(
        group_name="routing",
        deps=list(deps),
        pool=POOL,
        kinds=options.pop("kinds", {"duckdb", "polars"}),
        owners=["team:growth-strategy"],
        freshness_policy=SEEN_STOPPED,
        **options,
    )


def routing_log() -> RoutingLog:
    """The routing log of the data folder."""
    return RoutingLog(DataFolder.from_environment())


@routing_asset(kinds={"salesforce", "duckdb"})
def new_accounts(source: Source, clock: Clock) -> dg.MaterializeResult:
    """Accounts that need an owner, as of this poll: new records, accounts of nobody, accounts given back.

    Reads what was modified since the last poll, with an overlap, and compares it with what was seen before.
    """
    log, now = routing_log(), clock.now()
    polled = look(log, ChangeReader(source.setting()), standing := Standing.now(log, now), now)
    shown = polled.candidates.select("account_id", "why", "created_at", "state", "owner_id")
    return dg.MaterializeResult(metadata=table_metadata(shown, APPENDED) | {
        "poll": polled.poll_no, "rows read": polled.changed_rows, "events": polled.events.height,
        "policies in force": ", ".join(sorted(standing.policies)) or "none: nothing is written",
        "signed files refused": "; ".join(standing.refused) or "none",
    })


@routing_asset(deps=["new_accounts"])
def events(context: dg.AssetExecutionContext, clock: Clock) -> dg.MaterializeResult:
    """What happened between two polls, each event once, and the cycle that settles it.

    Departures are settled here account by account: most wait for their cycle, active pipeline is listed for the
    director, low tiers go to the territory pool. A standing policy says how far a cycle runs by itself.
    """
    log, now = routing_log(), clock.now()
    standing = Standing.now(log, now)
    taken = context.instance.get_dynamic_partitions(CYCLES.name)
    cycles = plan_events(log, standing.rules, standing.policies, list(taken), now)
    found, ways = read_routing(log.folder, EVENTS), read_routing(log.folder, DEPARTURES)
    lists = write_hand_over(log.folder, ways.filter(pl.col("detected_at") == now))
    return dg.MaterializeResult(metadata=table_metadata(found.sort("detected_at").tail(SHOWN), APPENDED) | {
        "events by kind": counts(found, "kind"),
        "waiting for the quiet window": found.filter(pl.col("cycle").is_null() & (pl.col("scope") != "family")).height,
        "new event cycles": as_table(cycles.select("cycle", "scope", "event_count", "up_to", "max_moves", "why")),
        "all event cycles": read_routing(log.folder, EVENT_CYCLES).height,
        "departures, accounts by way": counts(ways, "rep_id", "way"),
        "hand-over lists written": ", ".join(str(path.name) for path in lists) or "none",
    })


@routing_asset(deps=["new_accounts", "events"])
def routing_decisions(clock: Clock) -> dg.MaterializeResult:
    """Who takes each account, by which rule, on which evidence, and who was passed over and why.

    Two rules or territories that name different people are a conflict: settled by their order, and logged.
    """
    log, now = routing_log(), clock.now()
    standing = Standing.now(log, now)
    routed = decide(log, standing.rules, standing.policies, now)
    decided, conflicts = routed.frames()
    shown = decided.select("decision_no", "account_id", "new_owner_id", "rule", "evidence", "passed_over", "territory")
    return dg.MaterializeResult(metadata=table_metadata(shown, APPENDED) | {
        "by rule": counts(decided, "rule"), "conflicts": conflicts.height,
        "exception queue": as_table(read_routing(log.folder, EXCEPTIONS).tail(SHOWN)),
    })


@routing_asset(deps=["routing_decisions"], kinds={"salesforce", "duckdb"})
def routing_write_back(context: dg.AssetExecutionContext, source: Source, clock: Clock) -> dg.MaterializeResult:
    """The decisions that a standing policy covers, written to Account.OwnerId and read back, one by one.

    Without a policy nothing is written; above its largest number of moves the rest waits for a person.
    """
    log, now = routing_log(), clock.now()
    if source.setting().kind != "salesforce":
        return dg.MaterializeResult(metadata={"why": "the source is no org: take the decisions from data/routing"})
    ended = write_decisions(log, source.desk(), Standing.now(log, now), clock.now, time.sleep)
    context.log.info(f"routing: {ended.height} accounts ended")
    return dg.MaterializeResult(metadata=table_metadata(ended, APPENDED) | {
        "accounts by outcome": counts(ended, "outcome"), "ever": read_routing(log.folder, WRITES).height,
    })


@routing_asset(deps=["routing_write_back"])
def routing_summary(clock: Clock) -> dg.MaterializeResult:
    """The last 24 hours and 30 days: how many, by which rule, how fast; workload and alerts as they stand."""
    log, now = routing_log(), clock.now()
    raised = watch(log, Standing.now(log, now).rules, now)
    frame, loaded = read_routing(log.folder, SUMMARY), read_routing(log.folder, WORKLOAD)
    day = frame.filter((pl.col("span") == "day") & (pl.col("rule") == "all"))
    figures = day.row(0, named=True) if day.height else {}
    return dg.MaterializeResult(metadata=table_metadata(frame, "replaced") | {
        "summary": as_table(frame),
        "routed in 24 hours": figures.get("decisions", 0),
        "median minutes to owner": _figure(figures.get("median_minutes")),
        "worst minutes to owner": _figure(figures.get("worst_minutes")),
        "alerts": raised.height,
        "alerts that stand": as_table(raised.sort("hours", descending=True).head(SHOWN)),
        "above the high-water mark": loaded.filter("is_high").height,
        "fullest reps": as_table(loaded.sort("index", descending=True).head(10)),
    })


@routing_asset(deps=["routing_decisions"])
def routing_conflicts(clock: Clock) -> dg.MaterializeResult:
    """How often which rules name different people, and the missing rule that would have prevented most of it.

    The log's own accounts are routed again under every candidate rule; what stays in conflict is counted.
    """
    log, now = routing_log(), clock.now()
    pairs, missing = study_conflicts(log, Standing.now(log, now).rules, now)
    best = missing.row(0, named=True) if missing.height else {"candidate": "none", "prevented": 0, "toml": ""}
    return dg.MaterializeResult(metadata=table_metadata(pairs, "replaced") | {
        "pairs of rules": as_table(pairs.sort("conflicts", descending=True)),
        "the missing rule": f"{best['candidate']}: prevents {best['prevented']}",
        "as TOML": best["toml"],
        "candidates": as_table(missing),
        "conflicts": int(pairs["conflicts"].sum()),
    })


@routing_asset(deps=["routing_summary"])
def routing_kpis(clock: Clock) -> dg.MaterializeResult:
    """Time to ownership, coverage, reassignment rate, response in time, revenue per owner; with what cannot be
    measured from the sources named as such."""
    log, now = routing_log(), clock.now()
    rows = measure(log, Standing.now(log, now).rules, now)
    timed = minutes_to_owner(read_routing(log.folder, DECISIONS), read_routing(log.folder, WRITES))
    figures = {row["kpi"]: row["value"] for row in rows.iter_rows(named=True) if row["value"] is not None}
    return dg.MaterializeResult(metadata=table_metadata(rows, APPENDED) | figures | {
        "KPIs": as_table(rows.select("kpi", "value", "unit", "sentence")),
        "how fast": dg.MetadataValue.md(markdown(hours_picture(timed), "minutes to owner, day by day")),
        "by rule": dg.MetadataValue.md(markdown(rules_picture(read_routing(log.folder, SUMMARY)), "routed by rule")),
    })


def _figure(value: float | None) -> float:
    return -1.0 if value is None else value


ROUTING = [
    new_accounts,
    events,
    routing_decisions,
    routing_write_back,
    routing_summary,
    routing_conflicts,
    routing_kpis,
]
