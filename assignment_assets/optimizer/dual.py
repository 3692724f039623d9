"""The dual function of a weighted objective: exact over every edge, or smoothed over some of them.

The weighted problem is `min Σ c_ir x_ir + Σ g_rk (L_rk − μ_rk)⁺`, every account once, books within their seats. A price
λ_r ≥ 0 on seats and 0 ≤ π_rk ≤ g_rk on balance give, for any values, the bound

    Σ_i min_r (c_ir + λ_r + Σ_k π_rk ā_irk) + Σ_s d_s min_r λ_r − Σ_r λ_r seats_r + Σ_rk π_rk (b_rk − μ_rk)

with d_s the reserved heads of later phases by state (leaving them out gives a bound as well). ā is the account's amount
cut to the room (μ − b)⁺ that the book has on its own; what is cut is charged to the edge at the full g, which for whole
accounts changes nothing and makes the bound tighter ("whale lift"). The smoothed function has a softmin in place of
each min (Nesterov 2005, doi:10.1007/s10107-004-0552-5).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.weighing import Prices

SAMPLE = 5000  # accounts that a spread is estimated from


class Columns(NamedTuple):
    """Edges that the smoothed function looks at."""

    account: np.ndarray  # int32[m]
    heads: float  # what each of them stands for
    start: np.ndarray  # int64[m + 1]
    rep: np.ndarray  # int32[columns]
    cost: np.ndarray  # float64[columns], without the prices


@njit(cache=True, inline="always")
def edge_cost(edges, prices, room, seat, balance, account, rank, rep):
    """What an account costs with a rep at the dual prices."""
    cost = prices.minute * edges.minutes[edges.start[account] + rank] + seat[rep]
    owner = edges.owner[account]
    if owner >= 0 and owner != rep:
        cost += prices.move
    for k in range(room.shape[1]):
        amount = edges.amount[account, k]
        inside = min(amount, room[rep, k])
        cost += balance[rep, k] * inside + prices.excess[rep, k] * (amount - inside)
    return cost


@njit(cache=True)
def price_edges(edges, prices, room, seat, balance, account, cost):
    """Fills `cost` (float64[R]) with an account's edges at the dual prices; how many they are, and the least."""
    begin = edges.state_start[edges.state[account]]
    degree = edges.state_start[edges.state[account] + 1] - begin
    least = np.inf
    for rank in range(degree):
        cost[rank] = edge_cost(edges, prices, room, seat, balance, account, rank, edges.reps[begin + rank])
        least = min(least, cost[rank])
    return degree, least


@njit(cache=True)
def _fixed_part(edges, prices, room, seat, balance):
    """The part of the bound that no account decides; a book that starts above target pays for that at once."""
    value = 0.0
    for rep in range(room.shape[0]):
        value -= seat[rep] * edges.seats[rep]
        for k in range(room.shape[1]):
            above = edges.base[rep, k] - edges.target[rep, k]
            value += prices.excess[rep, k] * above if above > 0.0 else balance[rep, k] * above
    return value


@njit(cache=True)
def exact_value(edges, prices, room, demand, seat, balance):
    """The bound that the prices prove, up to the weighing's constant."""
    value = _fixed_part(edges, prices, room, seat, balance)
    for account in range(len(edges.state)):
        state = edges.state[account]
        begin = edges.state_start[state]
        least = np.inf
        for rank in range(edges.state_start[state + 1] - begin):
            least = min(least, edge_cost(edges, prices, room, seat, balance, account, rank, edges.reps[begin + rank]))
        value += least
    for state in range(len(demand)):
        if demand[state] > 0:
            least = np.inf
            for place in range(edges.state_start[state], edges.state_start[state + 1]):
                least = min(least, seat[edges.reps[place]])
            value += demand[state] * least
    return value


