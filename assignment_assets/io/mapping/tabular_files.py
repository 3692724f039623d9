"""Reads any CSV, XLSX or Parquet as texts: the header found, encoding and separator recognised, rows numbered.

Nothing is interpreted here: a ZIP code keeps its zeros and an id its digits wherever the file still has them.
"""

import codecs
import csv
from collections.abc import Collection, Iterator
from pathlib import Path

import fastexcel
import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable

HEADER_WITHIN = 20
SEPARATORS = (",", ";", "\t", "|")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_texts(path: Path, wanted: Collection[str], sheet: str = "", separator: str = "") -> pl.DataFrame:
    """The table in a file: `row_no` (as people count: 1 is the file's first row), then its columns as text.

    The header is the row, within the first twenty, that has most of the `wanted` names; titles and blank rows
    above it are passed over. Names and cells lose surrounding blanks, empty cells are null. Rows that are
    empty throughout are left out. A Parquet file's rows are numbered from 1.

    Parameters
    ----------
    path
        A `.csv`, `.txt`, `.tsv`, `.xlsx` or `.parquet` file. CSV may be UTF-8, with or without a mark, UTF-16
        with one, or Windows-1252.
    wanted
        Column names that a header is recognised by.
    sheet
        Sheet of an XLSX file; empty for the first.
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
        return _parquet(path)
    if suffix == ".xlsx":
        return _named(_sheet(path, sheet), 1, wanted, path)
    if suffix in (".csv", ".txt", ".tsv"):
        return _named(*_lines(path, wanted, separator), wanted, path)
    raise _unusable(path, f"a file of type {suffix or 'unknown'}", "CSV, XLSX or Parquet", "Save it as one of these.")


def read_rows(rows: list[list[str | None]], wanted: Collection[str], name: str) -> pl.DataFrame:
    """The table in rows of texts that were read elsewhere, by the rules of `read_texts`; `name` is for messages.

    Raises
    ------
    InvalidInput
        There is no header, or a wanted column twice.
    """
    width = max((len(row) for row in rows), default=0)
    columns = {f"column_{place}": [row[place] if place < len(row) else None for row in rows] for place in range(width)}
    return _named(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), 1, wanted, Path(name))


def _unusable(path: Path, found: str, expected: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"The file {path.name} cannot be read", [Fault(path.name, found, expected, remedy)])


def _parquet(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.ComputeError as error:
        raise _unusable(path, f"damaged content ({error})", "Parquet", "Export it again.") from error
    texts = [
        pl.col(name).list.eval(pl.element().cast(pl.String)).list.join(";")
        if isinstance(dtype, pl.List)
        else pl.col(name).cast(pl.String)
        for name, dtype in frame.schema.items()
    ]
    return frame.select(texts).with_row_index("row_no", offset=1).with_columns(pl.col("row_no").cast(pl.Int64))


def _sheet(path: Path, sheet: str) -> pl.DataFrame:
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _unusable(path, f"damaged content ({error})", "an XLSX workbook", "Save it again.") from error
    names = book.sheet_names
    if sheet and sheet not in names:
        raise _unusable(path, f"sheets {', '.join(names)}", f"a sheet {sheet}", "Correct the mapping's sheet.")
    return book.load_sheet(sheet or 0, header_row=None, skip_rows=0, dtypes="string").to_polars()


def _lines(path: Path, wanted: Collection[str], separator: str) -> tuple[pl.DataFrame, int]:
    text = _decoded(path)
    head = text[:100_000].splitlines(keepends=True)[:HEADER_WITHIN]
    chosen = separator or max(SEPARATORS, key=lambda each: max(_header_places(head, each, wanted), default=(0, 0, 0)))
    _, _, above = max(_header_places(head, chosen, wanted), default=(0, 0, 0))
    try:
        frame = pl.read_csv(text.encode(), separator=chosen, has_header=False, infer_schema=False, skip_lines=-above)
    except pl.exceptions.NoDataError:
        return pl.DataFrame(), 1
    except pl.exceptions.ComputeError as error:
        found = _first_long_line(text, chosen, -above) or str(error)
        raise _unusable(
            path,
            found,
            "as many values in each row as in the header",
            f"Put quotes around values that hold the separator {chosen!r}.",
        ) from error
    return frame, 1 - above


def _header_places(head: list[str], separator: str, wanted: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """Per row: how many wanted names it has, its number of values, minus the lines above it."""
    records = csv.reader(head, delimiter=separator)
    above = 0
    for row in records:
        yield _names(row, wanted), len(row), -above
        above = records.line_num


def _first_long_line(text: str, separator: str, above: int) -> str:
    records = csv.reader(text.splitlines(keepends=True)[above:], delimiter=separator)
    width = len(next(records))
    long = next((row for row in records if len(row) > width), None)
    return f"{len(long)} values in line {above + records.line_num}, where the header has {width}" if long else ""


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    encodings = ("utf-16",) if content.startswith(_UTF16) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unusable(path, "an unknown encoding", "UTF-8 or Windows-1252", "Save it as CSV UTF-8.")


def _names(row: list[str], wanted: Collection[str]) -> int:
    return len({cell.strip() for cell in row} & set(wanted))


def _named(raw: pl.DataFrame, first_row: int, wanted: Collection[str], path: Path) -> pl.DataFrame:
    head = [[(cell or "").strip() for cell in row] for row in raw.head(HEADER_WITHIN).iter_rows()]
    filled = [row for row in head if any(row)]
    if not filled:
        raise _unusable(path, "no rows", "a header and rows", "Export it again.")
    place = max(range(len(head)), key=lambda index: (_names(head[index], wanted), -index))
    names = head[place]
    if not _names(names, wanted):
        raise _unusable(
            path,
            f"a first row of {', '.join(filter(None, filled[0]))}",
            f"a header with {', '.join(wanted)}",
            "Correct the mapping's column names.",
        )
    doubled = sorted({name for name in names if name in wanted and names.count(name) > 1})
    if doubled:
        raise _unusable(
            path, f"the columns {', '.join(doubled)} more than once", "each column once", "Rename or remove one."
        )
    columns = {name: column for name, column in zip(names, raw.columns, strict=True) if name}
    cells = [pl.col(column).str.strip_chars().replace("", None).alias(name) for name, column in columns.items()]
    rows = raw.with_row_index("row_no", offset=first_row).slice(place + 1)
    return rows.select(pl.col("row_no").cast(pl.Int64), *cells).filter(
        ~pl.all_horizontal(pl.exclude("row_no").is_null())
    )
