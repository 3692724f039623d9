"""What is still to be written, and in which order, so that no book is overfilled on the way.

A change is (object, field, id, expected, new): the waterfall's and routing's are of Account.OwnerId alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.tables import TEXT, WHOLE
from assignment_assets.io.salesforce.field_changes import OWNER, Target

ROWS = {
    "sign_off_no": WHOLE,
    "account_id": TEXT,
    "old_owner_id": TEXT,
    "new_owner_id": TEXT,
    "state": TEXT,
    "carve_out": TEXT,
    "parent_id": TEXT,
}
"""What the write-back takes: an approved owner change with what hard rules used when it was approved."""


@dataclass(frozen=True)
class Change:
    """One approved change of a field that has not ended.

    Attributes
    ----------
    expected, new
        What must stand in the field, and what is written; users, null for nobody.
    target
        The object and its field.
    guards
        What hard rules compare, as it was when the change was approved; a rollback goes by the value alone.
    parent_id
        Records that are changed beside each other under one parent lock it.
    attempt
        One above the number of runs that left it somewhere.
    was_lost
        A sending of it was never answered: it may have been done, or may yet be.
    lost_since
        The precondition that went with it; a record modified later than that may hold a person's correction.
    is_withdrawn
        The approval was taken back: it is not written any more.
    doubts
        How often it was sent and refused without a reason that is one (UNKNOWN_EXCEPTION).
    """

    plan_id: str
    record_id: str
    expected: str | None
    new: str | None
    guards: tuple[tuple[str, str | None], ...] = ()
    parent_id: str | None = None
    attempt: int = 1
    was_lost: bool = False
    lost_since: datetime | None = None
    is_withdrawn: bool = False
    doubts: int = 0
    target: Target = OWNER

    @property
    def family(self) -> str:
        """Records of one family lock each other: they go in one call."""
        return self.parent_id or self.record_id

    @property
    def receiver(self) -> str:
        """Who gets the record; empty for nobody."""
        return self.new or ""

    @property
    def kind(self) -> str:
        """What sentences call the record."""
        return self.target.object.lower()

    @property
    def noun(self) -> str:
        """What sentences call the value."""
        return self.target.noun


OPEN = (("is_closed", "false"),)
"""What must hold of an opportunity that is written."""


def owner_guards(carve_out: str | None, state: str | None) -> tuple[tuple[str, str | None], ...]:
    """What hard rules compare of an account: its carve-out and its state, as they were when its owner was approved."""
    return (("carve_out", carve_out or None), ("state", state))


def by_target(changes: Iterable[Change]) -> dict[Target, list[str]]:
    """What is changed → the records of it, each once, in order."""
    found: dict[Target, dict[str, None]] = {}
    for change in changes:
        found.setdefault(change.target, {})[change.record_id] = None
    return {target: list(records) for target, records in found.items()}


def planned(rows: pl.DataFrame) -> list[Change]:
    """The changes of approved rows (ROWS) that no plan holds yet."""
    return [
        Change(
            "",
            row["account_id"],
            row["old_owner_id"],
            row["new_owner_id"],
            owner_guards(row["carve_out"], row["state"]),
            row.get("parent_id"),
        )
        for row in rows.iter_rows(named=True)
    ]


def next_call(changes: Iterable[Change], seats: Mapping[str, int], at_most: int) -> list[Change]:
    """The changes that may be written next, in order: each receiver has a seat left.

    A receiver that `seats` does not name takes any number. No seat is counted that a change of the same call
    would free: a loss must be verified first.
    """
    left = dict(seats)
    call = []
    for change in changes:
        if change.new is not None and left.get(change.new, 1) <= 0:
            continue
        if change.new in left:
            left[change.new] -= 1
        call.append(change)
        if len(call) == at_most:
            break
    return call


def next_rings(changes: Iterable[Change], seats: Mapping[str, int], at_most: int) -> list[list[Change]]:
    """Rings of changes between full books, which can only go together: A gives to B, B to C, C to A.

    None of them ends above its capacity; on the way one is by one record, for the length of a call. Books that
    are overfull already take no part. Rings come until `at_most` changes are reached; the first comes anyway.
    """
    giving: dict[str | None, list[Change]] = {}
    for change in changes:
        if change.new is not None and seats.get(change.new) == 0:
            giving.setdefault(change.expected, []).append(change)
    rings: list[list[Change]] = []
    finished: set[str | None] = set()
    for start in sorted(giving, key=str):
        while ring := _ring(start, giving, finished):
            if rings and sum(map(len, rings)) + len(ring) > at_most:
                return rings
            rings.append(ring)
            for change in ring:
                giving[change.expected].remove(change)
    return rings


def _ring(start: str | None, giving: Mapping[str | None, list[Change]], finished: set[str | None]) -> list[Change]:
    """A ring reachable from a giver, by depth first; givers that lead to none are added to `finished`."""
    path: list[Change] = []
    place = {start: 0}
    options = [] if start in finished else [iter(giving[start])]
    while options:
        change = next(options[-1], None)
        if change is None:
            options.pop()
            dead_end = path.pop().new if path else start
            finished.add(dead_end)
            del place[dead_end]
        elif change.new in place:
            return [*path[place[change.new] :], change]
        elif change.new in giving and change.new not in finished:
            path.append(change)
            place[change.new] = len(path)
            options.append(iter(giving[change.new]))
    return []


def as_calls(groups: list[list[Change]], is_alone: Callable[[Change], bool], at_most: int) -> Iterator[list[Change]]:
    """Calls of up to so many changes: rings whole, families side by side, groups with one that must be alone alone."""
    alone = [group for group in groups if any(map(is_alone, group))]
    rest = sorted(
        (group for group in groups if group not in alone) if alone else groups,
        key=lambda group: (group[0].family, group[0].record_id),
    )
    flat = [change for group in rest for change in group]
    yield from (flat[start : start + at_most] for start in range(0, len(flat), at_most))
    yield from alone
