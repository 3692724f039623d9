"""Feasible starts: every account of the phase in a book, every later account's seat kept."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.seats.max_flow import seat_by_state


def fit_reserve(phase: Phase, assignment: np.ndarray) -> np.ndarray:
    """int64[S, R]: a seating of the later accounts beside `assignment`; largest, so all of them when that is possible.

    Deterministic, so that an assignment alone is enough to start a search from.
    """
    edges = phase.edges
    free = edges.seats - np.bincount(assignment, minlength=phase.num_reps)
    return seat_by_state(phase.reserve.sum(axis=1), covers_of(edges), free)


def covers_of(edges: Edges) -> np.ndarray:
    """bool[R, S]."""
    return np.ascontiguousarray(edges.rank.T >= 0)


@njit(cache=True)
def draw_from_flow(order: IntArray, account_state: RepArray, edges: Edges, flow: IntArray) -> RepArray:
    """int32[n]: accounts take the nearest rep that the flow of their state still offers, in the order given.

    `flow` (int64[S, R]) is lowered; what is left of it is the reserve.
    """
    assignment = np.empty(len(account_state), dtype=np.int32)
    for account in order:
        state = account_state[account]
        nearest, rep = 1 << 30, -1
        for place in range(edges.state_start[state], edges.state_start[state + 1]):
            candidate = edges.reps[place]
            minutes = np.int64(edges.minutes[edges.start[account] + place - edges.state_start[state]])
            if flow[state, candidate] > 0 and minutes < nearest:
                nearest, rep = minutes, candidate
        flow[state, rep] -= 1
        assignment[account] = rep
    return assignment
