"""Books within their revenue caps: who gets a seat then, and one way to seat them.

With caps the largest set of accounts is a packing problem, so what is found is not proven largest; `cap_bound` says
how far it can be from that. It is found by the search of the phases itself: accounts that are left out are with a rep
of their own, who takes all and costs most.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.optimizer.local_search.annealing import anneal
from assignment_assets.optimizer.local_search.candidates import all_candidates
from assignment_assets.optimizer.local_search.cooling import Schedule
from assignment_assets.optimizer.local_search.exchange_candidates import unpaired
from assignment_assets.optimizer.local_search.rng import seed_word
from assignment_assets.optimizer.model.arrays import BoolArray, IntArray, RepArray
from assignment_assets.optimizer.model.extensions import NO_CAP
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.knobs import ENTRIES, ONE_OR_MORE, Knobs, knob
from assignment_assets.optimizer.model.phase import VALUE, Before, Edges, build_phase
from assignment_assets.optimizer.model.weighted_sum import Costs
from assignment_assets.optimizer.seats.feasible_start import draw_from_flow
from assignment_assets.optimizer.seats.max_flow import Selection, WithinCaps, seat_by_state

UNPLACED = 40_000  # what an account without a rep costs; a fifth less where it has the largest revenue
LAST = "\U0010ffff"  # after every id


class PackingRound(NamedTuple):
    """A search for seats within caps; the next only where some accounts are left out."""

    sweeps: int
    hot: float  # first and last temperature, in what an account without a rep costs
    cold: float


@dataclass(frozen=True)
class PackingParams(Knobs):
    """How books within caps are packed."""

    rounds: tuple[PackingRound, ...] = knob(
        (PackingRound(200, 0.001, 0.001), PackingRound(2000, 0.3, 0.003)),
        ENTRIES,
        "sweeps and temperatures of the search for seats within caps; more accounts placed, slower",
    )
    most_proposals: int = knob(10_000_000, ONE_OR_MORE, "proposals of a round, at most; the same")


PACKING = PackingParams()


class _Space(NamedTuple):
    """What there is to fill."""

    seats: np.ndarray  # int64[R]
    room: np.ndarray  # int64[R], revenue
    is_given: np.ndarray  # bool[N], accounts whose rep is fixed
    seed: int


def seat_referring(instance: Instance, selection: Selection, is_given: np.ndarray, seed: int) -> Selection:
    """The selection whose referring accounts fit their books' caps, with one way to seat them.

    Parameters
    ----------
    selection
        By seats alone.
    is_given
        bool[N]: accounts whose rep is fixed (families in place); they are kept, and those that come later have their
        revenue held back.
    """
    rows = np.flatnonzero(instance.is_referring)
    later = selection.is_placed & ~instance.is_referring
    waiting = np.flatnonzero(later & is_given)
    room = instance.caps.room.copy()
    if len(waiting):
        holder = instance.covers[:, instance.account_state[waiting]].argmax(axis=0)
        np.subtract.at(room, holder, instance.caps.revenue[waiting])
    demand = np.bincount(instance.account_state[later], minlength=instance.num_states)
    start = np.full(instance.num_accounts, NO_REP, dtype=np.int32)
    space = _Space(instance.seats, room, is_given, seed)
    start[rows], reserve = _fit(instance, rows, selection, selection.flow, demand, space)
    placed = np.flatnonzero(start >= 0)
    np.add.at(reserve, (instance.account_state[placed], start[placed]), 1)
    return Selection(later | (start >= 0), reserve, selection.is_tight, instance.covers, WithinCaps(start, room))


def seat_others(
    instance: Instance, selection: Selection, assignment: np.ndarray, flow: np.ndarray, is_given: np.ndarray, seed: int
) -> Selection:
    """The selection whose other accounts fit beside the chosen referring assignment (int32[N]); as it is without caps.

    Raises
    ------
    InvalidInput
        The assignment places other accounts than the front did, or exceeds a cap: it is no point of this front.
    """
    if instance.caps is None:
        return selection
    taken = np.flatnonzero(assignment >= 0)
    room = spare_room(instance, assignment)
    if ((assignment >= 0) != (selection.is_placed & instance.is_referring)).any() or (room < 0).any():
        raise InvalidInput(
            "chosen point",
            [
                Fault(
                    "referring",
                    f"{len(taken)} accounts, {(room < 0).sum()} books above their revenue cap",
                    "a point of this cycle's front",
                    "Choose again.",
                )
            ],
        )
    rows = np.flatnonzero(~instance.is_referring)
    seats = instance.seats - np.bincount(assignment[taken], minlength=instance.num_reps)
    nobody = np.zeros(instance.num_states, dtype=np.int64)
    start = assignment.copy()
    start[rows], _ = _fit(instance, rows, selection, flow, nobody, _Space(seats, room, is_given, seed))
    return replace(selection, is_placed=start >= 0, within=WithinCaps(start, selection.within.room))


def top_up(instance: Instance, assignment: np.ndarray) -> None:
    """Gives accounts without a rep to the nearest who has a seat and room for them, where books have revenue caps.

    Without caps nobody has a seat who could take one of them. Changes `assignment`.
    """
    if instance.caps is None:
        return
    rows, placed = np.flatnonzero(assignment < 0), np.flatnonzero(assignment >= 0)
    free = instance.seats - np.bincount(assignment[placed], minlength=instance.num_reps)
    nobody = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    before = Before(instance.base_load, instance.seats, nobody)
    edges = build_phase(instance, "revenue", rows, VALUE, before).edges
    revenue = instance.caps.revenue[rows]
    order, spare = np.argsort(revenue, kind="stable"), spare_room(instance, assignment)
    assignment[rows] = _top_up(order, revenue, free, spare, edges)


@njit(cache=True)
def _top_up(order: IntArray, revenue: IntArray, free: IntArray, spare: IntArray, edges: Edges) -> RepArray:
    found = np.full(len(revenue), -1, dtype=np.int32)
    for account in order:
        begin, best, nearest = edges.state_start[edges.state[account]], -1, np.int64(1) << 40
        for place in range(begin, edges.state_start[edges.state[account] + 1]):
            rep, minutes = edges.reps[place], np.int64(edges.minutes[edges.start[account] + place - begin])
            if free[rep] > 0 and spare[rep] >= revenue[account] and minutes < nearest:
                best, nearest = rep, minutes
        if best >= 0:
            found[account] = best
            free[best] -= 1
            spare[best] -= revenue[account]
    return found


def spare_room(instance: Instance, assignment: np.ndarray) -> np.ndarray:
    """int64[R]: revenue that each book may still take."""
    spare, placed = instance.caps.room.copy(), np.flatnonzero(assignment >= 0)
    np.subtract.at(spare, assignment[placed], instance.caps.revenue[placed])
    return spare


def _fit(
    instance: Instance,
    rows: np.ndarray,
    selection: Selection,
    flow: np.ndarray,
    demand: np.ndarray,
    space: _Space,
) -> tuple[np.ndarray, np.ndarray]:
    """int32[n], the reps of the accounts `rows` within seats and caps, −1 where none is left; and the reserve.

    Parameters
    ----------
    flow
        int64[S, R]: seats for those of them that `selection` places, and for `demand`.
    demand
        int64[S]: heads of later accounts, whose seats are kept.
    """
    found, spare = np.full(len(rows), NO_REP, dtype=np.int32), space.room.copy()
    wanted = np.flatnonzero(selection.is_placed[rows])
    before = Before(instance.base_load, space.seats, np.zeros_like(flow))
    everybody = build_phase(instance, "revenue", rows, VALUE, before).edges
    drawn = draw_from_flow(wanted, everybody.state, everybody, flow.copy())
    drawn = np.where(selection.is_placed[rows], drawn, NO_REP)
    revenue = instance.caps.revenue[rows]
    _keep(np.argsort(revenue, kind="stable"), drawn, revenue, found, spare, space.is_given[rows])
    free = space.seats - np.bincount(found[found >= 0], minlength=len(space.seats))
    reserve = seat_by_state(demand, instance.covers.copy(), free)
    able = np.flatnonzero(instance.covers.any(axis=0)[everybody.state])
    if (found[wanted] < 0).any():
        found[able], reserve = _packed(instance, rows[able], found[able], reserve, space)
    return found, reserve


def _packed(
    instance: Instance,
    rows: np.ndarray,
    found: np.ndarray,
    reserve: np.ndarray,
    space: _Space,
    params: PackingParams = PACKING,
) -> tuple[np.ndarray, np.ndarray]:
    """As many of the accounts as the search can place; `found` and `reserve` are where it starts.

    Nobody is one rep more, with seats for all and no cap, whom an account costs most that has little revenue. Later
    accounts are of classes of their own, which nobody does not cover, and nor are given accounts left out.
    """
    nobody, states = instance.num_reps, instance.num_states
    may_go = np.ones(states, dtype=bool)
    may_go[instance.account_state[space.is_given]] = False
    covers = np.zeros((nobody + 1, 2 * states), dtype=bool)
    covers[:nobody] = np.tile(instance.covers, 2)
    covers[nobody, states:] = may_go
    widened = replace(
        instance,
        caps=None,
        covers=covers,
        states=instance.states * 2,
        account_state=instance.account_state + states,
        rep_ids=(*instance.rep_ids, LAST),
        base_load=np.zeros((nobody + 1, 4)),
        **{
            name: np.append(getattr(instance, name), 1)
            for name in ("seats", "weight", "performance", "rep_latitude", "rep_longitude")
        },
    )
    later = np.zeros((2 * states, nobody + 1), dtype=np.int64)
    later[:states, :nobody] = reserve
    before = Before(widened.base_load, np.append(space.seats, len(rows)), later)
    phase = build_phase(widened, "revenue", rows, VALUE, before)
    revenue = instance.caps.revenue[rows]
    minutes, going = np.zeros(len(phase.edges.minutes), dtype=np.uint16), may_go[instance.account_state[rows]]
    share = revenue[going] / max(int(revenue.max()), 1)
    minutes[phase.edges.start[1:][going] - 1] = UNPLACED - (UNPLACED // 5 * share).astype(np.int64)
    edges = phase.edges._replace(
        minutes=minutes,
        owner=np.full(len(rows), NO_REP, dtype=np.int32),
        base=np.zeros((nobody + 1, 1)),
        amount=revenue[:, None].astype(np.float64),
        target=np.append(space.room, NO_CAP)[:, None].astype(np.float64),
    )
    best, kept = np.where(found < 0, nobody, found).astype(np.int32), later
    costs, generator = Costs(1.0, 0.0, np.empty((nobody + 1, 0))), np.random.default_rng([space.seed, 6])
    for sweeps, hot, cold in params.rounds:
        if not (best == nobody).any():
            break
        start, later = best.copy(), kept.copy()
        steps = min(sweeps * len(rows), params.most_proposals)
        schedule = Schedule(steps, hot * UNPLACED, cold * UNPLACED, 1.0, 1.0)
        anneal(start, later, edges, all_candidates(phase), unpaired(), costs, schedule, seed_word(generator))
        if (start == nobody).sum() < (best == nobody).sum():
            best, kept = start, later
    return np.where(best == nobody, NO_REP, best).astype(np.int32), kept[:states, :nobody].copy()


@njit(cache=True)
def _keep(
    order: IntArray, drawn: RepArray, revenue: IntArray, found: RepArray, spare: IntArray, is_given: BoolArray
) -> None:
    """Takes over what was drawn as far as the caps allow, given accounts first; changes `found` and `spare`."""
    for given in (True, False):
        for account in order:
            rep = drawn[account]
            if is_given[account] == given and rep >= 0 and revenue[account] <= spare[rep]:
                found[account] = rep
                spare[rep] -= revenue[account]
