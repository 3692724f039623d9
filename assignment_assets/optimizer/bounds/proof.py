"""What is proven of a phase: its scale, the weights that were asked for, and the prices that prove their bound."""

from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import Duals
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem


class Proof(NamedTuple):
    """A phase on its scale, and the bound at one direction."""

    problem: NormalisedProblem
    direction: np.ndarray  # float64[3]: the configured weights, summing to 1
    duals: Duals


def prove(problem: NormalisedProblem, direction: np.ndarray) -> Proof:
    """The best bound found of a direction."""
    return Proof(problem, direction, problem.prove(direction))


def direction_of(weights: tuple[float, float, float]) -> np.ndarray:
    """float64[3]: the configured weights, summing to 1."""
    return np.array(weights) / sum(weights)
