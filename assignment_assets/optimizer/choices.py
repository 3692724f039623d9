"""Which reps a search proposes for an account: all who cover its state, or those that prices leave in question."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds import Duals, edge_cost
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.weighing import Prices

SAMPLE = 5000  # accounts that the slack is estimated from


class Choices(NamedTuple):
    """Accounts with more than one rep in question; `rank[start[i]:start[i + 1]]` are those of `account[i]`."""

    account: np.ndarray  # int32[m]
    start: np.ndarray  # int64[m + 1]
    rank: np.ndarray  # int32[choices]


def all_choices(phase: Phase) -> Choices:
    """Every eligible rep of every account that has more than one."""
    edges = phase.edges
    degree = np.diff(edges.start)
    account = np.flatnonzero(degree > 1).astype(np.int32)
    start = np.zeros(len(account) + 1, dtype=np.int64)
    np.cumsum(degree[account], out=start[1:])
    rank = np.arange(start[-1]) - np.repeat(start[:-1], degree[account])
    return Choices(account, start, rank.astype(np.int32))


def priced_choices(phase: Phase, prices: Prices, duals: Duals, per_account: float) -> tuple[Choices, float]:
    """The reps whose cost at the dual prices is near the account's least: so many an account on average.

    An edge further away than the gap between a solution and the bound is in no better solution at all; a smaller slack
    is a heuristic that spends proposals where they pay.

    Returns
    -------
    choices
        Those reps, of the accounts that have more than one.
    slack
        How far above the least they may be, in units of the weighted objective: how closely the reps compete, and so
        the measure of a search's temperature.
    """
    room = np.maximum(phase.edges.target - phase.edges.base, 0.0)
    step = max(1, phase.num_accounts // SAMPLE)
    above = _above_least(phase.edges, prices, room, duals.seat, duals.balance, step)
    wanted = int(per_account * (phase.num_accounts / step))
    slack = float(np.partition(above, wanted)[wanted]) if wanted < len(above) else float(above.max(initial=0.0))
    return Choices(*_priced(phase.edges, prices, room, duals.seat, duals.balance, slack)), slack


def cheapest(phase: Phase, prices: Prices, duals: Duals) -> np.ndarray:
    """int32[n]: each account's rep of the least cost at the dual prices; books may come out above their seats."""
    room = np.maximum(phase.edges.target - phase.edges.base, 0.0)
    return _cheapest(phase.edges, prices, room, duals.seat, duals.balance)


@njit(cache=True)
def _cheapest(edges, prices, room, seat, balance):
    chosen = np.empty(len(edges.state), dtype=np.int32)
    for account in range(len(chosen)):
        begin = edges.state_start[edges.state[account]]
        least = np.inf
        for place in range(begin, edges.state_start[edges.state[account] + 1]):
            cost = edge_cost(edges, prices, room, seat, balance, account, place - begin, edges.reps[place])
            if cost < least:
                least = cost
                chosen[account] = edges.reps[place]
    return chosen


@njit(cache=True)
def _above_least(edges, prices, room, seat, balance, step):
    """The costs of every `step`-th account's edges above the account's least."""
    size = 0
    for account in range(0, len(edges.state), step):
        size += edges.start[account + 1] - edges.start[account]
    above = np.empty(size)
    filled = 0
    for account in range(0, len(edges.state), step):
        begin = edges.state_start[edges.state[account]]
        degree = edges.state_start[edges.state[account] + 1] - begin
        least = np.inf
        for rank in range(degree):
            cost = edge_cost(edges, prices, room, seat, balance, account, rank, edges.reps[begin + rank])
            above[filled + rank] = cost
            least = min(least, cost)
        for rank in range(degree):
            above[filled + rank] -= least
        filled += degree
    return above


@njit(cache=True)
def _priced(edges, prices, room, seat, balance, slack):
    num_accounts = len(edges.state)
    account_of = np.empty(num_accounts, dtype=np.int32)
    start = np.zeros(num_accounts + 1, dtype=np.int64)
    kept_rank = np.empty(edges.start[num_accounts], dtype=np.int32)
    cost = np.empty(len(edges.seats))
    rows = 0
    for account in range(num_accounts):
        begin = edges.state_start[edges.state[account]]
        degree = edges.state_start[edges.state[account] + 1] - begin
        least = np.inf
        for rank in range(degree):
            cost[rank] = edge_cost(edges, prices, room, seat, balance, account, rank, edges.reps[begin + rank])
            least = min(least, cost[rank])
        filled = start[rows]
        for rank in range(degree):
            if cost[rank] <= least + slack:
                kept_rank[filled] = rank
                filled += 1
        if filled - start[rows] > 1:
            account_of[rows] = account
            rows += 1
            start[rows] = filled
    return account_of[:rows].copy(), start[:rows + 1].copy(), kept_rank[:start[rows]].copy()
