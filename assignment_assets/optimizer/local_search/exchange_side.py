"""One side of an exchange between two books: the accounts that the other book might have, and their subsets."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.exchange_candidates import Pairs
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.local_search.state import SearchState
from assignment_assets.optimizer.model.arrays import FloatArray, Prices
from assignment_assets.optimizer.model.phase import Edges


class Side(NamedTuple):
    """The accounts of one book that the other might have, and their subsets. The empty subset is the first."""

    account: np.ndarray  # int32[accounts]
    above: np.ndarray  # float64[accounts], what the dual prices ask for the move
    cost: np.ndarray  # float64[accounts], of the move but for balance
    parts: np.ndarray  # int32[subsets, 3], places in `account`, −1: none
    total: np.ndarray  # float64[subsets, measures]
    total_cost: np.ndarray  # float64[subsets]


@njit(cache=True)
def empty_side(plan: ExchangePlan, num_measures: int) -> Side:
    count = plan.accounts_per_side
    subsets = 1 + count + count * (count - 1) // 2 * (1 if plan.together > 1 else 0)
    if plan.together > 2:
        subsets += count * (count - 1) * (count - 2) // 6
    return Side(
        np.empty(count, dtype=np.int32),
        np.empty(count),
        np.empty(count),
        np.full((subsets, 3), -1, dtype=np.int32),
        np.zeros((subsets, num_measures)),
        np.zeros(subsets),
    )


@njit(cache=True)
def gather(
    side: Side,
    search: SearchState,
    edges: Edges,
    pairs: Pairs,
    prices: Prices,
    slope: FloatArray,
    pair: int,
    ends: tuple[int, int],
) -> int:
    """The accounts of the first of two books that the other might have, the cheapest first; how many.

    `prices` are what the candidates cost above their account's least, and what they cost but for balance.
    """
    (above, cost), (source, goal) = prices, ends
    assignment, account_of, amount = search.assignment, pairs.account, edges.amount
    accounts, dearness, costs = side.account, side.above, side.cost
    lower, upper = (pairs.lower, pairs.upper) if source < goal else (pairs.upper, pairs.lower)
    count = 0
    for entry in range(pairs.start[pair], pairs.start[pair + 1]):
        account = account_of[entry]
        if assignment[account] != source:
            continue
        dear = above[upper[entry]] - above[lower[entry]]
        if count < len(accounts):
            count += 1
        elif dear >= dearness[count - 1]:
            continue
        change = cost[upper[entry]] - cost[lower[entry]]
        for k in range(slope.shape[1]):
            change += (slope[goal, k] - slope[source, k]) * amount[account, k]
        place = count - 1
        while place > 0 and dearness[place - 1] > dear:
            accounts[place], dearness[place] = accounts[place - 1], dearness[place - 1]
            costs[place] = costs[place - 1]
            place -= 1
        accounts[place], dearness[place], costs[place] = account, dear, change
    return count


@njit(cache=True)
def combine(side: Side, amount: FloatArray, count: int, together: int) -> int:
    """All subsets of at most `together` of the first `count` accounts; how many."""
    parts, total, total_cost, account, cost = side.parts, side.total, side.total_cost, side.account, side.cost
    subset, begin, end = 1, 0, 1  # one size stands from `begin` to `end`; the next adds an account before the last one
    for size in range(together):
        for smaller in range(begin, end):
            first = parts[smaller, size - 1] if size > 0 else count
            for added in range(first):
                for place in range(size):
                    parts[subset, place] = parts[smaller, place]
                parts[subset, size] = added
                for place in range(size + 1, 3):
                    parts[subset, place] = -1
                for k in range(amount.shape[1]):
                    total[subset, k] = total[smaller, k] + amount[account[added], k]
                total_cost[subset] = total_cost[smaller] + cost[added]
                subset += 1
        begin, end = end, subset
    return subset
