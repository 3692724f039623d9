"""The dual function of a weighted objective, exact over every edge.

The weighted problem is `min Σ c_ir x_ir + Σ g_rk (L_rk − μ_rk)⁺`, every account once, books within their seats. A price
λ_r ≥ 0 on seats and 0 ≤ π_rk ≤ g_rk on balance give, for any values, the bound

    Σ_i min_r (c_ir + λ_r + Σ_k π_rk ā_irk) + Σ_s d_s min_r λ_r − Σ_r λ_r seats_r + Σ_rk π_rk (b_rk − μ_rk)

with d_s the reserved heads of later phases by state (leaving them out gives a bound as well). ā is the account's amount
cut to the room (μ − b)⁺ that the book has on its own; what is cut is charged to the edge at the full g, which for whole
accounts changes nothing and makes the bound tighter ("whale lift").
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import FloatArray, IntArray
from assignment_assets.optimizer.model.phase import Edges
from assignment_assets.optimizer.model.weighted_sum import Costs

SAMPLE = 5000  # accounts that a spread is estimated from


@njit(cache=True, inline="always")
def edge_cost(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    seat: FloatArray,
    balance: FloatArray,
    account: int,
    rank: int,
    rep: int,
) -> float:
    """What an account costs with a rep at the dual prices."""
    cost = costs.minute * edges.minutes[edges.start[account] + rank] + seat[rep]
    owner = edges.owner[account]
    if owner >= 0 and owner != rep:
        cost += costs.move
    for k in range(room.shape[1]):
        amount = edges.amount[account, k]
        inside = min(amount, room[rep, k])
        cost += balance[rep, k] * inside + costs.excess[rep, k] * (amount - inside)
    return cost


@njit(cache=True)
def price_edges(
    edges: Edges, costs: Costs, room: FloatArray, seat: FloatArray, balance: FloatArray, account: int, cost: FloatArray
) -> tuple[int, float]:
    """Fills `cost` (float64[R]) with an account's edges at the dual prices; how many they are, and the least.

    Simple loops over all of them, one term a time: the compiler makes eight at once of each.
    """
    reps, minutes, excess = edges.reps, edges.minutes, costs.excess
    state, owner, first = edges.state[account], edges.owner[account], edges.start[account]
    begin = edges.state_start[state]
    degree = edges.state_start[state + 1] - begin
    minute, away = costs.minute, costs.move if owner >= 0 else 0.0
    for rank in range(degree):
        cost[rank] = away + minute * minutes[first + rank] + seat[reps[begin + rank]]
    for k in range(room.shape[1]):
        amount = edges.amount[account, k]
        for rank in range(degree):
            rep = reps[begin + rank]
            inside = min(amount, room[rep, k])
            cost[rank] += balance[rep, k] * inside + excess[rep, k] * (amount - inside)
    if owner >= 0 and edges.rank[state, owner] >= 0:
        cost[edges.rank[state, owner]] -= away
    least = np.inf
    for rank in range(degree):
        least = min(least, cost[rank])
    return degree, least


@njit(cache=True)
def fixed_part(edges: Edges, costs: Costs, room: FloatArray, seat: FloatArray, balance: FloatArray) -> float:
    """The part of the bound that no account decides; a book that starts above target pays for that at once."""
    value = 0.0
    for rep in range(room.shape[0]):
        value -= seat[rep] * edges.seats[rep]
        for k in range(room.shape[1]):
            above = edges.base[rep, k] - edges.target[rep, k]
            value += costs.excess[rep, k] * above if above > 0.0 else balance[rep, k] * above
    return value


@njit(cache=True)
def exact_value(
    edges: Edges, costs: Costs, room: FloatArray, demand: IntArray, seat: FloatArray, balance: FloatArray
) -> float:
    """The bound that the prices prove, up to the weighing's constant."""
    value = fixed_part(edges, costs, room, seat, balance)
    cost = np.empty(len(edges.seats))
    for account in range(len(edges.state)):
        _, least = price_edges(edges, costs, room, seat, balance, account, cost)
        value += least
    for state in range(len(demand)):
        if demand[state] > 0:
            least = np.inf
            for place in range(edges.state_start[state], edges.state_start[state + 1]):
                least = min(least, seat[edges.reps[place]])
            value += demand[state] * least
    return value


def spread(
    edges: Edges,
    costs: Costs,
    room: np.ndarray,
    seat: np.ndarray,
    balance: np.ndarray,
    per_account: float,
    load_factor: np.ndarray,
) -> float:
    """How far above an account's least so many edges an account lie, on average, over its tolerance (float64[n])."""
    step = max(1, len(edges.state) // SAMPLE)
    above = _above_least(edges, costs, room, seat, balance, load_factor, step)
    wanted = int(per_account * (len(edges.state) / step))
    return float(np.partition(above, wanted)[wanted]) if wanted < len(above) else float(above.max(initial=0.0))


@njit(cache=True)
def _above_least(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    seat: FloatArray,
    balance: FloatArray,
    load_factor: FloatArray,
    step: int,
) -> FloatArray:
    """The costs of every `step`-th account's edges above the account's least."""
    size = 0
    for account in range(0, len(edges.state), step):
        size += edges.start[account + 1] - edges.start[account]
    above, cost = np.empty(size), np.empty(len(edges.seats))
    filled = 0
    for account in range(0, len(edges.state), step):
        degree, least = price_edges(edges, costs, room, seat, balance, account, cost)
        for rank in range(degree):
            above[filled + rank] = (cost[rank] - least) / load_factor[account]
        filled += degree
    return above
