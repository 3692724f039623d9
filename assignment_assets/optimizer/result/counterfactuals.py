"""What each choice would have cost otherwise, by delta evaluation on the final books."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.state import SearchState, build_state
from assignment_assets.optimizer.model.arrays import CodeArray, FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.weighted_sum import Costs, Weighing, weigh

FREE, NO_OWNER, NOT_COVERED, FULL = 0, 1, 2, 3


class Alternatives(NamedTuple):
    """Per account of a phase."""

    runner_up: np.ndarray  # int32[n], −1 when no other rep covers the state
    blocked: np.ndarray  # int8[n]: FREE, NO_OWNER (none among the reps), NOT_COVERED, FULL
    partner: np.ndarray  # int32[n]: row of the account that would go the other way, −1
    balance: np.ndarray  # float64[n], points
    minutes: np.ndarray  # float64[n], of the accounts involved
    moves: np.ndarray  # float64[n], count


def weigh_alternatives(
    phase: Phase, assignment: np.ndarray, later: np.ndarray, weighing: Weighing, seat_price: np.ndarray
) -> Alternatives:
    """The runner-up and the price of keeping the owner, for each account of the phase.

    The runner-up is the rep with the least weighted cost of a shift, the dual price of a seat included. The price of
    keeping is that of the shift to the owner, or, when the owner's book is full, of the cheapest exchange with an
    account of that book and phase.

    Parameters
    ----------
    assignment
        int32[n]: the final books of the phase.
    later
        int64[S, R]: seats that other phases' accounts take, by state.
    seat_price
        float64[R].
    """
    points = weigh(phase, np.array([1.0, 0.0, 0.0])).costs.excess
    found = _alternatives(assignment.copy(), later.copy(), phase.edges, weighing.costs, points, seat_price)
    return Alternatives(*found)


@njit(cache=True)
def _book_change(search: SearchState, excess: FloatArray, rep: int, k_change: FloatArray) -> float:
    total = 0.0
    for k in range(len(k_change)):
        total += excess[rep, k] * (max(0.0, search.over[rep, k] + k_change[k]) - max(0.0, search.over[rep, k]))
    return total


@njit(cache=True)
def _minutes(edges: Edges, account: int, rep: int) -> float:
    return np.float64(edges.minutes[edges.start[account] + edges.rank[edges.state[account], rep]])


@njit(cache=True)
def _moved(edges: Edges, account: int, rep: int) -> float:
    return 1.0 if edges.owner[account] >= 0 and edges.owner[account] != rep else 0.0


@njit(cache=True)
def _alternatives(
    assignment: RepArray, later: IntArray, edges: Edges, costs: Costs, points: FloatArray, seat_price: FloatArray
) -> tuple[RepArray, CodeArray, RepArray, FloatArray, FloatArray, FloatArray]:
    num_accounts = len(edges.state)
    runner_up = np.full(num_accounts, -1, dtype=np.int32)
    blocked = np.zeros(num_accounts, dtype=np.int8)
    partner = np.full(num_accounts, -1, dtype=np.int32)
    balance, minutes, moves = np.zeros(num_accounts), np.zeros(num_accounts), np.zeros(num_accounts)
    if num_accounts == 0:
        return runner_up, blocked, partner, balance, minutes, moves
    search = build_state(assignment, later, edges)
    for account in range(num_accounts):
        here, state, amount = assignment[account], edges.state[account], edges.amount[account]
        least = np.inf
        for place in range(edges.state_start[state], edges.state_start[state + 1]):
            there = edges.reps[place]
            if there == here:
                continue
            cost = (
                costs.minute * _minutes(edges, account, there)
                + costs.move * _moved(edges, account, there)
                + _book_change(search, costs.excess, there, amount)
                + seat_price[there]
            )
            if cost < least:
                least = cost
                runner_up[account] = there
        owner = edges.owner[account]
        if owner == here:
            continue
        if owner < 0:
            blocked[account] = NO_OWNER
            continue
        if edges.rank[state, owner] < 0:
            blocked[account] = NOT_COVERED
            continue
        change = amount.copy()
        minutes[account] = _minutes(edges, account, owner) - _minutes(edges, account, here)
        moves[account] = -1.0
        if search.free[owner] <= 0:
            blocked[account] = FULL
            least = np.inf
            for turn in range(search.count[owner]):
                other = search.member[search.first[owner] + turn]
                if edges.rank[edges.state[other], here] < 0:
                    continue
                difference = amount - edges.amount[other]
                cost = (
                    costs.minute * (_minutes(edges, other, here) - _minutes(edges, other, owner))
                    + costs.move * (_moved(edges, other, here) - _moved(edges, other, owner))
                    + _book_change(search, costs.excess, owner, difference)
                    + _book_change(search, costs.excess, here, -difference)
                )
                if cost < least:
                    least = cost
                    partner[account] = other
            other = partner[account]
            if other >= 0:
                change = amount - edges.amount[other]
                minutes[account] += _minutes(edges, other, here) - _minutes(edges, other, owner)
                moves[account] += _moved(edges, other, here) - _moved(edges, other, owner)
        balance[account] = _book_change(search, points, owner, change) + _book_change(search, points, here, -change)
    return runner_up, blocked, partner, balance, minutes, moves
