"""Knobs: the figures that steer the search, each with its default, its range and its effect in a sentence.

A room's knobs are the fields of a frozen dataclass beside what they steer; `docs/optimizer.md` has all of them as a
table. What people choose is in `settings`.
"""

from dataclasses import Field, dataclass, field, fields
from typing import Any, ClassVar

from assignment_assets.domain.errors import Fault, InvalidInput


@dataclass(frozen=True)
class Range:
    """Which values a knob may have: numbers between two, or as many entries (`is_length`)."""

    least: float
    most: float | None = None
    is_open: bool = False  # the least itself is not among them
    is_length: bool = False

    def __contains__(self, value: Any) -> bool:
        figure = len(value) if self.is_length else value
        is_above = figure > self.least if self.is_open else figure >= self.least
        return bool(is_above and (self.most is None or figure <= self.most))

    def __str__(self) -> str:
        counted = " entries" if self.is_length else ""
        if self.most is None:
            return f"above {self.least:g}{counted}" if self.is_open else f"{self.least:g} or more{counted}"
        return f"{'above ' if self.is_open else ''}{self.least:g} to {self.most:g}{counted}"


POSITIVE = Range(0, is_open=True)
NOT_NEGATIVE = Range(0)
ONE_OR_MORE = Range(1)
SHARE = Range(0, 1, is_open=True)
PROBABILITY = Range(0, 1)
ENTRIES = Range(1, is_length=True)


def knob(default: Any, within: Range, effect: str) -> Any:
    """A field of a class of `Knobs`: its default, its range, and what it does, or what raising it does."""
    return field(default=default, metadata={"within": within, "effect": effect})


class Knobs:
    """What classes of knobs have in common: a value outside its range is refused where it is given."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __post_init__(self) -> None:
        faults = [
            Fault(f"{type(self).__name__}.{each.name}", repr(value), str(each.metadata["within"]), "Change it.")
            for each in fields(self)
            for value in [getattr(self, each.name)]
            if "within" in each.metadata and value not in each.metadata["within"]
        ]
        if faults:
            raise InvalidInput("optimiser knobs", faults)
