"""From changes to intervals: who was on one record from when to when, without a gap and without an overlap.

An interval ends where its person goes, where their share of the credit changes, or where the record closes. A record
that is closed has no interval until it is opened again; what is changed on it meanwhile stands from then on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assignment_assets.domain.overlays.credit import shares


@dataclass(frozen=True)
class Change:
    """A change of one record's person, as `known_changes` has it."""

    at: datetime
    part: str
    from_id: str | None
    to_id: str | None
    set_by: str
    by_name: str | None
    evidence: str
    may_after_close: bool = False


@dataclass(frozen=True)
class Close:
    """A time in which the record was closed; `reopened_at` null: it still is."""

    closed_at: datetime
    reopened_at: datetime | None = None
    is_at_close: bool = True
    """False where the record ended otherwise: it was merged into another."""


@dataclass(frozen=True)
class Interval:
    """One person on one record; null is nobody, a null `from_at` is longer than anything is known of."""

    person_id: str | None
    part: str
    share: float
    from_at: datetime | None
    until_at: datetime | None
    was_at_close: bool
    set_by: str
    by_name: str | None
    evidence: str


@dataclass(frozen=True)
class Record:
    """What is known of one record and role; `first` is who stood there before the first change."""

    start_at: datetime | None
    first: Change
    changes: Sequence[Change]
    closes: Sequence[Close]
    primary_share: float = 1.0


@dataclass(frozen=True)
class _State:
    primary: Change
    supporting: dict[str, Change]

    def after(self, change: Change) -> "_State":
        if change.part == "primary":
            return replace(self, primary=change) if change.to_id != self.primary.to_id else self
        left = {person: how for person, how in self.supporting.items() if person != change.from_id}
        return replace(self, supporting={change.to_id: change} | left if change.to_id else left)

    def credited(self, primary_share: float) -> dict[str | None, tuple[str, float, Change]]:
        """Person → part, share of the credit, and the change that brought them."""
        return {
            share.person_id: (
                share.part,
                share.credit_share,
                self.primary if share.part == "primary" else self.supporting[share.person_id or ""],
            )
            for share in shares(self.primary.to_id, self.supporting, primary_share)
        }


def intervals(record: Record) -> list[Interval]:
    """The record's intervals, in order; one that still runs has no end.

    A change in the second in which the record closed counts as made before it: the CRM saves both at once.
    """
    rows: list[Interval] = []
    running: dict[str | None, Interval] = {}
    state, is_open = _State(record.first, {}), True

    def move(at: datetime | None) -> None:
        wanted = state.credited(record.primary_share)
        for person, row in list(running.items()):
            if person not in wanted or wanted[person][:2] != (row.part, row.share):
                if row.from_at != at:
                    rows.append(replace(row, until_at=at))
                del running[person]
        for person, (part, share, how) in wanted.items():
            if person not in running:
                running[person] = Interval(person, part, share, at, None, False, how.set_by, how.by_name, how.evidence)

    move(record.start_at)
    for at, what in _steps(record):
        if isinstance(what, Change):
            state = state.after(what)
            if is_open:
                move(at)
        elif what.closed_at == at and is_open:
            rows += [replace(row, until_at=at, was_at_close=what.is_at_close) for row in running.values()]
            running.clear()
            is_open = False
        elif what.reopened_at == at and not is_open:
            is_open = True
            move(at)
    return rows + list(running.values())


def overrides_after_close(record: Record) -> Iterator[tuple[datetime, Change]]:
    """The close and the change, for every change of the primary that a listed profile made on the closed record."""
    for close in record.closes:
        for change in _in_order(record):
            is_closed = close.closed_at < change.at and (close.reopened_at is None or change.at < close.reopened_at)
            if change.may_after_close and change.part == "primary" and is_closed and close.is_at_close:
                yield close.closed_at, change


def _steps(record: Record) -> list[tuple[datetime, Change | Close]]:
    """Changes, closings and re-openings in order; at one time a closing comes last, a re-opening first."""
    steps: list[tuple[datetime, int, Change | Close]] = []
    for close in record.closes:
        steps.append((close.closed_at, 2, close))
        if close.reopened_at is not None:
            steps.append((close.reopened_at, 0, close))
    start = record.start_at
    steps += [(change.at if start is None else max(change.at, start), 1, change) for change in _in_order(record)]
    return [(at, what) for at, _, what in sorted(steps, key=lambda step: step[:2])]


def _in_order(record: Record) -> list[Change]:
    """The record's changes by time; of those of one time, each after the one that it goes on from."""
    left = sorted(record.changes, key=lambda each: (each.at, each.part, each.from_id or "", each.to_id or ""))
    ordered: list[Change] = []
    person = record.first.to_id
    while left:
        now = [each for each in left if each.at == left[0].at]
        following = next((each for each in now if each.part == "primary" and each.from_id == person), now[0])
        left.remove(following)
        ordered.append(following)
        if following.part == "primary":
            person = following.to_id
    return ordered
