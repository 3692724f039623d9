"""Between the quarters: new accounts find their owner, events find their cycle. Assets of the group `routing`."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.routing.tables import (
    DEPARTURES,
    EVENT_CYCLES,
    EVENTS,
)
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.decide import plan_events
from assignment_assets.routing.hand_over import write_hand_over
from assignment_assets.routing.watch import follow_departures
from assignment_assets.stages.cycle import CYCLES, as_table, counts, table_metadata
from assignment_assets.stages.routing_frame import APPENDED, REPLACED, SHOWN, in_dollars, routing_asset, routing_log
from assignment_assets.stages.routing_pass import RoutingState, look
from assignment_assets.stages.routing_reconciled import RECONCILED
from assignment_assets.stages.routing_views import VIEWS
from assignment_assets.stages.routing_write_back import routing_decisions, routing_summary, routing_write_back


@routing_asset(kinds={"salesforce", "duckdb"})
def new_accounts(source: Source, clock: Clock) -> dg.MaterializeResult[Any]:
    """Accounts that need an owner, as of this poll: new records, accounts of nobody, accounts given back.

    Reads what was modified since the last poll, with an overlap, and compares it with what was seen before.
    """
    log, now = routing_log(), clock.now()
    polled = look(log, ChangeReader(source.setting()), standing := RoutingState.now(log, now), now)
    shown = polled.candidates.select("account_id", "why", "created_at", "state", "owner_id")
    return dg.MaterializeResult(
        metadata=table_metadata(shown, APPENDED)
        | {
            "poll": polled.poll_no,
            "rows read": polled.changed_rows,
            "events": polled.events.height,
            "policies in force": ", ".join(sorted(standing.policies)) or "none: nothing is written",
            "signed files refused": "; ".join(standing.refused) or "none",
        }
    )


@routing_asset(deps=["new_accounts"])
def events(context: dg.AssetExecutionContext, clock: Clock) -> dg.MaterializeResult[Any]:
    """What happened between two polls, each event once, and the cycle that settles it.

    Departures are settled here account by account: most wait for their cycle, active pipeline is listed for the
    director, low tiers go to the territory pool. A standing policy says how far a cycle runs by itself.
    """
    log, now = routing_log(), clock.now()
    standing = RoutingState.now(log, now)
    taken = context.instance.get_dynamic_partitions(CYCLES.name)
    cycles = plan_events(log, standing.rules, standing.policies, list(taken), now)
    found, ways = read_routing(log.folder, EVENTS), read_routing(log.folder, DEPARTURES)
    lists = write_hand_over(log.folder, ways.filter(pl.col("detected_at") == now))
    return dg.MaterializeResult(
        metadata=table_metadata(found.sort("detected_at").tail(SHOWN), APPENDED)
        | {
            "events by kind": counts(found, "kind"),
            "waiting for the quiet window": found.filter(
                pl.col("cycle").is_null() & (pl.col("scope") != "family")
            ).height,
            "new event cycles": as_table(cycles.select("cycle", "scope", "event_count", "up_to", "max_moves", "why")),
            "all event cycles": read_routing(log.folder, EVENT_CYCLES).height,
            "departures, accounts by way": counts(ways, "rep_id", "way"),
            "hand-over lists written": ", ".join(str(path.name) for path in lists) or "none",
        }
    )


@routing_asset(deps=["routing_write_back"])
def departures() -> dg.MaterializeResult[Any]:
    """Every leaver's book: how many accounts went which way, how many the leaver owns still.

    Most go to the event's cycle, by territory rule and optimiser; active pipeline is listed for the director in
    `outbox/hand_over/` and redistributed with them; low tiers wait in the territory pool for the next new hire.
    """
    ways = follow_departures(routing_log())
    return dg.MaterializeResult(
        metadata=table_metadata(ways, REPLACED)
        | {
            name: int(ways[name].sum())
            for name in ("accounts", "optimiser", "director", "territory_pool", "still_theirs")
        }
        | {
            "latest leavers": as_table(
                in_dollars(ways, "open_amount_cents").sort("detected_at", descending=True).head(SHOWN)
            )
        }
    )


ROUTING = [
    new_accounts,
    events,
    routing_decisions,
    routing_write_back,
    departures,
    routing_summary,
    *RECONCILED,
    *VIEWS,
]
