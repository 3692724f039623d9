"""Rounding prices to whole accounts: an auction for the seats that begins at the dual prices.

Every account bids for the seat that is cheapest to it, up to where its next best becomes as good; a full book lets its
lowest bidder go, who bids again (Bertsekas 1988, doi:10.1007/BF02186476, with many seats a book). Balance is priced,
not counted. From prices near the best there is little left to bid, and the result is within `step` an account of the
cheapest seating at these balance prices. Later accounts, whose seats are kept, do not bid.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges
from assignment_assets.optimizer.bounds.lagrangian import Duals
from assignment_assets.optimizer.model.arrays import FloatArray, RepArray
from assignment_assets.optimizer.model.knobs import ONE_OR_MORE, POSITIVE, Knobs, knob
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.weighted_sum import Costs, Weighing


@dataclass(frozen=True)
class AuctionParams(Knobs):
    """How accounts bid, and how long."""

    bid_step: float = knob(1.0, POSITIVE, "least raise of a bid, in the weighing's units; a faster, coarser auction")
    most_bids: int = knob(200, ONE_OR_MORE, "bids, times the accounts; fewer accounts left without a seat")
    most_looks: int = knob(150_000_000, ONE_OR_MORE, "edges looked at for them; the same")


AUCTION = AuctionParams()


def seat_by_auction(phase: Phase, weighing: Weighing, duals: Duals, params: AuctionParams = AUCTION) -> np.ndarray:
    """int32[n]: each account's rep; −1 for those who had no seat when the bids ran out."""
    room, edges = phase.edges.room, phase.edges
    looks = params.most_looks * phase.num_accounts / max(edges.start[-1], 1)
    most = min(params.most_bids * phase.num_accounts, int(looks))
    return _bid(edges, weighing.costs, room, duals.seat, duals.balance, params.bid_step * weighing.unit, most)


@njit(cache=True)
def _bid(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    reserve_price: FloatArray,
    balance: FloatArray,
    step: float,
    most_bids: int,
) -> RepArray:
    state_of, state_start, reps, seats = edges.state, edges.state_start, edges.reps, edges.seats
    num_reps, num_bidders = len(seats), len(state_of)
    price, cost = reserve_price.copy(), np.empty(num_reps)
    first = np.zeros(num_reps + 1, dtype=np.int64)
    for rep in range(num_reps):
        first[rep + 1] = first[rep] + seats[rep]
    holder = np.empty(first[num_reps], dtype=np.int32)
    bid_of = np.empty(first[num_reps])
    taken = np.zeros(num_reps, dtype=np.int64)
    assignment = np.full(num_bidders, -1, dtype=np.int32)
    waiting = np.arange(num_bidders)[::-1].astype(np.int32)
    num_waiting = num_bidders
    for _ in range(most_bids):
        if num_waiting == 0:
            break
        num_waiting -= 1
        bidder = waiting[num_waiting]
        state = state_of[bidder]
        begin = state_start[state]
        least, next_least, rep = np.inf, np.inf, -1
        degree, _ = price_edges(edges, costs, room, price, balance, bidder, cost)
        for rank in range(degree):
            if cost[rank] < next_least and seats[reps[begin + rank]] > 0:
                if cost[rank] < least:
                    least, next_least, rep = cost[rank], least, reps[begin + rank]
                else:
                    next_least = cost[rank]
        if rep < 0:
            continue
        bid = price[rep] + step + (next_least - least if next_least < np.inf else 1e6 * step)
        if taken[rep] < seats[rep]:
            slot = first[rep] + taken[rep]
            taken[rep] += 1
        else:
            slot = first[rep] + np.argmin(bid_of[first[rep] : first[rep + 1]])
            assignment[holder[slot]] = -1
            waiting[num_waiting] = holder[slot]
            num_waiting += 1
        holder[slot], bid_of[slot] = bidder, bid
        assignment[bidder] = rep
        if taken[rep] == seats[rep]:
            price[rep] = max(price[rep], bid_of[first[rep] : first[rep + 1]].min())
    return assignment
