"""What an annealing search proposes: an account, a rep for it, and who may change places where nobody is listed."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.edge_costs import edge_price
from assignment_assets.optimizer.local_search.rng import below
from assignment_assets.optimizer.local_search.state import SearchState
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges
from assignment_assets.optimizer.model.weighted_sum import Costs

Ends = tuple[int, int]  # the book that an account leaves and the one that it comes to
Entries = tuple[int, int, int, int]  # the entry before the first looked at, the list's ends, how many are compared
Found = tuple[float, int, float, int, float, float]


@njit(cache=True, inline="always")
def draw_slot(word: np.uint64, num_proposed: int, stretch: int, step: int, lap: int) -> int:
    """Which of the accounts that have something to propose: one of the stretch that the lap has come to."""
    slot = below(word, min(num_proposed, stretch))
    if num_proposed > stretch:
        slot += np.int64(num_proposed * (step % lap) / lap)
        if slot >= num_proposed:
            slot -= num_proposed
    return slot


@njit(cache=True, inline="always")
def draw_candidate(word: np.uint64, begin: int, within: int, held: int) -> int:
    """One of an account's first candidates that it does not hold; −1 where there is no other."""
    candidate = np.int64(-1)
    if begin <= held < begin + within:
        if within > 1:
            candidate = begin + below(word, within - 1)
            candidate += 1 if candidate >= held else 0
    else:
        candidate = begin + below(word, within)
    return candidate


@njit(cache=True)
def best_member(
    search: SearchState,
    edges: Edges,
    costs: Costs,
    own_cost: FloatArray,
    account: int,
    ends: Ends,
    entries: Entries,
) -> Found:
    """The best partner for an exchange among the next few members of the other book, of those who may come here.

    Returns the change but for the account's own edge, the partner (−1: none), what its edge will cost, −1 for the
    candidate that it will hold, and what both books will cost.
    """
    over, excess, amount_of, member = search.over, costs.excess, edges.amount, search.member
    (here, there), (place, first, last, most), num_measures = ends, entries, costs.excess.shape[1]
    best, partner, partner_cost, met = np.inf, -1, 0.0, 0
    new_here, new_there = 0.0, 0.0
    for _ in range(last - first):
        place += 1
        if place == last:
            place = first
        other = member[place]
        rank = edges.rank[edges.state[other], here]
        if rank < 0:
            continue
        if amount_of.shape[1] > num_measures:  # revenue, below the caps
            gained = amount_of[account, num_measures] - amount_of[other, num_measures]
            if over[there, num_measures] + gained > 0.0 or over[here, num_measures] - gained > 0.0:
                continue
        cost_here, cost_there = 0.0, 0.0
        for k in range(num_measures):
            difference = amount_of[account, k] - amount_of[other, k]
            cost_here += excess[here, k] * max(0.0, over[here, k] - difference)
            cost_there += excess[there, k] * max(0.0, over[there, k] + difference)
        drive = edges.minutes[edges.start[other] + rank]
        cost_of_other = edge_price(costs.minute, costs.move, drive, edges.owner[other], here)
        change = cost_of_other - own_cost[other] + cost_here + cost_there
        if change < best:
            best, partner, partner_cost = change, other, cost_of_other
            new_here, new_there = cost_here, cost_there
        met += 1
        if met == most:
            break
    return best, partner, partner_cost, -1, new_here, new_there


@njit(cache=True)
def look_through(
    window: float, candidate_start: IntArray, above: FloatArray, held: RepArray, proposed: RepArray, width: RepArray
) -> int:
    """Which accounts have something to propose within the window, how many candidates, and how many accounts."""
    count = 0
    for account in range(len(held)):
        within = 0
        for candidate in range(candidate_start[account], candidate_start[account + 1]):
            if above[candidate] > window:
                break
            within += 1
        if within > 1 or held[account] != candidate_start[account]:
            proposed[count], width[count] = account, within
            count += 1
    return count
