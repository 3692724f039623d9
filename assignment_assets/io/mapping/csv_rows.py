"""The rows of a CSV as its writer meant them: encoding and separator recognised, quotes and short rows judged."""

import codecs
import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.mapping.headers import HEADER_WITHIN, names_met

SEPARATORS = (",", ";", "\t", "|")
PAGE = 50_000
_OTHER_FILES = {
    b"PK\x03\x04": "an XLSX workbook or an archive",
    b"\x1f\x8b": "a compressed file",
    b"\xd0\xcf\x11\xe0": "an old XLS workbook",
    b"PAR1": "a Parquet file",
    codecs.BOM_UTF32_LE: "text in UTF-32",
    codecs.BOM_UTF32_BE: "text in UTF-32",
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class RawRows:
    """Cells by place, `column_0` on, from the file's first row; how many cells each row has; what was met."""

    cells: pl.DataFrame
    widths: pl.Series
    notes: tuple[str, ...] = ()


def csv_rows(path: Path, wanted: Collection[str], separator: str = "") -> RawRows:
    """Every row of the file, blank ones too, so that a row's place is its number.

    UTF-8 with or without a mark, UTF-16 with one and Windows-1252 are understood. Where a few lines alone are no
    UTF-8, these are read as Windows-1252 and named.

    Raises
    ------
    InvalidInput
        A quotation mark never closes, or a row has more cells than the header.
    """
    text, odd_lines = _decoded(path)
    head = text[:100_000].splitlines(keepends=True)[:HEADER_WITHIN]
    chosen = separator or max(SEPARATORS, key=lambda each: max(_header_places(head, each, wanted), default=(0, 0, 0)))
    _, width, above = max(_header_places(head, chosen, wanted), default=(0, 0, 0))
    cells, widths, odd_rows = _parsed(path, text, chosen, max(width, 1), -above, odd_lines)
    return RawRows(cells, widths, _odd_note(odd_rows))


def _decoded(path: Path) -> tuple[str, frozenset[int]]:
    """The file's text, and the lines, from 1, that are not in its encoding."""
    content = path.read_bytes()
    kind = next((what for mark, what in _OTHER_FILES.items() if content.startswith(mark)), "")
    if kind:
        raise _unusable(path, kind, "CSV", "Give the file its own ending, or save it as CSV UTF-8.")
    if content[:200].count(b"\x00") > len(content[:200]) // 3:
        mark = b"" if content.startswith(_UTF16) else _UTF16[0] if content[1:2] == b"\x00" else _UTF16[1]
        content = mark + content
    try:
        return content.decode("utf-16" if content.startswith(_UTF16) else "utf-8-sig"), frozenset()
    except UnicodeDecodeError:
        if content.startswith(_UTF16):
            raise InvalidInput(
                f"The file {path.name} cannot be read",
                [Fault(path.name, "UTF-16 that breaks off", "whole characters", "Save it as CSV UTF-8.")],
            ) from None
    texts, odd, accented = [], set(), 0
    for number, line in enumerate(content.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        accented += not line.isascii()
        try:
            texts.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            odd.add(number)
            texts.append(line.decode("cp1252", errors="replace"))
    is_windows = 2 * len(odd) > accented
    return "\n".join(texts), frozenset() if is_windows else frozenset(odd)


def _header_places(head: list[str], separator: str, wanted: Collection[str]) -> Iterator[tuple[int, int, int]]:
    """Per row: how many wanted names it has, its number of values, minus the rows above it."""
    for above, row in enumerate(csv.reader(head, delimiter=separator)):
        yield names_met(row, wanted), len(row), -above


def _parsed(
    path: Path, text: str, separator: str, width: int, above: int, odd_lines: frozenset[int]
) -> tuple[pl.DataFrame, pl.Series, list[tuple[int, str]]]:
    names = [f"column_{place}" for place in range(width)]
    records = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    pages: list[pl.DataFrame] = []
    widths: list[int] = []
    page: list[Sequence[str | None]] = []
    odd_rows: list[tuple[int, str]] = []
    read = 0
    try:
        for row in records:
            if odd_lines and not odd_lines.isdisjoint(range(read + 1, records.line_num + 1)):
                odd_rows.append((len(widths) + 1, next((cell for cell in row if not cell.isascii()), "")))
            read = records.line_num
            if len(row) > width and any(cell.strip() for cell in row[width:]) and len(widths) >= above:
                raise _unusable(
                    path,
                    f"{len(row)} values in line {read}, where the header has {width}",
                    "as many values in each row as in the header",
                    f"Put quotes around values that hold the separator {separator!r}.",
                )
            widths.append(len(row))
            page.append(row if len(row) == width else [*row[:width], *[None] * (width - len(row))])
            if len(page) == PAGE:
                pages.append(_page(page, names))
                page = []
    except csv.Error as error:
        raise _unusable(
            path,
            f"a quotation mark in line {read + 1} (row {len(widths) + 1}) that never closes, or closes before its cell "
            "ends",
            "quotation marks in pairs",
            "Close it, or double the marks that belong to the text.",
        ) from error
    pages.append(_page(page, names))
    return pl.concat(pages), pl.Series("width", widths, dtype=pl.Int64), odd_rows


def _page(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pl.DataFrame([pl.Series(name, cells, dtype=pl.String) for name, cells in zip(names, columns, strict=True)])


def _odd_note(rows: list[tuple[int, str]]) -> tuple[str, ...]:
    if not rows:
        return ()
    named = ", ".join(f"row {number} ({cell[:40]})" for number, cell in rows[:3])
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return (f"Not in the file's UTF-8, and read as Windows-1252: {named}{more}.",)


def _unusable(path: Path, found: str, expected: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"The file {path.name} cannot be read", [Fault(path.name, found, expected, remedy)])
