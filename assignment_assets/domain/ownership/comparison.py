"""Whose accounts changed between two points: two cycles, two days, or one of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.ownership.outcomes import CHANGES, KINDS, CycleHistory, planned_changes, told
from assignment_assets.domain.ownership.timeline import Entry, book_at, walk

CHANGED = {**CHANGES.columns, "step_count": pl.Int64, "first_sentence": pl.String}
"""A change from end to end: what made the last step of it, how many there were, what the first point's plan says."""
PASSED = {"account_id": pl.String, "owner_id": pl.String, "sentence": pl.String}
"""An account that came or went, who owns or owned it, and what is known of why."""


@dataclass(frozen=True)
class Point:
    """A day, or a cycle: `history` is None for a day.

    A cycle that is over stands for the books as it left them; a draft or an open one for the books that it would come
    to as it stands.
    """

    name: str
    day: date
    history: CycleHistory | None = None

    @property
    def plan(self) -> CycleHistory | None:
        """The cycle whose planned books the point stands for; None where they are what was owned."""
        return self.history if self.history and self.history.is_planned else None


@dataclass(frozen=True)
class Comparison:
    """What changed from one point to another.

    Attributes
    ----------
    before, after
        The whole book at either point (OWNERS).
    changed
        Accounts of both that have another owner (CHANGED).
    came, went
        Accounts of one alone (PASSED).
    steps
        Every change on the way, in order: CHANGES with a `step_no`.
    """

    first: Point
    second: Point
    before: pl.DataFrame
    after: pl.DataFrame
    changed: pl.DataFrame
    came: pl.DataFrame
    went: pl.DataFrame
    steps: pl.DataFrame

    @property
    def returned_count(self) -> int:
        """Accounts that changed hands on the way and ended where they began; 0 where the first point is a plan."""
        if self.first.plan:
            return 0
        both = set(self.before["account_id"]) & set(self.after["account_id"])
        return len((set(self.steps["account_id"]) & both) - set(self.changed["account_id"]))


def position_of(point: Point, entries: Sequence[Entry]) -> int:
    """How many entries are known at the point, a plan's own apart.

    Raises
    ------
    InvalidInput
        Nobody had read the accounts by that day.
    """
    if point.history is not None:
        return 1 + max(place for place, entry in enumerate(entries) if entry.source == point.history.cycle)
    readings = [entry.day for entry in entries if entry.kind == "reading"]
    place = max((place for place, entry in enumerate(entries, 1) if entry.day <= point.day), default=0)
    if not any(entry.kind == "reading" for entry in entries[:place]):
        known = f"a day from {min(readings)} on" if readings else "a cycle that has read them; drafts do not count"
        fault = Fault(point.name, "no cycle had read the accounts by then", known, "Name a later day, or a cycle.")
        raise InvalidInput("comparison", [fault])
    return place


def compared(first: Point, second: Point, entries: Sequence[Entry], known: Mapping[str, str]) -> Comparison:
    """What changed from the first point to the second.

    Parameters
    ----------
    entries
        As `timeline` orders them, with the readings of both points' cycles.
    known
        Accounts that the second point's reading left out, with what was wrong in the row.

    Raises
    ------
    InvalidInput
        The second comes before the first, or a day before everything that is known.
    """
    begin, end = position_of(first, entries), position_of(second, entries)
    is_backwards = end < begin
    if is_backwards and not (first.plan and second.plan):
        fault = Fault(second.name, f"it comes before {first.name}", "the earlier of the two first", "Swap them.")
        raise InvalidInput("comparison", [fault])
    before, after = book_at(entries, begin), book_at(entries, end)
    if is_backwards:  # two plans stand beside each other, whichever was drawn first
        reading = Entry(entries[end - 1].at, second.day, "reading", second.name, after)
        _, steps = walk(before, [reading])
    else:
        _, steps = walk(before, entries[begin:end])
    if second.plan:
        after, last = walk(after, [_planned(second.plan, after)])
        steps = pl.concat([steps, last.with_columns(pl.col("step_no") + 2 * len(entries) + 2)])
    if first.plan:
        before, _ = walk(before, [_planned(first.plan, before)])
    changed = _changed(before, after, steps, first, second)
    return Comparison(
        first,
        second,
        before.sort("account_id"),
        after.sort("account_id"),
        changed,
        came=_passed(after, before, _last_sentences(steps)),
        went=_passed(before, after, known),
        steps=steps.sort("account_id", "step_no"),
    )


