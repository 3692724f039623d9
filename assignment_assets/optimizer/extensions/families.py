"""Families kept together: each goes whole to one rep before anything else is placed.

A family is tried with the reps who cover the states of all its members and have seats and, where there are caps, room
for their revenue, in order of what it
would cost at the dual prices of the problem in which every account goes by itself. It goes to the first who costs
nobody a seat, or else to the one who costs the fewest. Largest families first, those with only one possible rep before
all others; a member counts as one of a class that this rep alone may hold, so that the rest of the problem stays what
it is: exact seats, the same search.

Keeping families together is bin packing, so nothing here is proven best. What is proven are the bounds of the problem
without families, which no books with families can beat.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import edge_cost
from assignment_assets.optimizer.bounds.lagrangian import Duals, lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.proof import direction_of
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray
from assignment_assets.optimizer.model.extensions import NO_BOOK, NO_SEAT, SPLIT, WHOLE, FamilyOutcomes
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import OPP_BPS_TAM, VALUE, Before, Edges, Phase, build_phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.weighted_sum import Costs
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.feasible_start import draw_from_flow
from assignment_assets.optimizer.seats.max_flow import Selection, priority, seat_all, select_seats
from assignment_assets.optimizer.seats.residual_flow import ResidualFlow

OUT = -2  # of a family that overflows as a whole


def keep_together(instance: Instance, settings: Settings) -> tuple[Instance, Selection, FamilyOutcomes]:
    """The problem in which families are placed, who has a seat in it, and what became of each family."""
    families = instance.families
    alone = replace(instance, families=None)
    largest = select_seats(alone)
    member, rank = families.member, np.empty(instance.num_accounts, dtype=np.int64)
    rank[priority(alone)] = np.arange(instance.num_accounts)
    members = [np.flatnonzero(member == family) for family in range(families.num_families)]
    place = _Placing(alone, largest, settings, members)
    first = [min((rank[row] for row in rows), default=0) for rows in members]
    order = sorted(range(len(members)), key=lambda f: (families.anchor[f] < 0, -len(members[f]), first[f]))
    wanted = [family for family in order if largest.is_placed[members[family]].any()]
    later = sorted(set(order) - set(wanted), key=lambda f: first[f])
    rep_of = np.full(instance.num_accounts, NO_REP, dtype=np.int32)
    outcome, holder = [NO_SEAT] * len(members), np.full(len(members), NO_REP, dtype=np.int32)
    for family in (*wanted, *later):
        rep = place.rep_for(members[family], int(families.anchor[family]), must_gain=family in set(later))
        if rep >= 0:
            outcome[family], holder[family] = WHOLE, rep
            rep_of[members[family]] = rep
        elif family in wanted:
            outcome[family] = SPLIT if families.may_split else NO_BOOK
        if outcome[family] in (NO_BOOK, NO_SEAT):
            rep_of[members[family]] = OUT
            place.leave_out(members[family])
    pinned = _pinned(alone, rep_of)
    return pinned, seat_all(pinned, priority(pinned, rep_of >= 0)), FamilyOutcomes(tuple(outcome), holder)


def _pinned(instance: Instance, rep_of: np.ndarray) -> Instance:
    """The instance with a class of its own, before the others, for each rep who was given accounts for good."""
    if (rep_of == NO_REP).all():
        return instance
    targets = np.unique(rep_of[rep_of != NO_REP])
    only = targets[None, :] == np.arange(instance.num_reps)[:, None]
    account_state = instance.account_state + len(targets)
    given = rep_of != NO_REP
    account_state[given] = np.searchsorted(targets, rep_of[given])
    names = [instance.rep_ids[rep] if rep >= 0 else "" for rep in targets]
    return replace(
        instance,
        states=(*names, *instance.states),
        account_state=account_state,
        covers=np.concatenate([only, instance.covers], axis=1),
    )


class _PricedEdges(NamedTuple):
    """What single accounts cost with each rep, at prices."""

    row: np.ndarray  # int64[N], the account's row in `edges`
    edges: Edges
    costs: Costs
    room: np.ndarray
    duals: Duals


class _Placing:
    """Chooses reps for families, one after the other."""

    def __init__(self, alone: Instance, largest: Selection, settings: Settings, members: list[np.ndarray]):
        self.instance, self.rest = alone, ResidualFlow(alone, largest.flow)
        self.room = None if alone.caps is None else alone.caps.room.copy()
        accounts = np.sort(np.concatenate([*members, np.empty(0, dtype=np.int64)]))
        second, start = referring_phase(alone, largest)
        everybody = np.flatnonzero(largest.is_placed)
        nobody = np.zeros_like(largest.flow)
        third = build_phase(alone, "value", everybody, VALUE, Before(alone.base_load, alone.seats, nobody))
        third_start = draw_from_flow(np.arange(len(everybody)), third.edges.state, third.edges, largest.flow.copy())
        self.priced_edges = (
            _price_edges(alone, accounts, third, third_start, VALUE, settings.value_weights),
            _price_edges(alone, accounts, second, start, OPP_BPS_TAM, settings.knee_weights),
        )

    def rep_for(self, rows: np.ndarray, anchor: int, must_gain: bool) -> int:
        """The rep who takes these accounts for good, −1 when nobody can; with `must_gain` only if more get a seat."""
        heads = np.bincount(self.instance.account_state[rows], minlength=self.instance.num_states)
        able = self.instance.covers[:, heads > 0].all(axis=1) & (self.rest.seats >= len(rows))
        if self.room is not None:
            revenue = self.instance.caps.revenue[rows].sum()
            able &= self.room >= revenue
        if anchor >= 0:
            able &= np.arange(len(able)) == anchor
        candidates = np.flatnonzero(able)
        if not len(candidates):
            return NO_REP
        before = self.rest.seated
        cost = self._cost(rows)[candidates]
        best, found = -1, None
        for rep in candidates[np.argsort(cost, kind="stable")]:
            state = self.rest.without(heads, int(rep))
            seated = int(state[2].sum()) + len(rows)
            if found is None or seated > best:
                best, found, chosen = seated, state, int(rep)
            if best == before and not must_gain:
                break
        if must_gain and best <= int(self.rest.without(heads, NO_REP)[2].sum()):
            return NO_REP
        self.rest.give(found)
        if self.room is not None:
            self.room[chosen] -= revenue
        return chosen

    def leave_out(self, rows: np.ndarray) -> None:
        """These accounts overflow."""
        heads = np.bincount(self.instance.account_state[rows], minlength=self.instance.num_states)
        self.rest.give(self.rest.without(heads, NO_REP))

    def _cost(self, rows: np.ndarray) -> np.ndarray:
        """float64[R]: the cost of the accounts with each rep, at the prices of the phase that each belongs to."""
        cost = np.zeros(self.instance.num_reps)
        is_referring = self.instance.is_referring[rows]
        for priced, of_phase in zip(self.priced_edges, (rows[~is_referring], rows[is_referring]), strict=True):
            edges, costs, room, duals = priced.edges, priced.costs, priced.room, priced.duals
            _add_costs(cost, priced.row[of_phase], edges, costs, room, duals.seat, duals.balance)
        return cost


def _price_edges(
    instance: Instance,
    accounts: np.ndarray,
    phase: Phase,
    start: np.ndarray,
    measures: tuple[int, ...],
    weights: tuple[float, float, float],
) -> _PricedEdges:
    """Prices of the phase at the configured weights, and the edges of `accounts` to charge them on.

    They only say who is tried first, so the scale is that of one start, and the prices are those of a short ascent.
    """
    scale = NormalisedProblem(phase, np.zeros(3), np.maximum(evaluate(phase, start)[0], 1e-6))
    weighing = scale.weighing(direction_of(weights))
    none = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    before = Before(instance.base_load, instance.seats, none)
    edges = build_phase(instance, phase.name, accounts, measures, before).edges
    row = np.full(instance.num_accounts, -1, dtype=np.int64)
    row[accounts] = np.arange(len(accounts))
    return _PricedEdges(row, edges, weighing.costs, phase.edges.room, lower_bound(phase, weighing, roughly=True))


@njit(cache=True)
def _add_costs(
    cost: FloatArray,
    rows: IntArray,
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    seat: FloatArray,
    balance: FloatArray,
) -> None:
    for row in rows:
        state = edges.state[row]
        for rep in range(len(cost)):
            rank = edges.rank[state, rep]
            if rank < 0:
                cost[rep] = np.inf
            else:
                cost[rep] += edge_cost(edges, costs, room, seat, balance, row, rank, rep)
