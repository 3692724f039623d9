"""The look that all workbooks share: styles, a protected table of rows, the summary's blocks, the hidden `_meta`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from assignment_assets.io.workbooks.layout import KINDS, Column, content_digest, row_digest, shown
from assignment_assets.io.workbooks.written import Style, WrittenFile, WrittenSheet

META = "_meta"
FINISHED = "Finished?"
CODE = "Packet code"

INK, PAPER, ACCENT, OPEN, RED, GREEN, GREY = "#1f2933", "#eef2f6", "#1d4e89", "#fff4cc", "#c0392b", "#2e7d4f", "#8a949e"
_BASE: dict[str, object] = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
_STYLES: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 18, "font_color": ACCENT},
    "subtitle": {"font_color": GREY, "font_size": 11},
    "heading": {"bold": True, "font_size": 12, "font_color": ACCENT, "bottom": 1, "bottom_color": ACCENT},
    "label": {"bold": True},
    "line": {"text_wrap": True, "valign": "top"},
    "header": {
        "bold": True,
        "font_color": "#ffffff",
        "bg_color": ACCENT,
        "text_wrap": True,
        "border": 1,
        "border_color": "#ffffff",
        "indent": 1,
    },
    "number_header": {
        "bold": True,
        "font_color": "#ffffff",
        "bg_color": ACCENT,
        "text_wrap": True,
        "border": 1,
        "border_color": "#ffffff",
        "align": "right",
    },
    "cell": {"bottom": 1, "bottom_color": "#e3e6ea"},
    "text_cell": {"bottom": 1, "bottom_color": "#e3e6ea", "indent": 1},
    "open_header": {
        "bold": True,
        "bg_color": "#f2c94c",
        "text_wrap": True,
        "border": 1,
        "border_color": "#ffffff",
        "indent": 1,
    },
    "open": {"bg_color": OPEN, "border": 1, "border_color": "#d9c27a", "locked": False, "num_format": "@"},
    "closed": {"font_color": GREY, "italic": True},
    "answer": {
        "bg_color": OPEN,
        "border": 2,
        "border_color": "#d9a400",
        "locked": False,
        "bold": True,
        "font_size": 12,
        "align": "center",
    },
    "code": {"font_name": "Consolas", "font_size": 8, "font_color": GREY},
    "command": {"font_name": "Consolas", "bold": True},
    "hint": {"italic": True, "font_color": GREY},
    "fact": {"bold": True, "font_size": 11},
    "counter": {"bold": True, "align": "center", "font_size": 11},
    "good": {"font_color": "#ffffff", "bg_color": GREEN},
    "bad": {"font_color": "#ffffff", "bg_color": RED, "bold": True},
    "keep": {"bg_color": "#cdebd6", "font_color": "#1b5e37"},
    "release": {"bg_color": "#e3e6ea"},
}
_PROTECTION = {"autofilter": True, "format_columns": True, "select_locked_cells": True, "select_unlocked_cells": True}


def workbook(path: Path) -> xlsxwriter.Workbook:
    """A new file in which a book is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return xlsxwriter.Workbook(str(path), {"in_memory": True, "strings_to_urls": False})


