"""What edges and books cost in a weighted objective, laid out for a search."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.candidates import Candidates
from assignment_assets.optimizer.model.arrays import FloatArray, RepArray
from assignment_assets.optimizer.model.phase import Edges
from assignment_assets.optimizer.model.weighted_sum import Costs


@njit(cache=True)
def book_costs(over: FloatArray, excess: FloatArray) -> FloatArray:
    """float64[R]: what each book costs by its loads above target."""
    cost = np.zeros(len(over))
    for rep in range(len(cost)):
        for k in range(excess.shape[1]):
            cost[rep] += excess[rep, k] * max(0.0, over[rep, k])
    return cost


@njit(cache=True)
def own_costs(assignment: RepArray, edges: Edges, costs: Costs) -> FloatArray:
    """float64[n]: what the edge costs that each account has, but for balance."""
    cost, minutes, start, rank, state, owner = (
        np.empty(len(assignment)),
        edges.minutes,
        edges.start,
        edges.rank,
        edges.state,
        edges.owner,
    )
    for account in range(len(assignment)):
        drive = minutes[start[account] + rank[state[account], assignment[account]]]
        cost[account] = edge_price(costs.minute, costs.move, drive, owner[account], assignment[account])
    return cost


@njit(cache=True)
def candidate_costs(
    assignment: RepArray, edges: Edges, candidates: Candidates, costs: Costs
) -> tuple[FloatArray, RepArray, RepArray]:
    """What every candidate costs but for balance, its rep, and which one each account holds (−1: none of them)."""
    minutes, start, rank, reps, owner = edges.minutes, edges.start, candidates.rank, edges.reps, edges.owner
    candidate_start, state, state_start = candidates.start, edges.state, edges.state_start
    cost, rep_of = np.empty(len(rank)), np.empty(len(rank), dtype=np.int32)
    held = np.full(len(assignment), -1, dtype=np.int32)
    for account in range(len(assignment)):
        begin = state_start[state[account]]
        for candidate in range(candidate_start[account], candidate_start[account + 1]):
            rep = reps[begin + rank[candidate]]
            drive = minutes[start[account] + rank[candidate]]
            rep_of[candidate] = rep
            cost[candidate] = edge_price(costs.minute, costs.move, drive, owner[account], rep)
            if rep == assignment[account]:
                held[account] = candidate
    return cost, rep_of, held


@njit(cache=True, inline="always")
def edge_price(minute: float, move: float, drive: int, owner: int, rep: int) -> float:
    """Drive time and the move, as they count in the weighted objective."""
    cost = minute * np.float64(drive)
    return cost + move if owner >= 0 and owner != rep else cost
