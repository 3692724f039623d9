"""The ownership history as a workbook for Finance: a head that says what it is and its digest, at close, every row.

Every cell is text in one spelling, so that saving it elsewhere changes nothing that the digest is over.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.overlays.history_texts import IN_FORCE, TEXTS
from assignment_assets.io.workbooks.layout import name_key
from assignment_assets.io.workbooks.returned import CSV, Rows, read_returned
from assignment_assets.io.workbooks.sheet import Book, listing, workbook
from assignment_assets.io.workbooks.written import WrittenSheet

HEAD, AT_CLOSE, ROWS = "Summary", "At close", "History"
DIGEST, SEAL, COUNT = "Digest of the rows", "Seal", "Rows"
LAYOUT = "history_book/1"
WIDTHS = {"person_name": 24, "set_by_name": 24, "from_at": 20, "until_at": 20, "entry_digest": 68, "correction_of": 68}
HOW = (
    f"{AT_CLOSE} is what the credit goes by: who was on an opportunity when it closed, corrections taken in.",
    f"{ROWS} is every row. A row is never rewritten: one that corrects it names its digest, and in_force says no.",
    "Times are UTC. An empty from_at is longer than anything is known of, an empty until_at is still.",
    "The digest is over the rows of the tab History; the seal is the engine's over digest and number of rows.",
    "To have the file checked, give it to whoever runs the engine: nothing in it need be trusted for that.",
)


@dataclass(frozen=True)
class HistoryFile:
    """What a file of the history says: its rows (TEXTS), and the digest and seal that it shows; empty where none."""

    texts: pl.DataFrame
    digest: str
    seal: str


def write_history_book(path: Path, texts: pl.DataFrame, digest: str, seal: str, created: datetime) -> None:
    """Writes the read-only workbook; equal rows give equal bytes."""
    title = "Ownership history"
    closing = texts.filter((pl.col("was_at_close") == "yes") & (pl.col(IN_FORCE) == "yes"))
    with Book(workbook(path), title, "overlay roles and account owners", created) as book:
        head = book.sheet(HEAD)
        head.set_column(0, 0, 30, book.style())
        head.set_column(1, 1, 70, book.style())
        head.write_string(0, 0, title, book.style("title"))
        facts = ((COUNT, str(texts.height)), (f"Of these {AT_CLOSE.lower()}, in force", str(closing.height)))
        for row, (label, value) in enumerate((*facts, (DIGEST, digest), (SEAL, seal)), 2):
            head.write_string(row, 0, label, book.style("label"))
            head.write_string(row, 1, value, book.style("code" if label in (DIGEST, SEAL) else "fact"))
        head.write_string(7, 0, "How to read it", book.style("heading"))
        for row, line in enumerate(HOW, 8):
            head.write_string(row, 0, line, book.style())
        _listed(book, book.sheet(AT_CLOSE), closing)
        _listed(book, book.sheet(ROWS), texts)
        book.meta({"layout": LAYOUT, "digest": digest, "seal": seal})


def read_history(path: Path) -> HistoryFile:
    """The history in a workbook or a CSV.

    Raises
    ------
    SourceUnavailable
        It is neither, or has no table of the history.
    """
    returned = read_returned(path)
    rows = returned.sheets.get(CSV if returned.is_csv else ROWS, [])
    head = returned.sheets.get(HEAD, [])
    return HistoryFile(_table(path, rows), _beside(head, DIGEST), _beside(head, SEAL))


def _listed(book: Book, sheet: WrittenSheet, rows: pl.DataFrame) -> None:
    """The rows letter by letter: a cell that was tidied would have another digest."""
    style = book.style("text_cell")
    for place, name in enumerate(TEXTS):
        sheet.set_column(place, place, WIDTHS.get(name, 14))
        sheet.write_string(0, place, name, book.style("header"))
    for row_no, row in enumerate(rows.iter_rows(), 1):
        for place, text in enumerate(row):
            if text is not None:
                sheet.write_string(row_no, place, text, style)
    listing(sheet, 0, rows.height + 1, len(TEXTS), 3)


def _table(path: Path, rows: Rows) -> pl.DataFrame:
    header = [name_key(cell) for cell in rows[0]] if rows else []
    places = [header.index(key) if (key := name_key(name)) in header else None for name in TEXTS]
    missing = [name for name, place in zip(TEXTS, places, strict=True) if place is None]
    if missing:
        raise SourceUnavailable(
            f"{path.name}: no column {', '.join(missing)}, expected the ownership history as the engine wrote it, "
            f"in the tab {ROWS}. Take the file that was handed over."
        )
    lines = [[_cell(row, place) for place in places] for row in rows[1:] if any(row)]
    return pl.DataFrame(lines, schema=dict.fromkeys(TEXTS, pl.String), orient="row")


def _cell(row: list[str | None], place: int | None) -> str | None:
    return row[place] if place is not None and place < len(row) else None


def _beside(rows: Rows, label: str) -> str:
    return next((row[1] or "" for row in rows if len(row) > 1 and row[0] == label), "")
