"""What is known of each record that people are on: since when it is there, who stood first, changes and closes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import polars as pl

from assignment_assets.domain.overlays.intervals import Change, Close, Record
from assignment_assets.domain.overlays.known_changes import (
    ACCOUNT,
    KNOWN_CHANGES,
    OPPORTUNITY,
    Sources,
    known_changes,
    remembered,
)
from assignment_assets.domain.overlays.roles import OWNER
from assignment_assets.domain.overlays.tables import OverlayHistoryFrame
from assignment_assets.domain.tables import MOMENT, TEXT, ColumnType

RECORD = ["role", "object", "record_id"]
STARTS: dict[str, ColumnType] = {
    "role": TEXT,
    "object": TEXT,
    "record_id": TEXT,
    "account_id": TEXT,
    "start_at": MOMENT,
    "ended_at": MOMENT,
}
"""Records by role, and since when they are there; `ended_at`: merged into another then."""
EVIDENCE = ("field_history", "own_log", "snapshot")
"""What tells of a change, the best first."""
SEEN: dict[str, ColumnType] = {"role": TEXT, "object": TEXT, "record_id": TEXT, "part": TEXT, "person_id": TEXT}
SEEN |= {"set_by": TEXT, "by_name": TEXT, "seen_at": MOMENT}
"""Who is on a record as a look saw it last."""


@dataclass(frozen=True)
class Known:
    """One record with the account that it belongs to."""

    account_id: str | None
    record: Record


def known_records(given: Sources, standing: OverlayHistoryFrame) -> Iterator[tuple[tuple[str, str, str], Known]]:
    """Each record of each role with all that is known of it, in the order of their keys.

    Parameters
    ----------
    standing
        The rows of the last history that are in force, as it was at the time.
    """
    starts = _starts(given)
    changes, closes = _changes(given, standing, starts), _closes(given, standing)
    seen = _grouped(_seen(given))
    taken = _taken_for_granted(standing, starts)
    told_before = set(standing.select(RECORD).unique().iter_rows())
    for row in starts.sort(RECORD).iter_rows(named=True):
        key = row["role"], row["object"], row["record_id"]
        own = _without_repeats(changes.get(key, []))
        present = seen.get(key, [])
        first = _first(own, present, taken.get(key))
        later = _looked(first, own, present, row["start_at"], key in told_before)
        role = given.roles.roles.get(row["role"])
        share = role.supporting.primary_share if role and role.supporting else 1.0
        ends = closes.get(row["record_id"], []) if row["object"] == OPPORTUNITY else []
        if row["ended_at"] is not None and not any(each.reopened_at is None for each in ends):
            ends = [*ends, Close(row["ended_at"], None, False)]
        yield key, Known(row["account_id"], Record(row["start_at"], first, [*own, *later], ends, share))


def _starts(given: Sources) -> pl.DataFrame:
    owned = given.accounts.unique("account_id").with_columns(role=pl.lit(OWNER))
    accounts = pl.concat([given.accounts, owned]).select(
        "role",
        "account_id",
        object=pl.lit(ACCOUNT),
        record_id="account_id",
        start_at=pl.lit(None),
        ended_at=pl.lit(None),
    )
    stamped = [name for name, role in given.roles.roles.items() if role.opportunity_field]
    opportunities = given.opportunities.join(
        pl.DataFrame({"role": stamped}, schema={"role": TEXT}), how="cross"
    ).select(
        "role",
        "account_id",
        object=pl.lit(OPPORTUNITY),
        record_id="opportunity_id",
        start_at="created_at",
        ended_at=pl.when(pl.col("merged_into").is_not_null()).then("modified_at"),
    )
    return pl.concat(
        frame.select(pl.col(name).cast(dtype) for name, dtype in STARTS.items()) for frame in (accounts, opportunities)
    ).unique(RECORD)


def _seen(given: Sources) -> pl.DataFrame:
    names = given.people.select(override_by="person_id", by_name="name")
    on_opportunities = given.parts.join(names, on="override_by", how="left").select(
        *("role", "part", "person_id", "set_by", "seen_at"),
        object=pl.lit(OPPORTUNITY),
        record_id="opportunity_id",
        by_name=pl.coalesce("by_name", "override_by"),
    )
    owners = given.accounts.unique("account_id").with_columns(role=pl.lit(OWNER), person_id="owner_id")
    on_accounts = pl.concat([given.accounts, owners]).select(
        *("role", "person_id"),
        object=pl.lit(ACCOUNT),
        record_id="account_id",
        part=pl.lit("primary"),
        set_by=pl.lit("unknown"),
        by_name=pl.lit(None),
        seen_at="modified_at",
    )
    both = [
        frame.select(pl.col(name).cast(dtype) for name, dtype in SEEN.items())
        for frame in (on_opportunities, on_accounts)
    ]
    return pl.concat(both).sort([*RECORD, "part", "person_id"])


def _changes(
    given: Sources, standing: OverlayHistoryFrame, starts: pl.DataFrame
) -> dict[tuple[str, str, str], list[Change]]:
    told = pl.concat([known_changes(given), remembered(standing, starts.select(*RECORD, "start_at"))])
    found: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
    for row in KNOWN_CHANGES.conform(told).iter_rows(named=True):
        facts = {name: row[name] for name in KNOWN_CHANGES.columns if name not in RECORD}
        found[row["role"], row["object"], row["record_id"]].append(Change(**facts))
    return found


def _closes(given: Sources, standing: OverlayHistoryFrame) -> dict[str, list[Close]]:
    """Every time in which an opportunity was closed: now, and those that the CRM or the last history tells of.

    An earlier close that nothing has opened again was the same one, dated otherwise.
    """
    reopened = _moments(given.stamps.filter(why="reopened").select("record_id", "decided_at"))
    past = _moments(standing.filter("was_at_close").select("record_id", "until_at").unique())
    told: dict[str, dict[datetime, Close]] = defaultdict(dict)
    for record_id, closed_at, reopened_at in given.closes.iter_rows():
        told[record_id][closed_at] = Close(closed_at, reopened_at)
    found: dict[str, list[Close]] = {}
    for row in given.opportunities.iter_rows(named=True):
        record_id, is_closed = row["opportunity_id"], row["is_closed"]
        now = (row["closed_at"] or row["modified_at"]) if is_closed else None
        closes = dict(told[record_id])
        for at in past[record_id]:
            later = next((each for each in reopened[record_id] if each >= at), None)
            if later is None and not is_closed:
                later = max(at, row["modified_at"] or at)
            if at != now and later is not None and (now is None or later <= now):
                closes.setdefault(at, Close(at, later))
        if now is not None:
            closes[now] = Close(now)
        found[record_id] = [closes[at] for at in sorted(closes)]
    return found


def _moments(rows: pl.DataFrame) -> dict[str, list[datetime]]:
    """Record id → its times in order, of rows of both."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for record_id, at in rows.sort(rows.columns).iter_rows():
        found[record_id].append(at)
    return found


