"""Which reps a search proposes for an account: all who cover its state, or those of small reduced cost."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges, spread
from assignment_assets.optimizer.bounds.lagrangian import BOUND, Duals
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.knobs import NOT_NEGATIVE, ONE_OR_MORE, Knobs, knob
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.weighted_sum import Costs, load_factors


@dataclass(frozen=True)
class CandidateParams(Knobs):
    """Which reps are proposed."""

    per_account: float = knob(4.0, ONE_OR_MORE, "of an account, on average; proposals reach further, pay less often")
    most: int = knob(32, ONE_OR_MORE, "of one account; memory of the pairs grows by the square")
    most_if_huge: int = knob(12, ONE_OR_MORE, "the same in a huge phase")
    huge: int = knob(BOUND.huge, NOT_NEGATIVE, "edges from which a phase is huge here; more phases have longer lists")


CANDIDATES = CandidateParams()


class Candidates(NamedTuple):
    """Candidate reps; `rank[start[i]:start[i + 1]]` are account i's, the cheapest first, never none."""

    start: np.ndarray  # int64[n + 1]
    rank: np.ndarray  # int32[candidates], a rep's place among those who cover the account's state
    above: np.ndarray  # float64[candidates], reduced cost at the dual prices, over the account's load factor


def all_candidates(phase: Phase) -> Candidates:
    """Every eligible rep of every account, none above the others."""
    start = phase.edges.start.copy()
    rank = np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))
    return Candidates(start, rank.astype(np.int32), np.zeros(len(rank)))


def nearest_candidates(
    phase: Phase, costs: Costs, duals: Duals, params: CandidateParams = CANDIDATES
) -> tuple[Candidates, float]:
    """The reps whose cost at the dual prices is near the account's least: so many an account on average.

    An edge further away than the gap between a solution and the bound is in no better solution at all; a smaller slack
    is a heuristic that spends proposals where they pay. A large account may be further from its least than a small one,
    by as much as its load is above the mean: what it costs in the wrong place is little beside what it unbalances. No
    account has more than `CandidateParams.most` candidates (fewer in a huge phase): pairs of them grow with the square.

    Returns
    -------
    candidates
        Those reps.
    slack
        How far above the least they may be for an account of mean load, in units of the weighted objective.
    """
    room = phase.edges.room
    load_factor = load_factors(phase, costs)
    window = spread(phase.edges, costs, room, duals.seat, duals.balance, params.per_account, load_factor)
    most = params.most if phase.edges.start[-1] < params.huge else params.most_if_huge
    found = _priced(phase.edges, costs, room, duals.seat, duals.balance, load_factor, window, most)
    return Candidates(*found), window


def candidates_among(phase: Phase, candidates: Candidates, assignments: np.ndarray) -> tuple[np.ndarray, Candidates]:
    """What several assignments (int32[m, n], m ≥ 1) leave open.

    Returns
    -------
    accounts
        int64[], ascending: those who have a candidate that the first assignment does not take.
    candidates
        Theirs: those that any of the assignments takes; the cheapest where none takes any.
    """
    accounts, start, rank, above = _among(phase.edges, candidates, np.ascontiguousarray(assignments))
    return accounts, Candidates(start, rank, above)


@njit(cache=True)
def _among(
    edges: Edges, candidates: Candidates, assignments: RepArray
) -> tuple[IntArray, IntArray, RepArray, FloatArray]:
    accounts, start = np.empty(len(edges.state), dtype=np.int64), np.zeros(len(edges.state) + 1, dtype=np.int64)
    rank, above = np.empty(len(candidates.rank), dtype=np.int32), np.empty(len(candidates.rank))
    num_rows, count = len(assignments), 0
    for account in range(len(edges.state)):
        begin, first, filled = edges.state_start[edges.state[account]], candidates.start[account], start[count]
        for candidate in range(first, candidates.start[account + 1]):
            rep = edges.reps[begin + candidates.rank[candidate]]
            for row in range(num_rows):
                if assignments[row, account] == rep:
                    rank[filled], above[filled] = candidates.rank[candidate], candidates.above[candidate]
                    filled += 1
                    break
        if filled == start[count]:
            rank[filled], above[filled] = candidates.rank[first], candidates.above[first]
            filled += 1
        if filled == start[count] + 1 and edges.reps[begin + rank[start[count]]] == assignments[0, account]:
            continue
        accounts[count] = account
        count += 1
        start[count] = filled
    return accounts[:count].copy(), start[: count + 1].copy(), rank[: start[count]].copy(), above[: start[count]].copy()


@njit(cache=True)
def _priced(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    seat: FloatArray,
    balance: FloatArray,
    load_factor: FloatArray,
    window: float,
    most_candidates: int,
) -> tuple[IntArray, RepArray, FloatArray]:
    num_accounts = len(edges.state)
    start = np.zeros(num_accounts + 1, dtype=np.int64)
    kept_rank, kept_above = np.empty(4 * num_accounts, dtype=np.int32), np.empty(4 * num_accounts)
    cost = np.empty(len(edges.seats))
    for account in range(num_accounts):
        degree, least = price_edges(edges, costs, room, seat, balance, account, cost)
        filled, most = start[account], start[account] + most_candidates
        if filled + degree > len(kept_rank):
            kept_rank = np.concatenate((kept_rank, np.empty(len(kept_rank) + degree, dtype=np.int32)))
            kept_above = np.concatenate((kept_above, np.empty(len(kept_above) + degree)))
        for rank in range(degree):
            above = (cost[rank] - least) / load_factor[account]
            if above <= window and (filled < most or above < kept_above[filled - 1]):
                place = min(filled, most - 1)
                while place > start[account] and kept_above[place - 1] > above:  # the cheapest first
                    kept_above[place], kept_rank[place] = kept_above[place - 1], kept_rank[place - 1]
                    place -= 1
                kept_above[place], kept_rank[place] = above, rank
                filled = min(filled + 1, most)
        start[account + 1] = filled
    return start, kept_rank[: start[num_accounts]].copy(), kept_above[: start[num_accounts]].copy()
