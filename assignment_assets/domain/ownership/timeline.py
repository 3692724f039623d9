"""All that is known of owners, in the order in which it came to be known: readings of the source, and changes.

A reading says who owned every account then. A change says who decided it. What a reading finds and no change explains
was changed outside the engine. A cycle's reading stands for the day that the cycle takes for today (`as_of`), which
need not be the day on which it was made; the order is that in which things were made, so that a change is never told
before the reading that it began with.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import polars as pl

from assignment_assets.domain.ownership.outcomes import CHANGES, ChangesFrame, CycleHistory, written_changes

OWNERS = {"account_id": pl.String, "owner_id": pl.String}
"""A book of all accounts: who owns each."""


@dataclass(frozen=True)
class Entry:
    """One thing that came to be known of owners.

    `reading`: who owned every account. `sighting`: who owned these. `changes`: CHANGES that were written.
    """

    at: datetime
    day: date
    kind: Literal["reading", "sighting", "changes"]
    source: str
    rows: pl.DataFrame


def timeline(histories: Iterable[CycleHistory], sightings: pl.DataFrame, others: Sequence[ChangesFrame]) -> list[Entry]:
    """All entries in order.

    Parameters
    ----------
    sightings
        Accounts as the routing log saw them first or again: account_id, owner_id, at.
    others
        What was written beside the cycles' approvals: routed accounts, rollbacks, repairs.
    """
    known = list(histories)
    readings = [Entry(each.read_at, each.as_of, "reading", each.cycle, each.owners) for each in known]
    moments = sorted(each.at for each in readings)
    entries = list(readings)
    for each in known:
        entries += _parts(written_changes(each), moments, "changes", each.cycle, each.as_of)
    for frame in others:
        for (source,), part in frame.group_by("source", maintain_order=True):
            entries += _parts(part, moments, "changes", str(source))
    entries += _parts(sightings, moments, "sighting", "routing")
    return sorted(entries, key=lambda entry: (entry.at, entry.kind != "reading", entry.source))


def _parts(
    rows: pl.DataFrame,
    moments: Sequence[datetime],
    kind: Literal["sighting", "changes"],
    source: str,
    since: date = date.min,
) -> list[Entry]:
    """Rows as entries: one a day and stretch between two readings."""
    if rows.is_empty():
        return []
    stretch = pl.col("at").map_elements(lambda at: bisect_right(moments, at), pl.Int64)
    grouped = rows.with_columns(day=pl.col("at").dt.date(), stretch=stretch).sort("at", maintain_order=True)
    return [
        Entry(part["at"][0], max(day, since), kind, source, part.select(rows.columns))
        for (day, _), part in grouped.group_by("day", "stretch", maintain_order=True)
        if isinstance(day, date)
    ]


def book_at(entries: Sequence[Entry], position: int) -> pl.DataFrame:
    """Who owns every account once the first `position` entries are known, one of them a reading (OWNERS)."""
    start = max(place for place in range(position) if entries[place].kind == "reading")
    return walk(entries[start].rows, entries[start + 1 : position])[0]


def walk(book: pl.DataFrame, entries: Sequence[Entry]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The book after these entries, and every change on the way: CHANGES with a `step_no`."""
    steps = [CHANGES.empty().with_columns(step_no=pl.lit(0, pl.Int64))]
    for number, entry in enumerate(entries):
        if entry.kind == "changes":
            # an account that is approved twice a day counts once, and as it was written last
            last = entry.rows.group_by("account_id", maintain_order=True).last().select(entry.rows.columns)
            found = last.select("account_id", owner_id="from_id")
            unexplained = _unexplained(book, found, entry).join(
                last.select("account_id", "to_id"), on="account_id", suffix="_later"
            )
            unexplained = unexplained.filter(pl.col("from_id").ne_missing(pl.col("to_id_later"))).drop("to_id_later")
            moved = last.join(book, on="account_id", how="left").filter(
                pl.col("to_id").ne_missing(pl.col("owner_id"))
                | ~pl.col("account_id").is_in(book["account_id"].implode())
            )
            steps += [
                unexplained.with_columns(step_no=pl.lit(2 * number, pl.Int64)),
                CHANGES.shaped(moved).with_columns(step_no=pl.lit(2 * number + 1, pl.Int64)),
            ]
            book = _updated(book, last.select("account_id", owner_id="to_id"))
        else:
            steps.append(_unexplained(book, entry.rows, entry).with_columns(step_no=pl.lit(2 * number, pl.Int64)))
            seen = entry.rows.select(list(OWNERS))
            book = seen if entry.kind == "reading" else _updated(book, seen)
    return book, pl.concat(steps)


def _unexplained(book: pl.DataFrame, found: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    """Changes of accounts that have another owner than the book says."""
    rows = book.join(found.select(to_id="owner_id", account_id="account_id"), on="account_id")
    differing = rows.filter(pl.col("owner_id").ne_missing(pl.col("to_id")))
    by = "the routing log" if entry.source == "routing" else entry.source
    return CHANGES.shaped(
        differing.select(
            "account_id",
            "to_id",
            from_id="owner_id",
            kind=pl.lit("outside"),
            reason=pl.lit(None, pl.String),
            sentence=pl.lit(f"No log of the engine explains it; first seen by {by}, as of {entry.day:%Y-%m-%d}."),
            decided_by=pl.lit(None, pl.String),
            signed_by=pl.lit(None, pl.String),
            signed_at=pl.lit(None, pl.Datetime("us")),
            at=pl.lit(None, pl.Datetime("us")),
            source=pl.lit(entry.source),
        )
    )


def _updated(book: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([book.join(rows, on="account_id", how="anti"), rows.select(list(OWNERS))])
