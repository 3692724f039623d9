"""Whose accounts changed between two cycles or days, read from what all cycles and the routing log have published."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.ownership.comparison import Comparison, Point, compared
from assignment_assets.domain.ownership.outcomes import CHANGES, ChangesFrame, CycleHistory
from assignment_assets.domain.ownership.routed import ROUTED_MOVES, routed_changes, sightings, undoing_changes
from assignment_assets.domain.ownership.timeline import timeline
from assignment_assets.domain.routing.tables import NEW_ACCOUNTS, SEEN_REPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import PublishedCycles, known_cycles
from assignment_assets.io.warehouse.routing_copies import answer_routing, read_routing
from assignment_assets.write_back.publishing import JOURNAL_FILE, PLANS_FILE

ACCOUNT = ("account_id", "name", "state", "latitude", "longitude")


@dataclass(frozen=True)
class OwnershipChanges:
    """A comparison, with the accounts (name, state, place), people (name) and field reps that it names, as they were
    read last."""

    comparison: Comparison
    accounts: pl.DataFrame
    people: pl.DataFrame
    field_reps: pl.DataFrame


def is_day(name: str) -> bool:
    """Whether the name is a day, YYYY-MM-DD."""
    try:
        return f"{date.fromisoformat(name)}" == name
    except ValueError:
        return False


def ownership_changes(folder: DataFolder, first: str, second: str) -> OwnershipChanges:
    """What changed hands from one point to the other; each is the id of a cycle, or a day.

    Raises
    ------
    InvalidInput
        A name is neither, a cycle has read no accounts, a day comes before all that is known, the second before the
        first.
    """
    cycles = known_cycles(folder)
    named = [each for each in (first, second) if each in cycles]
    readable = PublishedCycles(folder)
    read = [CycleHistory.read(readable, each, with_drafts=each in named) for each in cycles]
    histories = {each.cycle: each for each in read if each is not None}
    faults = [fault for each in dict.fromkeys((first, second)) if (fault := _fault(each, cycles, histories))]
    if faults:
        raise InvalidInput("comparison", faults)
    told = list(histories.values())
    others = [_undone(folder, each.cycle) for each in told] + [routed_changes(answer_routing(folder, ROUTED_MOVES))]
    entries = timeline(told, sightings(read_routing(folder, NEW_ACCOUNTS)), others)
    points = [_point(each, histories) for each in (first, second)]
    left_out = histories[second].exceptions if second in histories else None
    known = {} if left_out is None else _left_out(left_out)
    comparison = compared(points[0], points[1], entries, known)
    seen_reps = read_routing(folder, SEEN_REPS).select("rep_id", "name")
    ordered = sorted(told, key=lambda each: each.read_at)
    return OwnershipChanges(
        comparison,
        _as_read_last([each.accounts.select(ACCOUNT) for each in ordered], "account_id"),
        _as_read_last([seen_reps, *(each.reps.select("rep_id", "name") for each in ordered)], "rep_id"),
        _as_read_last([each.reps.filter(pl.col("team") == "field") for each in ordered], "rep_id"),
    )


def _fault(name: str, cycles: list[str], histories: dict[str, CycleHistory]) -> Fault | None:
    if name in histories or (name not in cycles and is_day(name)):
        return None
    if name in cycles:
        return Fault(name, "it has read no accounts yet", "a cycle that was opened", "Open it again, or name another.")
    known = ", ".join(cycles) or "none yet"
    expected = f"one of the cycles {known}, or a day as YYYY-MM-DD"
    return Fault(name, "there is no such cycle", expected, "Correct the name (`assignment cycle list`).")


def _point(name: str, histories: dict[str, CycleHistory]) -> Point:
    history = histories.get(name)
    return Point(name, history.as_of if history else date.fromisoformat(name), history)


def _undone(folder: DataFolder, cycle: str) -> ChangesFrame:
    """What the cycle's rollbacks and repairs wrote."""
    plans, journal = (folder.published(cycle) / name for name in (PLANS_FILE, JOURNAL_FILE))
    if not (plans.is_file() and journal.is_file()):
        return CHANGES.empty()
    return undoing_changes(cycle, pl.read_parquet(plans), pl.read_parquet(journal))


def _left_out(exceptions: pl.DataFrame) -> dict[str, str]:
    rows = exceptions.filter(pl.col("table_name") == "accounts").drop_nulls("record_id")
    return {
        row["record_id"]: f"Its row was left out: {row['column_name']} is {row['found']!r}, expected {row['expected']}."
        for row in rows.to_dicts()
    }


def _as_read_last(frames: list[pl.DataFrame], key: str) -> pl.DataFrame:
    """Each once, as the last frame has it."""
    return pl.concat(frames).group_by(key, maintain_order=True).last().sort(key)
