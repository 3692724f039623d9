"""What is wrong with a source as a whole: columns that are missing or of the wrong type, ids met twice."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.ids import (
    BODY,
    KEPT_DIGITS,
    SPREADSHEET_NUMBER,
    is_rounded,
    looks_like_salesforce,
)
from assignment_assets.domain.tables import WHOLE, Table

REQUIRED = {
    "accounts": ("account_id", "name", "state"),
    "reps": ("rep_id", "name", "team", "region", "covered_states"),
    "opportunities": ("opportunity_id", "account_id"),
}
PLACED = ("accounts", "reps")
EXAMPLES = 5
ROW = "row"
"""The column of an exception that concerns the whole row."""
FEWEST_LETTERS = 24
_KINDS = {
    pl.String: "text",
    pl.Int64: "whole numbers",
    pl.Float64: "numbers",
    pl.Boolean: "yes or no",
    pl.Date: "dates",
    pl.Datetime("us"): "times",
    pl.List(pl.String): "lists of texts",
}


def structural_faults(
    table: Table[Any], frame: pl.DataFrame, unread: pl.DataFrame, met_by_reader: Iterable[Fault], origin: str
) -> list[Fault]:
    """Every reason why the table cannot be used at all, in the order of its columns.

    A column counts as of the wrong type where more than half of its filled cells could not be read.
    """
    return [
        *met_by_reader,
        *_missing(table, frame, origin),
        *_mistyped(table, frame, origin),
        *_mostly_unread(table, frame, unread, origin),
        *_repeated_ids(table, frame, origin),
    ]


def damaged_ids(
    frame: pl.DataFrame, unread: pl.DataFrame, columns: Iterable[str], origin: str, exact: Mapping[str, str]
) -> Iterator[Fault]:
    """Ids that a tool has changed beyond repair: numbers in place of ids, and capitals lost without a suffix.

    `exact` are ids that are sure in any table, by what they are in small letters: an id of 15 characters that differs
    from one of these in its capitals alone has lost them.
    """
    for column in columns:
        if frame.schema.get(column) != pl.String:
            continue
        ids = frame.select(pl.col("row_no").cast(WHOLE), pl.col(column).str.strip_chars()).drop_nulls()
        lost = unread.filter(pl.col("column_name") == column).select("row_no", pl.col("found").alias(column))
        numbers = pl.concat([ids, lost]).filter(pl.col(column).str.contains(f"^{SPREADSHEET_NUMBER}$"))
        long = ids.filter(pl.col(column).str.contains(rf"^\d{{{KEPT_DIGITS + 2},}}$"))
        rounded = long.filter(pl.col(column).map_elements(is_rounded, return_dtype=pl.Boolean))
        if rounded.height and rounded.height == long.height:
            numbers = pl.concat([numbers, rounded])
        if numbers.height:
            yield Fault(
                f"{origin}, column {column}",
                f"{numbers.height} ids such as {_rows(numbers)}: a spreadsheet has made numbers of them",
                "ids as the source has them",
                "Export again, and do not open the file in a spreadsheet, or import that column as text.",
            )
        lost_case = ids.filter(
            pl.col(column).map_elements(lambda text: _is_other_case(text, exact), return_dtype=pl.Boolean)
        )
        if lost_case.height and not _lost_capitals(ids[column].unique()):
            yield Fault(
                f"{origin}, column {column}",
                f"{lost_case.height} ids of 15 characters without a capital, such as {_rows(lost_case)}, where another "
                f"id is {exact[lost_case[column][0].lower()]}: a tool has changed their case",
                "ids of 18 characters, or of 15 with their capitals",
                "Export ids of 18 characters.",
            )
        if _lost_capitals(ids[column].unique()):
            yield Fault(
                f"{origin}, column {column}",
                f"{ids.height} ids of 15 characters without a capital, such as {_rows(ids)}: "
                "a tool has changed their case",
                "ids of 18 characters, or of 15 with their capitals",
                "Export ids of 18 characters; which accounts these mean cannot be known.",
            )


def _is_other_case(text: str, exact: Mapping[str, str]) -> bool:
    is_even = len(text) == BODY and text in (text.lower(), text.upper())
    return is_even and exact.get(text.lower(), text) != text


def _lost_capitals(ids: pl.Series) -> bool:
    """Whether so many letters, all small or all capitals, cannot be chance in ids that tell case apart."""
    short = [text for text in ids if len(text) == 15 and looks_like_salesforce(text)]
    letters = "".join(filter(str.isalpha, "".join(text[3:] for text in short)))
    return len(short) == len(ids) and len(letters) >= FEWEST_LETTERS and letters in (letters.lower(), letters.upper())


def _rows(ids: pl.DataFrame) -> str:
    return ", ".join(f"{text[:40]} (row {row})" for row, text in ids.head(3).iter_rows())


def _missing(table: Table[Any], frame: pl.DataFrame, origin: str) -> Iterator[Fault]:
    for column in REQUIRED[table.name]:
        if column not in frame.columns:
            yield Fault(
                f"{origin}, column {column}",
                "missing",
                f"a column that gives the {table.name}' {column}",
                f"Map it under [{table.name}.columns], or set it under [{table.name}.constants].",
            )
    has_place = {"latitude", "longitude"} <= set(frame.columns) or "postal_code" in frame.columns
    if table.name in PLACED and not has_place:
        yield Fault(
            f"{origin}, columns latitude and longitude",
            "missing",
            "coordinates, or a postal_code to take them from",
            f"Map latitude and longitude, or postal_code, under [{table.name}.columns].",
        )


def _mistyped(table: Table[Any], frame: pl.DataFrame, origin: str) -> Iterator[Fault]:
    for column, dtype in table.columns.items():
        if column not in frame.columns:
            continue
        try:
            frame[column].cast(dtype)
        except (pl.exceptions.InvalidOperationError, pl.exceptions.ComputeError):
            yield Fault(
                f"{origin}, column {column}",
                f"values of type {frame.schema[column]}",
                _KINDS[dtype],
                "Map the column that holds them.",
            )


def _mostly_unread(table: Table[Any], frame: pl.DataFrame, unread: pl.DataFrame, origin: str) -> Iterator[Fault]:
    judged = unread.filter(~pl.col("column_name").is_in([ROW, "country"]))
    for (column,), cells in judged.group_by("column_name", maintain_order=True):
        filled = cells.height + (frame.height - frame[column].null_count() if column in frame.columns else 0)
        if cells.height * 2 > filled:
            examples = ", ".join(repr(text) for text in cells["found"].unique(maintain_order=True).head(EXAMPLES))
            yield Fault(
                f"{origin}, column {column}",
                f"{cells.height} of {filled} values such as {examples}",
                cells["expected"][0],
                f"Map another column, or say under [{table.name}.columns] how to read it.",
            )


def _repeated_ids(table: Table[Any], frame: pl.DataFrame, origin: str) -> Iterator[Fault]:
    key = table.key[0]
    if key not in frame.columns:
        return
    repeated = (
        frame.filter(pl.col(key).is_not_null() & pl.col(key).is_duplicated())
        .group_by(key, maintain_order=True)
        .agg(pl.col("row_no"))
    )
    for identity, rows in repeated.head(EXAMPLES).iter_rows():
        yield Fault(
            f"{origin}, column {key}",
            f"{identity} in rows {', '.join(map(str, rows))}",
            "each id once",
            "Find out which row is right; leave the others out with exclude, or export again.",
        )
    if repeated.height > EXAMPLES:
        yield Fault(
            f"{origin}, column {key}",
            f"{repeated.height - EXAMPLES} more ids in several rows",
            "each id once",
            "Find out which rows are right; leave the others out with exclude, or export again.",
        )
