"""The dual function smoothed over some of its edges: a softmin at a temperature in place of each minimum (Nesterov
2005, doi:10.1007/s10107-004-0552-5), with the slope that an ascent needs.

The exponential is our own, a polynomial of degree eight for the fraction of the power of two (relative error below
1e-10, which nothing here notices): the compiler works on several edges at once, and the same bits come out everywhere.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import fixed_part, price_edges
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, Prices, RepArray
from assignment_assets.optimizer.model.phase import Edges
from assignment_assets.optimizer.model.weighted_sum import Costs

LOG2_E = 1.4426950408889634
FAR = 60.0  # halvings of a share, at most
LANES = 4  # of a sum: a single one waits for each addition
NEGLIGIBLE_SHARE = 1e-9  # a share of which no slope takes notice


class Columns(NamedTuple):
    """Edges that the smoothed function looks at."""

    account: np.ndarray  # int32[m]
    heads: float  # what each of them stands for
    load_factor: np.ndarray  # float64[n], by account: the factor of reach and temperature
    start: np.ndarray  # int64[m + 1]
    rep: np.ndarray  # int16[columns]
    floor: np.ndarray  # float64[m], an account's least cost at the prices that the columns were chosen by
    cost: np.ndarray  # float32[columns], above the floor, without the prices: the prices' part is added anew


@njit(cache=True)
def near_columns(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    prices: Prices,
    account_of: RepArray,
    load_factor: FloatArray,
    reach: float,
    most: int,
) -> Columns:
    """Edges of the accounts given (int32[m]) whose cost at the prices is within `reach` of the least, at most `most`.

    A large account's reach is longer by its tolerance (float64[n]).
    """
    seat, balance = prices
    num_accounts, num_measures = edges.amount.shape
    start, floor = np.zeros(len(account_of) + 1, dtype=np.int64), np.empty(len(account_of))
    size = 0
    for account in account_of:
        size += min(most, edges.start[account + 1] - edges.start[account])
    rep_of, cost_of = np.empty(size, dtype=np.int16), np.empty(size, dtype=np.float32)  # unfilled, untouched
    priced, reps = np.empty(len(edges.seats)), edges.reps
    column = 0
    for row in range(len(account_of)):
        account = account_of[row]
        begin = edges.state_start[edges.state[account]]
        degree, least = price_edges(edges, costs, room, seat, balance, account, priced)
        limit, ties = least + reach * load_factor[account], degree
        if degree > most:
            limit = min(limit, np.partition(priced[:degree], most - 1)[most - 1])
            ties = most - (priced[:degree] < limit).sum()
        for rank in range(degree):
            if priced[rank] > limit or (priced[rank] == limit and ties == 0):
                continue
            ties -= 1 if priced[rank] == limit else 0
            rep = reps[begin + rank]
            rep_of[column] = rep
            cost = priced[rank] - least - seat[rep]
            for k in range(num_measures):
                cost -= balance[rep, k] * min(edges.amount[account, k], room[rep, k])
            cost_of[column] = cost
            column += 1
        start[row + 1], floor[row] = column, least
    return Columns(
        account_of, num_accounts / max(len(account_of), 1), load_factor, start, rep_of[:column], floor, cost_of[:column]
    )


@njit(cache=True)
def smoothed_value(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    demand: IntArray,
    columns: Columns,
    seat: FloatArray,
    balance: FloatArray,
    temperature: float,
) -> tuple[float, FloatArray, FloatArray]:
    """The smoothed bound at temperature `temperature`, and its slope in the prices (float64[R] and float64[R, K])."""
    num_reps, num_measures = room.shape
    value = fixed_part(edges, costs, room, seat, balance)
    seat_slope = np.empty(num_reps)
    balance_slope = np.zeros((num_reps, num_measures))
    for rep in range(num_reps):
        seat_slope[rep] = -edges.seats[rep]
        for k in range(num_measures):
            balance_slope[rep, k] = min(0.0, edges.base[rep, k] - edges.target[rep, k])
    amount, start, rep_of, cost_of = edges.amount, columns.start, columns.rep, columns.cost
    rooms, balances = np.ascontiguousarray(room.T), np.ascontiguousarray(balance.T)
    share, power = np.empty(num_reps + LANES), np.empty(num_reps + LANES)
    for row in range(len(columns.account)):
        account, begin, width = columns.account[row], start[row], start[row + 1] - start[row]
        temperature_here = temperature * columns.load_factor[account]
        for turn in range(width):
            share[turn] = cost_of[begin + turn] + seat[np.uint32(rep_of[begin + turn])]
        for k in range(num_measures):
            size, rooms_of, balances_of = amount[account, k], rooms[k], balances[k]
            for turn in range(width):
                rep = np.uint32(rep_of[begin + turn])
                share[turn] += balances_of[rep] * min(size, rooms_of[rep])
        least, total = _softmin(share, power, width, LOG2_E / temperature_here)
        value += columns.heads * (columns.floor[row] + least - temperature_here * np.log(total))
        for turn in range(width):
            if share[turn] > NEGLIGIBLE_SHARE * total:
                rep, part = rep_of[begin + turn], columns.heads * share[turn] / total
                seat_slope[rep] += part
                for k in range(num_measures):
                    balance_slope[rep, k] += part * min(amount[account, k], room[rep, k])
    for state in range(len(demand)):
        if demand[state] > 0:
            begin = edges.state_start[state]
            width = edges.state_start[state + 1] - begin
            for turn in range(width):
                share[turn] = seat[edges.reps[begin + turn]]
            least, total = _softmin(share, power, width, LOG2_E / temperature)
            value += demand[state] * (least - temperature * np.log(total))
            for turn in range(width):
                seat_slope[edges.reps[begin + turn]] += demand[state] * share[turn] / total
    return value, seat_slope, balance_slope


@njit(cache=True)
def _softmin(cost: FloatArray, power: FloatArray, width: int, per_halving: float) -> tuple[float, float]:
    """Replaces the first `width` costs by 2^−(what they are above the least, times `per_halving`); the least, the sum.

    `power` is scratch; both have room for `LANES` more.
    """
    padded = width + (-width) % LANES
    cost[width:padded] = np.inf
    one, two, three, four = np.inf, np.inf, np.inf, np.inf
    for turn in range(0, padded, LANES):
        one, two = min(one, cost[turn]), min(two, cost[turn + 1])
        three, four = min(three, cost[turn + 2]), min(four, cost[turn + 3])
    least = min(min(one, two), min(three, four))
    bits = power.view(np.int64)
    for turn in range(width):
        above = min((cost[turn] - least) * per_halving, FAR)
        whole = np.int64(above)
        part = above - np.float64(whole)
        bits[turn] = (np.int64(1023) - whole) << np.int64(52)  # the exponent of a double
        cost[turn] = 1.0 + part * (
            -0.6931471805599453
            + part
            * (
                0.2402265069591007
                + part
                * (
                    -0.05550410866482158
                    + part
                    * (
                        0.009618129107628477
                        + part
                        * (
                            -0.0013333558146428443
                            + part
                            * (0.00015403530393381608 + part * (-1.525273380405984e-05 + part * 1.321548679014431e-06))
                        )
                    )
                )
            )
        )
    for turn in range(width):
        cost[turn] *= power[turn]
    cost[width:padded] = 0.0
    one, two, three, four = 0.0, 0.0, 0.0, 0.0
    for turn in range(0, padded, LANES):
        one, two = one + cost[turn], two + cost[turn + 1]
        three, four = three + cost[turn + 2], four + cost[turn + 3]
    return least, (one + two) + (three + four)
