"""Decides who takes the accounts of the last poll, and where a leaver's low tiers wait."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.events.departure import DEPARTING_BOOKS, departure_plan
from assignment_assets.domain.routing.events.detect import FAMILY
from assignment_assets.domain.routing.events.plan import CycleOfEventFrame, plan_cycles, ready
from assignment_assets.domain.routing.latest_decisions import ON_THE_WAY
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import STAYS, Routed, Router, rotation
from assignment_assets.domain.routing.rules import RoutingRules, unknown_reps
from assignment_assets.domain.routing.tables import (
    CONFLICTS,
    DECISIONS,
    DEPARTURES,
    EVENT_CYCLES,
    EVENTS,
    NEW_ACCOUNTS,
    SEEN_ACCOUNTS,
    SEEN_REPS,
    TERRITORY_POOL,
    WORKLOAD,
    DecisionsFrame,
    EventCyclesFrame,
    EventsFrame,
    NewAccountsFrame,
)
from assignment_assets.domain.routing.workload import above_high_water
from assignment_assets.domain.sign_off.standing import StandingPolicy
from assignment_assets.routing.log import RoutingLog, Transaction
from assignment_assets.routing.poll import note_exceptions

Policies = dict[str, tuple[StandingPolicy, str]]
POOL_RULE = "territory_pool"


def people_now(transaction: Transaction, now: datetime) -> People:
    """The reps as they stand: loads with what is on its way, and who is above the high-water mark."""
    counts = loads(transaction.table(SEEN_ACCOUNTS), transaction.answer(ON_THE_WAY))
    return People(transaction.table(SEEN_REPS), counts, above_high_water(transaction.table(WORKLOAD)), now.date())


def decide(log: RoutingLog, rules: RoutingRules, policies: Policies, now: datetime) -> Routed:
    """Decides for every candidate of the last poll that has no decision of that poll yet."""
    with log.open() as transaction:
        arrivals, decisions = transaction.table(NEW_ACCOUNTS), transaction.table(DECISIONS)
        latest = arrivals.filter(pl.col("seen_at") == pl.col("seen_at").max())
        candidates = latest.join(decisions, on=["account_id", "seen_at"], how="anti")
        if not candidates.height:
            return Routed()
        digests = {kind: digest for kind, (_, digest) in policies.items()}
        router = Router(rules, people_now(transaction, now), rotation(decisions), decisions.height + 1, digests)
        routed = router.route(NewAccountsFrame(candidates), now)
        decided, conflicts = routed.frames()
        transaction.append(DECISIONS, decided)
        transaction.append(CONFLICTS, conflicts)
        faults = [("rules", "routing rules", str(fault)) for fault in unknown_reps(rules, transaction.table(SEEN_REPS))]
        note_exceptions(transaction, [*faults, *_bypassed(routed)], now)
        _settle_families(transaction, decided)
    return routed


def _settle_families(transaction: Transaction, decided: DecisionsFrame) -> None:
    """Notes at the events of families which decision settled them."""
    settled = decided.filter(pl.col("why").is_in(FAMILY)).select(
        "decided_at", kind="why", subject_id="account_id", by=pl.format("routing decision {}", "decision_no")
    )
    events = (
        transaction.table(EVENTS)
        .filter(pl.col("cycle").is_null() & pl.col("scope").eq("family"))
        .join(settled, on=["kind", "subject_id"])
    )
    transaction.merge(EVENTS, events.with_columns(cycle="by"))


def _bypassed(routed: Routed) -> list[tuple[str, str, str]]:
    return [
        (row["rule"], row["account_id"], f"{row['evidence']}. {row['passed_over'] or ''}".strip())
        for row in routed.decisions
        if row["rule"] in ("overflow", "no_owner", STAYS)
    ]


def plan_events(
    log: RoutingLog, rules: RoutingRules, policies: Policies, taken: list[str], now: datetime
) -> EventCyclesFrame:
    """Gives every event that has been quiet long enough its cycle; returns the rows of `event_cycles` that are new.

    Where there is a pilot, cycles of other regions wait for a person whatever the policies cover.
    For departures it also settles the way of each account, and routes the low tiers to the territory pool.
    """
    with log.open() as transaction:
        events, standing = transaction.table(EVENTS), transaction.table(EVENT_CYCLES)
        going = ready(events, rules.quiet_minutes, now)
        if not going.height:
            return EVENT_CYCLES.empty()
        is_in = going["region"].is_in(rules.pilot.regions).fill_null(False) | (not rules.pilot.is_on)
        plans: list[tuple[EventCyclesFrame, CycleOfEventFrame]] = []
        used = [*taken, *standing["cycle"]]
        for events_of_side, in_force in ((going.filter(is_in), policies), (going.filter(~is_in), {})):
            plans.append(plan_cycles(EventsFrame(events_of_side), used, in_force, now))
            used += plans[-1][0]["cycle"].to_list()
        cycles = EventCyclesFrame(pl.concat([made for made, _ in plans]))
        of_event = pl.concat([ids for _, ids in plans])
        transaction.append(EVENT_CYCLES, cycles)
        transaction.merge(EVENTS, events.drop("cycle").join(of_event, on="event_id"))
        leavers = going.filter(pl.col("kind") == "departure")["subject_id"].unique().sort().to_list()
        if leavers:
            _settle_departures(transaction, leavers, rules, policies, now)
    return cycles


def _settle_departures(
    transaction: Transaction, leavers: list[str], rules: RoutingRules, policies: Policies, now: datetime
) -> None:
    plan = departure_plan(transaction.answer(DEPARTING_BOOKS, rep_ids=leavers), rules, now)
    transaction.append(DEPARTURES, plan)
    people = people_now(transaction, now)
    first_no = transaction.table(DECISIONS).height + 1
    digest = policies["departure"][1] if "departure" in policies else None
    regions = dict(transaction.table(SEEN_REPS).select("rep_id", "region").iter_rows())
    rows: list[dict[str, object]] = []
    held = []
    for account in plan.filter(pl.col("way") == "territory_pool").iter_rows(named=True):
        queue, member_id = people.queue_member(rules.queue_for_never_referred)
        if not member_id:
            continue
        people.take(member_id)
        rows.append(
            dict.fromkeys(DECISIONS.columns)
            | {
                "decision_no": first_no + len(rows),
                "decided_at": now,
                "account_id": account["account_id"],
                "created_at": now,
                "seen_at": now,
                "why": "departure",
                "old_owner_id": account["rep_id"],
                "new_owner_id": member_id,
                "rule": POOL_RULE,
                "evidence": account["why"],
                "inside_sales_queue": queue,
                "is_conflict": False,
                "state": account["state"],
                "segment": regions.get(account["rep_id"]),
                "rules_digest": rules.digest(),
                "policy_digest": digest,
            }
        )
        held.append(
            {
                "account_id": account["account_id"],
                "departed_rep_id": account["rep_id"],
                "state": account["state"],
                "held_at": now,
            }
        )
    transaction.append(DECISIONS, pl.DataFrame(rows, schema=DECISIONS.columns))
    transaction.merge(TERRITORY_POOL, pl.DataFrame(held, schema=TERRITORY_POOL.columns))
