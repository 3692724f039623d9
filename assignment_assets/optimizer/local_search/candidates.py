"""Which reps a search proposes for an account: all who cover its state, or those that prices leave in question."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges, spread
from assignment_assets.optimizer.bounds.lagrangian import HUGE, Duals
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import Prices, tolerances

MOST, MOST_OF_MANY = 32, 12  # choices of one account; in a huge phase


class Choices(NamedTuple):
    """Reps in question; `rank[start[i]:start[i + 1]]` are account i's, the cheapest first, never none."""

    start: np.ndarray  # int64[n + 1]
    rank: np.ndarray  # int32[choices], a rep's place among those who cover the account's state
    above: np.ndarray  # float64[choices], cost at the dual prices above the account's least, over its tolerance


def all_choices(phase: Phase) -> Choices:
    """Every eligible rep of every account, none above the others."""
    start = phase.edges.start.copy()
    rank = np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))
    return Choices(start, rank.astype(np.int32), np.zeros(len(rank)))


def priced_choices(phase: Phase, prices: Prices, duals: Duals, per_account: float) -> tuple[Choices, float]:
    """The reps whose cost at the dual prices is near the account's least: so many an account on average.

    An edge further away than the gap between a solution and the bound is in no better solution at all; a smaller slack
    is a heuristic that spends proposals where they pay. A large account may be further from its least than a small one,
    by as much as its load is above the mean: what it costs in the wrong place is little beside what it unbalances. No
    account has more than `MOST` choices (fewer in a huge phase), since pairs of them grow with the square.

    Returns
    -------
    choices
        Those reps.
    slack
        How far above the least they may be for an account of mean load, in units of the weighted objective.
    """
    room = phase.edges.room
    tolerance = tolerances(phase, prices)
    slack = spread(phase.edges, prices, room, duals.seat, duals.balance, per_account, tolerance)
    most = MOST if phase.edges.start[-1] < HUGE else MOST_OF_MANY
    return Choices(*_priced(phase.edges, prices, room, duals.seat, duals.balance, tolerance, slack, most)), slack


def choices_among(phase: Phase, choices: Choices, assignments: np.ndarray) -> tuple[np.ndarray, Choices]:
    """What several assignments (int32[m, n], m ≥ 1) leave open.

    Returns
    -------
    accounts
        int64[], ascending: those who have a choice that the first assignment does not take.
    choices
        Theirs: those that any of the assignments takes; the cheapest where none takes any.
    """
    accounts, start, rank, above = _among(phase.edges, choices, np.ascontiguousarray(assignments))
    return accounts, Choices(start, rank, above)


@njit(cache=True)
def _among(edges, choices, assignments):
    accounts, start = np.empty(len(edges.state), dtype=np.int64), np.zeros(len(edges.state) + 1, dtype=np.int64)
    rank, above = np.empty(len(choices.rank), dtype=np.int32), np.empty(len(choices.rank))
    num_rows, count = len(assignments), 0
    for account in range(len(edges.state)):
        begin, first, filled = edges.state_start[edges.state[account]], choices.start[account], start[count]
        for choice in range(first, choices.start[account + 1]):
            rep = edges.reps[begin + choices.rank[choice]]
            for row in range(num_rows):
                if assignments[row, account] == rep:
                    rank[filled], above[filled] = choices.rank[choice], choices.above[choice]
                    filled += 1
                    break
        if filled == start[count]:
            rank[filled], above[filled] = choices.rank[first], choices.above[first]
            filled += 1
        if filled == start[count] + 1 and edges.reps[begin + rank[start[count]]] == assignments[0, account]:
            continue
        accounts[count] = account
        count += 1
        start[count] = filled
    return accounts[:count].copy(), start[: count + 1].copy(), rank[: start[count]].copy(), above[: start[count]].copy()


@njit(cache=True)
def _priced(edges, prices, room, seat, balance, tolerance, slack, most_choices):
    num_accounts = len(edges.state)
    start = np.zeros(num_accounts + 1, dtype=np.int64)
    kept_rank, kept_above = np.empty(4 * num_accounts, dtype=np.int32), np.empty(4 * num_accounts)
    cost = np.empty(len(edges.seats))
    for account in range(num_accounts):
        degree, least = price_edges(edges, prices, room, seat, balance, account, cost)
        filled, most = start[account], start[account] + most_choices
        if filled + degree > len(kept_rank):
            kept_rank = np.concatenate((kept_rank, np.empty(len(kept_rank) + degree, dtype=np.int32)))
            kept_above = np.concatenate((kept_above, np.empty(len(kept_above) + degree)))
        for rank in range(degree):
            above = (cost[rank] - least) / tolerance[account]
            if above <= slack and (filled < most or above < kept_above[filled - 1]):
                place = min(filled, most - 1)
                while place > start[account] and kept_above[place - 1] > above:  # the cheapest first
                    kept_above[place], kept_rank[place] = kept_above[place - 1], kept_rank[place - 1]
                    place -= 1
                kept_above[place], kept_rank[place] = above, rank
                filled = min(filled + 1, most)
        start[account + 1] = filled
    return start, kept_rank[: start[num_accounts]].copy(), kept_above[: start[num_accounts]].copy()
