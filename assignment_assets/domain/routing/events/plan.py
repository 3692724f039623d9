"""Which cycle each event makes: the narrowest scope, joined where the quiet window joins, under a standing policy."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.gate import LOCK_GATE, REVIEW_GATE
from assignment_assets.domain.routing.tables import EVENT_CYCLES, EventCyclesFrame, EventsFrame
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.standing import UP_TO, StandingPolicy, passes
from assignment_assets.domain.tables import TEXT, Table

NAMES_GO_TO = {"churn": "books", "rep": "reps", "new_starter_class": "reps", "region": "regions"}
OPENER = "events@engine"

CycleOfEventFrame = NewType("CycleOfEventFrame", pl.DataFrame)
CYCLE_OF_EVENT: Table[CycleOfEventFrame] = Table("cycle_of_event", ("event_id",), {"event_id": TEXT, "cycle": TEXT})
"""Which cycle settles an event; merged into `events`, not stored."""


def ready(events: EventsFrame, quiet_minutes: int, now: datetime) -> EventsFrame:
    """The events without a cycle whose scope has been quiet for the window: they join one cycle each scope."""
    waiting = events.filter(pl.col("cycle").is_null() & pl.col("scope").is_in(list(NAMES_GO_TO)))
    latest = pl.col("detected_at").max().over("scope")
    quiet = waiting.filter(latest <= now - timedelta(minutes=quiet_minutes))
    return EventsFrame(quiet.sort("scope", "detected_at", "event_id"))


def plan_cycles(
    events: EventsFrame, taken: Iterable[str], policies: dict[str, tuple[StandingPolicy, str]], now: datetime
) -> tuple[EventCyclesFrame, CycleOfEventFrame]:
    """Rows of `event_cycles`, and event_id → cycle, for events that are `ready`.

    Events of one scope and under the same policy join one cycle; in the scope `rep`, which names a single rep, each
    rep has one of their own. Without a policy a cycle waits for a person, and holds up no other.

    Parameters
    ----------
    taken
        Ids of cycles that are there already.
    policies
        Kind of event → policy in force and its digest.
    """
    used = set(taken)
    cycles: list[dict[str, Any]] = []
    of_event: list[dict[str, str]] = []
    for group in _groups(events, policies):
        cycle = _cycle_id(group, now, used)
        used.add(cycle)
        of_event += [{"event_id": row["event_id"], "cycle": cycle} for row in group]
        cycles.append(_row(cycle, group, policies, now))
    return (
        EVENT_CYCLES.conform(pl.DataFrame(cycles, schema=EVENT_CYCLES.columns)),
        CYCLE_OF_EVENT.conform(pl.DataFrame(of_event, schema=CYCLE_OF_EVENT.columns)),
    )


def _groups(events: EventsFrame, policies: dict[str, tuple[StandingPolicy, str]]) -> list[list[dict[str, Any]]]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in events.iter_rows(named=True):
        own = row["subject_id"] if row["scope"] == "rep" else ""
        digest = policies[row["kind"]][1] if row["kind"] in policies else ""
        groups.setdefault((row["scope"], own, digest), []).append(row)
    return list(groups.values())


def _cycle_id(group: list[dict[str, Any]], now: datetime, used: set[str]) -> str:
    kinds = {row["kind"] for row in group}
    subjects = {row["subject_id"] for row in group}
    if len(kinds) == len(subjects) == 1:
        stem = f"{now:%Y-%m-%d}-{kinds.pop().replace('_', '-')}-{subjects.pop().lower()}"
        if stem not in used:
            return stem
    number = 1
    while f"{now:%Y-%m-%d}-event-{number}" in used:
        number += 1
    return f"{now:%Y-%m-%d}-event-{number}"


def _row(
    cycle: str, group: list[dict[str, Any]], policies: dict[str, tuple[StandingPolicy, str]], now: datetime
) -> dict[str, Any]:
    scope = group[0]["scope"]
    names = sorted({name for row in group for name in json.loads(row["names"])})
    policy, digest = policies.get(group[0]["kind"], (None, None))
    up_to = policy.up_to if policy else UP_TO[0]
    default, passes_review = RunConfig(), passes(up_to, REVIEW_GATE)
    config = RunConfig(
        as_of=f"{now:%Y-%m-%d}",
        opened_by=OPENER,
        scope=scope,
        preset="quick",
        lock_days=0 if passes(up_to, LOCK_GATE) else default.lock_days,
        review_days=0 if passes_review else default.review_days,
        correction_minutes=0 if passes_review else default.correction_minutes,
        **{NAMES_GO_TO[scope]: names},
    )
    subjects = ", ".join(sorted({f"{row['kind']} of {row['subject_id']}" for row in group}))
    return {
        "cycle": cycle,
        "planned_at": now,
        "as_of": now.date(),
        "scope": scope,
        "event_count": len(group),
        "up_to": up_to,
        "max_moves": policy.max_moves if policy else 0,
        "policy_digest": digest,
        "config_json": config.canonical_json(),
        "why": subjects,
    }
