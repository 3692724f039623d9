"""What keeps an assignment from its bound, by address.

At dual prices that prove a bound, the weighted objective of whole accounts is exactly

    bound + Σ reduced costs of the edges held + Σ_rk w_rk(inside_rk − room_rk) + Σ_r λ_r free seats_r

(complementary slackness: Korte & Vygen, Combinatorial Optimization, ch. 3): a reduced cost is what an edge costs above
its account's least, and w charges a load above target the rest of its price, g − π, one below it π. All terms are 0 or
more, so the gap has an address: few books hold most of it, and a move pays no more than the terms that it touches.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import edge_cost, price_edges
from assignment_assets.optimizer.local_search.state import SearchState, build_state, exchange, shift
from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges

ROUNDING = 1e-12  # of the costliest account: a smaller gain is none


class GapDecomposition(NamedTuple):
    """An assignment's distance from its bound, by address. All arrays are changed in place."""

    search: SearchState
    least: np.ndarray  # float64[n], of an account's edges, at the dual prices
    reduced: np.ndarray  # float64[n], of the edge that the account has
    inside: np.ndarray  # float64[R, K], the phase's load, each account cut to the book's room
    balance_gap: np.ndarray  # float64[R]
    edge_gap: np.ndarray  # float64[R], the book's reduced costs
    tolerance: float  # ≤ 0: a change above it is rounding


class Dual(NamedTuple):
    """A weighted objective and the prices of its bound."""

    costs: NamedTuple  # `weighted_sum.Costs`
    room: np.ndarray  # float64[R, K] ≥ 0, below target before the phase
    seat: np.ndarray  # float64[R]
    balance: np.ndarray  # float64[R, K]


@njit(cache=True)
def decompose_gap(assignment: RepArray, reserve: IntArray, edges: Edges, dual: Dual) -> GapDecomposition:
    num_accounts, (num_reps, num_measures) = len(assignment), dual.room.shape
    least, reduced, cost = np.empty(num_accounts), np.empty(num_accounts), np.empty(num_reps)
    inside, edge_gap = np.zeros((num_reps, num_measures)), np.zeros(num_reps)
    for account in range(num_accounts):
        rep = assignment[account]
        _, least[account] = price_edges(edges, dual.costs, dual.room, dual.seat, dual.balance, account, cost)
        reduced[account] = cost[edges.rank[edges.state[account], rep]] - least[account]
        edge_gap[rep] += reduced[account]
        for k in range(num_measures):
            inside[rep, k] += min(edges.amount[account, k], dual.room[rep, k])
    gaps = GapDecomposition(
        build_state(assignment, reserve, edges),
        least,
        reduced,
        inside,
        np.zeros(num_reps),
        edge_gap,
        -ROUNDING * np.abs(least).max() if num_accounts else 0.0,
    )
    for rep in range(num_reps):
        gaps.balance_gap[rep] = balance_gap_of(gaps, edges, dual, rep, -1, -1)
    return gaps


@njit(cache=True)
def balance_gap_of(gaps: GapDecomposition, edges: Edges, dual: Dual, rep: int, comes: int, goes: int) -> float:
    """What the book's loads add to the gap once one account has come and one has gone (−1: none)."""
    gap = 0.0
    for k in range(dual.room.shape[1]):
        room, price = dual.room[rep, k], dual.balance[rep, k]
        above = gaps.inside[rep, k] - room
        if comes >= 0:
            above += min(edges.amount[comes, k], room)
        if goes >= 0:
            above -= min(edges.amount[goes, k], room)
        gap += (dual.costs.excess[rep, k] - price) * above if above > 0.0 else -price * above
    return gap


@njit(cache=True)
def rise_of(edges: Edges, dual: Dual, gaps: GapDecomposition, account: int, rep: int) -> float:
    """The account's reduced cost with a rep who covers it."""
    rank = edges.rank[edges.state[account], rep]
    return edge_cost(edges, dual.costs, dual.room, dual.seat, dual.balance, account, rank, rep) - gaps.least[account]


@njit(cache=True)
def fits(search: SearchState, edges: Edges, num_measures: int, rep: int, comes: int, goes: int) -> bool:
    """Whether the book stays below its revenue cap, where it has one."""
    for k in range(num_measures, edges.amount.shape[1]):
        gone = edges.amount[goes, k] if goes >= 0 else 0.0
        if search.over[rep, k] + edges.amount[comes, k] - gone > 0.0:
            return False
    return True


@njit(cache=True, inline="always")
def best_successor(
    gaps: GapDecomposition,
    edges: Edges,
    dual: Dual,
    so_far_and_best: tuple[float, float],
    book: int,
    comes: int,
    here: int,
    goes: int,
) -> tuple[float, int]:
    """The least change below the best, and the account of `book` (−1: none) that makes it by taking the place of `goes`
    in `here`, while `comes` comes to `book`. What there is so far is the change but for the two books' balance gaps and
    the account's own cost.
    """
    so_far, best = so_far_and_best
    search, reduced, num_measures = gaps.search, gaps.reduced, dual.room.shape[1]
    member, rank_of, state_of, successor = search.member, edges.rank, edges.state, -1
    for place in range(search.first[book], search.first[book] + search.count[book]):
        other = member[place]
        if so_far - reduced[other] >= best or rank_of[state_of[other], here] < 0:
            continue
        change = so_far - reduced[other] + balance_gap_of(gaps, edges, dual, here, other, goes)
        if change >= best:
            continue
        change += balance_gap_of(gaps, edges, dual, book, comes, other)
        if change >= best:
            continue
        change += rise_of(edges, dual, gaps, other, here)
        if (
            change < best
            and fits(search, edges, num_measures, book, comes, other)
            and fits(search, edges, num_measures, here, other, goes)
        ):
            best, successor = change, other
    return best, successor


@njit(cache=True)
def change_places(gaps: GapDecomposition, edges: Edges, dual: Dual, account: int, partner: int, there: int) -> None:
    """The account goes there, its partner (−1: none) where it was."""
    here = gaps.search.assignment[account]
    if partner >= 0:
        exchange(gaps.search, edges, account, partner)
        _note(gaps, edges, dual, partner, there, here)
    else:
        shift(gaps.search, edges, account, there)
    _note(gaps, edges, dual, account, here, there)
    gaps.balance_gap[here] = balance_gap_of(gaps, edges, dual, here, -1, -1)
    gaps.balance_gap[there] = balance_gap_of(gaps, edges, dual, there, -1, -1)


@njit(cache=True)
def _note(gaps: GapDecomposition, edges: Edges, dual: Dual, account: int, left: int, rep: int) -> None:
    gaps.edge_gap[left] -= gaps.reduced[account]
    gaps.reduced[account] = rise_of(edges, dual, gaps, account, rep)
    gaps.edge_gap[rep] += gaps.reduced[account]
    for k in range(dual.room.shape[1]):
        amount = edges.amount[account, k]
        gaps.inside[left, k] -= min(amount, dual.room[left, k])
        gaps.inside[rep, k] += min(amount, dual.room[rep, k])
