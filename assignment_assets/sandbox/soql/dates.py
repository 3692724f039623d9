"""Date literals such as TODAY, LAST_N_DAYS:30 and THIS_QUARTER: each means a range of whole days, in UTC here.

A fiscal year is the calendar year, a week begins on Sunday. LAST_N_DAYS includes today, NEXT_N_DAYS does not;
weeks, months, quarters and years are whole ones before or after the current one.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

LITERAL = re.compile(r"(?P<name>[A-Z0-9_]+?)(?::(?P<number>\d+))?")
NEAREST = {"LAST": -1, "THIS": 0, "NEXT": 1}
DAYS = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
UNIT = re.compile(r"(LAST|THIS|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)")
SEVERAL = re.compile(r"(LAST|NEXT)_N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S")
AGO = re.compile(r"N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO")
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def days_of(literal: str, today: date) -> tuple[date, date] | None:
    """The first day that the literal means and the first one after; None for a word that is no date literal."""
    match = LITERAL.fullmatch(literal.upper())
    if match is None:
        return None
    name, number = match["name"], None if match["number"] is None else int(match["number"])
    if number is None:
        return _fixed(name, today)
    if several := SEVERAL.fullmatch(name):
        return _several(several[2], -number if several[1] == "LAST" else number, today)
    if ago := AGO.fullmatch(name):
        start = _start_of(ago[1], today)
        return start(-number), start(1 - number)
    return None


def _fixed(name: str, today: date) -> tuple[date, date] | None:
    if name in DAYS:
        start = today + timedelta(days=DAYS[name])
        return start, start + timedelta(days=1)
    if name in ("LAST_90_DAYS", "NEXT_90_DAYS"):
        return _several("DAY", -90 if name == "LAST_90_DAYS" else 90, today)
    if unit := UNIT.fullmatch(name):
        start, place = _start_of(unit[2], today), NEAREST[unit[1]]
        return start(place), start(place + 1)
    return None


def _several(unit: str, number: int, today: date) -> tuple[date, date]:
    start = _start_of(unit, today)
    if number < 0:
        return start(number), start(1 if unit == "DAY" else 0)
    return start(1), start(number + 1)


def _start_of(unit: str, today: date) -> Callable[[int], date]:
    """The first day of the n-th unit from the current one, which is 0."""
    if unit == "DAY":
        return lambda number: today + timedelta(days=number)
    if unit == "WEEK":
        sunday = today - timedelta(days=(today.weekday() + 1) % 7)
        return lambda number: sunday + timedelta(weeks=number)
    length = MONTHS[unit]
    first = (today.year * 12 + today.month - 1) // length * length

    def start(number: int) -> date:
        year, month = divmod(first + number * length, 12)
        return date(year, month + 1, 1)

    return start
