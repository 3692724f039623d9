"""Who was on what from when to when, for whoever is paid by it: table `overlay_history`, which is never rewritten.

Only an interval that has ended is an entry. What becomes known later of a time that has ended does not change its
entry: a new one names it in `correction_of`. An entry corrected to nothing has a correction without length. What a
person of a listed profile changes on a closed opportunity is such a correction too (`override_after_close`), so that
the table tells both: who was on it when it closed, and to whom the credit was given since.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

import polars as pl

from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.overlays.intervals import Interval, intervals, overrides_after_close
from assignment_assets.domain.overlays.known_changes import Sources
from assignment_assets.domain.overlays.records import Known, known_records
from assignment_assets.domain.overlays.tables import OVERLAY_HISTORY, OverlayHistoryFrame

AFTER_CLOSE = "override_after_close"
Row = dict[str, Any]
RecordKey = tuple[str, str, str]
"""Role, object, record id."""
_TIMES = ("person_id", "part", "from_at", "until_at", "was_at_close")


def overlay_history(given: Sources, before: OverlayHistoryFrame) -> OverlayHistoryFrame:
    """Table `overlay_history` as of now: every entry of `before` as it was, what was added, and what still runs.

    Parameters
    ----------
    before
        The table as of the last time; empty at first.
    """
    names = dict(given.people.select("person_id", "name").iter_rows())
    entries = _by_record(before.filter(pl.col("until_at").is_not_null()))
    rows: list[Row] = []
    for key, known in known_records(given, as_it_was(before)):
        rows += _grown(key, known, entries.pop(key, []), names)
    for left in entries.values():  # records that nothing tells of any more
        rows += left
    return OVERLAY_HISTORY.conform(pl.DataFrame(rows, schema=OVERLAY_HISTORY.columns, orient="row"))


def in_force(history: OverlayHistoryFrame) -> OverlayHistoryFrame:
    """The rows that no other one corrects: what the credit goes by."""
    return _standing(history)


def as_it_was(history: OverlayHistoryFrame) -> OverlayHistoryFrame:
    """The same without what was changed on closed opportunities: who was on what at the time."""
    return _standing(history.filter(pl.col("set_by") != AFTER_CLOSE))


def at_close(history: OverlayHistoryFrame) -> OverlayHistoryFrame:
    """Of such rows, those of people who were on an opportunity when it closed."""
    return cast(OverlayHistoryFrame, history.filter(pl.col("was_at_close") & pl.col("person_id").is_not_null()))


def entry_digest(row: Row) -> str:
    """sha256 of one row, whatever the order of its columns."""
    said = {name: spelled(row[name]) for name in OVERLAY_HISTORY.columns}
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def _standing(rows: pl.DataFrame) -> OverlayHistoryFrame:
    corrected = {each for text in rows["correction_of"].drop_nulls() for each in text.split()}
    is_withdrawal = (pl.col("from_at") == pl.col("until_at")) & ~pl.col("was_at_close")
    if corrected:
        touched = rows.filter(pl.col("correction_of").is_not_null()).select("role", "object", "record_id").unique()
        suspect = rows.with_row_index("row_no").join(touched, on=["role", "object", "record_id"], how="semi")
        gone = [row["row_no"] for row in suspect.iter_rows(named=True) if entry_digest(row) in corrected]
        rows = rows.with_row_index("row_no").filter(~pl.col("row_no").is_in(gone)).drop("row_no")
    return OVERLAY_HISTORY.conform(rows.filter(~is_withdrawal.fill_null(False)))


def _by_record(rows: pl.DataFrame) -> dict[RecordKey, list[Row]]:
    found: dict[RecordKey, list[Row]] = {}
    for row in rows.iter_rows(named=True):
        found.setdefault((row["role"], row["object"], row["record_id"]), []).append(row)
    return found


def _grown(key: RecordKey, known: Known, entries: list[Row], names: Mapping[str, str]) -> Iterator[Row]:
    """One record's rows: its entries, corrections and new entries, what still runs, overrides after its closes."""
    told = [_row(key, known.account_id, each, names) for each in intervals(known.record)]
    ended = [row for row in told if row["until_at"] is not None]
    base = [row for row in entries if row["set_by"] != AFTER_CLOSE]
    standing = _in_force_of(base)
    new = _corrections(standing, ended)
    yield from entries
    yield from new
    yield from (row for row in told if row["until_at"] is None)
    yield from _overridden(key, known, _in_force_of([*base, *new]), entries, names)