def _grouped(rows: pl.DataFrame) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        found[row["role"], row["object"], row["record_id"]].append(row)
    return found


def _without_repeats(changes: list[Change]) -> list[Change]:
    """Of changes to the same person that follow each other, those whose evidence is best: it knows the time best."""
    kept = [each for each in changes if each.part != "primary"]
    primary = sorted((each for each in changes if each.part == "primary"), key=lambda each: each.at)
    for _, run in groupby(primary, key=lambda each: each.to_id):
        alike = list(run)
        best = min(EVIDENCE.index(each.evidence) for each in alike)
        kept += [each for each in alike if each.evidence == EVIDENCE[best]]
    return sorted(kept, key=lambda each: each.at)


def _taken_for_granted(standing: OverlayHistoryFrame, starts: pl.DataFrame) -> dict[tuple[str, str, str], Change]:
    """Who stood on a record first, as the last history has it."""
    rows = standing.filter(part="primary").join(starts.select(*RECORD, "start_at"), on=RECORD)
    found = {}
    for row in rows.filter(pl.col("from_at").eq_missing(pl.col("start_at"))).iter_rows(named=True):
        said = row["set_by"], row["set_by_name"], row["evidence"]
        found[row["role"], row["object"], row["record_id"]] = Change(
            row["from_at"] or datetime.min, "primary", None, row["person_id"], *said
        )
    return found


def _first(changes: list[Change], present: list[dict[str, Any]], taken: Change | None) -> Change:
    """Who stood on the record before its first change.

    Where no change is known: who was taken to stand there the last time, else who stands there now.
    """
    primary = [each for each in changes if each.part == "primary"]
    if primary:
        first = min(primary, key=lambda each: each.at)
        return replace(first, from_id=None, to_id=first.from_id, set_by="unknown", by_name=None, may_after_close=False)
    if taken is not None:
        return taken
    now = next((row for row in present if row["part"] == "primary"), None)
    person, set_by = (now["person_id"], now["set_by"] or "unknown") if now else (None, "unknown")
    return Change(datetime.min, "primary", None, person, set_by, now["by_name"] if now else None, "snapshot")


def _looked(
    first: Change, changes: list[Change], present: list[dict[str, Any]], start_at: datetime | None, is_told: bool
) -> list[Change]:
    """What the last look saw that no change explains: dated when it was seen."""
    found = []
    primary = max((each for each in changes if each.part == "primary"), key=lambda each: each.at, default=first)
    on: set[str] = set()
    for each in sorted((each for each in changes if each.part == "supporting"), key=lambda each: each.at):
        on = {person for person in on if person != each.from_id} | ({each.to_id} if each.to_id else set())
    for row in present:
        person, at = row["person_id"], row["seen_at"]
        if at is None:
            continue
        how = Change(at, row["part"], None, person, row["set_by"] or "unknown", row["by_name"], "snapshot")
        if row["part"] == "primary":
            if primary.to_id != person and at > primary.at:
                found.append(replace(how, from_id=primary.to_id))
        elif person not in on:
            found.append(how if is_told or start_at is None else replace(how, at=start_at))
    seen_at = max((row["seen_at"] for row in present if row["seen_at"] is not None), default=None)
    gone = on - {row["person_id"] for row in present if row["part"] == "supporting"}
    if seen_at is not None and present:
        found += [Change(seen_at, "supporting", person, None, "unknown", None, "snapshot") for person in sorted(gone)]
    return found
