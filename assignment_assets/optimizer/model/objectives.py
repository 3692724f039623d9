"""The three objectives of a phase, in full: balance, drive time, disruption. All are minimised; zero is perfect.

Balance is the Hoover index (Hoover 1936, doi:10.2307/1927875), capacity weighted: the per cent of a measure's total
that sits above the books' fair shares, averaged over the measures. It is computed in whole numbers: with shares w and
their sum W, an excess is (W·load − w·total)⁺.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges, Phase


def evaluate(phase: Phase, assignments: np.ndarray) -> np.ndarray:
    """float64[P, 3]: balance, mean drive minutes and moves in per cent of each row of `assignments` (int32[P, n])."""
    assignments = np.ascontiguousarray(np.atleast_2d(assignments), dtype=np.int32)
    drive, moved, loads = _sums(assignments, phase.edges, phase.num_reps, phase.num_measures)
    out = np.zeros((len(assignments), 3))
    out[:, 0] = balance(phase, loads)
    out[:, 1] = (drive + phase.minutes_fixed) / max(phase.num_driven, 1)
    out[:, 2] = 100.0 * (moved + phase.num_always_moved) / max(phase.num_owned, 1)
    return out


def book_loads(phase: Phase, assignments: np.ndarray) -> np.ndarray:
    """int64[P, R, K]: the loads of the books."""
    assignments = np.ascontiguousarray(np.atleast_2d(assignments), dtype=np.int32)
    return _sums(assignments, phase.edges, phase.num_reps, phase.num_measures)[2]


def balance(phase: Phase, loads: np.ndarray) -> np.ndarray:
    """float64[P]: mean over the measures of the per cent of the total above target; `loads` is int64[P, R, K]."""
    counted = phase.shares > 0
    whole = int(phase.shares.sum())
    excess = np.maximum(whole * loads[:, counted] - phase.shares[counted, None] * phase.totals, 0).sum(axis=1)
    scale = np.maximum(whole * phase.totals, 1)
    return (100.0 * excess / scale).mean(axis=1) if phase.num_measures else np.zeros(len(loads))


def worst_book(phase: Phase, loads: np.ndarray) -> np.ndarray:
    """float64[P]: how far the heaviest book is above its target, in per cent, worst over the measures."""
    target = phase.edges.target
    relative = np.divide(loads, target, out=np.ones(loads.shape), where=target > 0)
    return 100.0 * (relative.max(axis=(1, 2), initial=1.0) - 1.0)


@njit(cache=True)
def _sums(assignments: RepArray, edges: Edges, num_reps: int, num_measures: int) -> tuple[IntArray, IntArray, IntArray]:
    num_points, num_accounts = assignments.shape
    drive = np.zeros(num_points, dtype=np.int64)
    moved = np.zeros(num_points, dtype=np.int64)
    loads = np.zeros((num_points, num_reps, num_measures), dtype=np.int64)
    for point in range(num_points):
        for rep in range(num_reps):
            for k in range(num_measures):
                loads[point, rep, k] = np.int64(edges.base[rep, k])
        for account in range(num_accounts):
            rep = assignments[point, account]
            drive[point] += edges.minutes[edges.start[account] + edges.rank[edges.state[account], rep]]
            if edges.owner[account] >= 0 and edges.owner[account] != rep:
                moved[point] += 1
            for k in range(num_measures):
                loads[point, rep, k] += np.int64(edges.amount[account, k])
    return drive, moved, loads
