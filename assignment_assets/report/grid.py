"""Tables as the report shows them: worded cells, bars behind numbers, colours behind verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from assignment_assets.report.wording import NOTHING, whole

TONES = {
    "good": ("accepted", "approved", "approve", "signed", "verified", "skipped_already", "loaded", "confirmed"),
    "warn": (
        *("held", "deferred", "late", "drift", "drift_rule", "gone", "blank", "unknown"),
        *("left_out", "not_visible", "given_back"),
    ),
    "bad": ("refused", "failed", "reject", "rejected"),
}
_TONE_OF = {word: tone for tone, members in TONES.items() for word in members}


def as_it_is(value) -> str:
    """Text as it stands; a dash for nothing."""
    return NOTHING if value is None or value == "" else str(value)


@dataclass(frozen=True)
class Column:
    """How one column of a frame is shown.

    Attributes
    ----------
    name, heading
        The frame's column, and the words above it.
    as_text
        Value → words.
    is_number
        Right-aligned.
    has_bar
        A bar behind the number, its length relative to the column's largest absolute value.
    shows_id
        The raw value in small type below the words.
    is_prose
        Sentences: the column is kept wide enough to read.
    """

    name: str
    heading: str
    as_text: Callable[[object], str] = as_it_is
    is_number: bool = False
    has_bar: bool = False
    shows_id: bool = False
    is_prose: bool = False


@dataclass(frozen=True)
class Cell:
    """One worded cell; `bar` is 0 to 100 or None, `tone` good, warn, bad or empty."""

    text: str
    bar: float | None = None
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Grid:
    """A table ready for the template; `note` says how many rows are not shown and where they are."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    is_folded: bool = False


def prose(name: str, heading: str) -> Column:
    """A column of sentences."""
    return Column(name, heading, is_prose=True)


def number(name: str, heading: str, as_text: Callable = whole, has_bar: bool = False) -> Column:
    """A right-aligned column of numbers."""
    return Column(name, heading, as_text, is_number=True, has_bar=has_bar)


def grid(
    frame: pl.DataFrame,
    caption: str,
    columns: Sequence[Column],
    most: int = 500,
    is_folded: bool = False,
    kept_in: str = "",
) -> Grid:
    """The frame's first `most` rows under these columns; `kept_in` names the table that has all of them."""
    shown = frame.head(most)
    scales = {
        column.name: max((abs(value) for value in frame[column.name].drop_nulls()), default=0)
        for column in columns
        if column.has_bar
    }
    rows = [[_cell(column, row[column.name], scales) for column in columns] for row in shown.iter_rows(named=True)]
    note = ""
    if frame.height > most:
        where = f" All are in the table {kept_in}." if kept_in else ""
        note = f"The first {most:,} of {frame.height:,} rows are shown.{where}"
    return Grid(caption, columns, rows, note, is_folded)


def _cell(column: Column, value, scales: dict[str, float]) -> Cell:
    bar = None
    if column.has_bar and value is not None and scales[column.name]:
        bar = round(100.0 * abs(value) / scales[column.name], 1)
    text = column.as_text(value)
    tone = _TONE_OF.get(value, "") if isinstance(value, str) else ""
    detail = value if column.shows_id and value is not None and value != text else ""
    return Cell(text, bar, tone, detail)
