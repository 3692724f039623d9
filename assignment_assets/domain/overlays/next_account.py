"""Who takes the next account: a proposal for accounts without an active person, with the load as even as can be.

Whoever has an account and is active keeps it. The others go to active people of the role, none past their capacity, so
that the fullest of them carries as little as possible. The largest accounts are given first, each to the least loaded
person with room for it; then accounts move or change places as long as that lightens the fullest. What no answer can
beat is computed beside it: `bound`. Points are counted in whole ten-thousandths, so that sums are exact.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import gcd
from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.crm_seen import still_open
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import (
    OverlayAccountsFrame,
    OverlayOpportunitiesFrame,
    OverlayWorkloadFrame,
)
from assignment_assets.domain.overlays.workload import points
from assignment_assets.domain.tables import REAL, TEXT, Table

SCALE = 10_000
"""A point in the whole numbers that are summed."""
NextAccountsFrame = NewType("NextAccountsFrame", pl.DataFrame)
NEXT_ACCOUNTS: Table[NextAccountsFrame] = Table(
    "next_accounts",
    ("role", "account_id"),
    {
        "role": TEXT,
        "account_id": TEXT,
        "account_name": TEXT,
        "from_id": TEXT,  # who has it and is not active any more; null: nobody has
        "person_id": TEXT,  # who is proposed; null: nobody has room
        "person_name": TEXT,
        "points": REAL,
        "load_before": REAL,  # of the person proposed, before and after all that is proposed for them
        "load_after": REAL,
        "capacity": REAL,
        "sentence": TEXT,
    },
)


@dataclass(frozen=True)
class NextAccounts:
    """The proposal of one role.

    Attributes
    ----------
    fullest
        Load of the fullest person as proposed, in points; 0 where nobody is active.
    bound
        No way to place the same accounts has a fullest person below this.
    """

    rows: NextAccountsFrame
    fullest: float
    bound: float

    @property
    def is_proven(self) -> bool:
        """Whether no answer can be better."""
        return self.fullest <= self.bound


def next_accounts(
    name: str,
    role: OverlayRole,
    accounts: OverlayAccountsFrame,
    opportunities: OverlayOpportunitiesFrame,
    workload: OverlayWorkloadFrame,
) -> NextAccounts:
    """Who is to take each account of a role that has no active person.

    An account brings its own points, and those of its open opportunities where these follow it.
    """
    active = workload.filter((pl.col("role") == name) & pl.col("is_active")).sort("person_id")
    people = {row["person_id"]: row for row in active.iter_rows(named=True)}
    before = {person: round(SCALE * row["load"]) for person, row in people.items()}
    waiting = _waiting(name, role, accounts, opportunities, list(people))
    sizes = {row["account_id"]: round(SCALE * row["points"]) for row in waiting.iter_rows(named=True)}
    given = _given(sizes, before, round(SCALE * role.workload.capacity))
    after = _loads(sizes, given, before)
    rows = []
    for row in waiting.iter_rows(named=True):
        person = given.get(row["account_id"])
        loads = (before[person] / SCALE, after[person] / SCALE) if person else (None, None)
        rows.append(
            {
                "role": name,
                "account_id": row["account_id"],
                "account_name": row["name"],
                "from_id": row["person_id"],
                "person_id": person,
                "person_name": people[person]["name"] if person else None,
                "points": row["points"],
                "load_before": loads[0],
                "load_after": loads[1],
                "capacity": role.workload.capacity,
                "sentence": _sentence(row["points"], role, people[person]["name"] if person else "", *loads),
            }
        )
    frame = pl.DataFrame(rows, schema=NEXT_ACCOUNTS.columns, orient="row")
    fullest = max(after.values(), default=0)
    return NextAccounts(
        NEXT_ACCOUNTS.conform(frame),
        fullest / SCALE,
        _bound([sizes[account] for account in given], list(before.values())) / SCALE,
    )


def _waiting(
    name: str,
    role: OverlayRole,
    accounts: OverlayAccountsFrame,
    opportunities: OverlayOpportunitiesFrame,
    active: list[str],
) -> pl.DataFrame:
    """Accounts of the role without an active person, with their points."""
    open_ones = still_open(opportunities)
    counted = open_ones.group_by("account_id").agg(
        open_opportunities=pl.len(), open_amount_cents=pl.col("amount_cents").fill_null(0).sum()
    )
    has_none = pl.col("person_id").is_null() | ~pl.col("person_id").is_in(active)
    waiting = accounts.filter((pl.col("role") == name) & has_none).join(counted, on="account_id", how="left")
    brought = pl.col("open_opportunities", "open_amount_cents").fill_null(0) * int(role.follows)
    counts = waiting.with_columns(brought, accounts=pl.lit(1), weekly_activities=pl.lit(0.0))
    return counts.with_columns(points=points(role)).sort("account_id")


def _given(sizes: Mapping[str, int], before: Mapping[str, int], capacity: int) -> dict[str, str]:
    """Account → person; accounts for which nobody has room are left out."""
    loads, given = dict(before), dict[str, str]()
    for account in sorted(sizes, key=lambda each: (-sizes[each], each)):
        fitting = [person for person in loads if loads[person] + sizes[account] <= capacity]
        if fitting:
            person = min(fitting, key=lambda each: (loads[each], each))
            given[account] = person
            loads[person] += sizes[account]
    while (better := next(_lighter(sizes, given, loads), None)) is not None:
        given |= better
        loads = _loads(sizes, given, before)
    return given


def _lighter(sizes: Mapping[str, int], given: Mapping[str, str], loads: Mapping[str, int]) -> Iterator[dict[str, str]]:
    """Ways to lighten a fullest person: one account to somebody else, or two accounts that change places.

    Both ends are below the fullest then, so that every step makes the loads, largest first, smaller: it ends.
    """
    if not loads:
        return
    fullest = max(loads, key=lambda each: (loads[each], each))
    theirs = sorted(account for account, person in given.items() if person == fullest)
    for account in theirs:
        for person, load in loads.items():
            if person != fullest and load + sizes[account] < loads[fullest]:
                yield {account: person}
        for other, person in given.items():
            gain = sizes[account] - sizes[other]
            if person != fullest and gain > 0 and loads[person] + gain < loads[fullest]:
                yield {account: person, other: fullest}


def _loads(sizes: Mapping[str, int], given: Mapping[str, str], before: Mapping[str, int]) -> dict[str, int]:
    loads = dict(before)
    for account, person in given.items():
        loads[person] += sizes[account]
    return loads


def _bound(sizes: list[int], loads: list[int]) -> int:
    """What the fullest carries at least: nobody gets lighter, the largest account goes somewhere, and below the
    fullest there is room for all of it, in steps of the accounts' greatest common divisor."""
    if not loads or not sizes:
        return max(loads, default=0)
    step, total = gcd(*sizes) or 1, sum(sizes)

    def has_room(level: int) -> bool:
        return sum((level - load) // step for load in loads if load < level) * step >= total

    least, most = max(loads), max(loads) + total
    level = least + bisect_left(range(least, most), True, key=has_room)
    return max(level, min(loads) + max(sizes))


def _sentence(size: float, role: OverlayRole, name: str, before: float | None, after: float | None) -> str:
    capacity = role.workload.capacity
    if before is None or after is None:
        return f"Nobody who is {role.label} has room for {size:g} points below the capacity of {capacity:g}."
    return f"{name} carries {before:g} of {capacity:g} points, and {after:g} with all that is proposed for them."