class Book:
    """A workbook being written: `with Book(file, title, subject, created) as book`; equal calls give equal bytes.

    The file is a `workbook`, or anything else that answers the same calls.
    """

    def __init__(self, file: WrittenFile, title: str, subject: str, created: datetime):
        self.file = file
        self.file.set_properties({"title": title, "subject": subject, "created": created})
        self._formats: dict[tuple[str, str | None], Style] = {}
        self._row_digests: dict[str, str] = {}

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if kind is None:
            self.file.close()

    def style(self, name: str = "", number: str | None = None) -> Style:
        """The named style, with a number format of its own where one is given."""
        if (name, number) not in self._formats:
            properties = _BASE | _STYLES.get(name, {}) | ({"num_format": number} if number else {})
            self._formats[name, number] = self.file.add_format(properties)
        return self._formats[name, number]

    def sheet(self, name: str, is_landscape: bool = True) -> WrittenSheet:
        """A new protected sheet that prints on one page's width."""
        sheet = self.file.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.protect("", _PROTECTION)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&8&F&R&8&P of &N")
        if is_landscape:
            sheet.set_landscape()
        return sheet

    def table(
        self,
        sheet: WrittenSheet,
        top: int,
        columns: Sequence[Column],
        rows: Iterable[dict[str, Any]],
        key: str = "",
        closed: Sequence[str | None] = (),
    ) -> int:
        """Writes header and rows from row `top` (0-based) on; returns the row after the last.

        Parameters
        ----------
        key
            The prefix under which locked rows are remembered in `_meta`; empty for tables that nobody returns.
        closed
            Per row, the text that stands where people would answer, or None where they may.
        """
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            header = "open_header" if column.is_open else "header" if column.kind == "text" else "number_header"
            sheet.write_string(top, place, column.header, self.style(header))
        sheet.set_row(top, 32)
        plan = [
            (
                place,
                column.kind,
                column.source,
                self.style("text_cell" if column.kind == "text" else "cell", KINDS[column.kind]),
            )
            for place, column in enumerate(columns)
        ]
        kinds = [column.kind for column in columns if column.source]
        open_style, closed_style = self.style("open"), self.style("closed")
        row_no = top
        for number, row in enumerate(rows):
            row_no = top + 1 + number
            verdict = closed[number] if closed else None
            cells: list[Any] = []
            for place, kind, source, style in plan:
                if not source:
                    if verdict is None:
                        sheet.write_blank(row_no, place, None, open_style)
                    else:
                        sheet.write_string(row_no, place, verdict, closed_style)
                        verdict = ""
                    continue
                value = shown(kind, row[source])
                cells.append(value)
                if value is None:
                    sheet.write_blank(row_no, place, None, style)
                elif kind == "text":
                    sheet.write_string(row_no, place, value, style)
                elif kind == "date":
                    sheet.write_datetime(row_no, place, value, style)
                else:
                    sheet.write_number(row_no, place, value, style)
            if key:
                self._row_digests[f"{key}:{row['account_id']}"] = row_digest(kinds, cells)
        return row_no + 1

    def meta(self, facts: dict[str, str], choosable: Sequence[str] = ()) -> None:
        """The very hidden sheet that a reader checks: facts, then the digest of every locked row.

        Its second column holds what a dropdown too long for its own list refers to.
        """
        sheet = self.file.add_worksheet(META)
        sheet.very_hidden()
        lines = (
            facts
            | {"content": content_digest(self._row_digests)}
            | {f"row:{name}": digest for name, digest in self._row_digests.items()}
        )
        for number, (name, value) in enumerate(lines.items()):
            sheet.write_string(number, 0, f"{name}={value}")
        sheet.write_column(0, 1, choosable)


def listing(sheet: WrittenSheet, top: int, end: int, num_columns: int, num_frozen: int) -> None:
    """Makes a table easy to walk through: header and first columns stay, a filter, the header on every page."""
    sheet.freeze_panes(top + 1, num_frozen)
    sheet.autofilter(top, 0, max(end - 1, top + 1), num_columns - 1)
    sheet.repeat_rows(top)


def choices(sheet: WrittenSheet, top: int, left: int, bottom: int, words: Sequence[str], what: str) -> None:
    """A dropdown over one column's cells; other words are refused as they are typed."""
    message = f"{what}: choose {' or '.join(words)}, or leave it blank."
    sheet.data_validation(
        top,
        left,
        bottom,
        left,
        {
            "validate": "list",
            "source": list(words),
            "ignore_blank": True,
            "error_title": "Not an answer",
            "error_message": message[:255],
        },
    )


def span(top: int, left: int, bottom: int, sheet_name: str = "") -> str:
    """The absolute reference of one column's cells, for formulas."""
    column = xl_col_to_name(left, col_abs=True)
    prefix = f"'{sheet_name}'!" if sheet_name else ""
    return f"{prefix}{column}${top + 1}:{column}${bottom + 1}"


def limit_colours(book: Book, sheet: WrittenSheet, row: int, column: int, limit: int) -> None:
    """A counter turns red above its limit and green at it; red is asked first."""
    place = (row, column, row, column)
    sheet.conditional_format(
        *place, {"type": "cell", "criteria": ">", "value": limit, "format": book.style("bad"), "stop_if_true": True}
    )
    sheet.conditional_format(*place, {"type": "cell", "criteria": "==", "value": limit, "format": book.style("good")})
