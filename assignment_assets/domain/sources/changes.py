"""What has changed since the previous cycle: shares and sums of the profile, with what counts as a jump.

This is the one place of the thresholds. A share is in per cent of its whole, and jumps by so many points; a number of
rows or a sum jumps by so many times, up or down.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import (
    CYCLE_EVENTS,
    RUN_CONFIG,
    SOURCE_CHANGES,
    SOURCE_PROFILE,
    TEXT,
    SourceChangesFrame,
    SourceProfileFrame,
)

PreviousCycleFrame = NewType("PreviousCycleFrame", pl.DataFrame)
PREVIOUS_CYCLE: Query[PreviousCycleFrame] = Query(
    "source_profile/previous_cycle",
    (SOURCE_PROFILE, RUN_CONFIG, CYCLE_EVENTS),
    ("previous_cycle",),
    {"previous_cycle": TEXT},
)
Of = tuple[str, str | None]
"""Figures of the profile: their kind, and their name; without one all of the kind."""


@dataclass(frozen=True)
class Share:
    """A part of a whole, in per cent; a jump is `points` percentage points and `LEAST_ROWS` rows, or more."""

    figure: str
    table: str
    label: str
    part: tuple[Of, ...]
    whole: tuple[Of, ...]
    points: float


@dataclass(frozen=True)
class Amount:
    """A number or a sum; a jump is `times` as much, or as little."""

    figure: str
    table: str
    label: str
    of: Of
    times: float


LEAST_ROWS = 3
"""So many rows at least must have changed sides before a share counts as having jumped; few reps are large shares."""
OWNED: tuple[Of, ...] = (("owner", None),)
REFERRED: tuple[Of, ...] = (("referral", None),)
FIELD: tuple[Of, ...] = (("receiver", None), ("idle_rep", None))
CLOSED: tuple[Of, ...] = (("deal", "won"), ("deal", "closed otherwise"))
SHARES = (
    Share("unowned", "accounts", "accounts without an owner", (("owner", "nobody"),), OWNED, points=5),
    Share("owner_unknown", "accounts", "accounts of an unknown owner", (("owner", "unknown"),), OWNED, points=2),
    Share("owner_inactive", "accounts", "accounts of an inactive rep", (("owner", "inactive"),), OWNED, points=5),
    Share("referring", "accounts", "L3M referrers", (("referral", "l3m"),), REFERRED, points=10),
    Share("dormant", "accounts", "dormant accounts", (("referral", "dormant"),), REFERRED, points=10),
    Share("never", "accounts", "never-referred accounts", (("referral", "never"),), REFERRED, points=10),
    Share("carve_out", "accounts", "carve-outs", (("standing", "carve_out"),), (("standing", None),), points=5),
    Share("uncovered", "accounts", "accounts nobody covers", (("uncovered", None),), (("kept", None),), points=5),
    Share("revenue", "accounts", "accounts with revenue", (("filled", "revenue"),), (("kept", None),), points=10),
    Share("left_out", "accounts", "rows of accounts left out", (("left_out", None),), (("read", None),), points=0.2),
    Share("closed", "opportunities", "closed deals", CLOSED, (("deal", None),), points=15),
    Share("left_out", "opportunities", "rows of deals left out", (("left_out", None),), (("read", None),), points=0.2),
    Share("receivers", "reps", "field reps who can receive", (("receiver", None),), FIELD, points=10),
)
AMOUNTS = (
    Amount("used", "accounts", "accounts", ("kept", None), times=1.5),
    Amount("revenue_sum", "accounts", "sum of revenue", ("sum", "revenue"), times=3),
    Amount("tam_sum", "accounts", "sum of TAM", ("sum", "tam"), times=3),
    Amount("value_sum", "accounts", "sum of value", ("sum", "value"), times=3),
    Amount("used", "opportunities", "deals", ("kept", None), times=3),
    Amount("amount_sum", "opportunities", "sum of amounts", ("sum", "amount"), times=3),
    Amount("used", "reps", "reps", ("kept", None), times=1.5),
)


def source_changes(
    now: SourceProfileFrame, before: SourceProfileFrame, previous_cycle: str | None
) -> SourceChangesFrame:
    """Table `source_changes`: every watched figure, as it is and as it was in the previous cycle.

    Parameters
    ----------
    before, previous_cycle
        The previous cycle's profile and its id; without rows and null where there is none.
    """
    rows = [
        {"line_no": number, "previous_cycle": previous_cycle, **row}
        for number, row in enumerate(_rows(_Figures.of(now), _Figures.of(before)))
    ]
    return SOURCE_CHANGES.conform(pl.DataFrame(rows, schema=SOURCE_CHANGES.columns))


def jump_sentences(changes: SourceChangesFrame, table: str | None = None) -> list[str]:
    """What has jumped since the previous cycle, a sentence each; of one table or of all."""
    wanted = changes.filter("is_jump")
    rows = wanted if table is None else wanted.filter(pl.col("table_name") == table)
    return [
        f"{row['label']}: {told_figure(row['before'], row['unit'])} in {row['previous_cycle']}, "
        f"{told_figure(row['now'], row['unit'])} now."
        for row in rows.iter_rows(named=True)
    ]


def told_changes(changes: SourceChangesFrame) -> pl.DataFrame:
    """figure, before, now, threshold: the watched figures in words."""
    rows = [
        (
            row["label"],
            told_figure(row["before"], row["unit"]),
            told_figure(row["now"], row["unit"]),
            f"{row['jump_at']:g} {row['jump_unit']} or more",
        )
        for row in changes.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(("figure", "before", "now", "threshold"), pl.String), orient="row")


def told_figure(value: float | None, unit: str) -> str:
    """A watched figure in words: 12.5 %, $1,200, 900."""
    if value is None:
        return "none"
    return {"%": f"{value:.1f} %", "cents": f"${value / 100:,.0f}"}.get(unit, f"{value:,.0f}")


@dataclass(frozen=True)
class _Figures:
    """The figures of one profile by table, kind and name."""

    values: dict[tuple[str, str], dict[str | None, int]]

    @classmethod
    def of(cls, profile: SourceProfileFrame) -> "_Figures":
        """Those of the table."""
        values: dict[tuple[str, str], dict[str | None, int]] = {}
        counted = profile.filter(pl.col("value").is_not_null()).with_columns(
            name=pl.when(pl.col("kind") == "idle_rep").then("record_id").otherwise("name")
        )
        for row in counted.iter_rows(named=True):
            values.setdefault((row["table_name"], row["kind"]), {})[row["name"]] = row["value"]
        return cls(values)

    def sum(self, table: str, parts: tuple[Of, ...]) -> int | None:
        """Their sum; null where the profile has none of their kinds."""
        found = [self.values.get((table, kind)) for kind, _ in parts]
        if all(each is None for each in found):
            return None
        return sum(
            sum(each.values()) if name is None else each.get(name, 0)
            for each, (_, name) in zip(found, parts, strict=True)
            if each is not None
        )


def _rows(now: _Figures, before: _Figures) -> Iterator[dict[str, Any]]:
    for share in SHARES:
        is_now, was = _share(now, share), _share(before, share)
        yield {
            **{"table_name": share.table, "figure": share.figure, "label": share.label, "unit": "%"},
            **{"now": is_now, "before": was, "jump_at": share.points, "jump_unit": "points"},
            "is_jump": _share_jumps(share, is_now, was, now.sum(share.table, share.whole)),
        }
    for amount in AMOUNTS:
        sum_now, sum_before = (each.sum(amount.table, (amount.of,)) for each in (now, before))
        yield {
            **{"table_name": amount.table, "figure": amount.figure, "label": amount.label},
            **{"unit": "cents" if amount.of[0] == "sum" else "rows", "now": sum_now, "before": sum_before},
            **{"jump_at": amount.times, "jump_unit": "times", "is_jump": _amount_jumps(amount, sum_now, sum_before)},
        }


def _share(figures: _Figures, share: Share) -> float | None:
    part, whole = figures.sum(share.table, share.part), figures.sum(share.table, share.whole)
    return 100 * (part or 0) / whole if whole else None


def _share_jumps(share: Share, now: float | None, before: float | None, whole: int | None) -> bool:
    if now is None or before is None:
        return False
    points = abs(now - before)
    return points >= share.points and points / 100 * (whole or 0) >= LEAST_ROWS - 1e-9


def _amount_jumps(amount: Amount, now: int | None, before: int | None) -> bool:
    if now is None or before is None or now == before:
        return False
    low, high = sorted((abs(now), abs(before)))
    return high >= amount.times * low
