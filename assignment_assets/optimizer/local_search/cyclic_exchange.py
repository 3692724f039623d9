"""Rings: two or three books pass one account each on."""

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


@njit(cache=True)
def ring(assignment, reserve, edges, dual, least_waste, goals):
    """Improves `assignment` (int32[n]) in place by rings of two or three accounts, each in the next one's book.

    The first is an account whose reduced cost is above `least_waste`, the costliest first; it goes to one of the
    `goals` reps who are cheapest to it. A ring gains no more than its books waste, so little of it has to be tried.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Rings.
    """
    ledger = open_ledger(assignment, reserve, edges, dual)
    cost, cost_of_other = np.empty(len(edges.seats)), np.empty(len(edges.seats))
    total, moves = 0.0, 0
    for account in np.argsort(-ledger.reduced):
        if ledger.reduced[account] <= least_waste:
            break
        change, second, third = _best_ring(ledger, edges, dual, account, goals, cost, cost_of_other)
        if second >= 0:
            change_places(ledger, edges, dual, account, second, assignment[second])
            if third >= 0:
                change_places(ledger, edges, dual, second, third, assignment[third])
            total += change
            moves += 1
    return total, moves


@njit(cache=True)
def _best_ring(ledger, edges, dual, account, goals, cost, cost_of_other):
    """Change, second account (−1: no ring helps), third (−1: the second takes the first one's place)."""
    desk, num_measures = ledger.desk, dual.room.shape[1]
    member, first, count, assignment = desk.member, desk.first, desk.count, desk.assignment
    here, state = assignment[account], edges.state[account]
    degree, least = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance, account, cost)
    best, best_second, best_third = ledger.hair, -1, -1
    for rank in np.argsort(cost[:degree])[:goals]:
        there = edges.reps[edges.state_start[state] + rank]
        rise = cost[rank] - least - ledger.reduced[account] - ledger.balance_waste[here] - ledger.balance_waste[there]
        if there == here or cost[rank] - least >= ledger.reduced[account]:
            break
        for place in range(first[there], first[there] + count[there]):
            second = member[place]
            to_second = rise - ledger.reduced[second] + waste_of(ledger, edges, dual, there, account, second)
            if to_second >= best or not fits(desk, edges, num_measures, there, account, second):
                continue
            degree_of_other, least_of_other = price_edges(
                edges, dual.prices, dual.room, dual.seat, dual.balance, second, cost_of_other
            )
            for other_rank in range(degree_of_other):
                beyond = edges.reps[edges.state_start[edges.state[second]] + other_rank]
                so_far = to_second + cost_of_other[other_rank] - least_of_other
                if so_far - ledger.balance_waste[beyond] - ledger.edge_waste[beyond] >= best or beyond == there:
                    continue
                if beyond == here:
                    change = so_far + waste_of(ledger, edges, dual, here, second, account)
                    if change < best and fits(desk, edges, num_measures, here, second, account):
                        best, best_second, best_third = change, second, -1
                    continue
                change, third = best_successor(
                    ledger, edges, dual, so_far - ledger.balance_waste[beyond], best, beyond, second, here, account
                )
                if third >= 0:
                    best, best_second, best_third = change, second, third
    return best, best_second, best_third
