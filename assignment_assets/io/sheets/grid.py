"""A packet as plain data: answers the calls by which workbooks are written, and keeps what a Google Sheet needs.

What only concerns paper and charts is left out; everything else (texts, numbers, formulas, dropdowns, colours, what
is locked) stands in the sheet as it stands in the workbook, because the same function writes both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

_EPOCH = date(1899, 12, 30)


@dataclass
class Rule:
    """A dropdown or a colour over some cells: rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int
    options: dict[str, Any]


@dataclass
class Tab:
    """One sheet: cells as (row, column) → (kind, value, style's number), widths in characters, rules."""

    name: str
    cells: dict[tuple[int, int], tuple[str, Any, int]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    dropdowns: list[Rule] = field(default_factory=list)
    colours: list[Rule] = field(default_factory=list)
    frozen: tuple[int, int] = (0, 0)
    filtered: tuple[int, int, int, int] | None = None
    is_hidden: bool = False

    def write_string(self, row: int, column: int, text: str, style: int = 0) -> None:
        self.cells[row, column] = "text", text, style

    def write_number(self, row: int, column: int, number: float, style: int = 0) -> None:
        self.cells[row, column] = "number", number, style

    def write_datetime(self, row: int, column: int, day: date, style: int = 0) -> None:
        self.cells[row, column] = "number", (day - _EPOCH).days, style

    def write_formula(self, row: int, column: int, formula: str, style: int = 0, value: Any = 0) -> None:
        self.cells[row, column] = "formula", formula, style

    def write_blank(self, row: int, column: int, _: None, style: int = 0) -> None:
        self.cells[row, column] = "blank", None, style

    def write_column(self, row: int, column: int, texts: Sequence[str]) -> None:
        for number, text in enumerate(texts):
            self.write_string(row + number, column, text)

    def set_column(self, first: int, last: int, width: float, style: int = 0) -> None:
        self.widths |= dict.fromkeys(range(first, last + 1), width)

    def data_validation(self, top: int, left: int, bottom: int, right: int, options: dict[str, Any]) -> None:
        self.dropdowns.append(Rule(top, left, bottom, right, options))

    def conditional_format(self, top: int, left: int, bottom: int, right: int, options: dict[str, Any]) -> None:
        self.colours.append(Rule(top, left, bottom, right, options))

    def freeze_panes(self, rows: int, columns: int) -> None:
        self.frozen = rows, columns

    def autofilter(self, top: int, left: int, bottom: int, right: int) -> None:
        self.filtered = top, left, bottom, right

    def very_hidden(self) -> None:
        self.is_hidden = True

    def _without_meaning(self, *_: Any, **__: Any) -> None:
        """What concerns paper, row heights, grid lines and charts; protection is the sheet's own (`drawing`)."""

    hide_gridlines = protect = set_paper = fit_to_pages = set_footer = set_landscape = set_row = repeat_rows = (
        insert_chart
    ) = _without_meaning


class _Chart:
    def _without_meaning(self, *_: Any, **__: Any) -> None:
        """Charts are left out."""

    add_series = set_title = set_x_axis = set_y_axis = set_legend = set_size = _without_meaning


class GridFile:
    """A new packet: tabs in their order, styles by number (0 is none), a title."""

    def __init__(self) -> None:
        self.tabs: list[Tab] = []
        self.styles: list[dict[str, Any]] = [{}]
        self.title = ""

    def set_properties(self, properties: dict[str, Any]) -> None:
        self.title = properties["title"]

    def add_worksheet(self, name: str) -> Tab:
        self.tabs.append(Tab(name))
        return self.tabs[-1]

    def add_format(self, properties: dict[str, Any]) -> int:
        self.styles.append(properties)
        return len(self.styles) - 1

    def add_chart(self, _: dict[str, Any]) -> _Chart:
        return _Chart()

    def close(self) -> None:
        """Nothing: the grid is whole as it is."""
