"""The reps as routing sees them: who may take an account now, and why another one may not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from assignment_assets.domain.routing.latest_decisions import OnTheWayFrame
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.setup.current_books import INSIDE_SALES
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import AccountsFrame, RepsFrame

BOOK_SIZE = 100


@dataclass(frozen=True, slots=True)
class Rep:
    """One rep of the source: what the hard rules ask."""

    rep_id: str
    team: str
    region: str
    is_active: bool
    is_on_leave: bool
    covered_states: frozenset[str]
    capacity: int


class People:
    """Reps, what each owns now, and who is above the high-water mark.

    Parameters
    ----------
    reps
        Table `reps`.
    loads
        rep_id → accounts owned, accounts on their way included.
    high
        Reps above the high-water mark.
    day
        The day on which leave is judged.
    """

    def __init__(self, reps: RepsFrame, loads: Mapping[str, int], high: Iterable[str], day: date):
        self.reps = {row["rep_id"]: _rep(row, day) for row in reps.sort("rep_id").iter_rows(named=True)}
        self.loads = {rep_id: loads.get(rep_id, 0) for rep_id in self.reps}
        self.high = frozenset(high)
        field = [rep for rep in self.reps.values() if rep.team == "field"]
        states = sorted({state for rep in field for state in rep.covered_states})
        self.covering = {state: [rep.rep_id for rep in field if state in rep.covered_states] for state in states}
        self.queues = {
            team: [
                rep.rep_id for rep in self.reps.values() if rep.team == team and rep.is_active and not rep.is_on_leave
            ]
            for team in INSIDE_SALES
        }

    def unavailable(self, rep_id: str | None, state: str | None, needs_cover: bool = True) -> str:
        """Why the rep may not take an account of this state: a code; empty where they may."""
        rep = self.reps.get(rep_id or "")
        if rep is None or rep.team != "field":
            return "not_a_field_rep"
        if not rep.is_active:
            return "inactive"
        if rep.is_on_leave:
            return "on_leave"
        if needs_cover and state not in rep.covered_states:
            return "not_covered"
        if self.loads[rep.rep_id] >= rep.capacity:
            return "full"
        return ""

    def share_used(self, rep_id: str) -> float:
        """How full the rep's book is: 0 empty, 1 full."""
        return self.loads[rep_id] / max(1, self.reps[rep_id].capacity)

    def take(self, rep_id: str) -> None:
        """Counts one more account."""
        self.loads[rep_id] += 1

    def queue_member(self, queue: str) -> tuple[str, str]:
        """The queue that takes an account and its member with the fewest; empty texts where nobody works any."""
        for team in (queue, *INSIDE_SALES):
            if self.queues[team]:
                return team, min(self.queues[team], key=lambda rep_id: (self.loads[rep_id], rep_id))
        return "", ""


def loads(accounts: AccountsFrame, on_the_way: OnTheWayFrame) -> dict[str, int]:
    """rep_id → accounts outside carve-outs, those on their way to the rep included."""
    owners = (
        accounts.filter(pl.col("carve_out").is_null())
        .join(on_the_way.select("account_id", "new_owner_id"), on="account_id", how="left")
        .select(rep_id=pl.coalesce("new_owner_id", "owner_id"))
    )
    return dict(owners.drop_nulls().group_by("rep_id").len().iter_rows())


def with_completed_ids(rules: RoutingRules) -> RoutingRules:
    """The rules with every Salesforce id of 15 characters made 18, as in the source."""

    def complete(ids: list[str]) -> list[str]:
        return [complete_id(each) for each in ids]

    return rules.model_copy(
        update={
            "named_owners": {complete_id(account): complete_id(rep) for account, rep in rules.named_owners.items()},
            "placeholder_owner_ids": complete(rules.placeholder_owner_ids),
            "territories": [each.model_copy(update={"reps": complete(each.reps)}) for each in rules.territories],
            "pods": [
                each.model_copy(update={"primary": complete_id(each.primary), "members": complete(each.members)})
                for each in rules.pods
            ],
            "usage_thresholds": [
                each.model_copy(update={"reps": complete(each.reps)}) for each in rules.usage_thresholds
            ],
        }
    )


def _rep(row: dict[str, Any], day: date) -> Rep:
    until = row["on_leave_until"]
    return Rep(
        rep_id=row["rep_id"],
        team=row["team"] or "",
        region=row["region"] or "",
        is_active=bool(row["is_active"]),
        is_on_leave=until is not None and until >= day,
        covered_states=frozenset(row["covered_states"] or ()),
        capacity=BOOK_SIZE if row["capacity"] is None else min(row["capacity"], BOOK_SIZE),
    )