def _planned(history: CycleHistory, book: pl.DataFrame) -> Entry:
    """What the cycle would change of this book, which may have moved on since the cycle read it."""
    changes = planned_changes(history).join(book, on="account_id", how="left").with_columns(from_id="owner_id")
    return Entry(history.ended_at, history.as_of, "changes", history.cycle, changes.select(list(CHANGES.columns)))


def _changed(
    before: pl.DataFrame, after: pl.DataFrame, steps: pl.DataFrame, first: Point, second: Point
) -> pl.DataFrame:
    ends = before.join(after, on="account_id", suffix="_after").select(
        "account_id", first_id="owner_id", last_id="owner_id_after"
    )
    ends = ends.filter(pl.col("first_id").ne_missing(pl.col("last_id")))
    ordered = steps.sort("account_id", "step_no", maintain_order=True)
    last = ordered.group_by("account_id", maintain_order=True).last().drop("step_no", "from_id", "to_id")
    counts = steps.group_by("account_id").agg(step_count=pl.len().cast(pl.Int64))
    rows = ends.join(last, on="account_id", how="left").join(counts, on="account_id", how="left")
    rows = _explained_by_staying(rows, second)
    if first.plan:
        said = told(first.plan).select("account_id", first_sentence="sentence")
        rows = rows.join(said, on="account_id", how="left")
    else:
        rows = rows.with_columns(first_sentence=pl.lit(None, pl.String))
    rank = pl.col("kind").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    rows = rows.with_columns(
        from_id="first_id", to_id="last_id", step_count=pl.col("step_count").fill_null(0), rank=rank
    ).sort("rank", "reason", "account_id", nulls_last=True)
    return rows.select(pl.col(name).cast(dtype) for name, dtype in CHANGED.items())


def _explained_by_staying(rows: pl.DataFrame, second: Point) -> pl.DataFrame:
    """Rows that no change made: the first point would have moved the account, the second leaves it where it was."""
    columns = [name for name in CHANGES.columns if name not in ("account_id", "from_id", "to_id")]
    stays = pl.DataFrame(schema=CHANGES.columns)
    if second.history is not None:
        stays = told(second.history)
    stays = rows.filter(pl.col("kind").is_null()).select("account_id").join(stays, on="account_id", how="left")
    stays = stays.select(
        "account_id",
        *(pl.col(name).alias(f"{name}_kept") for name in columns if name != "kind"),
        kind_kept=pl.when(pl.col("kind") == "locked").then(pl.col("kind")).otherwise(pl.lit("kept")),
    )
    joined = rows.join(stays, on="account_id", how="left")
    return joined.with_columns(pl.coalesce(name, f"{name}_kept") for name in columns)


def _last_sentences(steps: pl.DataFrame) -> dict[str, str]:
    return dict(steps.sort("step_no").drop_nulls("sentence").select("account_id", "sentence").iter_rows())


def _passed(rows: pl.DataFrame, others: pl.DataFrame, known: Mapping[str, str]) -> pl.DataFrame:
    alone = rows.join(others, on="account_id", how="anti").sort("account_id")
    return alone.with_columns(
        sentence=pl.col("account_id").replace_strict(dict(known), default=None, return_dtype=pl.String)
    ).select(pl.col(name).cast(dtype) for name, dtype in PASSED.items())
