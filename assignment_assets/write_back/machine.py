"""The state machine: judge, commit the intent, send on condition, read back, until every change has ended."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Protocol

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST
from assignment_assets.io.salesforce.owners import Answer, OwnerChange
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, Pause, Witness, limit_reached, unreachable
from assignment_assets.write_back.outcome import (
    SINGLY_FROM,
    TRIES,
    Sent,
    Settled,
    action,
    answered,
    deferred,
    given_up,
    not_armed,
    settle,
)
from assignment_assets.write_back.plan import Change, next_call, next_rings
from assignment_assets.write_back.pre_write_reads import ARMED_AFTER, PreWriteReads
from assignment_assets.write_back.preflight import judge
from assignment_assets.write_back.states import READ_BACK, Event, State
from assignment_assets.write_back.worker_pool import WorkerPool

ARMING_TRIES = 5
NOW = timedelta(0)
FIRST_PAUSE_SECONDS = 0.25
AGAIN = (State.PLANNED, State.RETRY_WAIT)


class EventSink(Protocol):
    """Where events go: the journal, or a list."""

    def record(self, events: Iterable[Event]) -> None:
        """Keeps events for the next commit."""

    def commit(self) -> None:
        """Makes what was recorded durable."""


@dataclass(frozen=True)
class Pace:
    """How much at a time.

    Attributes
    ----------
    group
        Changes whose intents are committed together before any of them is sent.
    read_ahead, read_back
        Accounts read with one call before writing, and after.
    first_batch
        So many changes must be verified before the rest goes; 0 for none.
    is_armed
        False sends without preconditions: for control runs of benchmarks, never for a real org.
    """

    group: int = 500
    read_ahead: int = 2000
    read_back: int = 2000
    first_batch: int = 0
    is_armed: bool = True


Parts = tuple[
    Iterable[Change],
    Mapping[str, Sent],
    Mapping[str, int],
    WorkerPool,
    EventSink,
    Callable[[], datetime],
    Callable[[float], None],
    CircuitBreaker,
    Pace,
    Witness,
]
"""What a machine is made of, in the order in which it takes them."""


class Machine:
    """One run over the changes of a plan that have not ended.

    `_open` are the changes not yet ended, by account; `_sent` those that wait to be read back; `_first` is the first
    batch, as long as it holds the rest back.
    """

    def __init__(
        self,
        changes: Iterable[Change],
        in_flight: Mapping[str, Sent],
        seats: Mapping[str, int],
        pool: WorkerPool,
        ledger: EventSink,
        clock: Callable[[], datetime],
        pause: Callable[[float], None],
        breaker: CircuitBreaker,
        pace: Pace,
        witness: Witness,
    ):
        self._open = {change.account_id: change for change in changes}
        self._sent = dict(in_flight)
        self._seats = dict(seats)
        self._pool, self._gateway = pool, pool.reader
        self._ledger, self._clock, self._pause, self._witness = ledger, clock, pause, witness
        self._breaker, self._pace = breaker, pace
        self._group, self._read_back_at = pace.group, pace.read_back
        self._reads = PreWriteReads(self._gateway, pace.read_ahead)
        self._tries: Counter[tuple[str, str]] = Counter()
        self._first = list(islice(self._open, pace.first_batch))
        self._jitter = Random(next(iter(self._open), ""))
        for account in self._sent:
            self._add_seats(self._open[account].new_owner_id, -1)

    @property
    def left(self) -> int:
        """Changes that have not ended."""
        return len(self._open)

    def run(self) -> Iterator[list[Settled]]:
        """What ended, step by step, until every change has ended or the breaker is open.

        What could not be read back when the org went away stays in flight in the journal; the next run reads it.
        """
        try:
            while self._open:
                ended = self._step()
                if ended:
                    yield ended
        except SourceUnavailable as error:
            self._breaker.stop(unreachable(str(error)))
            waiting = [change for account, change in self._open.items() if account not in self._sent]
            if waiting:
                yield [self._end(deferred(change, "ORG_UNREACHABLE", str(error))) for change in waiting]
        self._ledger.commit()

    def _step(self) -> list[Settled]:
        if self._breaker.pause:
            return self._read_back() if self._sent else self._defer_rest()
        self._breaker.used(self._gateway.api_usage)
        room = min(self._group, self._read_back_at - len(self._sent))
        group = next_call(self._waiting(), self._seats, room) if room > 0 else []
        if self._sent and not group:
            return self._read_back()
        groups = [[change] for change in group] or next_rings(self._waiting(), self._seats, COMPOSITE_AT_MOST)
        if groups:
            return self._send(groups)
        if self._first:
            self._first.clear()
            return []
        return self._defer_rest()

    def _waiting(self) -> Iterator[Change]:
        self._first = [account for account in self._first if account in self._open]
        accounts = self._first or self._open
        return (self._open[account] for account in accounts if account not in self._sent)

    def _send(self, groups: list[list[Change]]) -> list[Settled]:
        """Sends the groups of which every change may go; ends those changes that may not."""
        changes = [change for group in groups for change in group]
        self._reads.fetch(changes, self._waiting())
        self._witness("read_before_writing")
        verdicts = {change.account_id: judge(change, self._reads.of(change), self._reads.active) for change in changes}
        ended = [self._end(verdict) for verdict in verdicts.values() if verdict]
        ready = [group for group in groups if not any(verdicts[change.account_id] for change in group)]
        armed = [group for group in ready if all(self._reads.unarmed(change) <= NOW for change in group)]
        if ready and not armed:
            return ended + self._await_arming([change for group in ready for change in group])
        if armed:
            self._write(armed)
        return ended

    def _await_arming(self, changes: list[Change]) -> list[Settled]:
        self._pause(min(max(map(self._reads.unarmed, changes)), ARMED_AFTER).total_seconds())
        ended = []
        for change in changes:
            self._tries[change.account_id, "arm"] += 1
            if self._tries[change.account_id, "arm"] > ARMING_TRIES:
                ended.append(self._end(not_armed(change, self._reads.present(change).owner_id)))
            self._reads.forget(change.account_id)
        return ended

    def _write(self, groups: list[list[Change]]) -> None:
        """Commits the intents, then sends; every change is in `_sent` before its answer is known."""
        since = self._reads.preconditions(change for group in groups for change in group)
        since = since if self._pace.is_armed else {}
        calls = [
            [OwnerChange(change.account_id, change.new_owner_id, since.get(change.account_id)) for change in call]
            for call in self._calls(groups)
        ]
        self._commit_intents(calls)
        for call, answers in self._pool.send(calls, lambda: self._breaker.pause is not None):
            if answers is None:
                self._ledger.record(
                    self._event(self._open[each.account_id], State.PLANNED, code="NOT_SENT") for each in call
                )
                continue
            for each, answer in zip(call, answers, strict=True):
                self._answered(each, answer)
        self._breaker.used(self._gateway.api_usage)
        self._witness("answers_before_commit")

    def _commit_intents(self, calls: list[list[OwnerChange]]) -> None:
        self._ledger.record(
            self._event(self._open[each.account_id], State.INTENT, modified_at=each.unmodified_since)
            for call in calls
            for each in call
        )
        self._witness("intent_before_commit")
        self._ledger.commit()
        self._witness("intent_committed")

    def _calls(self, groups: list[list[Change]]) -> Iterator[list[Change]]:
        """Calls of up to 25: rings whole, families side by side, what was locked often alone."""
        alone = [group for group in groups if any(self._is_alone(change) for change in group)]
        rest = sorted(
            (group for group in groups if group not in alone) if alone else groups,
            key=lambda group: (group[0].family, group[0].account_id),
        )
        flat = [change for group in rest for change in group]
        yield from (flat[start : start + COMPOSITE_AT_MOST] for start in range(0, len(flat), COMPOSITE_AT_MOST))
        yield from alone

    def _is_alone(self, change: Change) -> bool:
        return self._tries[change.account_id, "retry"] >= SINGLY_FROM

    def _answered(self, each: OwnerChange, answer: Answer) -> None:
        change, wanted = self._open[each.account_id], action(answer)
        self._add_seats(change.new_owner_id, -1)
        self._sent[each.account_id] = Sent(each.unmodified_since, answer)
        self._ledger.record([self._event(change, answered(answer), code=answer.code, sentence=answer.message)])
        self._breaker.answered(wanted in ("person", "stop"))
        if wanted == "pause":
            self._breaker.stop(limit_reached(answer.message))
        elif wanted == "stop":
            self._breaker.stop(Pause(answer.code, answer.message))

    def _read_back(self) -> list[Settled]:
        """Ends what was sent, by what the org shows; what is to be sent again is open as before."""
        self._ledger.commit()
        self._witness("answers_committed")
        now = self._gateway.accounts(list(self._sent))
        self._witness("read_back")
        ended, again = [], 0
        for account, sent in list(self._sent.items()):
            change, kind = self._open[account], action(sent.answer)
            self._add_seats(change.new_owner_id, 1)
            self._reads.forget(account)
            del self._sent[account]
            settled = settle(change, sent, now.get(account), self._gateway.user_id)
            if settled.state in AGAIN and kind in TRIES:
                self._tries[account, kind] += 1
                again = max(again, self._tries[account, kind])
                if self._tries[account, kind] > TRIES[kind]:
                    settled = given_up(settled, sent.answer)
            if settled.state in AGAIN:
                if kind == "resend":
                    self._open[account] = replace(change, was_lost=True, lost_since=sent.modified_at)
                self._ledger.record(
                    [self._event(change, settled.state, settled.found_owner_id, None, settled.code, settled.sentence)]
                )
            else:
                ended.append(self._end(settled))
        self._witness("verified_before_commit")
        self._ledger.commit()
        self._witness("verified_committed")
        if again and not self._breaker.pause:
            self._pause(FIRST_PAUSE_SECONDS * 2 ** (again - 1) * self._jitter.uniform(0.75, 1.25))
        return ended

    def _end(self, settled: Settled) -> Settled:
        change = self._open.pop(settled.change.account_id)
        self._reads.forget(change.account_id)
        if settled.state in READ_BACK:
            self._add_seats(change.new_owner_id, -1)
            self._add_seats(change.old_owner_id, 1)
        elif change.account_id in self._first:
            self._first_batch_failed(settled)
        self._ledger.record(
            [self._event(change, settled.state, settled.found_owner_id, None, settled.code, settled.sentence)]
        )
        return settled

    def _first_batch_failed(self, settled: Settled) -> None:
        if settled.state not in (State.DRIFT, State.DRIFT_RULE, State.GONE, State.HELD, State.DEFERRED):
            self._breaker.stop(
                Pause(
                    "FIRST_BATCH",
                    f"{settled.change.account_id} of the first batch ended as {settled.state}: {settled.sentence}",
                )
            )

    def _event(
        self,
        change: Change,
        state: State,
        found_owner_id: str | None = None,
        modified_at: datetime | None = None,
        code: str = "",
        sentence: str = "",
    ) -> Event:
        return Event(
            change.plan_id,
            change.account_id,
            change.attempt,
            state,
            self._clock(),
            found_owner_id,
            modified_at,
            code,
            sentence,
        )

    def _add_seats(self, rep_id: str | None, count: int) -> None:
        if rep_id in self._seats:
            self._seats[rep_id] += count

    def _defer_rest(self) -> list[Settled]:
        pause = self._breaker.pause
        why = (pause.code, pause.sentence) if pause else ()
        return [self._end(deferred(change, *why)) for change in list(self._open.values())]