def _corrections(standing: list[Row], ended: list[Row]) -> list[Row]:
    """What has to be added to the entries that stand, so that those in force are exactly the intervals that ended.

    Shares of the credit are as they were at the time: what is set up otherwise since changes no entry.
    """
    if {_key(row, _TIMES) for row in standing} == {_key(row, _TIMES) for row in ended}:
        return []
    whole = (*_TIMES, "credit_share")
    kept, wanted = ({_key(row, whole) for row in rows} for rows in (standing, ended))
    missing = [row for row in standing if _key(row, whole) not in wanted]
    added, named = [], set()
    for row in (row for row in ended if _key(row, whole) not in kept):
        corrected = [entry_digest(old) for old in missing if _is_same_time(old, row)]
        named.update(corrected)
        added.append(row | {"correction_of": " ".join(corrected) or None})
    nothing = [
        old | {"from_at": old["until_at"], "was_at_close": False, "correction_of": digest}
        for old in missing
        if (digest := entry_digest(old)) not in named
    ]
    return added + nothing


def _overridden(
    key: RecordKey, known: Known, base: list[Row], entries: list[Row], names: Mapping[str, str]
) -> Iterator[Row]:
    """A correction for every change that a listed profile made on the closed record, unless it is an entry already."""
    after = [row for row in entries if row["set_by"] == AFTER_CLOSE]
    for closed_at, change in overrides_after_close(known.record):
        closing = [row for row in base if row["was_at_close"] and row["until_at"] == closed_at]
        first = next((row for row in closing if row["part"] == "primary"), None)
        if first is None:
            continue
        said = {"person_id": change.to_id, "set_by": AFTER_CLOSE, "set_by_name": change.by_name}
        said |= {"person_name": names.get(change.to_id or "", change.to_id), "evidence": change.evidence}
        digest = entry_digest(first)
        of_close = [row for row in after if row["until_at"] == closed_at]
        if any(_says(row, said) and digest in (row["correction_of"] or "").split() for row in of_close):
            continue
        corrected = [digest, *(entry_digest(row) for row in of_close)]
        row = first | said | {"correction_of": " ".join(corrected)}
        after.append(row)
        yield row


def _says(row: Row, said: Row) -> bool:
    return all(row[name] == said[name] for name in ("person_id", "set_by_name", "evidence"))


def _in_force_of(rows: list[Row]) -> list[Row]:
    corrected = {each for row in rows for each in (row["correction_of"] or "").split()}
    return [
        row
        for row in rows
        if not (row["from_at"] == row["until_at"] and not row["was_at_close"])
        and not (corrected and entry_digest(row) in corrected)
    ]


def _row(key: RecordKey, account_id: str | None, told: Interval, names: Mapping[str, str]) -> Row:
    role, kind, record_id = key
    return {
        "role": role,
        "object": kind,
        "record_id": record_id,
        "account_id": account_id,
        "person_id": told.person_id,
        "person_name": names.get(told.person_id or "", told.person_id),
        "part": told.part,
        "credit_share": told.share,
        "from_at": told.from_at,
        "until_at": told.until_at,
        "was_at_close": told.was_at_close,
        "set_by": told.set_by,
        "set_by_name": told.by_name,
        "evidence": told.evidence,
        "correction_of": None,
    }


def _key(row: Row, names: Iterable[str]) -> tuple[Any, ...]:
    return (*(row[name] for name in names), row["set_by"] == "override")


def _is_same_time(old: Row, new: Row) -> bool:
    """Whether two intervals have time in common, or end at the same close."""
    starts: list[datetime] = [row["from_at"] or datetime.min for row in (old, new)]
    ends: list[datetime] = [row["until_at"] for row in (old, new)]
    return max(starts) < min(ends) or ends[0] == ends[1]


def spelled(value: object) -> str | None:
    """A value of the table as files and digests have it: texts on one line, whole seconds without their fractions."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float):
        return f"{value:.6f}"
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(value)).split()) or None
