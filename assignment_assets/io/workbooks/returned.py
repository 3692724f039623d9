"""A returned file as plain rows of text, whichever program saved it: XLSX, ODS, CSV in any usual encoding, or what
was read of a Google Sheet (`.sheet`: JSON with rows of texts by tab).

Nothing here knows what the rows mean. Values come as strings (None for empty cells) and row numbers are the
spreadsheet's own, because blank rows are kept.
"""

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import fastexcel

from assignment_assets.domain.errors import Fault, SourceUnavailable
from assignment_assets.io.workbooks.layout import name_key, tidy
from assignment_assets.io.workbooks.sheet import CODE, FINISHED, META
from assignment_assets.io.workbooks.summary import NAME as SUMMARY

CSV = "csv"
SHEET = ".sheet"
MOST_BYTES = 60_000_000  # unpacked; a real packet of 12,000 rows has some 15 MB
_YES = {"yes", "y", "true", "1", "x"}
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPANNED = re.compile(r'number-(?:columns|rows)-spanned="(?!1")')

Rows = list[list[str | None]]


@dataclass(frozen=True)
class ReturnedFile:
    """Sheets by name, the packet code, whether Finished? says yes, what `_meta` remembers, merged cells."""

    sheets: dict[str, Rows]
    code: str | None
    is_finished: bool
    meta: dict[str, str]
    faults: tuple[Fault, ...] = field(default=())

    @property
    def is_csv(self) -> bool:
        """Whether it came as CSV: one sheet, no `_meta`."""
        return CSV in self.sheets

    def row_digests(self, sheet: str) -> dict[str, str]:
        """Account id → digest of its locked row on that sheet, as issued; empty for CSV."""
        prefix = f"row:{sheet}:"
        return {name.removeprefix(prefix): value for name, value in self.meta.items() if name.startswith(prefix)}


def read_returned(path: Path) -> ReturnedFile:
    """The file's rows.

    Raises
    ------
    SourceUnavailable
        It is no complete workbook and no text either.
    """
    readers = {".csv": _read_csv, SHEET: _read_sheet}
    return readers.get(path.suffix.lower(), _read_workbook)(path)


def _read_workbook(path: Path) -> ReturnedFile:
    if not zipfile.is_zipfile(path):
        raise SourceUnavailable(f"{path.name}: not a complete workbook, expected XLSX or ODS. Save and copy it again.")
    try:
        with zipfile.ZipFile(path) as package:
            unpacked = sum(part.file_size for part in package.infolist())
            if unpacked > MOST_BYTES:
                raise SourceUnavailable(
                    f"{path.name}: {unpacked:,} bytes unpacked, expected at most {MOST_BYTES:,}. "
                    "Return the workbook that was sent to you, without additions."
                )
            merged = _merged_in_ods(package) if path.suffix.lower() == ".ods" else _merged_in_xlsx(package)
        reader = fastexcel.read_excel(path)
        sheets = {name: _rows(reader, name) for name in reader.sheet_names}
    except (fastexcel.FastExcelError, zipfile.BadZipFile, ElementTree.ParseError, KeyError) as error:
        raise SourceUnavailable(
            f"{path.name}: it cannot be read as a workbook ({error}), expected XLSX or ODS. "
            "Open it, save it as .xlsx and send it again."
        ) from error
    return _of_sheets(sheets, merged)


def _read_sheet(path: Path) -> ReturnedFile:
    try:
        content = json.loads(path.read_bytes())
        rows = {
            str(name): [[None if cell in (None, "") else str(cell) for cell in row] for row in rows]
            for name, rows in content["rows"].items()
        }
        merged = {str(name): [str(place) for place in places] for name, places in content["merged"].items()}
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        raise SourceUnavailable(
            f"{path.name}: it is not what was read of a Google Sheet ({error}), expected rows by "
            "tab. Answer in the sheet that was shared with you."
        ) from error
    return _of_sheets(rows, merged)


