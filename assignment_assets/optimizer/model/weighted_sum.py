"""A weighted sum of the three objectives, written as costs of edges and of excess loads."""

from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.model.phase import Phase


class Costs(NamedTuple):
    """Costs whose sum over an assignment is the weighted objective, up to `Weighing.constant`."""

    minute: float  # per drive minute of one account
    move: float  # per account that leaves an owner among the reps
    excess: np.ndarray  # float64[R, K], per unit of a book's load above target


class Weighing(NamedTuple):
    """Weights of the objectives, in units of the objectives."""

    costs: Costs
    constant: float
    weights: np.ndarray  # float64[3], w · f is the objective
    size: np.ndarray  # float64[K] above 0, an account's typical (root mean square) load
    unit: float  # above 0, a sixtieth of what an account typically costs, plus a minute


def weigh(phase: Phase, weights: np.ndarray, size: np.ndarray | None = None) -> Weighing:
    """The costs for which `weights · (balance, drive minutes, moves)` is the sum; `size`, if it is known, as it is."""
    weights = np.asarray(weights, dtype=np.float64)
    counted = (phase.shares > 0)[:, None] & (phase.totals > 0)[None, :]
    per_unit = weights[0] * 100.0 / (max(phase.num_measures, 1) * np.maximum(phase.totals, 1).astype(np.float64))
    per_move = weights[2] * 100.0 / max(phase.num_owned, 1)
    costs = Costs(
        float(weights[1] / max(phase.num_driven, 1)), float(per_move), np.where(counted, per_unit[None, :], 0.0)
    )
    if size is None:
        size = _typical_load(phase.edges.amount)
    per_account = costs.move + float((costs.excess.max(axis=0, initial=0.0) * size).sum())
    unit = max(costs.minute + per_account / 60.0, 1e-30)
    constant = per_move * phase.num_always_moved + costs.minute * phase.minutes_fixed
    return Weighing(costs, constant, weights, size, unit)


def load_factors(phase: Phase, costs: Costs) -> np.ndarray:
    """float64[n], 1 or more: an account's load in excess prices over the mean account's.

    What a large account costs in the wrong place is little beside what it unbalances.
    """
    load = (phase.edges.amount * costs.excess.max(axis=0, initial=0.0)).sum(axis=1)
    return np.maximum(load / max(float(load.mean()), 1e-300), 1.0) if len(load) else load


def _typical_load(amount: np.ndarray) -> np.ndarray:
    """float64[K] above 0: the root mean square."""
    return np.sqrt(np.einsum("ik,ik->k", amount, amount) / max(len(amount), 1)) + (1e-30 if len(amount) else 1.0)
