"""Columns of the workbooks: headers, units as people see them, and the digest that shows a changed locked cell.

A locked row's digest is taken over its cells as text in one spelling, so that a re-save by another
spreadsheet program, which may rewrite a date or a number, leaves it as it was.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

KINDS = {
    "text": None,
    "whole": "#,##0",
    "money": "$#,##0",
    "plain_bps": "#,##0.00",
    "date": "mmm d, yyyy",
    "cost": "0.0000;-0.0000;–",
}
"""What a column holds, with its number format: `money` and `plain_bps` are hundredths in the frames."""

LONGEST = 32_000  # a cell holds 32,767 characters; XlsxWriter leaves longer ones out

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ODD_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u3000]+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u00ad]")


@dataclass(frozen=True)
class Column:
    """One column: its header, the frame's column (empty: people fill it in), what it holds, its width."""

    header: str
    source: str
    kind: str = "text"
    width: float = 10

    @property
    def is_open(self) -> bool:
        """Whether people write into it."""
        return not self.source


def tidy(text: str | None) -> str:
    """The text without odd spaces, invisible or control characters and typographic variants of the same letters."""
    if text and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    spaced = _ODD_SPACES.sub(" ", unicodedata.normalize("NFKC", text or ""))
    return _INVISIBLE.sub("", spaced).strip()


def name_key(header: str | None) -> str:
    """A header reduced to its letters and digits, so that `Account id`, `account_id` and `ACCOUNT ID` are one."""
    return "".join(character for character in tidy(header).casefold() if character.isalnum())


def shown(kind: str, value: Any) -> Any:
    """The value as people see it: dollars for cents, plain BPS for hundredths; None stays None."""
    if value is None:
        return None
    if kind == "text":
        return tidy(value)[:LONGEST]
    return value / 100 if kind in ("money", "plain_bps") else value


def row_digest(kinds: Iterable[str], cells: Iterable[Any]) -> str:
    """Twelve hexadecimal digits over the locked cells of a row, whichever program wrote or re-saved them."""
    spelled = [_spelled(kind, cell) for kind, cell in zip(kinds, cells, strict=True)]
    return hashlib.sha256("\x1f".join(spelled).encode()).hexdigest()[:12]


def content_digest(row_digests: dict[str, str]) -> str:
    """The digest of all locked rows of a workbook, in whatever order they stand."""
    lines = sorted(f"{key}={digest}" for key, digest in row_digests.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _spelled(kind: str, cell: Any) -> str:
    if cell is None:
        return ""
    if kind == "date":
        text = cell.isoformat() if isinstance(cell, date) else str(cell)
        return text[:10] if _ISO_DATE.match(text) else tidy(text)
    if isinstance(cell, int | float):
        return f"{cell:.4f}"
    text = tidy(cell)
    if kind == "text":
        return text
    try:
        return f"{float(text):.4f}"
    except ValueError:
        return text
