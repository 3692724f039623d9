"""What keeps an assignment from its bound, book by book, and every way out of it that is short enough to try them all.

At dual prices that prove a bound, the weighted objective of whole accounts is exactly

    bound + Σ reduced costs of the edges held + Σ_rk w_rk(inside_rk − room_rk) + Σ_r λ_r free seats_r

(complementary slackness: Korte & Vygen, Combinatorial Optimization, ch. 3): a reduced cost is what an edge costs above
its account's least, and w charges a load above target the rest of its price, g − π, one below it π. All terms are 0 or
more, so the gap has an address: few books hold most of it, and a move pays no more than the terms that it touches. An
annealing search whose proposals are what the prices leave in question does not reach those books, since what they need
is far away. Here a wasteful book is relieved: of all its accounts, with every rep who covers them, in exchange for
every account there, the best exchange is carried out, and again. `ring` lets three books pass one account each on.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.desk import Desk, exchange, lay_open, make_way, shift
from assignment_assets.optimizer.dual import edge_cost, price_edges

NOTHING = -1e-13  # of the objective; a gain smaller than that is rounding


class Ledger(NamedTuple):
    """An assignment's distance from its bound, by address. All arrays are changed in place."""

    desk: Desk
    least: np.ndarray  # float64[n], of an account's edges, at the dual prices
    reduced: np.ndarray  # float64[n], of the edge that the account has
    inside: np.ndarray  # float64[R, K], the phase's load, each account cut to the book's room
    balance_waste: np.ndarray  # float64[R]
    edge_waste: np.ndarray  # float64[R], the book's reduced costs


class Dual(NamedTuple):
    """A weighted objective and the prices of its bound."""

    prices: NamedTuple  # `weighing.Prices`
    room: np.ndarray  # float64[R, K] ≥ 0, below target before the phase
    seat: np.ndarray  # float64[R]
    balance: np.ndarray  # float64[R, K]


@njit(cache=True)
def relieve(assignment, reserve, edges, dual, least_waste, rounds):
    """Improves `assignment` (int32[n]) and rearranges `reserve` (int64[S, R]) in place, the worst book
    first.

    Parameters
    ----------
    least_waste
        What a book wastes at least, in the weighted objective, to be looked at.
    rounds
        Through all of them, at most.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Exchanges and shifts.
    """
    ledger = _open(assignment, reserve, edges, dual)
    cost, has_way, is_reserved = np.empty(len(edges.seats)), np.empty(len(edges.seats), dtype=np.bool_), reserve.any()
    total, moves = 0.0, 0
    for _ in range(rounds):
        before = moves
        for here in np.argsort(-(ledger.balance_waste + ledger.edge_waste)):
            has_way[:] = is_reserved
            while ledger.balance_waste[here] + ledger.edge_waste[here] > least_waste:
                change, account, partner, there = _best_exchange(ledger, edges, dual, here, has_way, cost)
                if account < 0:
                    break
                if partner < 0 and not make_way(ledger.desk, edges, there, here):
                    has_way[there] = False
                    continue
                _change_places(ledger, edges, dual, account, partner, there)
                total += change
                moves += 1
        if moves == before:
            break
    return total, moves


@njit(cache=True)
def ring(assignment, reserve, edges, dual, least_waste, goals):
    """Improves `assignment` (int32[n]) in place by rings of two or three accounts, each in the next one's book.

    The first is an account whose reduced cost is above `least_waste`, the costliest first; it goes to one of the
    `goals` reps who are cheapest to it. A ring gains no more than its books waste, so little of it has to be tried.

    Returns
    -------
    delta
        The change of the weighted objective.
    moves
        Rings.
    """
    ledger = _open(assignment, reserve, edges, dual)
    cost, cost_of_other = np.empty(len(edges.seats)), np.empty(len(edges.seats))
    total, moves = 0.0, 0
    for account in np.argsort(-ledger.reduced):
        if ledger.reduced[account] <= least_waste:
            break
        change, second, third = _best_ring(ledger, edges, dual, account, goals, cost, cost_of_other)
        if second >= 0:
            _change_places(ledger, edges, dual, account, second, assignment[second])
            if third >= 0:
                _change_places(ledger, edges, dual, second, third, assignment[third])
            total += change
            moves += 1
    return total, moves


@njit(cache=True)
def _open(assignment, reserve, edges, dual):
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
    ledger = Ledger(lay_open(assignment, reserve, edges), least, reduced, inside, np.zeros(num_reps), edge_waste)
    for rep in range(num_reps):
        ledger.balance_waste[rep] = _waste(ledger, edges, dual, rep, -1, -1)
    return ledger


@njit(cache=True)
def _waste(ledger, edges, dual, rep, comes, goes):
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
def _rises(edges, dual, ledger, account, rep):
    """The account's reduced cost with a rep who covers it."""
    rank = edges.rank[edges.state[account], rep]
    return edge_cost(edges, dual.prices, dual.room, dual.seat, dual.balance, account, rank, rep) - ledger.least[account]


@njit(cache=True)
def _fits(desk, edges, num_measures, rep, comes, goes):
    """Whether the book stays below its revenue cap, where it has one."""
    for k in range(num_measures, edges.amount.shape[1]):
        gone = edges.amount[goes, k] if goes >= 0 else 0.0
        if desk.over[rep, k] + edges.amount[comes, k] - gone > 0.0:
            return False
    return True


