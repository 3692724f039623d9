"""Wasteful books relieved: every exchange and shift out of them is looked at.

An annealing search whose proposals are what the prices leave in question does not reach the few books that hold most of
the gap (`ledger`), since what they need is far away. Here, of all accounts of such a book, with every rep who covers
them, in exchange for every account there, the best exchange is carried out, and again.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges
from assignment_assets.optimizer.local_search.gap_decomposition import (
    best_successor,
    change_places,
    fits,
    open_ledger,
    waste_of,
)
from assignment_assets.optimizer.local_search.state import make_way

MOST_MOVES = 4  # of a book, in multiples of its accounts


@njit(cache=True)
def relieve(assignment, reserve, edges, dual, least_waste):
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place, the worst book first.

    Parameters
    ----------
    least_waste
        What a book wastes at least, in the weighted objective, to be looked at.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Exchanges and shifts.
    """
    ledger = open_ledger(assignment, reserve, edges, dual)
    cost, has_way, is_reserved = np.empty(len(edges.seats)), np.empty(len(edges.seats), dtype=np.bool_), reserve.any()
    total, moves = 0.0, 0
    for here in np.argsort(-(ledger.balance_waste + ledger.edge_waste)):
        has_way[:] = is_reserved
        left = MOST_MOVES * ledger.desk.count[here]
        while ledger.balance_waste[here] + ledger.edge_waste[here] > least_waste and left > 0:
            change, account, partner, there = _best_exchange(ledger, edges, dual, here, has_way, cost)
            if account < 0:
                break
            if partner < 0 and not make_way(ledger.desk, edges, there, here):
                has_way[there] = False
                continue
            change_places(ledger, edges, dual, account, partner, there)
            total += change
            moves += 1
            left -= 1
    return total, moves


@njit(cache=True)
def _best_exchange(ledger, edges, dual, here, has_way, cost):
    """Change, account of this book, partner (−1: a seat), and the partner's book; account −1 where none helps.

    A seat is free, or else a later account is asked to make way, unless it is known that none can (bool[R]).
    """
    desk, num_measures = ledger.desk, dual.room.shape[1]
    member, first, count, free = desk.member, desk.first, desk.count, desk.free
    balance_waste, edge_waste = ledger.balance_waste, ledger.edge_waste
    best, best_account, best_partner, best_there = ledger.hair, -1, -1, -1
    for place in range(first[here], first[here] + count[here]):
        account = member[place]
        begin = edges.state_start[edges.state[account]]
        degree, least = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance, account, cost)
        settled = balance_waste[here] + ledger.reduced[account]
        for rank in range(degree):
            there = edges.reps[begin + rank]
            rise = cost[rank] - least - settled - balance_waste[there]
            if there == here:
                continue
            if (free[there] > 0 or has_way[there]) and rise + dual.seat[here] - dual.seat[there] < best:
                change = (
                    rise
                    + dual.seat[here]
                    - dual.seat[there]
                    + waste_of(ledger, edges, dual, here, -1, account)
                    + waste_of(ledger, edges, dual, there, account, -1)
                )
                if change < best and fits(desk, edges, num_measures, there, account, -1):
                    best, best_account, best_partner, best_there = change, account, -1, there
            if rise - edge_waste[there] >= best:
                continue
            change, partner = best_successor(ledger, edges, dual, rise, best, there, account, here, account)
            if partner >= 0:
                best, best_account, best_partner, best_there = change, account, partner, there
    return best, best_account, best_partner, best_there
