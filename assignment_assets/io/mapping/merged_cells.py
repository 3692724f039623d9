"""What a sheet's cells do not say: which are merged over rows, which hold a formula that nobody has computed."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RANGE = re.compile(r'<(?:\w+:)?mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_UNCOMPUTED = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v></v>|<v/>)?</c>')
_HIDDEN = re.compile(r'<row (?=[^>]*hidden="(?:1|true)")[^>]*?\br="(\d+)"')

Merged = tuple[int, int, int, int]
"""First and last column from 0, first and last row from 1."""


def merged_cells(text: str) -> tuple[Merged, ...]:
    """The merged ranges of a sheet that reach over several rows: all but the first cell are empty."""
    ranges = ((_place(left), _place(right), int(top), int(bottom)) for left, top, right, bottom in _RANGE.findall(text))
    return tuple(each for each in ranges if each[3] > each[2])


def uncomputed_cells(text: str) -> tuple[tuple[int, int], ...]:
    """Column from 0 and row from 1 of formulas without a value, as programs that do not compute write them."""
    if "<f" not in text:
        return ()
    return tuple((_place(column), int(row)) for column, row in _UNCOMPUTED.findall(text))


def hidden_rows(text: str) -> tuple[int, ...]:
    """The rows of a sheet, from 1, that nobody sees: by a filter or by hand."""
    return tuple(int(row) for row in _HIDDEN.findall(text))


def sheet_text(path: Path, sheet: str) -> str:
    """The sheet as the package holds it; empty where it is not found."""
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        links = {each.get("name"): each.get(_LINK) for each in book.iter(f"{_MAIN}sheet")}
        parts = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        target = next((each.get("Target") or "" for each in parts if each.get("Id") == links.get(sheet)), "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        return package.read(name).decode("utf-8", "replace") if name in package.namelist() else ""


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