@njit(cache=True)
def near_columns(edges, prices, room, seat, balance, account_of, reach, most):
    """Edges of the accounts given (int32[m]) whose cost at the prices is within `reach` of the least, at most `most`.

    Among the `most`, the cheapest; more where several are equally cheap.
    """
    num_accounts, num_measures = edges.amount.shape
    start = np.zeros(len(account_of) + 1, dtype=np.int64)
    priced = np.empty(len(edges.seats))
    rep_of = np.empty(0, dtype=np.int32)
    cost_of = np.empty(0)
    for is_filling in (False, True):
        if is_filling:
            rep_of = np.empty(start[-1], dtype=np.int32)
            cost_of = np.empty(start[-1])
        for row in range(len(account_of)):
            account = account_of[row]
            begin = edges.state_start[edges.state[account]]
            degree, least = price_edges(edges, prices, room, seat, balance, account, priced)
            limit = least + reach
            if degree > most:
                limit = min(limit, np.partition(priced[:degree], most - 1)[most - 1])
            column = start[row]
            for rank in range(degree):
                if priced[rank] > limit:
                    continue
                if is_filling:
                    rep = edges.reps[begin + rank]
                    rep_of[column] = rep
                    cost_of[column] = priced[rank] - seat[rep]
                    for k in range(num_measures):
                        cost_of[column] -= balance[rep, k] * min(edges.amount[account, k], room[rep, k])
                column += 1
            if not is_filling:
                start[row + 1] = column
    return Columns(account_of, num_accounts / max(len(account_of), 1), start, rep_of, cost_of)


@njit(cache=True)
def smoothed_value(edges, prices, room, demand, columns, seat, balance, heat):
    """The smoothed bound at temperature `heat`, and its slope in the prices (float64[R] and float64[R, K])."""
    num_reps, num_measures = room.shape
    value = _fixed_part(edges, prices, room, seat, balance)
    seat_slope = np.empty(num_reps)
    balance_slope = np.zeros((num_reps, num_measures))
    for rep in range(num_reps):
        seat_slope[rep] = -edges.seats[rep]
        for k in range(num_measures):
            balance_slope[rep, k] = min(0.0, edges.base[rep, k] - edges.target[rep, k])
    share = np.empty(num_reps)
    for row in range(len(columns.account)):
        account = columns.account[row]
        begin, width = columns.start[row], columns.start[row + 1] - columns.start[row]
        least = np.inf
        for turn in range(width):
            rep = columns.rep[begin + turn]
            cost = columns.cost[begin + turn] + seat[rep]
            for k in range(num_measures):
                cost += balance[rep, k] * min(edges.amount[account, k], room[rep, k])
            share[turn] = cost
            least = min(least, cost)
        total = 0.0
        for turn in range(width):
            above = (share[turn] - least) / heat
            share[turn] = np.exp(-above) if above < 36.0 else 0.0
            total += share[turn]
        value += columns.heads * (least - heat * np.log(total))
        for turn in range(width):
            if share[turn] > 0.0:
                rep = columns.rep[begin + turn]
                part = columns.heads * share[turn] / total
                seat_slope[rep] += part
                for k in range(num_measures):
                    balance_slope[rep, k] += part * min(edges.amount[account, k], room[rep, k])
    for state in range(len(demand)):
        if demand[state] == 0:
            continue
        begin = edges.state_start[state]
        width = edges.state_start[state + 1] - begin
        least = np.inf
        for turn in range(width):
            least = min(least, seat[edges.reps[begin + turn]])
        total = 0.0
        for turn in range(width):
            share[turn] = np.exp((least - seat[edges.reps[begin + turn]]) / heat)
            total += share[turn]
        value += demand[state] * (least - heat * np.log(total))
        for turn in range(width):
            seat_slope[edges.reps[begin + turn]] += demand[state] * share[turn] / total
    return value, seat_slope, balance_slope


def spread(edges, prices: Prices, room: np.ndarray, seat: np.ndarray, balance: np.ndarray, per_account: float,
           tolerance: np.ndarray) -> float:
    """How far above an account's least so many edges an account lie, on average, over its tolerance (float64[n])."""
    step = max(1, len(edges.state) // SAMPLE)
    above = _above_least(edges, prices, room, seat, balance, tolerance, step)
    wanted = int(per_account * (len(edges.state) / step))
    return float(np.partition(above, wanted)[wanted]) if wanted < len(above) else float(above.max(initial=0.0))


@njit(cache=True)
def _above_least(edges, prices, room, seat, balance, tolerance, step):
    """The costs of every `step`-th account's edges above the account's least."""
    size = 0
    for account in range(0, len(edges.state), step):
        size += edges.start[account + 1] - edges.start[account]
    above, cost = np.empty(size), np.empty(len(edges.seats))
    filled = 0
    for account in range(0, len(edges.state), step):
        degree, least = price_edges(edges, prices, room, seat, balance, account, cost)
        for rank in range(degree):
            above[filled + rank] = (cost[rank] - least) / tolerance[account]
        filled += degree
    return above
