"""What knows of the journal besides itself: the head beside it, published copies, a head outside the data folder.

Each of them must be a beginning of the journal: one that lacks what was known before is a restored backup, a copy, or a
file that somebody has made anew.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from assignment_assets.domain.errors import AssignmentError, Tampered
from assignment_assets.domain.identity.codes import is_sealed, seal
from assignment_assets.io.durable import write_whole

PURPOSE = "write-back journal"
COPIES = "published/*/write_back_journal.parquet"
ADVICE = (
    "Nothing was sent. Put the newest journal back; or, where it is lost, have a signer take this one as it is with "
    "`assignment write-back accept-journal --as YOU`: what was written since then is unknown to it."
)


class Chain(Protocol):
    """What of a journal is compared."""

    @property
    def has_begun(self) -> bool:
        """Whether anything of any plan was ever taken up."""

    @property
    def keeps_head(self) -> bool:
        """Whether it says that its head is kept outside."""

    def hash_at(self, seq: int) -> str:
        """The hash of an event; empty where there is none."""


@dataclass(frozen=True)
class OutsideHead:
    """The journal's head in a file outside the data folder."""

    path: Path
    key: bytes

    def keep(self, seq: int, head: str, has_begun: bool) -> None:
        """Puts the head there and waits until it is on disk.

        Raises
        ------
        AssignmentError
            It cannot be written.
        """
        content: dict[str, Any] = {"seq": seq, "hash": head, "begun": has_begun}
        try:
            write_whole(self.path, json.dumps(content | {"seal": seal(self.key, PURPOSE, content)}), lasting=True)
        except OSError as error:
            raise self._unwritable(error, "What was sent is in the journal; the next run goes on from it.") from error

    def require_writable(self) -> None:
        """Nothing where a head can be kept here: asked before the journal says that one is kept.

        Raises
        ------
        AssignmentError
        """
        trial = self.path.with_name(f"{self.path.name}.trial")
        try:
            write_whole(trial, "", lasting=True)
            trial.unlink()
        except OSError as error:
            raise self._unwritable(error, "Nothing was begun.") from error

    def _unwritable(self, error: OSError, rest: str) -> AssignmentError:
        return AssignmentError(
            f"journal's head {self.path}: {str(error.strerror or error).lower()}, expected a file that can be written. "
            f"{rest} Let whoever runs the engine write to its folder; or let ASSIGNMENT_JOURNAL_HEAD name another file "
            "that is not restored together with the data folder; or say off, and a restored journal is noticed by what "
            "was published of it alone."
        )

    def read(self) -> dict[str, Any] | None:
        """seq, hash and begun; None where there is none.

        Raises
        ------
        Tampered
        """
        return _sealed(self.path, ("seq", "hash", "begun"), self.key) if self.path.is_file() else None


def anchor_file(path: Path) -> Path:
    """Where the head is published beside the journal."""
    return path.with_suffix(".head.json")


def require_there(path: Path, outside: OutsideHead | None) -> None:
    """Nothing where the journal is there, or none was ever begun.

    Raises
    ------
    Tampered
    """
    if path.is_file():
        return
    known = outside.read() if outside else None
    if known is not None and known["begun"]:
        raise Tampered(
            f"journal: {path.name} is not there, expected {known['seq']:,} events, which its head outside the data "
            f"folder knows. {ADVICE}"
        )
    begun = [copy.parent.name for copy in _copies(path) if _last(copy) is not None]
    if begun:
        raise Tampered(
            f"journal: {path.name} is not there, expected what was published of {', '.join(begun)}. {ADVICE}"
        )


def require_continuation(journal: Chain, path: Path, key: bytes, outside: OutsideHead | None) -> None:
    """Nothing where the journal goes on from all that was known of it.

    Raises
    ------
    Tampered
        Naming what it lacks and where that is known.
    """
    anchor = anchor_file(path)
    if anchor.is_file():
        known = _sealed(anchor, ("seq", "hash"), key)
        if journal.hash_at(known["seq"]) != known["hash"]:
            raise Tampered(
                f"journal: it lacks event {known['seq']}, which was published, expected a continuation. An older copy "
                f"lies in its place. {ADVICE}"
            )
    for copy in _copies(path):
        last = _last(copy)
        if last is not None and journal.hash_at(last[0]) != last[1]:
            raise Tampered(
                f"journal: it lacks event {last[0]}, which is published of {copy.parent.name}, expected a "
                f"continuation. An older copy lies in its place. {ADVICE}"
            )
    if outside is not None:
        _require_outside(journal, outside)


def _require_outside(journal: Chain, outside: OutsideHead) -> None:
    known = outside.read()
    if known is None and journal.has_begun and journal.keeps_head:
        raise Tampered(
            f"journal: its head outside the data folder, {outside.path.name}, is not there, expected it beside the key "
            f"or where ASSIGNMENT_JOURNAL_HEAD says. Is this a copy of the data folder, or was it moved? {ADVICE}"
        )
    if known is not None and known["begun"] and journal.hash_at(known["seq"]) != known["hash"]:
        raise Tampered(
            f"journal: it lacks event {known['seq']}, which its head outside the data folder ({outside.path.name}) "
            f"knows, expected a continuation. An older copy lies in its place. {ADVICE}"
        )


def set_copies_aside(path: Path) -> list[Path]:
    """Takes published copies out of the way of a journal that was accepted without them; where they lie now."""
    aside = []
    for copy in _copies(path):
        aside.append(copy.with_name("write_back_journal.replaced.parquet"))
        copy.replace(aside[-1])
    return aside


def _copies(path: Path) -> list[Path]:
    return sorted(path.parent.glob(COPIES))


def _last(copy: Path) -> tuple[int, str] | None:
    """Number and hash of the last event of a copy in which something was begun."""
    events = pl.read_parquet(copy, columns=["seq", "account_id", "state", "hash"])
    if events.filter((pl.col("account_id") != "") | pl.col("state").is_in(["STARTED", "JOB"])).is_empty():
        return None
    seq, head = events.sort("seq").select("seq", "hash").row(-1)
    return int(seq), str(head)


def _sealed(path: Path, names: tuple[str, ...], key: bytes) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    known = {name: content.get(name) for name in names}
    if not is_sealed(key, PURPOSE, known, content.get("seal", "")):
        raise Tampered(f"{path.name}: it does not carry this engine's seal, expected it to. {ADVICE}")
    return known
