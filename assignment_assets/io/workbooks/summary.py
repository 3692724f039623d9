"""The first tab of every workbook: who, by when, how it works, the Finished? cell, the packet code."""

from collections.abc import Sequence
from datetime import date, datetime

from assignment_assets.io.workbooks.sheet import CODE, FINISHED, Book
from assignment_assets.io.workbooks.written import WrittenSheet

FINISHED_WORDS = ("yes", "no")
NAME = "Summary"
LABEL_WIDTH, VALUE_WIDTH = 30, 16


def long_date(day: date) -> str:
    """The date as people write it, e.g. October 1, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def summary_sheet(book: Book, title: str, subtitle: str, code: str) -> WrittenSheet:
    """The Summary with its title and, below it, the packet code that people can read out."""
    sheet = book.sheet(NAME)
    sheet.set_column(0, 0, LABEL_WIDTH, book.style())
    sheet.set_column(1, 14, VALUE_WIDTH, book.style())
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, title, book.style("title"))
    sheet.write_string(1, 0, subtitle, book.style("subtitle"))
    sheet.write_string(2, 0, CODE, book.style("subtitle"))
    sheet.write_string(2, 1, code, book.style("code"))
    return sheet


def deadline_and_finished(book: Book, sheet: WrittenSheet, row: int, deadline: datetime) -> int:
    """The two lines that matter most: return by, and Finished?; the row after them."""
    sheet.write_string(row, 0, "Return by", book.style("label"))
    sheet.write_string(row, 1, f"{long_date(deadline)}, {deadline:%H:%M} UTC", book.style("label"))
    sheet.set_row(row + 1, 22)
    sheet.write_string(row + 1, 0, FINISHED, book.style("label"))
    sheet.write_string(row + 1, 1, "no", book.style("answer"))
    sheet.write_string(row + 1, 2, "← write yes when you are done; the file counts only then", book.style("hint"))
    sheet.data_validation(
        row + 1,
        1,
        row + 1,
        1,
        {
            "validate": "list",
            "source": list(FINISHED_WORDS),
            "error_title": FINISHED,
            "error_message": "Choose yes when you are done, no while you are still at it.",
        },
    )
    return row + 3


def instructions(book: Book, sheet: WrittenSheet, row: int, lines: Sequence[str]) -> int:
    """Numbered instructions, one a line; the row after them."""
    sheet.write_string(row, 0, "How it works", book.style("heading"))
    for number, line in enumerate(lines, 1):
        sheet.write_string(row + number, 0, f"{number}.  {line}", book.style())
    return row + len(lines) + 2
