"""Table `source_profile`: the profile of a cycle's sources, a figure or a sentence a row, and the way back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import polars as pl

from assignment_assets.domain.reading import Readable
from assignment_assets.domain.sources.figures import EmptyColumn, IdleRep, MoneyFigures, Note, Profile, TableRows
from assignment_assets.domain.sources.profile import exception_kinds
from assignment_assets.domain.tables import (
    ACCOUNTS,
    ARRIVALS,
    REPS,
    SOURCE_CHANGES,
    SOURCE_EXCEPTIONS,
    SOURCE_PROFILE,
    AccountsFrame,
    ArrivalsFrame,
    RepsFrame,
    SourceChangesFrame,
    SourceExceptionsFrame,
    SourceProfileFrame,
)

READ_TABLES = ("accounts", "reps", "opportunities")
ROW_KINDS = {
    "read": "rows read",
    "kept": "rows used",
    "left_out": "rows left out for a fault",
    "listed": "cells or rows listed in source_exceptions",
    "excluded": "rows left out by a filter or their country",
}
COUNTS = {
    "owner": ("accounts", "owners"),
    "referral": ("accounts", "referrals"),
    "lock": ("accounts", "locks"),
    "standing": ("accounts", "standings"),
    "uncovered": ("accounts", "uncovered"),
    "inside_sales": ("reps", "inside_sales"),
    "deal": ("opportunities", "deals"),
}
"""Kind → its table, and the counts of the profile that it holds by name."""
UNITS = {"accounts": "accounts", "reps": "reps", "opportunities": "deals"}
MONEY_KINDS = {"filled": "cells", "sum": "cents", "smallest": "cents", "largest": "cents"}


@dataclass(frozen=True)
class StartInput:
    """What a cycle started from: its profile with what was listed, whose accounts and reps these are, what changed."""

    profile: SourceProfileFrame
    changes: SourceChangesFrame
    exceptions: SourceExceptionsFrame
    accounts: AccountsFrame
    reps: RepsFrame
    arrivals: ArrivalsFrame = field(default_factory=ARRIVALS.empty)

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                profile=reader.table(SOURCE_PROFILE),
                changes=reader.table(SOURCE_CHANGES),
                exceptions=reader.table(SOURCE_EXCEPTIONS),
                accounts=reader.table(ACCOUNTS),
                reps=reader.table(REPS),
                arrivals=reader.table(ARRIVALS),
            )

    @property
    def figures(self) -> Profile | None:
        """The profile as it was when the sources were read; None for a cycle of a release that kept none."""
        if self.profile.filter(pl.col("kind") == "as_of").is_empty():
            return None
        return told_profile(self.profile, self.exceptions, self.reps)


def profile_rows(shown: Profile) -> SourceProfileFrame:
    """The profile in long form, a row a figure or a sentence; what was listed row by row is in `source_exceptions`."""
    rows = list(_rows(shown))
    numbered = [
        {**dict.fromkeys(SOURCE_PROFILE.columns), "table_name": table, "line_no": number, **row}
        for table in READ_TABLES
        for number, (_, row) in enumerate(each for each in rows if each[0] == table)
    ]
    return SOURCE_PROFILE.conform(pl.DataFrame(numbered, schema=SOURCE_PROFILE.columns))


def told_profile(rows: SourceProfileFrame, exceptions: SourceExceptionsFrame, reps: RepsFrame) -> Profile:
    """The profile that `profile_rows` was given, with what was listed, and the reps' names, from beside it."""
    of_kind = rows.partition_by("kind", as_dict=True)
    told = {kind: of_kind[kind,].to_dicts() if (kind,) in of_kind else [] for kind in (*KINDS,)}
    names = dict(reps.select("rep_id", "name").iter_rows())
    counts: dict[str, Any] = {
        field: {row["name"]: row["value"] for row in told[kind]} for kind, (_, field) in COUNTS.items()
    }
    return Profile(
        as_of=told["as_of"][0]["sentence"],
        rows=tuple(TableRows(table, *(_value(told[kind], table) for kind in ROW_KINDS)) for table in READ_TABLES),
        exceptions=exception_kinds(exceptions),
        notes=tuple(_notes(told["note"])),
        contradictions=tuple(_notes(told["contradiction"])),
        empty_columns=tuple(
            EmptyColumn(row["table_name"], row["name"], row["sentence"]) for row in _in_order(told["empty_column"])
        ),
        deals_outside=_value(told["deal_outside"], "opportunities"),
        num_receivers=_value(told["receiver"], "reps"),
        idle_reps=tuple(
            IdleRep(row["record_id"], names.get(row["record_id"], row["record_id"]), row["name"], row["sentence"])
            for row in told["idle_rep"]
        ),
        money=tuple(_money(told)),
        **counts,
    )


