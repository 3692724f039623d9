"""Writes one plan: takes up what an earlier run left, runs the machine, notes how the run ended."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, get_args

import polars as pl

from assignment_assets.domain.errors import CycleClosed, NotEntitled, Tampered
from assignment_assets.io.salesforce.bulk_ingest import ENDED, BulkIngest
from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.bulk_lane import ASKED, BulkJob, BulkMachine
from assignment_assets.write_back.canary import Canary, Watch
from assignment_assets.write_back.circuit_breaker import Budget, CircuitBreaker, Pause, Witness, nobody
from assignment_assets.write_back.codes import CODES
from assignment_assets.write_back.document import Plan, is_approved
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.machine import Machine, Parts
from assignment_assets.write_back.open_changes import Pace
from assignment_assets.write_back.precondition import PreconditionProof
from assignment_assets.write_back.refusal_groups import set_aside
from assignment_assets.write_back.restored import watch
from assignment_assets.write_back.states import FINAL, Event
from assignment_assets.write_back.taking_up import taken_up
from assignment_assets.write_back.worker_pool import WorkerPool

WORKERS = 4
Lane = Literal["composite", "bulk", "bulk-without-precondition"]


@dataclass(frozen=True)
class Tools:
    """What every run needs from outside.

    Attributes
    ----------
    gateway
        Makes a new connection to the org.
    signers
        Who may approve a rollback or a repair.
    clock
        UTC without zone.
    pause
        Waits so many seconds.
    lane
        `composite` writes with preconditions; `bulk` without, and refuses where drift matters;
        `bulk-without-precondition` goes all the same.
    org_id
        What stands for the org where the engine connects to none: people load by hand. Empty for an org.
    """

    gateway: Callable[[], RecordGateway]
    key: bytes
    signers: Sequence[str]
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    workers: int = WORKERS
    lane: Lane = "composite"
    pace: Pace = field(default_factory=Pace)
    reserve_share: float = 0.2
    budget: Budget = field(default_factory=Budget)
    watch: Watch = field(default_factory=Watch)
    witness: Witness = nobody
    org_id: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a plan is: records by state, and why the run ended early, if it did."""

    plan_id: str
    row_count: int
    counts: Mapping[str, int]
    pause: Pause | None = None
    resume_at: datetime | None = None

    @property
    def ended(self) -> int:
        """Records that need nothing more."""
        return sum(self.counts.values())

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} {state.lower().replace('_', ' ')}" for state, count in sorted(self.counts.items()))
        text = f"{self.plan_id}: {self.ended:,} of {self.row_count:,} accounts ended ({told or 'none yet'})"
        return f"{text}; paused: {self.pause.sentence}" if self.pause else text


def write(
    journal: Journal, plan: Plan, seats: Mapping[str, int], tools: Tools, withdrawn: frozenset[str] = frozenset()
) -> Iterator[Progress]:
    """Writes what of the plan has not ended, and yields progress; the last one says how the run ended.

    What was set aside is not sent before a person asks for it (`set_aside.retry`). After a run that a code stopped,
    one row goes first that was sent least.

    Raises
    ------
    Tampered
        The connection leads to another org than the plan was made for.
    CycleClosed
        The plan's effective date has not come.
    NotEntitled
        A rollback or a repair that nobody entitled has approved.
    """
    require_allowed(journal, plan, tools)
    rows, state = journal.rows(plan.plan_id), journal.account_states(plan.plan_id)
    decided = journal.decisions(plan.cycle)
    aside = set_aside(state, decided) - withdrawn
    last = journal.last_plan_event(plan.plan_id, "STARTED", "PAUSED", "FINISHED")
    has_ended = last is not None and last["state"] != "STARTED"
    left = rows.filter(~pl.col("account_id").is_in(sorted(aside)))
    is_probe = last is not None and last["state"] == "PAUSED" and last["code"] in CODES["stop"]
    if is_probe:
        left = left.join(state.select("account_id", "sends"), on="account_id", how="left").sort(
            pl.col("sends").fill_null(0), "place"
        )
    changes, in_flight = taken_up(plan, left, state, withdrawn, is_new_attempt=has_ended)
    is_over = pl.col("state").is_in(list(FINAL)) | pl.col("account_id").is_in(sorted(aside))
    counts = Counter(state.filter(is_over)["state"])
    if not changes:
        yield Progress(plan.plan_id, plan.row_count, counts)
        return
    gateways = [tools.gateway() for _ in range(min(tools.workers, math.ceil(len(changes) / COMPOSITE_AT_MOST)))]
    require_org(plan, gateways[0])
    breaker, pace = CircuitBreaker(tools.reserve_share, tools.budget, frozenset(decided)), tools.pace
    if is_probe:
        pace = replace(pace, wary=1)
    ended_before = plan.row_count - len(changes) - len(aside)
    if ended_before < plan.first_batch:
        pace = replace(pace, first_batch=plan.first_batch - ended_before)
    watch(journal, plan, gateways[0], breaker)
    journal.record([_about(plan, "STARTED", tools, tools.lane)])
    if tools.lane == "composite" and pace.is_armed:
        proof = PreconditionProof(journal, plan, tools.key, tools.signers, tools.clock)
        pace = proof.arm(gateways[0], breaker, pace)
    make, pool = _machine(plan, tools, journal, gateways[0], breaker), WorkerPool(gateways, tools.witness)
    canary = canary_of(plan, journal, tools)
    for part in canary.parts(gateways[0].org, breaker, changes, in_flight, ended_before):
        sent = {change.record_id: in_flight[change.record_id] for change in part if change.record_id in in_flight}
        machine = make(part, sent, seats, pool, journal, tools.clock, tools.pause, breaker, pace, tools.witness)
        for ended in machine.run():
            counts.update(str(settled.state) for settled in ended)
            yield Progress(plan.plan_id, plan.row_count, dict(counts))
        seats, pace = machine.seats, replace(pace, first_batch=0)
    resume_at = _resume_at(breaker.pause, tools)
    code, sentence = (breaker.pause.code, breaker.pause.sentence) if breaker.pause else ("", "")
    journal.record([_about(plan, "PAUSED" if breaker.pause else "FINISHED", tools, code, sentence)])
    journal.commit()
    tools.witness("run_ended")
    yield Progress(plan.plan_id, plan.row_count, dict(counts), breaker.pause, resume_at)


