"""What is still to be written, and in which order, so that no book is overfilled on the way."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.tables import TEXT, WHOLE

FINAL = ("verified", "skipped_already", "drift", "drift_rule", "gone")
"""Outcomes after which an account is not tried again under the same sign-off."""
MOVED = ("verified", "skipped_already")
ROWS = {"sign_off_no": WHOLE, "account_id": TEXT, "old_owner_id": TEXT, "new_owner_id": TEXT, "state": TEXT,
        "carve_out": TEXT}
"""What the write-back takes: an approved owner change with what hard rules used when it was approved."""


@dataclass(frozen=True)
class Change:
    """One approved owner change that is still open; `was_unknown` where an earlier write's answer was lost."""

    sign_off_no: int
    account_id: str
    old_owner_id: str | None
    new_owner_id: str
    expected_state: str | None
    expected_carve_out: str | None
    attempt: int
    was_unknown: bool = False


def open_changes(rows: pl.DataFrame, logged: pl.DataFrame) -> list[Change]:
    """The changes of `rows` (columns `ROWS`) that the log does not show as finished, by sign-off and account.

    Raises
    ------
    BrokenInvariant
        An account has two open changes: nobody could say which owner is meant.
    """
    latest = logged.sort("attempt").group_by("sign_off_no", "account_id").agg(
        pl.col("attempt").max(), pl.col("outcome").last())
    left = (rows.select(pl.col(name).cast(dtype) for name, dtype in ROWS.items())
            .join(latest, on=["sign_off_no", "account_id"], how="left")
            .filter(~pl.col("outcome").is_in(FINAL).fill_null(False))
            .sort("sign_off_no", "account_id"))
    doubled = [account for account, count in Counter(left["account_id"]).items() if count > 1]
    if doubled:
        raise BrokenInvariant(
            f"approved_diff: {len(doubled)} accounts with two open changes, such as {', '.join(sorted(doubled)[:5])}, "
            "expected one new owner each. Nothing was written; withdraw one of the sign-offs.")
    return [
        Change(row["sign_off_no"], row["account_id"], row["old_owner_id"], row["new_owner_id"], row["state"],
               row["carve_out"] or None, (row["attempt"] or 0) + 1, row["outcome"] == "unknown")
        for row in left.iter_rows(named=True)
    ]


def seats_now(capacities: Mapping[str, int], owners: pl.DataFrame, logged: pl.DataFrame) -> dict[str, int]:
    """Free seats per rep: capacity less what they own; below 0 where a book is overfull.

    Parameters
    ----------
    capacities
        rep_id → capacity; who is not named (Inside Sales) takes any number.
    owners
        account_id and owner_id as of the cycle's snapshot, carve-outs left out.
    logged
        The cycle's write-back log; what it shows as moved counts with its new owner.
    """
    moved = logged.filter(pl.col("outcome").is_in(MOVED)).sort("attempt").group_by("account_id").agg(
        pl.col("new_owner_id").last())
    now = owners.join(moved, on="account_id", how="left").select(pl.coalesce("new_owner_id", "owner_id"))
    counts = dict(now.group_by("new_owner_id").len().iter_rows())
    return {rep_id: capacity - counts.get(rep_id, 0) for rep_id, capacity in capacities.items()}


def next_call(changes: Iterable[Change], seats: Mapping[str, int], at_most: int) -> list[Change]:
    """The changes that may be written next, in order: each receiver has a seat left.

    A receiver that `seats` does not name takes any number. No seat is counted that a change of the same call
    would free: a loss must be verified first.
    """
    left = dict(seats)
    call = []
    for change in changes:
        if left.get(change.new_owner_id, 1) <= 0:
            continue
        if change.new_owner_id in left:
            left[change.new_owner_id] -= 1
        call.append(change)
        if len(call) == at_most:
            break
    return call


def next_rings(changes: Iterable[Change], seats: Mapping[str, int], at_most: int) -> list[list[Change]]:
    """Rings of changes between full books, which can only go together: A gives to B, B to C, C to A.

    None of them ends above its capacity; on the way one is by one account, for the length of a call. Books that
    are overfull already take no part. Rings come until `at_most` changes are reached; the first comes anyway.
    """
    giving: dict[str | None, list[Change]] = {}
    for change in changes:
        if seats.get(change.new_owner_id) == 0:
            giving.setdefault(change.old_owner_id, []).append(change)
    rings: list[list[Change]] = []
    finished: set[str | None] = set()
    for start in sorted(giving, key=str):
        while ring := _ring(start, giving, finished):
            if rings and sum(map(len, rings)) + len(ring) > at_most:
                return rings
            rings.append(ring)
            for change in ring:
                giving[change.old_owner_id].remove(change)
    return rings


def _ring(start: str | None, giving: Mapping[str | None, list[Change]], finished: set[str | None]) -> list[Change]:
    """A ring reachable from a giver, by depth first; givers that lead to none are added to `finished`."""
    path: list[Change] = []
    place = {start: 0}
    options = [] if start in finished else [iter(giving[start])]
    while options:
        change = next(options[-1], None)
        if change is None:
            options.pop()
            dead_end = path.pop().new_owner_id if path else start
            finished.add(dead_end)
            del place[dead_end]
        elif change.new_owner_id in place:
            return [*path[place[change.new_owner_id]:], change]
        elif change.new_owner_id in giving and change.new_owner_id not in finished:
            path.append(change)
            place[change.new_owner_id] = len(path)
            options.append(iter(giving[change.new_owner_id]))
    return []
