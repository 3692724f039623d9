"""The engine's one tree of errors; every message says where, what is, what was expected, what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EXAMPLES, MOST_LINES = 3, 25
"""Faults of one kind that a message shows, and the kinds that it has room for; the error itself carries every one."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: *where: what is, what was expected. What to do.*

    Attributes
    ----------
    kind, row
        Where faults of this kind are met, such as a file's column, and which of its rows this one is: a message tells
        more than three of a kind in one line. Empty for a fault of its own.
    """

    where: str
    found: str
    expected: str
    remedy: str = ""
    kind: str = ""
    row: str = ""

    def __str__(self) -> str:
        sentence = f"{self.where}: {self.found}, expected {self.expected}."
        return f"{sentence} {self.remedy}".rstrip()


class AssignmentError(Exception):
    """Base of every error that the engine raises on purpose."""


class InvalidInput(AssignmentError):
    """An input that cannot be used; carries every fault found, not the first."""

    def __init__(self, what: str, faults: Iterable[Fault]):
        self.what = what
        self.faults = tuple(faults)
        count, lines = len(self.faults), list(_lines(self.faults))
        heading = f"{what}: {count} fault{'' if count == 1 else 's'}."
        shown = [f"  {number}. {line}" for number, line in enumerate(lines[:MOST_LINES], 1)]
        rest = [f"  And {len(lines) - MOST_LINES} more; --json lists all."] if len(lines) > MOST_LINES else []
        super().__init__("\n".join([heading, *shown, *rest]))


def _lines(faults: Iterable[Fault]) -> Iterator[str]:
    """The faults as lines, equal ones of more than three rows in one, at the place of the first."""
    groups: dict[object, list[Fault]] = {}
    for number, fault in enumerate(faults):
        alike = (fault.kind, fault.expected, fault.remedy) if fault.kind else number
        groups.setdefault(alike, []).append(fault)
    for group in groups.values():
        if len(group) <= EXAMPLES:
            yield from map(str, group)
        else:
            yield str(_in_one(group))


def _in_one(group: list[Fault]) -> Fault:
    first = group[0]
    if len({fault.found for fault in group}) == 1:
        found = f"{len(group)} rows with {first.found}, such as {', '.join(fault.row for fault in group[:EXAMPLES])}"
    else:
        examples = ", ".join(f"{fault.row}: {fault.found}" for fault in group[:EXAMPLES])
        found = f"{len(group)} rows, such as {examples}"
    return Fault(first.kind, found, first.expected, first.remedy)


class BrokenInvariant(AssignmentError):
    """An invariant of the waterfall does not hold for the rows named; nothing was handed on."""


class CycleFrozen(AssignmentError):
    """An earlier stage would change although a later gate's packets are out."""


class CycleClosed(AssignmentError):
    """The cycle's state does not allow this step."""


class GateOpen(AssignmentError):
    """The gate still waits for people; the message says for whom and until when."""


class NotEntitled(AssignmentError):
    """The person may not take this decision."""


class SourceJumped(AssignmentError):
    """Figures of the sources are far from the previous cycle's, and nobody has confirmed them yet."""


class Tampered(AssignmentError):
    """A digest or signature does not match what was issued."""


class WarehouseBusy(AssignmentError):
    """Another process holds the warehouse; the message says which."""


class WrongSchema(AssignmentError):
    """A store has tables that this release cannot read; the message says of which version, and what to do."""


class SourceUnavailable(AssignmentError):
    """A source, an org or a file could not be read."""
