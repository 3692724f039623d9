"""Cells of a workbook that are merged over several rows: all but the first are empty, though they mean its value."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RANGE = re.compile(r'<(?:\w+:)?mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')

Merged = tuple[int, int, int, int]
"""First and last column from 0, first and last row from 1."""


def merged_cells(path: Path, sheet: str) -> tuple[Merged, ...]:
    """The merged ranges of a sheet that reach over several rows."""
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        links = {each.get("name"): each.get(_LINK) for each in book.iter(f"{_MAIN}sheet")}
        parts = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        target = next((each.get("Target") or "" for each in parts if each.get("Id") == links.get(sheet)), "")
        name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if name not in package.namelist():
            return ()
        text = package.read(name).decode("utf-8", "replace")
    ranges = ((_place(left), _place(right), int(top), int(bottom)) for left, top, right, bottom in _RANGE.findall(text))
    return tuple(each for each in ranges if each[3] > each[2])


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
