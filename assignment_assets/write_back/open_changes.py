"""The changes of a run that have not ended: what was sent of them, the seats that they take, the events they make."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assignment_assets.io.salesforce.connection import COMPOSITE_AT_MOST
from assignment_assets.io.salesforce.field_changes import Answer
from assignment_assets.write_back.outcome import Sent, Settled, answered, held_back
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import READ_BACK, Event, State


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
        Records read with one call before writing, and after.
    first_batch
        So many changes must be verified before the rest goes; 0 for none.
    wary
        Changes that go out at once as long as nothing was accepted, or much was refused of late.
    is_armed
        False sends without preconditions: for control runs of benchmarks, never for a real org.
    """

    group: int = 500
    read_ahead: int = 2000
    read_back: int = 2000
    first_batch: int = 0
    wary: int = COMPOSITE_AT_MOST
    is_armed: bool = True


class OpenChanges:
    """Every step of every change is noted here.

    Attributes
    ----------
    by_record, sent
        The changes not yet ended, and those of them that wait to be read back.
    seats
        Free seats of receivers, less what is under way.
    tries
        How often a record was sent again, by what its answer called for.
    held
        Receivers whom an answer has put in doubt, with what holds them once that is known.
    """

    def __init__(
        self,
        changes: Iterable[Change],
        in_flight: Mapping[str, Sent],
        seats: Mapping[str, int],
        ledger: EventSink,
        clock: Callable[[], datetime],
    ):
        self.by_record = {change.record_id: change for change in changes}
        self.sent = dict(in_flight)
        self.seats = dict(seats)
        self.tries = Counter({(change.record_id, "doubt"): change.doubts for change in self.by_record.values()})
        self.held: dict[str, Settled | None] = {}
        self._ledger, self._clock = ledger, clock
        for record in self.sent:
            self._add_seats(self.by_record[record].new, -1)

    def __len__(self) -> int:
        return len(self.by_record)

    def may_go(self, record: str) -> bool:
        """Whether the change was not sent, and its receiver is in no doubt."""
        return record not in self.sent and self.by_record[record].receiver not in self.held

    def behind_held(self) -> list[Settled]:
        """How the changes end that wait for receivers who are held."""
        if not any(self.held.values()):
            return []
        return [
            held_back(change, because)
            for record, change in self.by_record.items()
            if record not in self.sent and (because := self.held.get(change.receiver))
        ]

    def intend(self, record: str, modified_at: datetime | None) -> None:
        """Notes that the change is about to be sent with this precondition."""
        self._note(self.by_record[record], State.INTENT, modified_at=modified_at)

    def not_sent(self, record: str) -> None:
        """Notes that the change was not sent after all."""
        self._note(self.by_record[record], State.PLANNED, code="NOT_SENT")

    def send(self, record: str, modified_at: datetime | None, answer: Answer) -> Change:
        """Notes the answer to a change that went out; it waits to be read back."""
        change = self.by_record[record]
        self._add_seats(change.new, -1)
        self.sent[record] = Sent(modified_at, answer)
        self._note(change, answered(answer), code=answer.code, sentence=answer.message)
        return change

    def take_back(self, record: str) -> Sent:
        """What was sent of a change that has been read back; its seat is free until it ends or is sent again."""
        self._add_seats(self.by_record[record].new, 1)
        return self.sent.pop(record)

    def again(self, change: Change, settled: Settled) -> None:
        """Notes that the change is to be sent again."""
        self.by_record[change.record_id] = change
        self._note(change, settled.state, settled.found_owner_id, None, settled.code, settled.sentence)

    def end(self, settled: Settled) -> Settled:
        """Notes where the change ended."""
        change = self.by_record.pop(settled.change.record_id)
        if settled.state in READ_BACK:
            self._add_seats(change.new, -1)
            self._add_seats(change.expected, 1)
        self._note(change, settled.state, settled.found_owner_id, None, settled.code, settled.sentence)
        return settled

    def commit(self) -> None:
        """Makes what was noted durable."""
        self._ledger.commit()

    def _note(
        self,
        change: Change,
        state: State,
        found_owner_id: str | None = None,
        modified_at: datetime | None = None,
        code: str = "",
        sentence: str = "",
    ) -> None:
        event = Event(
            change.plan_id,
            change.record_id,
            change.attempt,
            state,
            self._clock(),
            found_owner_id,
            modified_at,
            code,
            sentence,
        )
        self._ledger.record([event])

    def _add_seats(self, rep_id: str | None, count: int) -> None:
        if rep_id in self.seats:
            self.seats[rep_id] += count
