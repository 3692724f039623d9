"""The ownership history handed to Finance: a workbook, a CSV and its seal; and whether such a file is still ours."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from assignment_assets.domain.identity.codes import is_sealed, seal
from assignment_assets.domain.overlays.history_texts import (
    TEXTS,
    changed_rows,
    history_texts,
    texts_digest,
    unknown_corrections,
)
from assignment_assets.domain.overlays.tables import OverlayHistoryFrame
from assignment_assets.io.durable import read_json, write_whole
from assignment_assets.io.workbooks.history_book import read_history, write_history_book

NAME = "ownership_history"
PURPOSE = "ownership history"
_FORMULA = ("=", "+", "-", "@", "'")
MOST_NAMED = 10


@dataclass(frozen=True)
class HistoryFiles:
    """The files that were written; the CSV's digest and seal stand in `sealed`."""

    workbook: Path
    csv: Path
    sealed: Path
    digest: str
    rows: int


@dataclass(frozen=True)
class HistoryCheck:
    """What a file of the history proves to be; without faults it is as the engine wrote it."""

    digest: str
    rows: int
    faults: tuple[str, ...]

    @property
    def is_genuine(self) -> bool:
        """Whether it is as the engine wrote it."""
        return not self.faults


def history_files(history: OverlayHistoryFrame, folder: Path, key: bytes, as_of: datetime) -> HistoryFiles:
    """Writes the history into a folder; equal rows of the same time give equal bytes.

    Parameters
    ----------
    as_of
        When the history was drawn, UTC: what the workbook calls its creation.
    """
    texts = history_texts(history)
    digest = texts_digest(texts)
    sealed = seal(key, PURPOSE, _sealed(digest, texts.height))
    files = HistoryFiles(folder / f"{NAME}.xlsx", folder / f"{NAME}.csv", folder / f"{NAME}.json", digest, texts.height)
    write_whole(files.workbook, lambda path: write_history_book(path, texts, digest, sealed, as_of), lasting=True)
    write_whole(files.csv, _as_csv(texts), lasting=True)
    facts = _sealed(digest, texts.height) | {"seal": sealed, "as_of": f"{as_of:%Y-%m-%d %H:%M:%S}"}
    write_whole(files.sealed, json.dumps(facts, indent=1), lasting=True)
    return files


def check_history(path: Path, key: bytes) -> HistoryCheck:
    """Whether a workbook or a CSV of the history is as the engine wrote it; a CSV with its `.json` beside it.

    Raises
    ------
    SourceUnavailable
        It is no such file.
    """
    found = read_history(path)
    texts, digest, sealed = found.texts, found.digest, found.seal
    if path.suffix.lower() == ".csv":
        texts = texts.with_columns(pl.all().str.replace("^'", ""))
        said = read_json(path.with_suffix(".json")) or {}
        digest, sealed = str(said.get("digest", "")), str(said.get("seal", ""))
    now = texts_digest(texts)
    faults = []
    if not is_sealed(key, PURPOSE, _sealed(digest, texts.height), sealed):
        faults.append(
            f"{path.name}: the seal is not this engine's over the digest that is shown and {texts.height} rows. "
            "Rows or the head were changed, or another engine wrote it."
            if sealed
            else f"{path.name}: there is no seal, expected {NAME}.json beside the CSV, or the workbook's own."
        )
    if now != digest:
        faults.append(f"{path.name}: the rows have the digest {now[:12]}…, shown is {digest[:12] or 'none'}….")
    for rows, what in (
        (changed_rows(texts), "were changed since"),
        (unknown_corrections(texts), "correct rows that are not there"),
    ):
        if rows:
            named = ", ".join(str(number + 2) for number in rows[:MOST_NAMED])
            more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
            faults.append(f"{path.name}: rows {named}{more} {what}.")
    return HistoryCheck(now, texts.height, tuple(faults))


def _sealed(digest: str, rows: int) -> dict[str, str | int]:
    return {"digest": digest, "rows": rows}


def _as_csv(texts: pl.DataFrame) -> bytes:
    """All cells quoted; one that a spreadsheet would take for a formula begins with an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(TEXTS)
    for row in texts.iter_rows():
        writer.writerow([f"'{cell}" if cell and cell.startswith(_FORMULA) else cell or "" for cell in row])
    return file.getvalue().encode()
