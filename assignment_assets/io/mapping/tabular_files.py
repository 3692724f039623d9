"""Reads any CSV, XLSX or Parquet as texts: the header found, footers told apart, rows numbered.

Nothing is interpreted here: a ZIP code keeps its zeros and an id its digits wherever the file still has them. A cell
whose formula failed holds the spreadsheet's word for it, such as ``#N/A``.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.mapping.csv_rows import csv_rows
from assignment_assets.io.mapping.headers import HEADER_WITHIN, known_names, names_met
from assignment_assets.io.mapping.merged_cells import Merged, hidden_rows, merged_cells, sheet_text, uncomputed_cells

UNCOMPUTED = "#CALC!"
"""What stands in place of a formula whose value no program has computed."""
SHORT = {"row_no": pl.Int64, "found": pl.String}
OTHER_SEPARATORS = ("~", "^", "\x1f", "\x01", "¦", "§")
TOTALS = r"(?i)^(grand |sub)?(total|sum|count|average)s?\b"
_ERRORS = {
    "Error(NA)": "#N/A",
    "Error(Div0)": "#DIV/0!",
    "Error(Ref)": "#REF!",
    "Error(Value)": "#VALUE!",
    "Error(Name)": "#NAME?",
    "Error(Num)": "#NUM!",
    "Error(Null)": "#NULL!",
}


@dataclass(frozen=True)
class Texts:
    """A table as texts.

    Attributes
    ----------
    frame
        `row_no` (as people count: 1 is the file's first row), then the columns as text; empty cells are null.
    short
        Rows that break off before a column that is wanted, or are longer than header and other rows (`SHORT`): where
        a separator stands in a cell without quotes, cells have moved to the right.
    notes
        Sentences on what was told apart or completed.
    merged
        Column → rows, as people count, of a cell that is merged over several of them.
    """

    frame: pl.DataFrame
    short: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SHORT))
    notes: tuple[str, ...] = ()
    merged: tuple[tuple[str, str], ...] = ()


def read_texts(path: Path, wanted: Collection[str], sheet: str = "", separator: str = "") -> Texts:
    """The table in a file.

    The header is the row, within the first twenty, that has most of the `wanted` names, in any case and with any
    blanks; titles and blank rows above it are passed over, a report's footer below the data is left out and said.
    Names and cells lose surrounding blanks. Rows that are empty throughout are left out. A Parquet file's rows are
    numbered from 1.

    Parameters
    ----------
    path
        A `.csv`, `.txt`, `.tsv`, `.xlsx` or `.parquet` file. CSV may be UTF-8, with or without a mark, UTF-16
        with one, or Windows-1252.
    wanted
        Column names that a header is recognised by.
    sheet
        Sheet of an XLSX file; empty for the one whose header has most of the wanted names.
    separator
        Separator of a CSV; empty to recognise it.

    Raises
    ------
    SourceUnavailable
        There is no such file.
    InvalidInput
        The file is of another type, damaged, without a header, or has a wanted column twice.
    """
    if not path.is_file():
        raise SourceUnavailable(
            f"{path}: no such file, expected a CSV, XLSX or Parquet file. Put it there, or correct the mapping's path."
        )
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return Texts(_parquet(path, wanted))
    if suffix == ".xlsx":
        frame, notes, ranges = _sheet(path, sheet, wanted)
        return _named(frame, _full(frame), notes, wanted, path.name, ranges)
    if suffix in (".csv", ".txt", ".tsv"):
        raw = csv_rows(path, wanted, separator)
        return _named(raw.cells, raw.widths, raw.notes, wanted, path.name)
    raise _unusable(path.name, f"a file of type {suffix or 'unknown'}", "CSV, XLSX or Parquet", "Save it as one.")


def read_rows(rows: list[list[str | None]], wanted: Collection[str], name: str) -> Texts:
    """The table in rows of texts that were read elsewhere, by the rules of `read_texts`; `name` is for messages.

    Raises
    ------
    InvalidInput
        There is no header, or a wanted column twice.
    """
    width = max((len(row) for row in rows), default=0)
    columns = {f"column_{place}": [row[place] if place < len(row) else None for row in rows] for place in range(width)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return _named(frame, _full(frame), (), wanted, name)


def _unusable(name: str, found: str, expected: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"The file {name} cannot be read", [Fault(name, found, expected, remedy)])


def _full(frame: pl.DataFrame) -> pl.Series:
    return pl.Series("width", [frame.width], dtype=pl.Int64).new_from_index(0, frame.height)


def _parquet(path: Path, wanted: Collection[str]) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.ComputeError as error:
        raise _unusable(path.name, "damaged content", "Parquet", "Export it again.") from error
    names, doubled = known_names(frame.columns, wanted)
    if doubled:
        raise _unusable(
            path.name, f"the columns {', '.join(doubled)} more than once", "each column once", "Rename or remove one."
        )
    kept = {each: column for each, column in zip(names, frame.columns, strict=True) if each}
    unread = {each: str(frame.schema[column]) for each, column in kept.items() if not _is_text(frame.schema[column])}
    if strange := sorted(set(unread) & set(wanted)):
        raise _unusable(
            path.name,
            ", ".join(f"column {each} of type {unread[each]}" for each in strange),
            "texts, numbers, days or lists of them",
            "Write the column as text, or map another.",
        )
    texts = [_as_text(column, frame.schema[column]).alias(each) for each, column in kept.items() if each not in unread]
    return frame.select(texts).with_row_index("row_no", offset=1).with_columns(pl.col("row_no").cast(pl.Int64))


def _is_text(dtype: pl.DataType) -> bool:
    is_plain = not dtype.is_nested() and dtype not in (pl.Duration, pl.Object)
    return is_plain or (isinstance(dtype, pl.List) and not dtype.inner.is_nested())


def _as_text(column: str, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        return pl.col(column).list.eval(pl.element().cast(pl.String)).list.join(";")
    return pl.col(column).cast(pl.String, strict=dtype != pl.Binary)


def _sheet(path: Path, sheet: str, wanted: Collection[str]) -> tuple[pl.DataFrame, tuple[str, ...], tuple[Merged, ...]]:
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _unusable(path.name, "damaged content, or a password", "an XLSX workbook", "Save it again.") from error
    names = book.sheet_names
    if sheet and sheet not in names:
        raise _unusable(path.name, f"sheets {', '.join(names)}", f"a sheet {sheet}", "Correct the mapping's sheet.")
    if sheet or len(names) == 1:
        return _read_sheet(book, path, sheet or names[0])
    seen = [name for name in names if book.load_sheet(name, header_row=None, n_rows=0).visible == "visible"] or names
    frames = {name: _cells(book, name) for name in seen}
    best = max(seen, key=lambda name: (_most_names(frames[name], wanted), -seen.index(name)))
    alike = [name for name in seen if _most_names(frames[name], wanted) == _most_names(frames[best], wanted)]
    if len(alike) > 1 and _most_names(frames[best], wanted) > 1:
        raise _unusable(
            path.name,
            f"sheets {', '.join(alike)} with the same columns",
            "one sheet with the whole table",
            f"Put their rows on one sheet, or say sheet = {json.dumps(best)}.",
        )
    hidden = [name for name in names if name not in seen]
    others = f" (hidden: {', '.join(hidden)})" if hidden else ""
    note = f"Of the sheets {', '.join(names)}{others}, {best} is read; set `sheet` for another."
    frame, notes, ranges = _read_sheet(book, path, best)
    return frame, (note, *notes), ranges


def _read_sheet(
    book: fastexcel.ExcelReader, path: Path, name: str
) -> tuple[pl.DataFrame, tuple[str, ...], tuple[Merged, ...]]:
    """A sheet's cells, formulas without a value among them as failed, sentences on it, and its merged ranges."""
    frame, text = _cells(book, name), sheet_text(path, name)
    failed: dict[int, dict[int, str]] = {}
    for column, row in uncomputed_cells(text):
        if column < frame.width and row <= frame.height:
            failed.setdefault(column, {})[row - 1] = UNCOMPUTED
    rows = hidden_rows(text)
    shown = ", ".join(map(str, rows[:5]))
    notes = (f"{len(rows)} rows are hidden in the sheet, and are read all the same: row {shown}.",) if rows else ()
    return _with_words(frame, failed), notes, merged_cells(text)


def _cells(book: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    frame = loaded.to_polars()
    if not frame.width:
        return frame
    _, errors = loaded.to_arrow_with_errors()
    failed: dict[int, dict[int, str]] = {}
    for each in errors.errors if errors else ():
        row, column = each.offset_position
        failed.setdefault(column, {})[row] = next(
            (word for kind, word in _ERRORS.items() if kind in each.detail), "#N/A"
        )
    return _with_words(frame, failed)


def _with_words(frame: pl.DataFrame, failed: dict[int, dict[int, str]]) -> pl.DataFrame:
    """The cells with a spreadsheet's word for what failed in them, by column and row from 0."""
    repaired = []
    for column, words in failed.items():
        cells = frame.to_series(column).to_list()
        for row, word in words.items():
            cells[row] = word
        repaired.append(pl.Series(frame.columns[column], cells, dtype=pl.String))
    return frame.with_columns(repaired)


def _most_names(frame: pl.DataFrame, wanted: Collection[str]) -> int:
    return max((names_met(row, wanted) for row in frame.head(HEADER_WITHIN).iter_rows()), default=0)


def _named(
    raw: pl.DataFrame,
    widths: pl.Series,
    notes: tuple[str, ...],
    wanted: Collection[str],
    name: str,
    ranges: tuple[Merged, ...] = (),
) -> Texts:
    head = [[(cell or "").strip() for cell in row] for row in raw.head(HEADER_WITHIN).iter_rows()]
    filled = [row for row in head if any(row)]
    if not filled:
        raise _unusable(name, "no rows", "a header and rows", "Export it again.")
    place = max(range(len(head)), key=lambda index: (names_met(head[index], wanted), -index))
    if not names_met(head[place], wanted):
        raise _unusable(
            name,
            f"a first row of {', '.join(filter(None, filled[0]))[:200]}",
            f"a header with {', '.join(wanted)}",
            _remedy(filled[0], wanted),
        )
    names, doubled = known_names(head[place], wanted)
    if doubled:
        raise _unusable(
            name, f"the columns {', '.join(doubled)} more than once", "each column once", "Rename or remove one."
        )
    columns = {each: column for each, column in zip(names, raw.columns, strict=True) if each}
    cells = [pl.col(column).str.strip_chars().replace("", None).alias(each) for each, column in columns.items()]
    rows = raw.with_columns(widths).with_row_index("row_no", offset=1).slice(place + 1)
    texts = rows.select(pl.col("row_no").cast(pl.Int64), *cells, pl.col("width").alias("row width")).filter(
        ~pl.all_horizontal(pl.exclude("row_no", "row width").is_null())
    )
    data, footer = _without_footer(texts, [each for each in columns if each in set(wanted)])
    data, middle = _without_middle(data, [each for each in columns if each in set(wanted)])
    needed = 1 + max(index for index, each in enumerate(names) if each in set(wanted))
    usual = data["row width"].mode().max() if data.height else 0
    is_ragged = (pl.col("row width") < needed) | (
        (pl.col("row width") > len(names)) & (pl.col("row width") != pl.lit(usual))
    )
    short = data.filter(is_ragged).select(
        "row_no", found=pl.format("{} cells, where the header has {}", "row width", pl.lit(len(names)))
    )
    merged = tuple(
        (names[column], f"{top} to {bottom}")
        for left, right, top, bottom in ranges
        for column in range(left, min(right + 1, len(names)))
        if top > place + 1
    )
    return Texts(data.drop("row width"), short, (*notes, *_footer_note(footer), *_middle_note(middle)), merged)


def _remedy(header: list[str], wanted: Collection[str]) -> str:
    """What to do where no header was found: another separator may stand between its names."""
    text = next(filter(None, header))
    found = next((sign for sign in OTHER_SEPARATORS if names_met(text.split(sign), wanted)), "")
    said = f"Say separator = {json.dumps(found)} for this table, or correct" if found else "Correct"
    return f"{said} the mapping's column names."


def _without_middle(texts: pl.DataFrame, wanted: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of the table, and those between them that repeat the header or total a group."""
    if len(wanted) < 3:
        return texts, texts.clear()
    is_header = pl.all_horizontal(pl.col(each) == each for each in wanted)
    has_id = pl.col(wanted[0]).str.contains(r"\d{3}").fill_null(False)
    is_sparse = 2 * pl.sum_horizontal(pl.col(wanted).is_not_null()) <= len(wanted)
    is_total = pl.coalesce(wanted).str.contains(TOTALS) & ~has_id & is_sparse
    is_other = (is_header | is_total).fill_null(False)
    return texts.filter(~is_other), texts.filter(is_other)


def _middle_note(rows: pl.DataFrame) -> tuple[str, ...]:
    if not rows.height:
        return ()
    numbers = ", ".join(map(str, rows["row_no"].head(5)))
    return (f"Left out as repeated headers or totals between the rows: {rows.height} (row {numbers}).",)


def _without_footer(texts: pl.DataFrame, wanted: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of the table, and those below it that say something about a report: at most one cell, or a total."""
    if len(wanted) < 3:
        return texts, texts.clear()
    cells = pl.exclude("row_no", "row width")
    first = pl.coalesce(cells)
    tail = texts.select(
        is_tail=(pl.sum_horizontal(cells.is_not_null()) <= 1)
        | (first.str.contains(TOTALS) & pl.col(wanted[0]).str.contains(r"\d{3}").not_().fill_null(True))
    )["is_tail"].to_list()
    length = next((count for count, is_tail in enumerate(reversed(tail)) if not is_tail), len(tail))
    return texts.head(texts.height - length), texts.tail(length)


def _footer_note(footer: pl.DataFrame) -> tuple[str, ...]:
    if not footer.height:
        return ()
    said = footer.select(pl.coalesce(pl.exclude("row_no", "row width")).str.slice(0, 40)).to_series().head(3)
    rows = f"row {footer['row_no'][0]}" + (f" to {footer['row_no'][-1]}" if footer.height > 1 else "")
    return (f"Left out as the report's footer: {rows} ({'; '.join(said)}).",)
