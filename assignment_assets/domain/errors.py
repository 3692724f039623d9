"""The engine's one tree of errors; every message says where, what is, what was expected, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: *where: what is, what was expected. What to do.*"""

    where: str
    found: str
    expected: str
    remedy: str = ""

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
        count = len(self.faults)
        heading = f"{what}: {count} fault{'' if count == 1 else 's'}."
        super().__init__("\n".join([heading, *(f"  {number}. {fault}" for number, fault in enumerate(self.faults, 1))]))


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


class Tampered(AssignmentError):
    """A digest or signature does not match what was issued."""


class WarehouseBusy(AssignmentError):
    """Another process holds the warehouse; the message says which."""


class WrongSchema(AssignmentError):
    """A store has tables that this release cannot read; the message says of which version, and what to do."""


class SourceUnavailable(AssignmentError):
    """A source, an org or a file could not be read."""
