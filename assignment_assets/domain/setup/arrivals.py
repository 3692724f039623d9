"""Which owners that were loaded by hand have arrived in the source, and which have not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.tables import (
    ACCOUNTS,
    ARRIVALS,
    CYCLE_EVENTS,
    FLAG,
    MOMENT,
    TEXT,
    WRITE_BACK_LOG,
    ArrivalsFrame,
)

LoadedBeforeFrame = NewType("LoadedBeforeFrame", pl.DataFrame)
LOADED_BEFORE: Query[LoadedBeforeFrame] = Query(
    "arrivals/loaded_before",
    (ACCOUNTS, WRITE_BACK_LOG, CYCLE_EVENTS),
    ("account_id",),
    {
        "account_id": TEXT,
        "loaded_cycle": TEXT,
        "outcome": TEXT,
        "loaded_at": MOMENT,
        "old_owner_id": TEXT,
        "expected_owner_id": TEXT,
        "found_owner_id": TEXT,
        "is_there": FLAG,
    },
)
SHOWN = 10


@dataclass(frozen=True)
class ArrivalsInput:
    """What was loaded by hand before, and what moved since between the quarters."""

    loaded: LoadedBeforeFrame
    routed: pl.DataFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str, routed: pl.DataFrame) -> Self:
        """The rows for this cycle; `routed` are account_id and decided_at of the routing log."""
        with warehouse.reading(cycle) as reader:
            return cls(loaded=reader.answer(LOADED_BEFORE), routed=routed)


def arrivals(given: ArrivalsInput) -> ArrivalsFrame:
    """Table `arrivals`: each change that was loaded by hand before, and whether the source shows it.

    *missing*: another owner stands there; *gone*: the account is no longer in the source; *arrived*. What another cycle
    or the routing moved again after it was loaded is left out: its owner is another one by right.
    """
    later = given.loaded.join(given.routed, on="account_id").filter(pl.col("decided_at") > pl.col("loaded_at"))
    arrival = (
        pl.when(~pl.col("is_there"))
        .then(pl.lit("gone"))
        .when(pl.col("found_owner_id") == pl.col("expected_owner_id"))
        .then(pl.lit("arrived"))
        .otherwise(pl.lit("missing"))
    )
    return ARRIVALS.conform(given.loaded.join(later, on="account_id", how="anti").with_columns(arrival=arrival))


def arrival_lines(found: ArrivalsFrame, names: Mapping[str, str]) -> Iterator[str]:
    """What did not arrive, as lines of text: a line a cycle, the first accounts below; none where all did.

    Parameters
    ----------
    names
        Rep id → name.
    """
    for (loaded_cycle,), rows in found.group_by("loaded_cycle", maintain_order=True):
        away = rows.filter(pl.col("arrival") != "arrived")
        if away.is_empty():
            continue
        yield f"{away.height:,} of {rows.height:,} changes of {loaded_cycle} that were loaded by hand did not arrive:"
        for row in away.head(SHOWN).iter_rows(named=True):
            there = "no longer in the source" if row["arrival"] == "gone" else _named(row["found_owner_id"], names)
            yield f"  {row['account_id']}: expected {_named(row['expected_owner_id'], names)}, found {there}"
        if away.height > SHOWN:
            yield f"  and {away.height - SHOWN:,} more, in the table arrivals"


def _named(rep_id: str | None, names: Mapping[str, str]) -> str:
    if rep_id is None:
        return "no owner"
    name = names.get(rep_id)
    return f"{name} ({rep_id})" if name else rep_id
