"""One pass of continuous routing: look, plan events, decide, write, watch; the steps that the assets are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from assignment_assets.domain.routing.events.detect import FAMILY
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import AlertsFrame, EventCyclesFrame
from assignment_assets.io.folders import engine_key
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.standing_files import acceptances, policies_in_force
from assignment_assets.routing.decide import Policies, decide, plan_events
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.poll import Polled, poll
from assignment_assets.routing.rules_file import read_rules
from assignment_assets.routing.watch import follow_departures, watch
from assignment_assets.routing.write import SET_ASIDE, note_written, writable
from assignment_assets.write_back.apply import apply
from assignment_assets.write_back.logged_refusals import waiting


@dataclass
class RoutingState:
    """What holds during one pass: the rules, the policies in force, and signed files that do not count."""

    rules: RoutingRules
    policies: Policies
    refused: list[str] = field(default_factory=list)

    @classmethod
    def now(cls, log: RoutingLog, at: datetime) -> "RoutingState":
        """As the files say on this day."""
        policies, refused = policies_in_force(log.folder, engine_key(), at.date())
        return cls(read_rules(), policies, [f"{each.file}: {each.why}" for each in refused])


@dataclass(frozen=True)
class PassSummary:
    """What one pass did."""

    polled: Polled
    decided: int
    conflicts: int
    written: int
    event_cycles: EventCyclesFrame
    alerts: AlertsFrame


def look(log: RoutingLog, reader: ChangeReader, state: RoutingState, now: datetime) -> Polled:
    """Polls the source, with the answers that reps have given."""
    answers, refused = acceptances(log.folder, engine_key())
    state.refused += [f"{each.file}: {each.why}" for each in refused]
    families = {
        kind: date.fromisoformat(policy.valid_from) for kind, (policy, _) in state.policies.items() if kind in FAMILY
    }
    return poll(log, reader, state.rules, answers, now, families)


def write_decisions(
    log: RoutingLog,
    gateway: OwnerGateway,
    state: RoutingState,
    clock: Callable[[], datetime],
    pause: Callable[[float], None],
) -> pl.DataFrame:
    """Writes what a policy covers and reads it back; the rows of the write log that came of it.

    Where the org refuses row after row the rest waits for the next pass.
    """
    rows, logged, seats = writable(log, state.rules, state.policies, clock(), waiting)
    ended = []
    if rows.height:
        for batch in apply(rows, logged, gateway, seats, clock, pause, SET_ASIDE):
            note_written(log, batch, clock(), waiting)
            ended.append(batch)
    return pl.concat(ended) if ended else logged.clear()


def one_pass(
    log: RoutingLog,
    reader: ChangeReader,
    gateway: OwnerGateway | None,
    taken: list[str],
    clock: Callable[[], datetime],
    pause: Callable[[float], None],
) -> PassSummary:
    """Everything once, in order; without a gateway nothing is written."""
    now = clock()
    state = RoutingState.now(log, now)
    with log.kept():
        polled = look(log, reader, state, now)
        cycles = plan_events(log, state.rules, state.policies, taken, now)
        routed = decide(log, state.rules, state.policies, now)
        written = write_decisions(log, gateway, state, clock, pause).height if gateway else 0
        follow_departures(log)
        raised = watch(log, state.rules, clock())
    return PassSummary(polled, len(routed.decisions), len(routed.conflicts), written, cycles, raised)
