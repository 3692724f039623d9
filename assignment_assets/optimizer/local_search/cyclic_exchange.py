"""Cyclic exchanges: two or three books pass one account each on."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges
from assignment_assets.optimizer.local_search.gap_decomposition import (
    Dual,
    GapDecomposition,
    balance_gap_of,
    best_successor,
    change_places,
    decompose_gap,
    fits,
)
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


@njit(cache=True)
def descend(
    assignment: RepArray, reserve: IntArray, edges: Edges, dual: Dual, least_gap_share: float, goals: int
) -> tuple[float, int]:
    """Improves `assignment` (int32[n]) in place by cycles of two or three accounts, each in the next one's book.

    The first is an account whose reduced cost is above `least_gap_share`, the costliest first; it goes to one of the
    `goals` reps who are cheapest to it. A cycle gains no more than its books hold of the gap, so few have to be tried.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Cycles.
    """
    gaps = decompose_gap(assignment, reserve, edges, dual)
    cost, cost_of_other = np.empty(len(edges.seats)), np.empty(len(edges.seats))
    total, moves = 0.0, 0
    for account in np.argsort(-gaps.reduced):
        if gaps.reduced[account] <= least_gap_share:
            break
        change, second, third = _best_cycle(gaps, edges, dual, account, goals, cost, cost_of_other)
        if second >= 0:
            change_places(gaps, edges, dual, account, second, assignment[second])
            if third >= 0:
                change_places(gaps, edges, dual, second, third, assignment[third])
            total += change
            moves += 1
    return total, moves


@njit(cache=True)
def _best_cycle(
    gaps: GapDecomposition,
    edges: Edges,
    dual: Dual,
    account: int,
    goals: int,
    cost: FloatArray,
    cost_of_other: FloatArray,
) -> tuple[float, int, int]:
    """Change, second account (−1: no cycle helps), third (−1: the second takes the first one's place)."""
    search, num_measures = gaps.search, dual.room.shape[1]
    member, first, count, assignment = search.member, search.first, search.count, search.assignment
    here, state = assignment[account], edges.state[account]
    degree, least = price_edges(edges, dual.costs, dual.room, dual.seat, dual.balance, account, cost)
    best, best_second, best_third = gaps.tolerance, -1, -1
    for rank in np.argsort(cost[:degree])[:goals]:
        there = edges.reps[edges.state_start[state] + rank]
        rise = cost[rank] - least - gaps.reduced[account] - gaps.balance_gap[here] - gaps.balance_gap[there]
        if there == here or cost[rank] - least >= gaps.reduced[account]:
            break
        for place in range(first[there], first[there] + count[there]):
            second = member[place]
            to_second = rise - gaps.reduced[second] + balance_gap_of(gaps, edges, dual, there, account, second)
            if to_second >= best or not fits(search, edges, num_measures, there, account, second):
                continue
            degree_of_other, least_of_other = price_edges(
                edges, dual.costs, dual.room, dual.seat, dual.balance, second, cost_of_other
            )
            for other_rank in range(degree_of_other):
                beyond = edges.reps[edges.state_start[edges.state[second]] + other_rank]
                so_far = to_second + cost_of_other[other_rank] - least_of_other
                if so_far - gaps.balance_gap[beyond] - gaps.edge_gap[beyond] >= best or beyond == there:
                    continue
                if beyond == here:
                    change = so_far + balance_gap_of(gaps, edges, dual, here, second, account)
                    if change < best and fits(search, edges, num_measures, here, second, account):
                        best, best_second, best_third = change, second, -1
                    continue
                change, third = best_successor(
                    gaps, edges, dual, (so_far - gaps.balance_gap[beyond], best), beyond, second, here, account
                )
                if third >= 0:
                    best, best_second, best_third = change, second, third
    return best, best_second, best_third