def last_lane(journal: Journal, plan: Plan) -> Lane:
    """The lane in which the plan was last written."""
    started = journal.last_plan_event(plan.plan_id, "STARTED")
    return next((lane for lane in get_args(Lane) if started and started["code"] == lane), "composite")


def canary_of(plan: Plan, journal: Journal, tools: Tools) -> Canary:
    """The plan's first batch."""
    return Canary(journal, plan, tools.key, tools.signers, tools.clock, tools.pause, tools.watch)


def _machine(
    plan: Plan, tools: Tools, journal: Journal, gateway: RecordGateway, breaker: CircuitBreaker
) -> Callable[[*Parts], Machine]:
    """The machine of the lane; what an earlier run left of a bulk job is brought to its end first.

    The breaker is stopped where the bulk lane cannot tell which job that is.
    """
    job = BulkJob(BulkIngest(gateway.org), journal, plan.plan_id, tools.clock, tools.pause, tools.witness)
    last = journal.last_plan_event(plan.plan_id, "JOB")
    if last and last["code"] not in (*ENDED, ASKED):
        job.bring_to_end(last["sentence"])
    if tools.lane == "composite":
        return Machine
    if last and last["code"] == ASKED:
        ambiguous = job.abort_orphan(datetime.fromisoformat(last["sentence"]))
        if ambiguous:
            breaker.stop(ambiguous)
    by_name = tools.lane == "bulk-without-precondition"
    return partial(BulkMachine, job=job, goes_anyway=by_name and plan.kind == "owners")


def require_allowed(journal: Journal, plan: Plan, tools: Tools) -> None:
    """Nothing where the plan may be written now.

    Raises
    ------
    CycleClosed, NotEntitled
    """
    if is_discarded(journal, plan):
        raise CycleClosed(f"plan {plan.plan_id}: it was discarded, expected an open one. Nothing was sent.")
    if plan.write_not_before and f"{tools.clock():%Y-%m-%d}" < plan.write_not_before:
        raise CycleClosed(
            f"plan {plan.plan_id}: its effective date is {plan.write_not_before}, expected that day or "
            "later. Run it then."
        )
    if not is_approved(plan, journal.last_plan_event(plan.plan_id, "APPROVED"), tools.key, tools.signers):
        raise NotEntitled(
            f"plan {plan.plan_id}: nobody entitled has approved it, expected a signature. "
            f"`assignment write-back approve {plan.cycle} {plan.plan_id}` gives one."
        )


def is_discarded(journal: Journal, plan: Plan) -> bool:
    """Whether a person has ended the plan before anything of it was sent."""
    return journal.last_plan_event(plan.plan_id, "DISCARDED") is not None


def require_org(plan: Plan, gateway: RecordGateway) -> None:
    """Nothing where the gateway leads to the plan's org.

    Raises
    ------
    Tampered
    """
    found = gateway.organization_id()
    if found != plan.org_id:
        raise Tampered(
            f"plan {plan.plan_id}: the connection leads to org {found}, expected {plan.org_id}, for which "
            "it was made. Nothing was sent. Correct ASSIGNMENT_SF_URL and the credentials."
        )


def _resume_at(pause: Pause | None, tools: Tools) -> datetime | None:
    if pause is None or pause.resume_seconds is None:
        return None
    return tools.clock() + timedelta(seconds=pause.resume_seconds)


def _about(plan: Plan, state: str, tools: Tools, code: str = "", sentence: str = "") -> Event:
    return Event(plan.plan_id, "", 0, state, tools.clock(), code=code, sentence=sentence)