@njit(cache=True)
def _best_exchange(ledger, edges, dual, here, has_way, cost):
    """Change, account of this book, partner (−1: a seat), and the partner's book; account −1 where none helps.

    A seat is free, or else a later account is asked to make way, unless it is known that none can (bool[R]).
    """
    desk, num_measures = ledger.desk, dual.room.shape[1]
    member, first, count, free = desk.member, desk.first, desk.count, desk.free
    reduced, balance_waste, edge_waste = ledger.reduced, ledger.balance_waste, ledger.edge_waste
    rank_of, state_of = edges.rank, edges.state
    best, best_account, best_partner, best_there = NOTHING, -1, -1, -1
    for place in range(first[here], first[here] + count[here]):
        account = member[place]
        begin = edges.state_start[state_of[account]]
        degree, least = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance, account, cost)
        settled = balance_waste[here] + reduced[account]
        for rank in range(degree):
            there = edges.reps[begin + rank]
            rise = cost[rank] - least - settled - balance_waste[there]
            if there == here:
                continue
            if (free[there] > 0 or has_way[there]) and rise + dual.seat[here] - dual.seat[there] < best:
                change = (rise + dual.seat[here] - dual.seat[there] + _waste(ledger, edges, dual, here, -1, account)
                          + _waste(ledger, edges, dual, there, account, -1))
                if change < best and _fits(desk, edges, num_measures, there, account, -1):
                    best, best_account, best_partner, best_there = change, account, -1, there
            if rise - edge_waste[there] >= best:
                continue
            for other_place in range(first[there], first[there] + count[there]):
                partner = member[other_place]
                if rise - reduced[partner] >= best or rank_of[state_of[partner], here] < 0:
                    continue
                change = rise - reduced[partner] + _waste(ledger, edges, dual, here, partner, account)
                if change >= best:
                    continue
                change += _waste(ledger, edges, dual, there, account, partner)
                if change >= best:
                    continue
                change += _rises(edges, dual, ledger, partner, here)
                if change < best and _fits(desk, edges, num_measures, there, account, partner) and _fits(
                        desk, edges, num_measures, here, partner, account):
                    best, best_account, best_partner, best_there = change, account, partner, there
    return best, best_account, best_partner, best_there


@njit(cache=True)
def _best_ring(ledger, edges, dual, account, goals, cost, cost_of_other):
    """Change, second account (−1: no ring helps), third (−1: the second takes the first one's place)."""
    desk, num_measures = ledger.desk, dual.room.shape[1]
    member, first, count, assignment = desk.member, desk.first, desk.count, desk.assignment
    here, state = assignment[account], edges.state[account]
    degree, least = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance, account, cost)
    best, best_second, best_third = NOTHING, -1, -1
    for rank in np.argsort(cost[:degree])[:goals]:
        there = edges.reps[edges.state_start[state] + rank]
        rise = cost[rank] - least - ledger.reduced[account] - ledger.balance_waste[here] - ledger.balance_waste[there]
        if there == here or cost[rank] - least >= ledger.reduced[account]:
            break
        for place in range(first[there], first[there] + count[there]):
            second = member[place]
            to_second = rise - ledger.reduced[second] + _waste(ledger, edges, dual, there, account, second)
            if to_second >= best or not _fits(desk, edges, num_measures, there, account, second):
                continue
            degree_of_other, least_of_other = price_edges(edges, dual.prices, dual.room, dual.seat, dual.balance,
                                                          second, cost_of_other)
            for other_rank in range(degree_of_other):
                beyond = edges.reps[edges.state_start[edges.state[second]] + other_rank]
                so_far = to_second + cost_of_other[other_rank] - least_of_other
                if so_far - ledger.balance_waste[beyond] - ledger.edge_waste[beyond] >= best or beyond == there:
                    continue
                if beyond == here:
                    change = so_far + _waste(ledger, edges, dual, here, second, account)
                    if change < best and _fits(desk, edges, num_measures, here, second, account):
                        best, best_second, best_third = change, second, -1
                    continue
                so_far -= ledger.balance_waste[beyond]
                for last in range(first[beyond], first[beyond] + count[beyond]):
                    third = member[last]
                    if so_far - ledger.reduced[third] >= best or edges.rank[edges.state[third], here] < 0:
                        continue
                    change = so_far - ledger.reduced[third] + _waste(ledger, edges, dual, beyond, second, third)
                    if change >= best:
                        continue
                    change += _waste(ledger, edges, dual, here, third, account)
                    if change >= best:
                        continue
                    change += _rises(edges, dual, ledger, third, here)
                    if change < best and _fits(desk, edges, num_measures, beyond, second, third) and _fits(
                            desk, edges, num_measures, here, third, account):
                        best, best_second, best_third = change, second, third
    return best, best_second, best_third


@njit(cache=True)
def _change_places(ledger, edges, dual, account, partner, there):
    """The account goes there, its partner (−1: none) where it was."""
    here = ledger.desk.assignment[account]
    if partner >= 0:
        exchange(ledger.desk, edges, account, partner)
        _note(ledger, edges, dual, partner, there, here)
    else:
        shift(ledger.desk, edges, account, there)
    _note(ledger, edges, dual, account, here, there)
    ledger.balance_waste[here] = _waste(ledger, edges, dual, here, -1, -1)
    ledger.balance_waste[there] = _waste(ledger, edges, dual, there, -1, -1)


@njit(cache=True)
def _note(ledger, edges, dual, account, left, rep):
    ledger.edge_waste[left] -= ledger.reduced[account]
    ledger.reduced[account] = _rises(edges, dual, ledger, account, rep)
    ledger.edge_waste[rep] += ledger.reduced[account]
    for k in range(dual.room.shape[1]):
        amount = edges.amount[account, k]
        ledger.inside[left, k] -= min(amount, dual.room[left, k])
        ledger.inside[rep, k] += min(amount, dual.room[rep, k])