def source_lines(profile: SourceProfileFrame) -> list[str]:
    """What was read as lines of text: a line of counts a source, the sentences of its reading below."""
    lines = []
    for (name,), rows in profile.group_by("table_name", maintain_order=True):
        counts = {row["kind"]: row["value"] for row in rows.iter_rows(named=True) if row["kind"] in ROW_KINDS}
        said = f"{counts['kept']} of {counts['read']} rows used"
        more = [f"{counts[kind]} {ROW_KINDS[kind]}" for kind in ("left_out", "excluded", "listed") if counts[kind]]
        lines.append(f"  {name}: " + ", ".join([said, *more]))
        sentences = rows.filter(pl.col("kind").is_in(["note", "contradiction"]))["sentence"]
        lines += [f"    {sentence}" for sentence in sentences]
    return lines


def _rows(shown: Profile) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows in the order in which they are told, each with its table."""
    for each in shown.rows:
        values = (each.read, each.kept, each.left_out, each.listed, each.excluded)
        for (kind, words), value in zip(ROW_KINDS.items(), values, strict=True):
            yield each.table, {"kind": kind, "unit": "rows", "value": value, "sentence": words}
    for note in shown.notes:
        yield note.table, {"kind": "note", "sentence": note.sentence}
    for note in shown.contradictions:
        yield note.table, {"kind": "contradiction", "sentence": note.sentence}
    for empty in shown.empty_columns:
        yield empty.table, {"kind": "empty_column", "name": empty.column, "sentence": empty.meaning}
    yield "accounts", {"kind": "as_of", "sentence": shown.as_of}
    for kind, (table, counted) in COUNTS.items():
        for name, count in getattr(shown, counted).items():
            yield table, {"kind": kind, "name": name, "unit": UNITS[table], "value": count}
    yield "opportunities", {"kind": "deal_outside", "unit": "deals", "value": shown.deals_outside}
    yield "reps", {"kind": "receiver", "unit": "reps", "value": shown.num_receivers}
    for rep in shown.idle_reps:
        told = {"kind": "idle_rep", "name": rep.reason, "unit": "reps", "value": 1, "record_id": rep.rep_id}
        yield "reps", told | {"sentence": rep.cell}
    for sums in shown.money:
        amounts = (sums.filled, sums.sum_cents, sums.smallest_cents, sums.largest_cents)
        for (kind, unit), amount in zip(MONEY_KINDS.items(), amounts, strict=True):
            yield sums.table, {"kind": kind, "name": sums.column, "unit": unit, "value": amount}


KINDS = (
    *ROW_KINDS,
    *COUNTS,
    *MONEY_KINDS,
    *("as_of", "note", "contradiction", "empty_column", "deal_outside", "receiver", "idle_rep"),
)


def _value(told: list[dict[str, Any]], table: str) -> int:
    """The figure that a table has once; 0 where it has none."""
    return next((row["value"] for row in told if row["table_name"] == table), 0)


def _in_order(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with the tables in the order in which they are read."""
    return sorted(told, key=lambda row: READ_TABLES.index(row["table_name"]))


def _notes(told: list[dict[str, Any]]) -> Iterable[Note]:
    return [Note(row["table_name"], row["sentence"]) for row in _in_order(told)]


def _money(told: dict[str, list[dict[str, Any]]]) -> Iterator[MoneyFigures]:
    figures = {(kind, row["table_name"], row["name"]): row["value"] for kind in MONEY_KINDS for row in told[kind]}
    for row in told["filled"]:
        place = row["table_name"], row["name"]
        yield MoneyFigures(*place, *(figures[kind, *place] for kind in MONEY_KINDS))
