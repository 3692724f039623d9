"""Who changed a record's person since it was seen last: from the field's history where the org keeps it.

Without a history, or where it is silent, all that shows is the value before, the value now and who modified the record
last: that is a snapshot, and it may name somebody who changed another field.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, NewType

import polars as pl

from assignment_assets.domain.overlays.tables import OverlayStampsFrame
from assignment_assets.domain.tables import MOMENT, TEXT, Table

HistoryFrame = NewType("HistoryFrame", pl.DataFrame)
HISTORY: Table[HistoryFrame] = Table(
    "field_history",
    ("object", "record_id", "field", "at"),
    {"object": TEXT, "record_id": TEXT, "field": TEXT, "old": TEXT, "new": TEXT, "by": TEXT, "at": MOMENT},
)
"""The org's field history: `old` and `new` are ids, a row a change. Salesforce gives a second row with the names of
lookups: those are left out before."""


@dataclass(frozen=True)
class Shown:
    """A record as the CRM shows it."""

    person_id: str | None
    modified_at: datetime | None
    modified_by: str | None = None


class Line(NamedTuple):
    """A line of a field's history."""

    old: str | None
    new: str | None
    by: str | None
    at: datetime


@dataclass(frozen=True)
class Touch:
    """One change of a record's person by somebody, not by a stamp of ours."""

    record_id: str
    from_id: str | None
    to_id: str | None
    by: str | None
    at: datetime
    evidence: str


@dataclass(frozen=True)
class Evidence:
    """What tells of a field's changes.

    Attributes
    ----------
    history
        Each record's lines in order.
    ours
        New values of our stamps on each record that were under way at the last look, or later.
    """

    history: Mapping[str, list[Line]]
    ours: Mapping[str, AbstractSet[str | None]]
    our_user_id: str

    @classmethod
    def of(
        cls, kind: str, field: str, history: HistoryFrame | None, stamps: OverlayStampsFrame, our_user_id: str
    ) -> "Evidence":
        """Of one field of one kind of record (Account, Opportunity); `history` is None where the org keeps none."""
        lines: dict[str, list[Line]] = {}
        if history is not None:
            is_field = pl.col("field").str.to_lowercase() == field.lower()
            kept = history.filter((pl.col("object") == kind) & is_field).sort("record_id", "at", "old", "new")
            for record_id, *row in kept.select("record_id", "old", "new", "by", "at").iter_rows():
                lines.setdefault(record_id, []).append(Line(*row))
        ours: dict[str, set[str | None]] = {}
        of_kind = stamps.filter((pl.col("object") == kind) & (pl.col("field").str.to_lowercase() == field.lower()))
        for record_id, new_id in of_kind.select("record_id", "new_id").iter_rows():
            ours.setdefault(record_id, set()).add(new_id)
        return cls({record_id: _ordered(rows) for record_id, rows in lines.items()}, ours, our_user_id)

    def touches(self, record_id: str, before: Shown | None, now: Shown) -> list[Touch]:
        """The changes of one record in order of time, at most one a moment: what came first to what came last in it.

        A record that is new (`before` is None) begins with what it was created with: that is no change here.
        """
        rows = self._unseen(record_id, before, now)
        value = before.person_id if before else (rows[0].old if rows else now.person_id)
        told: list[Touch] = []
        for row in rows:
            value = row.new
            if not (row.by == self.our_user_id and self.is_ours(record_id, row.new)):
                told.append(Touch(record_id, row.old, row.new, row.by, row.at, "field_history"))
        if value != now.person_id and now.modified_at is not None:
            told.extend(self._snapshot(record_id, value, now, now.modified_at))
        return _net(told)

    def is_our_write(self, record_id: str, value: str | None) -> bool:
        """Whether the value came there by a stamp of ours, as far as the history says."""
        others = {line.by for line in self.history.get(record_id, [])[-1:] if line.new == value} - {self.our_user_id}
        return self.is_ours(record_id, value) and not others

    def is_ours(self, record_id: str, value: str | None) -> bool:
        """Whether a stamp of ours has this value for the record."""
        return value in self.ours.get(record_id, set())

    def _unseen(self, record_id: str, before: Shown | None, now: Shown) -> list[Line]:
        """Lines since the record was seen last, up to what is seen now; later ones are the next look's."""
        until = now.modified_at or datetime.max
        lines = [line for line in self.history.get(record_id, []) if line.at <= until]
        if before is None:
            return lines
        since = before.modified_at or datetime.min
        again = _chained([line for line in lines if line.at == since], before.person_id)
        later = [line for line in lines if line.at > since]
        if not again and later and later[0].new == before.person_id != later[0].old:
            later = later[1:]  # written a moment after the record that showed it
        return [*again, *later]

    def _snapshot(self, record_id: str, value: str | None, now: Shown, at: datetime) -> Iterator[Touch]:
        """The value that no history explains; under our own user, but no stamp of ours, nobody can tell whose it is."""
        if not self.is_ours(record_id, now.person_id):
            by = None if now.modified_by == self.our_user_id else now.modified_by
            yield Touch(record_id, value, now.person_id, by, at, "snapshot")


def _chained(lines: list[Line], value: str | None) -> list[Line]:
    """Lines of one moment that lead on from a value, in the order in which they do."""
    left, chain = list(lines), list[Line]()
    while following := next((line for line in left if line.old == value), None):
        left.remove(following)
        chain.append(following)
        value = following.new
    return chain


def _net(touches: list[Touch]) -> list[Touch]:
    """One touch a moment: from what the first found to what the last left."""
    by_moment: dict[datetime, Touch] = {}
    for touch in touches:
        first = by_moment.get(touch.at)
        by_moment[touch.at] = replace(touch, from_id=first.from_id) if first else touch
    return [touch for touch in by_moment.values() if touch.from_id != touch.to_id]


def _ordered(lines: list[Line]) -> list[Line]:
    """Lines in order of time; within a moment each leads on from the one before, where that can be told."""
    ordered: list[Line] = []
    for _, group in groupby(lines, key=lambda line: line.at):
        moment = list(group)
        olds, news = {line.old for line in moment}, {line.new for line in moment}
        starts = [line.old for line in moment if line.old in olds - news]
        chain = _chained(moment, starts[0] if starts else (ordered[-1].new if ordered else moment[0].old))
        ordered += chain if len(chain) == len(moment) else moment
    return ordered
