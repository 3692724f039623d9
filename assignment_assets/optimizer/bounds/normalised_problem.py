"""A phase with its objectives brought to one scale: zero at the proven ideal, one at the reference corner."""

from dataclasses import dataclass

import numpy as np

from assignment_assets.optimizer.bounds.dual import exact_value
from assignment_assets.optimizer.bounds.lagrangian import Duals, lower_bound
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import Weighing, weigh


@dataclass(frozen=True, eq=False)
class NormalisedProblem:
    """A phase and its scale.

    A direction is float64[3]: weights of the normalised objectives.

    Parameters
    ----------
    ideal, reference
        float64[3]: normalised objectives are (f − ideal) / (reference − ideal).
    """

    phase: Phase
    ideal: np.ndarray
    reference: np.ndarray

    @property
    def ranges(self) -> np.ndarray:
        """float64[3], positive."""
        return np.maximum(self.reference - self.ideal, 1e-9)

    def normalise(self, objectives: np.ndarray) -> np.ndarray:
        return (objectives - self.ideal) / self.ranges

    def weighing(self, direction: np.ndarray) -> Weighing:
        """The weighted objective of a direction over the normalised ranges."""
        return weigh(self.phase, np.asarray(direction) / self.ranges)

    def offset(self, direction: np.ndarray) -> float:
        """What the ideal point contributes to that weighted objective."""
        return float(np.dot(direction, self.ideal / self.ranges))

    def prove(self, direction: np.ndarray) -> Duals:
        """The bound of a direction, and its prices."""
        return lower_bound(self.phase, self.weighing(direction))

    def prices_near(self, direction: np.ndarray, near: Duals) -> Duals:
        """Coarse prices, quickly found from a neighbour's."""
        return lower_bound(self.phase, self.weighing(direction), near, roughly=True)

    def prices_between(self, direction: np.ndarray, one: Duals, other: Duals) -> Duals:
        """The means of two neighbours' prices, and what they prove."""
        phase, weighing = self.phase, self.weighing(direction)
        (seat, balance), (seat_too, balance_too) = one.carried(weighing), other.carried(weighing)
        seat, balance = 0.5 * (seat + seat_too), 0.5 * (balance + balance_too)
        nobody = np.zeros(len(phase.edges.rank), dtype=np.int64)
        proven = exact_value(phase.edges, weighing.costs, phase.edges.room, nobody, seat, balance)
        return Duals(seat, balance, float(proven + weighing.constant), weighing)
