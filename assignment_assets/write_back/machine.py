"""The state machine: judge, commit the intent, send on condition, read back, until every change has ended."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST
from assignment_assets.io.salesforce.field_changes import Answer, FieldChange
from assignment_assets.io.salesforce.refusals import CallRefused
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, Pause, Witness, resting, stopped, unreachable
from assignment_assets.write_back.codes import action
from assignment_assets.write_back.open_changes import EventSink, OpenChanges, Pace
from assignment_assets.write_back.outcome import NOT_VISIBLE, SINGLY_FROM, Sent, Settled, deferred, not_armed
from assignment_assets.write_back.plan import Change, as_calls, next_call, next_rings
from assignment_assets.write_back.pre_write_reads import ARMED_AFTER, PreWriteReads
from assignment_assets.write_back.preflight import judge
from assignment_assets.write_back.read_back import ReadBack
from assignment_assets.write_back.states import State
from assignment_assets.write_back.worker_pool import WorkerPool

ARMING_TRIES = 5
NOW = timedelta(0)
FIRST_PAUSE_SECONDS = 0.25
REFUSALS = ("person", "access", "doubt", "gone")
HARMLESS = (State.DRIFT, State.DRIFT_RULE, State.GONE, State.NOT_VISIBLE, State.HELD, State.DEFERRED)
"""How a change of the first batch may end beside verified without stopping the run."""

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

    `_first` is the first batch, as long as it holds the rest back.
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
        self._open = OpenChanges(changes, in_flight, seats, ledger, clock)
        self._pool, self._gateway = pool, pool.reader
        self._pause, self._witness = pause, witness
        self._breaker, self._pace = breaker, pace
        self._group, self._read_back_at = pace.group, pace.read_back
        self._reads = PreWriteReads(self._gateway, pace.read_ahead)
        self._back = ReadBack(self._gateway, self._open, breaker)
        self._first = list(islice(self._open.by_record, pace.first_batch))
        self._jitter = Random(next(iter(self._open.by_record), ""))

    @property
    def seats(self) -> Mapping[str, int]:
        """Free seats per rep, less what was written."""
        return self._open.seats

    @property
    def left(self) -> int:
        """Changes that have not ended."""
        return len(self._open)

    def run(self) -> Iterator[list[Settled]]:
        """What ended, step by step, until every change has ended or the breaker is open.

        What could not be read back when the org went away stays in flight in the journal; the next run reads it.
        """
        try:
            while len(self._open):
                ended = self._step()
                if ended:
                    yield ended
        except SourceUnavailable as error:
            self._breaker.stop(why_unread(error))
            code, sentence = self._reason()
            waiting = [change for record, change in self._open.by_record.items() if record not in self._open.sent]
            if waiting:
                yield [self._end(deferred(change, code, sentence)) for change in waiting]
        self._open.commit()

    def _step(self) -> list[Settled]:
        sent = self._open.sent
        if self._breaker.pause:
            return self._read_back() if sent else self._defer_rest()
        self._breaker.used(self._gateway.api_usage)
        held = self._open.behind_held()
        if held:
            return [self._end(settled) for settled in held]
        room = self._room()
        group = next_call(self._waiting(), self._open.seats, room) if room > 0 else []
        if sent and not group:
            return self._read_back()
        groups = [[change] for change in group] or next_rings(self._waiting(), self._open.seats, COMPOSITE_AT_MOST)
        if groups:
            return self._send(groups)
        if self._first:
            self._first.clear()
            return []
        return self._defer_rest()

    def _room(self) -> int:
        """How many changes may go out now: one call's, read back at once, while nothing is known to go well."""
        if self._breaker.is_wary:
            return min(self._pace.wary, self._group) - len(self._open.sent)
        return min(self._group, self._read_back_at - len(self._open.sent))

    def _waiting(self) -> Iterator[Change]:
        self._first = [record for record in self._first if record in self._open.by_record]
        changes = self._open.by_record
        return (changes[record] for record in self._first or changes if self._open.may_go(record))

    def _send(self, groups: list[list[Change]]) -> list[Settled]:
        """Sends the groups of which every change may go; ends those changes that may not."""
        changes = [change for group in groups for change in group]
        self._reads.fetch(changes, self._waiting())
        self._witness("read_before_writing")
        verdicts = {
            change.record_id: judge(change, self._reads.of(change), self._reads.active, self._reads.gone)
            for change in changes
        }
        for verdict in verdicts.values():
            self._breaker.looked(is_seen=verdict is None or verdict.code != NOT_VISIBLE)
        ended = [self._end(verdict) for verdict in verdicts.values() if verdict]
        ready = [group for group in groups if not any(verdicts[change.record_id] for change in group)]
        armed = [group for group in ready if all(self._reads.unarmed(change) <= NOW for change in group)]
        if self._breaker.pause:
            return ended
        if ready and not armed:
            return ended + self._await_arming([change for group in ready for change in group])
        if armed:
            self._write(armed)
        return ended

    def _await_arming(self, changes: list[Change]) -> list[Settled]:
        self._pause(min(max(map(self._reads.unarmed, changes)), ARMED_AFTER).total_seconds())
        ended = []
        for change in changes:
            self._open.tries[change.record_id, "arm"] += 1
            if self._open.tries[change.record_id, "arm"] > ARMING_TRIES:
                ended.append(self._end(not_armed(change, self._reads.present(change).value)))
            self._reads.forget(change.record_id)
        return ended

    def _write(self, groups: list[list[Change]]) -> None:
        """Commits the intents, then sends; every change is among the sent before its answer is known."""
        since = self._reads.preconditions(change for group in groups for change in group)
        since = since if self._pace.is_armed else {}
        calls = [
            [FieldChange(change.target, change.record_id, change.new, since.get(change.record_id)) for change in call]
            for call in as_calls(groups, self._is_alone, COMPOSITE_AT_MOST)
        ]
        self._commit_intents(calls)
        for call, answers in self._pool.send(calls, lambda: self._breaker.pause is not None):
            if answers is None:
                for each in call:
                    self._open.not_sent(each.record_id)
                continue
            self._breaker.called(answers)
            for each, answer in zip(call, answers, strict=True):
                self._answered(each, answer)
        self._breaker.used(self._gateway.api_usage)
        self._witness("answers_before_commit")

    def _commit_intents(self, calls: list[list[FieldChange]]) -> None:
        for call in calls:
            for each in call:
                self._open.intend(each.record_id, each.unmodified_since)
        self._witness("intent_before_commit")
        self._open.commit()
        self._witness("intent_committed")

    def _is_alone(self, change: Change) -> bool:
        return self._open.tries[change.record_id, "retry"] >= SINGLY_FROM

    def _answered(self, each: FieldChange, answer: Answer) -> None:
        change, wanted = self._open.send(each.record_id, each.unmodified_since, answer), action(answer)
        if wanted == "read":
            self._breaker.accepted()
        elif wanted == "hold":
            if change.receiver not in self._open.held:
                self._breaker.refused(wanted, change.receiver, answer)
            self._open.held.setdefault(change.receiver, None)
        elif wanted in REFUSALS and not self._open.tries[change.record_id, "doubt"]:
            self._breaker.refused("access" if wanted == "access" else "person", change.receiver, answer)
        elif wanted == "pause":
            self._breaker.stop(resting(answer))
        elif wanted == "stop":
            self._breaker.stop(stopped(answer))

    def _read_back(self) -> list[Settled]:
        """Ends what was sent, by what the org shows; what is to be sent again is open as before."""
        self._open.commit()
        self._witness("answers_committed")
        for record in self._open.sent:
            self._reads.forget(record)
        shown = self._back.read()
        self._witness("read_back")
        settled, tries = self._back.settle(shown)
        ended = [self._end(each) for each in settled]
        self._witness("verified_before_commit")
        self._open.commit()
        self._witness("verified_committed")
        if tries and not self._breaker.pause:
            self._pause(FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * self._jitter.uniform(0.75, 1.25))
        return ended

    def _end(self, settled: Settled) -> Settled:
        self._reads.forget(settled.change.record_id)
        is_first = settled.change.record_id in self._first
        if is_first and settled.state not in (*HARMLESS, State.VERIFIED, State.SKIPPED_ALREADY):
            why = f"{settled.change.record_id} of the first batch ended as {settled.state}: {settled.sentence}"
            self._breaker.stop(Pause("FIRST_BATCH", why))
        return self._open.end(settled)

    def _reason(self) -> tuple[str, str]:
        pause = self._breaker.pause
        return (pause.code, pause.sentence) if pause else ("", "")

    def _defer_rest(self) -> list[Settled]:
        return [self._end(deferred(change, *self._reason())) for change in list(self._open.by_record.values())]


def why_unread(error: SourceUnavailable) -> Pause:
    """The pause after a read that failed: the org cannot be reached, or has refused with a code."""
    if isinstance(error, CallRefused):
        answer = Answer("", error.code, str(error), is_whole=True)
        return stopped(answer) if action(answer) == "stop" else resting(answer)
    return unreachable(str(error))
