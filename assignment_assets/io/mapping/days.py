"""Reads a column of days and times by formats that are decided from the whole column, never cell by cell."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

COMMON = (
    *(
        "%Y-%m-%d",
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m/%d/%y",
        "%d/%m/%y",
        "%d.%m.%Y",
        "%d.%m.%y",
        "%Y/%m/%d",
        "%Y%m%d",
        "%m-%d-%Y",
    ),
    *("%d-%m-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%A, %B %d, %Y"),
    *("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d/%m/%Y %I:%M %p", "%m/%d/%Y, %I:%M %p"),
    *("%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
)
"""Formats that exports are often written in."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T].+)?")


@dataclass(frozen=True)
class Decision:
    """The formats that a column is read by, and the cells that two of them read as different days."""

    formats: tuple[str, ...]
    torn: tuple[str, ...] = ()


def decide(cells: Collection[str], formats: Sequence[str]) -> Decision:
    """Which of the stated formats hold for the column.

    A format that reads every cell which is no ISO date is taken alone where it is the only one, or where all that do
    agree. Otherwise each format reads what it can, and cells on which two disagree are `torn`.
    """
    rest = [cell for cell in cells if _in_iso(cell) is None]
    if len(formats) < 2 or not rest:
        return Decision(tuple(formats))
    whole = [each for each in formats if all(_in_format(cell, each) for cell in rest)]
    if len(whole) == 1:
        return Decision((whole[0],))
    candidates = whole or list(formats)
    torn = tuple(cell for cell in rest if len({found for each in candidates if (found := _in_format(cell, each))}) > 1)
    return Decision(tuple(candidates), torn)


def fitting(cells: Collection[str]) -> list[str]:
    """The common formats that read every one of these cells, the likeliest first."""
    return [each for each in COMMON if cells and all(_in_format(cell, each) for cell in cells)]


def fitting_together(cells: Collection[str]) -> list[str]:
    """The common formats of one order of day and month that between them read every one of these cells.

    Columns that some tool filled hold days with and without a time. Nothing where no order does, or where both do.
    """
    found = []
    for is_month_first in (True, False):
        order = [each for each in COMMON if _puts_month_first(each) == is_month_first]
        needed = [next((each for each in order if _in_format(cell, each)), "") for cell in cells]
        if needed and all(needed):
            found.append(list(dict.fromkeys(needed)))
    return found[0] if len(found) == 1 else []


def _puts_month_first(each: str) -> bool:
    return each.upper().replace("B", "M").find("%M") < each.upper().find("%D")


def moment_of(text: str, formats: Sequence[str], is_day: bool) -> date | datetime | None:
    """The moment in UTC without zone, or its day as written there; null where no format reads it."""
    moment = next((found for each in formats if (found := _in_format(text, each))), None) or _in_iso(text)
    if moment is None:
        return None
    if is_day:
        return moment.date()
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _in_format(text: str, each: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(text, each)
    return None


def _in_iso(text: str) -> datetime | None:
    if _ISO.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(re.sub(r" ?(UTC|GMT)$", "+00:00", text))
    return None
