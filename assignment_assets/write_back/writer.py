"""Writes one plan: takes up what an earlier run left, runs the machine, notes how the run ended."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import polars as pl

from assignment_assets.domain.errors import CycleClosed, NotEntitled, Tampered
from assignment_assets.io.salesforce.bulk_ingest import ENDED, BulkIngest
from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST
from assignment_assets.io.salesforce.owners import Answer, OwnerGateway
from assignment_assets.write_back.bulk_lane import BulkJob, BulkMachine
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, Pause, Witness, nobody
from assignment_assets.write_back.document import Plan, is_approved
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.machine import Machine, Pace, Parts
from assignment_assets.write_back.outcome import Sent
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.precondition import PreconditionProof
from assignment_assets.write_back.states import FINAL, IN_FLIGHT, Event, State
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

    gateway: Callable[[], OwnerGateway]
    key: bytes
    signers: Sequence[str]
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    workers: int = WORKERS
    lane: Lane = "composite"
    pace: Pace = field(default_factory=Pace)
    reserve_share: float = 0.2
    witness: Witness = nobody
    org_id: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a plan is: accounts by state, and why the run ended early, if it did."""

    plan_id: str
    row_count: int
    counts: Mapping[str, int]
    pause: Pause | None = None
    resume_at: datetime | None = None

    @property
    def ended(self) -> int:
        """Accounts that need nothing more."""
        return sum(self.counts.values())

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} {state.lower().replace('_', ' ')}" for state, count in sorted(self.counts.items()))
        text = f"{self.plan_id}: {self.ended:,} of {self.row_count:,} accounts ended ({told or 'none yet'})"
        return f"{text}; paused: {self.pause.sentence}" if self.pause else text


def write(
    journal: Journal, plan: Plan, seats: Mapping[str, int], tools: Tools, withdrawn: frozenset[str] = frozenset()
) -> Iterator[Progress]:
    """Writes what of the plan has not ended, and yields progress; the last one says how the run ended.

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
    last = journal.last_plan_event(plan.plan_id, "STARTED", "PAUSED", "FINISHED")
    has_ended = last is not None and last["state"] != "STARTED"
    changes, in_flight = taken_up(plan, rows, state, withdrawn, is_new_attempt=has_ended)
    counts = Counter(state.filter(pl.col("state").is_in(list(FINAL)))["state"])
    if not changes:
        yield Progress(plan.plan_id, plan.row_count, counts)
        return
    gateways = [tools.gateway() for _ in range(min(tools.workers, math.ceil(len(changes) / COMPOSITE_AT_MOST)))]
    require_org(plan, gateways[0])
    breaker, pace = CircuitBreaker(tools.reserve_share), tools.pace
    if plan.first_batch and plan.row_count - len(changes) < plan.first_batch:
        pace = Pace(**vars(pace) | {"first_batch": plan.first_batch - plan.row_count + len(changes)})
    journal.record([_about(plan, "STARTED", tools)])
    if tools.lane == "composite" and pace.is_armed:
        proof = PreconditionProof(journal, plan, tools.key, tools.signers, tools.clock)
        pace = proof.arm(gateways[0], breaker, pace)
    machine = _machine(plan, tools, journal, gateways[0])(
        changes,
        in_flight,
        seats,
        WorkerPool(gateways, tools.witness),
        journal,
        tools.clock,
        tools.pause,
        breaker,
        pace,
        tools.witness,
    )
    for ended in machine.run():
        counts.update(str(settled.state) for settled in ended)
        yield Progress(plan.plan_id, plan.row_count, dict(counts))
    resume_at = _resume_at(breaker.pause, tools)
    code, sentence = (breaker.pause.code, breaker.pause.sentence) if breaker.pause else ("", "")
    journal.record([_about(plan, "PAUSED" if breaker.pause else "FINISHED", tools, code, sentence)])
    journal.commit()
    tools.witness("run_ended")
    yield Progress(plan.plan_id, plan.row_count, dict(counts), breaker.pause, resume_at)


def _machine(plan: Plan, tools: Tools, journal: Journal, gateway: OwnerGateway) -> Callable[[*Parts], Machine]:
    """The machine of the lane; what an earlier run left of a bulk job is brought to its end first."""
    job = BulkJob(BulkIngest(gateway.org), journal, plan.plan_id, tools.clock, tools.pause, tools.witness)
    last = journal.last_plan_event(plan.plan_id, "JOB")
    if last and last["code"] not in ENDED:
        job.bring_to_end(last["sentence"])
    if tools.lane == "composite":
        return Machine
    job.abort_orphans()
    by_name = tools.lane == "bulk-without-precondition"
    return partial(BulkMachine, job=job, goes_anyway=by_name and plan.kind == "owners")


def require_allowed(journal: Journal, plan: Plan, tools: Tools) -> None:
    """Nothing where the plan may be written now.

    Raises
    ------
    CycleClosed, NotEntitled
    """
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


def require_org(plan: Plan, gateway: OwnerGateway) -> None:
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


def taken_up(
    plan: Plan, rows: pl.DataFrame, state: pl.DataFrame, withdrawn: frozenset[str], *, is_new_attempt: bool
) -> tuple[list[Change], dict[str, Sent]]:
    """The plan's changes that have not ended, and what of them is in flight: sent, or about to be, by a run that
    did not come to read it back."""
    known = {row["account_id"]: row for row in state.iter_rows(named=True)}
    changes, in_flight = [], {}
    for row in rows.iter_rows(named=True):
        account = row["account_id"]
        now = known.get(account, {"state": State.PLANNED, "attempt": 1 - is_new_attempt, "was_lost": False})
        if now["state"] in FINAL:
            continue
        is_lost = now["was_lost"] or now["state"] == State.INTENT
        changes.append(
            Change(
                plan.plan_id,
                account,
                row["old_owner_id"],
                row["new_owner_id"],
                row["state"],
                row["carve_out"] or None,
                row["parent_id"],
                now["attempt"] + is_new_attempt,
                is_lost,
                now["modified_at"] if is_lost else None,
                plan.kind == "owners",
                account in withdrawn,
            )
        )
        if now["state"] in IN_FLIGHT:
            in_flight[account] = Sent(now["modified_at"], _remembered(account, now))
    return changes, in_flight


def _remembered(account: str, now: Mapping[str, Any]) -> Answer:
    if now["state"] in (State.INTENT, State.UNKNOWN):
        return Answer(account, "ANSWER_LOST", "The run ended before an answer came.", is_lost=True)
    return Answer(account, now["code"] if now["state"] == State.REFUSED else "")


def _resume_at(pause: Pause | None, tools: Tools) -> datetime | None:
    if pause is None or pause.resume_seconds is None:
        return None
    return tools.clock() + timedelta(seconds=pause.resume_seconds)


def _about(plan: Plan, state: str, tools: Tools, code: str = "", sentence: str = "") -> Event:
    return Event(plan.plan_id, "", 0, state, tools.clock(), code=code, sentence=sentence)
