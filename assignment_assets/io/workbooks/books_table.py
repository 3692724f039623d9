"""Each rep's book before and after, with a chart: the part that reviews and sign-offs share."""

import polars as pl

from assignment_assets.io.workbooks.layout import Column
from assignment_assets.io.workbooks.sheet import Book
from assignment_assets.io.workbooks.summary import NAME
from assignment_assets.io.workbooks.written import WrittenSheet

_MEASURES = [
    ("Accounts", "accounts", "whole", 11),
    ("Opportunities", "opp_count", "whole", 13),
    ("BPS", "bps", "plain_bps", 12),
    ("TAM", "tam_cents", "money", 15),
    ("Value", "value_cents", "money", 14),
    ("Drive minutes", "drive_minutes", "whole", 15),
]
COLUMNS = [Column("Rep", "name", width=30), Column("Capacity", "capacity", "whole", 12)] + [
    Column(f"{label}, {moment}", f"{source}_{moment}", kind, width)
    for label, source, kind, width in _MEASURES
    for moment in ("before", "after")
]
_CHARTED = {"Accounts": "0", "Value": "$#,##0"}


def books_table(book: Book, sheet: WrittenSheet, row: int, books: pl.DataFrame) -> int:
    """Writes the table and, below it, two charts, or nothing without books; the row after them."""
    if books.is_empty():
        return row
    end = book.table(sheet, row, COLUMNS, books.iter_rows(named=True))
    headers = [column.header for column in COLUMNS]
    for place, (label, number) in enumerate(_CHARTED.items()):
        chart = book.file.add_chart({"type": "column"})
        for moment, colour in (("before", "#b7c4d1"), ("after", "#1d4e89")):
            column = headers.index(f"{label}, {moment}")
            chart.add_series(
                {
                    "name": moment,
                    "categories": [NAME, row + 1, 0, end - 1, 0],
                    "values": [NAME, row + 1, column, end - 1, column],
                    "fill": {"color": colour},
                    "gap": 70,
                    "overlap": -5,
                }
            )
        chart.set_title({"name": f"{label} per book, before and after", "name_font": {"size": 11}})
        chart.set_y_axis(
            {
                "num_format": number,
                "line": {"none": True},
                "min": 0,
                "major_gridlines": {"visible": True, "line": {"color": "#e3e6ea"}},
            }
        )
        chart.set_x_axis({"num_font": {"rotation": -45} if books.height > 6 else {}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 620, "height": 280})
        sheet.insert_chart(end + 1, place * 6, chart, {"object_position": 3, "x_offset": place * 40})
    return end + 17


def by_name(books: pl.DataFrame) -> pl.DataFrame:
    """The books in the order in which people look for them."""
    return books.sort("name", "rep_id")