def _of_sheets(sheets: dict[str, Rows], merged: dict[str, list[str]]) -> ReturnedFile:
    """What the sheets of a whole workbook say, its hidden one included."""
    faults = [
        Fault(
            f"sheet {name}",
            f"cells {', '.join(places[:5])} are merged",
            "one value a cell",
            "Unmerge them and answer each row.",
        )
        for name, places in merged.items()
        if places
    ]
    meta = dict(cells[0].split("=", 1) for cells in sheets.pop(META, []) if cells and cells[0] and "=" in cells[0])
    summary = sheets.get(SUMMARY, [])
    visible, remembered = _beside(summary, CODE), meta.get("code")
    if visible and remembered and visible != remembered:
        faults.append(
            Fault(
                f"sheet {SUMMARY}",
                "the packet code differs from the one that the workbook was sent with",
                "the code as sent",
                "Copy your answers into a fresh copy of the workbook.",
            )
        )
    return ReturnedFile(
        sheets, remembered or visible, tidy(_beside(summary, FINISHED)).casefold() in _YES, meta, tuple(faults)
    )


def _rows(reader: fastexcel.ExcelReader, name: str) -> Rows:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    return [list(row) for row in sheet.to_polars().rows()] if sheet.width else []


def _beside(rows: Rows, label: str) -> str | None:
    """The next filled cell to the right of the cell that reads `label`."""
    for row in rows:
        for place, cell in enumerate(row):
            if name_key(cell) == name_key(label):
                return next((tidy(value) for value in row[place + 1 :] if tidy(value)), None)
    return None


def _merged_in_xlsx(package: zipfile.ZipFile) -> dict[str, list[str]]:
    book = ElementTree.fromstring(package.read("xl/workbook.xml"))
    names = {
        link: name
        for sheet in book.iter(f"{_MAIN}sheet")
        if (link := sheet.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"))
        and (name := sheet.get("name"))
    }
    links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    parts = {names[link]: part for each in links if (link := each.get("Id")) in names and (part := each.get("Target"))}
    merged = {}
    for name, part in parts.items():
        text = package.read(part.lstrip("/") if part.startswith("/") else f"xl/{part}").decode("utf-8", "replace")
        merged[name] = re.findall(r'<(?:\w+:)?mergeCell ref="([A-Z0-9:]+)"', text)
    return merged


def _merged_in_ods(package: zipfile.ZipFile) -> dict[str, list[str]]:
    tables = package.read("content.xml").decode("utf-8", "replace").split("<table:table ")[1:]
    return {_ods_name(table): ["of the answers"] if _SPANNED.search(table) else [] for table in tables}


def _ods_name(table: str) -> str:
    named = re.search(r'table:name="([^"]*)"', table[:2000])
    return named.group(1) if named else "?"


def _read_csv(path: Path) -> ReturnedFile:
    text = decoded(path.read_bytes())
    if "\x00" in text:
        raise SourceUnavailable(f"{path.name}: not text, expected CSV. Save it as .csv or .xlsx and send it again.")
    lines = text.splitlines()
    first = next((line for line in lines if line.strip() and not line.lower().startswith("sep=")), "")
    delimiter = max(",;\t|", key=first.count)
    try:
        rows: Rows = [[cell or None for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise SourceUnavailable(
            f"{path.name}: not readable as CSV ({error}), expected short cells. Answer in the workbook instead."
        ) from error
    code, finished = _beside(rows, "packet"), _beside(rows[:5], "finished")
    is_finished = finished is None or finished.casefold() in _YES
    return ReturnedFile({CSV: rows}, code, is_finished, {})


def decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16 or Windows-1252, with or without a byte-order mark."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[:200].count(b"\x00") > len(content[:200]) // 3:
        return content.decode("utf-16-le" if content[1:2] == b"\x00" else "utf-16-be", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
