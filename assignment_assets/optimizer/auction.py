"""Rounding prices to whole accounts: an auction for the seats that begins at the dual prices.

Every account bids for the seat that is cheapest to it, up to where its next best becomes as good; a full book lets its
lowest bidder go, who bids again (Bertsekas 1988, doi:10.1007/BF02186476, with many seats a book). Balance is priced,
not counted. From prices near the best there is little left to bid, and the result is within `step` an account of the
cheapest seating at these balance prices.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds import Duals, edge_cost
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.weighing import Weighing

STEP = 0.1  # least raise of a bid, in the weighing's units
BIDS = 60  # most bids, in multiples of the number of accounts


def seat_by_auction(phase: Phase, weighing: Weighing, duals: Duals, seats: np.ndarray) -> np.ndarray:
    """int32[n]: each account's rep, −1 for those still without a seat when the bids have run out.

    Parameters
    ----------
    seats
        int64[R]: those that may be taken.
    """
    room = np.maximum(phase.edges.target - phase.edges.base, 0.0)
    return _bid(phase.edges, weighing.prices, room, duals.seat, duals.balance, seats, STEP * weighing.unit,
                BIDS * phase.num_accounts)


@njit(cache=True)
def _bid(edges, prices, room, reserve_price, balance, seats, step, most_bids):
    num_accounts, num_reps = len(edges.state), len(seats)
    price = reserve_price.copy()
    first = np.zeros(num_reps + 1, dtype=np.int64)
    for rep in range(num_reps):
        first[rep + 1] = first[rep] + seats[rep]
    holder = np.empty(first[num_reps], dtype=np.int32)
    bid_of = np.empty(first[num_reps])
    taken = np.zeros(num_reps, dtype=np.int64)
    assignment = np.full(num_accounts, -1, dtype=np.int32)
    waiting = np.arange(num_accounts)[::-1].astype(np.int32)
    num_waiting = num_accounts
    for _ in range(most_bids):
        if num_waiting == 0:
            break
        num_waiting -= 1
        account = waiting[num_waiting]
        begin = edges.state_start[edges.state[account]]
        least, next_least, rep = np.inf, np.inf, -1
        for rank in range(edges.state_start[edges.state[account] + 1] - begin):
            candidate = edges.reps[begin + rank]
            if seats[candidate] == 0:
                continue
            cost = edge_cost(edges, prices, room, price, balance, account, rank, candidate)
            if cost < least:
                least, next_least, rep = cost, least, candidate
            elif cost < next_least:
                next_least = cost
        if rep < 0:
            continue
        bid = price[rep] + step + (next_least - least if next_least < np.inf else 1e6 * step)
        if taken[rep] < seats[rep]:
            slot = first[rep] + taken[rep]
            taken[rep] += 1
        else:
            slot = first[rep] + np.argmin(bid_of[first[rep]:first[rep + 1]])
            assignment[holder[slot]] = -1
            waiting[num_waiting] = holder[slot]
            num_waiting += 1
        holder[slot], bid_of[slot] = account, bid
        assignment[account] = rep
        if taken[rep] == seats[rep]:
            price[rep] = max(price[rep], bid_of[first[rep]:first[rep + 1]].min())
    return assignment
