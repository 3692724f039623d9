"""What the sensor sees at one look: has anything changed, is anything due. Never opens the log."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

import polars as pl

from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import DECISIONS, EVENTS, POLLS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import read_routing

HEARTBEAT = timedelta(hours=1)
"""A pass at least so often: leave ends, time limits and alerts come with the clock, not with a change."""

MOST_MARKS = 5_000


class Cursor(TypedDict):
    """What one look leaves for the next: the stamps that it saw, and the pass that it asked for."""

    marks: list[str]
    asked: str


@dataclass(frozen=True)
class Sighting:
    """Whether a pass should run now, why (not), the key of its run, and the cursor for the next look."""

    should_run: bool
    why: str
    key: str
    cursor: str


def look(folder: DataFolder, reader: ChangeReader | None, rules: RoutingRules, cursor: str, now: datetime) -> Sighting:
    """Compares the stamps of what was modified lately with those of the last look.

    The overlap shows most records several times; a record counts as changed once for each of its stamps.

    Parameters
    ----------
    reader
        Null for files, which are read with every heartbeat only.
    cursor
        What the last look left; empty before the first.
    """
    known: Cursor = json.loads(cursor) if cursor else {"marks": [], "asked": ""}
    polls = read_routing(folder, POLLS)
    if not polls.height:
        return _asked(known, known["marks"], "first", "nothing was ever read")
    last = polls.row(-1, named=True)
    if due := _due(folder, rules, last["polled_at"], now):
        return _asked(known, known["marks"], f"{last['poll_no']}: {due}", due)
    since = last["watermark"] - timedelta(minutes=rules.overlap_minutes)
    stamps = reader.stamps(since) if reader is not None else {}
    marks = sorted(hashlib.sha256(f"{record}{stamp}".encode()).hexdigest()[:12] for record, stamp in stamps.items())
    new = set(marks) - set(known["marks"])
    if not new:
        return Sighting(False, f"nothing changed since poll {last['poll_no']}", "", cursor)
    digest = hashlib.sha256("".join(marks).encode()).hexdigest()[:16]
    return _asked(known, marks[:MOST_MARKS], f"{last['poll_no']}: {digest}", f"{len(new)} records changed")


def _asked(known: Cursor, marks: list[str], key: str, why: str) -> Sighting:
    """A pass is asked for once for each key; it may take several looks until it has run."""
    cursor = json.dumps({"marks": marks, "asked": key})
    if known["asked"] == key:
        return Sighting(False, f"{why}; a pass was asked for", key, cursor)
    return Sighting(True, why, key, cursor)


def _due(folder: DataFolder, rules: RoutingRules, last: datetime, now: datetime) -> str:
    if now - last >= HEARTBEAT:
        return "an hour has passed"
    limits = read_routing(folder, DECISIONS)["accept_by"].drop_nulls()
    if limits.filter((limits > last) & (limits <= now)).len():
        return "a time limit of acceptance has passed"
    waiting = read_routing(folder, EVENTS).filter(pl.col("cycle").is_null() & (pl.col("scope") != "family"))
    quiet = timedelta(minutes=rules.quiet_minutes)
    ends = waiting.group_by("scope").agg(pl.col("detected_at").max())["detected_at"] + quiet
    return "a quiet window has ended" if ends.filter((ends > last) & (ends <= now)).len() else ""
