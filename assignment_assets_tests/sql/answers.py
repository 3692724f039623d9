"""The answers that are kept: a CSV a query, at the query's own place below `answers/`."""

import csv
from collections.abc import Iterable
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"


def kept(name: str) -> list[list[str]]:
    """The kept answer of a query, its header first."""
    with (ANSWERS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def as_text(header: list[str], rows: Iterable[tuple]) -> list[list[str]]:
    """An answer as it would be kept: null is empty."""
    return [header, *(["" if value is None else str(value) for value in row] for row in rows)]
