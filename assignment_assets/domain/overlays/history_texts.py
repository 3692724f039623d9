"""The ownership history as texts: what a file of it says, whichever program saved it, and what its digest is over."""

from collections.abc import Sequence

import polars as pl

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.overlays.history import entry_digest, in_force, spelled
from assignment_assets.domain.overlays.tables import OVERLAY_HISTORY, OverlayHistoryFrame
from assignment_assets.domain.tables import TEXT

COLUMNS = tuple(OVERLAY_HISTORY.columns)
DIGEST, IN_FORCE = "entry_digest", "in_force"
TEXTS = (*COLUMNS, IN_FORCE, DIGEST)
"""Columns of a file: those of the table, whether no other row corrects this one, and the row's own digest."""


def history_texts(history: OverlayHistoryFrame) -> pl.DataFrame:
    """Every row as texts (TEXTS), in the table's order; a time of nobody only where it corrects or is corrected."""
    counting = set(in_force(history).rows())
    corrected = {digest for text in history["correction_of"].drop_nulls() for digest in text.split()}
    lines = []
    for row in OVERLAY_HISTORY.conform(history).iter_rows(named=True):
        said = {name: spelled(value) for name, value in row.items()}
        digest = texts_digest_of_row(said)
        if row["person_id"] is not None or row["correction_of"] is not None or digest in corrected:
            lines.append(said | {IN_FORCE: spelled(tuple(row.values()) in counting), DIGEST: digest})
    return pl.DataFrame(lines, schema=dict.fromkeys(TEXTS, TEXT), orient="row")


def texts_digest(texts: pl.DataFrame) -> str:
    """sha256 over all rows of texts, in their order."""
    return table_digest(texts.select(COLUMNS))


def texts_digest_of_row(said: dict[str, str | None]) -> str:
    """sha256 over one row of texts: the same as the entry's own, by which corrections name it."""
    return entry_digest({name: said[name] for name in COLUMNS})


def changed_rows(texts: pl.DataFrame) -> list[int]:
    """Which rows, from 0 on, do not have the digest that stands beside them."""
    return [number for number, row in enumerate(texts.iter_rows(named=True)) if texts_digest_of_row(row) != row[DIGEST]]


def unknown_corrections(texts: pl.DataFrame) -> list[int]:
    """Which rows, from 0 on, correct a row that is not there."""
    known = set(texts[DIGEST])
    return [
        number
        for number, text in enumerate(texts["correction_of"])
        if text is not None and not _all_in(text.split(), known)
    ]


def _all_in(digests: Sequence[str], known: set[str | None]) -> bool:
    return all(each in known for each in digests)
