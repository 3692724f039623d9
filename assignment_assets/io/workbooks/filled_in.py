"""A packet as a person would return it: answers typed into the workbook that was sent, nothing else changed.

The demo's people and the tests answer with it. Cells are replaced in the workbook's own XML, so that styles,
dropdowns, charts and `_meta` stay as they were issued.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_rowcol_to_cell

from assignment_assets.io.workbooks import lock_list, review_book
from assignment_assets.io.workbooks.layout import name_key, tidy
from assignment_assets.io.workbooks.returned import read_returned
from assignment_assets.io.workbooks.sheet import FINISHED
from assignment_assets.io.workbooks.summary import NAME as SUMMARY


def fill_lock_list(packet: Path, target: Path, answers: Mapping[str, str], is_finished: bool = True) -> None:
    """Writes a copy of a lock list with account id → answer typed in; ids that it does not list are left out."""
    places = _rows(packet, lock_list.SHEET, lock_list.DECISION)
    cells = {place: answers[account_id] for account_id, place in places.items() if account_id in answers}
    type_in(packet, target, {lock_list.SHEET: cells, SUMMARY: _finished(packet, is_finished)})


def fill_review(
    packet: Path,
    target: Path,
    undo: Mapping[str, str] | None = None,
    drop: Mapping[str, str] | None = None,
    add: Iterable[tuple[str, str, str]] = (),
    is_finished: bool = True,
) -> None:
    """Writes a copy of a review book with edits typed in.

    Parameters
    ----------
    undo, drop
        Account id → reason, on the tabs Moves and Books.
    add
        Account id, rep (name as the dropdown shows it, or id) and reason, from the first row of Adds on.
    """
    adds = {
        xl_rowcol_to_cell(row, column): text
        for row, line in enumerate(add, review_book.TOP + 1)
        for column, text in enumerate(line)
    }
    type_in(
        packet,
        target,
        {
            review_book.MOVES: _decided(packet, review_book.MOVES, review_book.UNDO, undo or {}),
            review_book.BOOKS: _decided(packet, review_book.BOOKS, review_book.DROP, drop or {}),
            review_book.ADDS: adds,
            SUMMARY: _finished(packet, is_finished),
        },
    )


def type_in(packet: Path, target: Path, cells: Mapping[str, Mapping[str, str]]) -> None:
    """Writes a copy of a workbook with texts typed into cells, sheet name → cell (`B6`) → text.

    Raises ValueError where a cell is not one that the workbook formats: nobody was asked there.
    """
    with zipfile.ZipFile(packet) as package:
        parts = {part.filename: package.read(part) for part in package.infolist()}
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    for sheet, typed in cells.items():
        part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        xml = parts[part].decode()
        for place, text in typed.items():
            pattern = rf'<c r="{place}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)'
            value = rf'<c r="{place}"\1 t="inlineStr"><is><t xml:space="preserve">{_literal(text)}</t></is></c>'
            xml, count = re.subn(pattern, value, xml, count=1)
            if not count:
                raise ValueError(f"{packet.name}, sheet {sheet}: cell {place} is not part of the packet")
        parts[part] = xml.encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def _rows(packet: Path, sheet: str, column: int) -> dict[str, str]:
    """Account id → the cell of its row in a column."""
    issued = read_returned(packet)
    known = issued.row_digests(sheet)
    return {
        tidy(row[0]): xl_rowcol_to_cell(number, column)
        for number, row in enumerate(issued.sheets[sheet])
        if tidy(row[0]) in known
    }


def _decided(packet: Path, sheet: str, word: str, reasons: Mapping[str, str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, texts in ((review_book.DECISION, dict.fromkeys(reasons, word)), (review_book.REASON, reasons)):
        cells |= {
            place: texts[account_id]
            for account_id, place in _rows(packet, sheet, column).items()
            if account_id in texts
        }
    return cells


def _finished(packet: Path, is_finished: bool) -> dict[str, str]:
    rows = read_returned(packet).sheets[SUMMARY]
    row = next(number for number, cells in enumerate(rows) if name_key(cells[0]) == name_key(FINISHED))
    return {xl_rowcol_to_cell(row, 1): "yes" if is_finished else "no"}


def _literal(text: str) -> str:
    return escape(text).replace("\\", r"\\")
