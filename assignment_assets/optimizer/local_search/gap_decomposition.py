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
from assignment_assets.optimizer.local_search.state import Desk, exchange, lay_open, shift

ROUNDING = 1e-12  # of the costliest account: a smaller gain is none


class Ledger(NamedTuple):
    """An assignment's distance from its bound, by address. All arrays are changed in place."""

    desk: Desk
    least: np.ndarray  # float64[n], of an account's edges, at the dual prices
    reduced: np.ndarray  # float64[n], of the edge that the account has
    inside: np.ndarray  # float64[R, K], the phase's load, each account cut to the book's room
    balance_waste: np.ndarray  # float64[R]
    edge_waste: np.ndarray  # float64[R], the book's reduced costs
    hair: float  # ≤ 0: a change above it is rounding


class Dual(NamedTuple):
    """A weighted objective and the prices of its bound."""

    prices: NamedTuple  # `weighing.Prices`
    room: np.ndarray  # float64[R, K] ≥ 0, below target before the phase
    seat: np.ndarray  # float64[R]
    balance: np.ndarray  # float64[R, K]


@njit(cache=True)
def open_ledger(assignment, reserve, edges, dual):
    num_accounts, (num_reps, num_measures) = len(assignment), dual.room.shape
    least, reduced, cost = np.empty(num_accounts), np.empty(num_accounts), np.empty(num_reps)
    inside, edge_waste = np.zeros((num_reps, num_measures)), np.zeros(num_reps)
    for account in range(num_accounts):
        rep = assignment[account]
        _, least[account] = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance, account, cost)
        reduced[account] = cost[edges.rank[edges.state[account], rep]] - least[account]
        edge_waste[rep] += reduced[account]
        for k in range(num_measures):
            inside[rep, k] += min(edges.amount[account, k], dual.room[rep, k])
    ledger = Ledger(
        lay_open(assignment, reserve, edges),
        least,
        reduced,
        inside,
        np.zeros(num_reps),
        edge_waste,
        -ROUNDING * np.abs(least).max() if num_accounts else 0.0,
    )
    for rep in range(num_reps):
        ledger.balance_waste[rep] = waste_of(ledger, edges, dual, rep, -1, -1)
    return ledger


@njit(cache=True)
def waste_of(ledger, edges, dual, rep, comes, goes):
    """What the book's loads waste once one account has come and one has gone (−1: none)."""
    waste = 0.0
    for k in range(dual.room.shape[1]):
        room, price = dual.room[rep, k], dual.balance[rep, k]
        above = ledger.inside[rep, k] - room
        if comes >= 0:
            above += min(edges.amount[comes, k], room)
        if goes >= 0:
            above -= min(edges.amount[goes, k], room)
        waste += (dual.prices.excess[rep, k] - price) * above if above > 0.0 else -price * above
    return waste


@njit(cache=True)
def rise_of(edges, dual, ledger, account, rep):
    """The account's reduced cost with a rep who covers it."""
    rank = edges.rank[edges.state[account], rep]
    return edge_cost(edges, dual.prices, dual.room, dual.seat, dual.balance, account, rank, rep) - ledger.least[account]


@njit(cache=True)
def fits(desk, edges, num_measures, rep, comes, goes):
    """Whether the book stays below its revenue cap, where it has one."""
    for k in range(num_measures, edges.amount.shape[1]):
        gone = edges.amount[goes, k] if goes >= 0 else 0.0
        if desk.over[rep, k] + edges.amount[comes, k] - gone > 0.0:
            return False
    return True


@njit(cache=True, inline="always")
def best_successor(ledger, edges, dual, so_far, best, book, comes, here, goes):
    """The least change below `best`, and the account of `book` (−1: none) that makes it by taking the place of `goes`
    in `here`, while `comes` comes to `book`. `so_far` is the change but for what the two books waste and its own cost.
    """
    desk, reduced, num_measures = ledger.desk, ledger.reduced, dual.room.shape[1]
    member, rank_of, state_of, successor = desk.member, edges.rank, edges.state, -1
    for place in range(desk.first[book], desk.first[book] + desk.count[book]):
        other = member[place]
        if so_far - reduced[other] >= best or rank_of[state_of[other], here] < 0:
            continue
        change = so_far - reduced[other] + waste_of(ledger, edges, dual, here, other, goes)
        if change >= best:
            continue
        change += waste_of(ledger, edges, dual, book, comes, other)
        if change >= best:
            continue
        change += rise_of(edges, dual, ledger, other, here)
        if (
            change < best
            and fits(desk, edges, num_measures, book, comes, other)
            and fits(desk, edges, num_measures, here, other, goes)
        ):
            best, successor = change, other
    return best, successor


@njit(cache=True)
def change_places(ledger, edges, dual, account, partner, there):
    """The account goes there, its partner (−1: none) where it was."""
    here = ledger.desk.assignment[account]
    if partner >= 0:
        exchange(ledger.desk, edges, account, partner)
        _note(ledger, edges, dual, partner, there, here)
    else:
        shift(ledger.desk, edges, account, there)
    _note(ledger, edges, dual, account, here, there)
    ledger.balance_waste[here] = waste_of(ledger, edges, dual, here, -1, -1)
    ledger.balance_waste[there] = waste_of(ledger, edges, dual, there, -1, -1)


@njit(cache=True)
def _note(ledger, edges, dual, account, left, rep):
    ledger.edge_waste[left] -= ledger.reduced[account]
    ledger.reduced[account] = rise_of(edges, dual, ledger, account, rep)
    ledger.edge_waste[rep] += ledger.reduced[account]
    for k in range(dual.room.shape[1]):
        amount = edges.amount[account, k]
        ledger.inside[left, k] -= min(amount, dual.room[left, k])
        ledger.inside[rep, k] += min(amount, dual.room[rep, k])
