"""Steepest descent out of the books that hold most of the gap: every exchange and shift is looked at.

An annealing search whose proposals are the candidates by price does not reach the few books that hold most of
the gap (`gap_decomposition`), since what they need is far away. Here, of all accounts of such a book, with every rep
who covers them, in exchange for every account there, the best exchange is carried out, and again.
"""

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
from assignment_assets.optimizer.local_search.state import free_seat_by_augmenting
from assignment_assets.optimizer.model.arrays import BoolArray, FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


@njit(cache=True)
def descend(
    assignment: RepArray, reserve: IntArray, edges: Edges, dual: Dual, least_gap_share: float, most_moves: int
) -> tuple[float, int]:
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place, the worst book first.

    Parameters
    ----------
    least_gap_share
        What a book holds of the gap at least, in the weighted objective, to be looked at.
    most_moves
        Of a book, in multiples of its accounts.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Exchanges and shifts.
    """
    gaps = decompose_gap(assignment, reserve, edges, dual)
    cost, may_free_seat = np.empty(len(edges.seats)), np.empty(len(edges.seats), dtype=np.bool_)
    is_reserved = reserve.any()
    total, moves = 0.0, 0
    for here in np.argsort(-(gaps.balance_gap + gaps.edge_gap)):
        may_free_seat[:] = is_reserved
        left = most_moves * gaps.search.count[here]
        while gaps.balance_gap[here] + gaps.edge_gap[here] > least_gap_share and left > 0:
            change, account, partner, there = _best_exchange(gaps, edges, dual, here, may_free_seat, cost)
            if account < 0:
                break
            if partner < 0 and not free_seat_by_augmenting(gaps.search, edges, there, here):
                may_free_seat[there] = False
                continue
            change_places(gaps, edges, dual, account, partner, there)
            total += change
            moves += 1
            left -= 1
    return total, moves


@njit(cache=True)
def _best_exchange(
    gaps: GapDecomposition, edges: Edges, dual: Dual, here: int, may_free_seat: BoolArray, cost: FloatArray
) -> tuple[float, int, int, int]:
    """Change, account of this book, partner (−1: a seat), and the partner's book; account −1 where none helps.

    A seat is free, or else a later account is asked to make way, unless it is known that none can (bool[R]).
    """
    search, num_measures = gaps.search, dual.room.shape[1]
    member, first, count, free = search.member, search.first, search.count, search.free
    balance_gap, edge_gap = gaps.balance_gap, gaps.edge_gap
    best, best_account, best_partner, best_there = gaps.tolerance, -1, -1, -1
    for place in range(first[here], first[here] + count[here]):
        account = member[place]
        begin = edges.state_start[edges.state[account]]
        degree, least = price_edges(edges, dual.costs, dual.room, dual.seat, dual.balance, account, cost)
        freed = balance_gap[here] + gaps.reduced[account]
        for rank in range(degree):
            there = edges.reps[begin + rank]
            rise = cost[rank] - least - freed - balance_gap[there]
            if there == here:
                continue
            if (free[there] > 0 or may_free_seat[there]) and rise + dual.seat[here] - dual.seat[there] < best:
                change = (
                    rise
                    + dual.seat[here]
                    - dual.seat[there]
                    + balance_gap_of(gaps, edges, dual, here, -1, account)
                    + balance_gap_of(gaps, edges, dual, there, account, -1)
                )
                if change < best and fits(search, edges, num_measures, there, account, -1):
                    best, best_account, best_partner, best_there = change, account, -1, there
            if rise - edge_gap[there] >= best:
                continue
            change, partner = best_successor(gaps, edges, dual, (rise, best), there, account, here, account)
            if partner >= 0:
                best, best_account, best_partner, best_there = change, account, partner, there
    return best, best_account, best_partner, best_there
