"""What systems of truth have sent: one small file an event, put down whole before it is answered for.

The same event is the same file, however often it is sent. The writer takes files up and removes them once their
events are in the log, so that nothing is lost between the two.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.tables import CS_EVENTS, CsEventsFrame
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.role_sources.settings import as_moment


@dataclass(frozen=True)
class SentEvent:
    """What a system of truth says of one account; `event_id` is the sender's."""

    role: str
    event_id: str
    account_id: str
    person_key: str | None
    changed_at: datetime
    received_at: datetime
    origin: str

    @property
    def _named(self) -> str:
        return hashlib.sha256(self.event_id.encode()).hexdigest()[:32]

    def path(self, folder: DataFolder) -> Path:
        """Where the event is put down."""
        return folder.overlay_inbox / self.role / f"{self._named}.json"

    def text(self) -> str:
        """The event as its file has it."""
        moments = {name: getattr(self, name).isoformat() for name in ("changed_at", "received_at")}
        return json.dumps(vars(self) | moments, sort_keys=True)


def put(folder: DataFolder, event: SentEvent) -> bool:
    """Puts the event down, durably; whether it is new among those that wait."""
    path = event.path(folder)
    if path.is_file():
        return False
    write_whole(path, event.text(), lasting=True)
    return True


@dataclass(frozen=True)
class Waiting:
    """The events that wait, and their files."""

    events: CsEventsFrame
    files: tuple[Path, ...]

    def taken(self) -> None:
        """Removes the files, once their events are in the log."""
        for path in self.files:
            path.unlink(missing_ok=True)


def waiting(folder: DataFolder, roles: Iterable[str], at_most: int = 5_000) -> Waiting:
    """The oldest events that wait for these roles; a file that is none is set aside."""
    files = [path for role in sorted(roles) for path in (folder.overlay_inbox / role).glob("*.json")]
    files = sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))[:at_most]
    rows = list(_read(files))
    return Waiting(CS_EVENTS.conform(pl.DataFrame(rows, CS_EVENTS.columns)), tuple(files))


def is_waiting(folder: DataFolder, roles: Iterable[str]) -> bool:
    """Whether anything waits: a look without reading."""
    return any(next((folder.overlay_inbox / role).glob("*.json"), None) for role in roles)


def _read(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in files:
        try:
            yield _row(json.loads(path.read_text(encoding="utf-8"))) | {"look_no": None, "role": path.parent.name}
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError, OverflowError, PermissionError):
            path.replace(path.with_suffix(".unreadable"))


def _row(content: dict[str, Any]) -> dict[str, Any]:
    """The event of a file's content; an error where it is none, or one that no table can hold."""
    texts = {name: content[name] for name in ("event_id", "account_id", "origin")}
    person = content["person_key"]
    for text in (*texts.values(), person or ""):
        str.encode(text)
    if not all(texts.values()):
        raise ValueError("an event without its id, its account or its origin")
    moments = {name: as_moment(datetime.fromisoformat(content[name])) for name in ("changed_at", "received_at")}
    return texts | moments | {"person_key": person}
