"""Proven lower bounds of a weighted objective, by Lagrangian duality.

The weighted problem is `min Σ c_ir x_ir + Σ g_rk (L_rk − μ_rk)⁺`, every account once, books within their seats. A price
λ_r ≥ 0 on seats and 0 ≤ π_rk ≤ g_rk on balance give, for any values, the bound

    Σ_i min_r (c_ir + λ_r + Σ_k π_rk ā_irk) + Σ_s d_s min_r λ_r − Σ_r λ_r seats_r + Σ_rk π_rk (b_rk − μ_rk)

with d_s the reserved heads of later phases by state. ā is the account's amount cut to the room (μ − b)⁺ that the book
has on its own; what is cut is charged to the edge at the full g, which for whole accounts changes nothing and makes
the bound tighter ("whale lift").

The bound is concave and kinked. Smoothed (each min replaced by a softmin at a falling temperature: Nesterov 2005,
doi:10.1007/s10107-004-0552-5) it is maximised by projected L-BFGS, hot stages on a sample of a large instance, cool
ones on the columns near each account's least cost. What is returned is always the exact bound over every edge at the
best prices met.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.ascent import ascend
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.weighing import Weighing

TEMPERATURES = (50.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)  # in units of one edge's typical cost
ITERATIONS, RESERVED = 60, 2.5  # and so many times more where seats are kept for later accounts: slower to converge
HOT, HOT_ITERATIONS = 5.0, 30  # above this temperature: fewer iterations, on a sample
SAMPLE_FROM = 30_000  # accounts; fewer are never sampled
SAMPLE_STEP = 4
RESTRICT_FROM = 100_000  # edges; with fewer every stage looks at all of them
REACH, LEAST_REACH = 25.0, 15.0  # columns kept: so many temperatures, and at least so many units, above the least
HUGE = 2_000_000  # edges; from there on at most so many columns an account, and no stage is repeated on all edges
MOST_COLUMNS = 48
COARSE = ((1.0, 0.1), 15)  # temperatures and iterations from the prices of a neighbour


class Duals(NamedTuple):
    """Prices, and the bound that they prove."""

    seat: np.ndarray  # float64[R] ≥ 0
    balance: np.ndarray  # float64[R, K], between 0 and the excess price
    bound: float  # of the weighted objective, constant included

    def scaled(self, factor: float) -> "Duals":
        """The prices of the same problem with the objective multiplied."""
        return Duals(self.seat * factor, self.balance * factor, self.bound * factor)


def lower_bound(phase: Phase, weighing: Weighing, start: Duals | None = None,
                temperatures: tuple[float, ...] = TEMPERATURES, iterations: int = ITERATIONS) -> Duals:
    """The best bound found, and the prices that prove it; `start` are prices of a neighbouring problem."""
    edges, prices = phase.edges, weighing.prices
    num_reps, num_measures = edges.base.shape
    if phase.num_accounts == 0:
        fixed = float((prices.excess * np.maximum(edges.base - edges.target, 0.0)).sum())
        return Duals(np.zeros(num_reps), prices.excess.copy(), fixed + weighing.constant)
    room = np.maximum(edges.target - edges.base, 0.0)
    demand = phase.reserve.sum(axis=1)
    if demand.any():
        iterations = int(RESERVED * iterations)
    size, unit = weighing.size, weighing.unit
    scale = np.concatenate([np.full(num_reps, unit), np.broadcast_to(unit / size, (num_reps, num_measures)).ravel()])
    ceiling = np.concatenate([np.full(num_reps, np.inf), prices.excess.ravel()]) / scale
    if start is None:
        variables = np.concatenate([np.zeros(num_reps), 0.5 * prices.excess.ravel()]) / scale
    else:
        variables = np.concatenate([start.seat, start.balance.ravel()]) / scale
    variables = np.clip(variables, 0.0, ceiling)

    def exact(point: np.ndarray) -> float:
        seat, balance = _unpack(point * scale, num_reps, num_measures)
        return _value(edges, prices, room, demand, seat, balance)

    best_bound, best = exact(variables), variables
    is_huge = edges.start[-1] >= HUGE
    for temperature in temperatures:
        hot = temperature >= HOT
        step = SAMPLE_STEP if hot and phase.num_accounts >= SAMPLE_FROM else 1
        near = max(REACH * temperature, LEAST_REACH) * unit
        reaches = (np.inf,) if (hot and not is_huge) or edges.start[-1] < RESTRICT_FROM else (near, np.inf)
        reaches = reaches[:1] if is_huge else reaches
        for reach in reaches:  # every edge again where the near ones alone have led astray
            columns = None  # the last stage's make room first
            columns = _columns(edges, prices, room, *_unpack(best * scale, num_reps, num_measures), step, reach,
                               MOST_COLUMNS if is_huge else num_reps)

            def smoothed(point: np.ndarray, columns: Columns = columns,
                         heat: float = temperature * unit) -> tuple[float, np.ndarray]:
                seat, balance = _unpack(point * scale, num_reps, num_measures)
                value, seat_slope, balance_slope = _smoothed(edges, prices, room, demand, columns, seat, balance, heat)
                return value / unit, np.concatenate([seat_slope, balance_slope.ravel()]) * scale / unit

            point = ascend(smoothed, best, ceiling, min(iterations, HOT_ITERATIONS) if hot else iterations)
            bound = exact(point)
            if bound > best_bound:
                best_bound, best = bound, point
                break
    seat, balance = _unpack(best * scale, num_reps, num_measures)
    return Duals(seat, balance, best_bound + weighing.constant)


def _unpack(point: np.ndarray, num_reps: int, num_measures: int) -> tuple[np.ndarray, np.ndarray]:
    return point[:num_reps].copy(), point[num_reps:].reshape(num_reps, num_measures).copy()


@njit(cache=True, inline="always")
def edge_cost(edges, prices, room, seat, balance, account, rank, rep):
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
def _value(edges, prices, room, demand, seat, balance):
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


class Columns(NamedTuple):
    """Edges that a stage of the smoothing looks at."""

    account: np.ndarray  # int32[m]
    heads: float  # what each of them stands for
    start: np.ndarray  # int64[m + 1]
    rep: np.ndarray  # int32[columns]
    cost: np.ndarray  # float64[columns], without the prices


@njit(cache=True)
def _columns(edges, prices, room, seat, balance, step, reach, most):
    """Every `step`-th account's edges whose cost at the prices is within `reach` of its least, the cheapest `most`."""
    num_accounts, num_measures = edges.amount.shape
    account_of = np.arange(0, num_accounts, step).astype(np.int32)
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
            degree = edges.state_start[edges.state[account] + 1] - begin
            least = np.inf
            for rank in range(degree):
                priced[rank] = edge_cost(edges, prices, room, seat, balance, account, rank, edges.reps[begin + rank])
                least = min(least, priced[rank])
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
def _smoothed(edges, prices, room, demand, columns, seat, balance, heat):
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
