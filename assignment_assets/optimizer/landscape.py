"""The phase with its objectives brought to one scale: zero at the proven ideal, one at the reference corner."""

from dataclasses import dataclass

import numpy as np

from assignment_assets.optimizer.bounds import Duals, lower_bound
from assignment_assets.optimizer.draws import seed_word
from assignment_assets.optimizer.feasible import fit_reserve
from assignment_assets.optimizer.objectives import evaluate
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.search import anneal
from assignment_assets.optimizer.weighing import Weighing, weigh

TRIES = 6
SLIGHT = 0.002  # weight of the objectives that an extreme solution is not about
MARGIN = 0.05  # of the range, beyond the worst extreme


@dataclass(frozen=True, eq=False)
class Landscape:
    """A phase and its scale.

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

    def burst(self, assignment: np.ndarray, direction: np.ndarray, sweeps: float, heat: float,
              generator: np.random.Generator, reserve: np.ndarray | None = None) -> np.ndarray:
        """An annealed copy of `assignment`.

        Parameters
        ----------
        sweeps
            Proposals, in multiples of the number of accounts.
        heat
            First temperature, in units of the mean normalised objective of one account.
        """
        phase = self.phase
        result = assignment.copy()
        held = fit_reserve(phase, assignment) if reserve is None else reserve
        hot = heat / max(phase.num_accounts, 1)
        anneal(result, held, phase.edges, self.weighing(direction).prices, int(sweeps * phase.num_accounts),
               hot, hot * 0.003, TRIES, seed_word(generator))
        return result


def survey(phase: Phase, start: np.ndarray, sweeps: float, generator: np.random.Generator,
           ) -> tuple[Landscape, np.ndarray]:
    """The scale of a phase, and the three extreme solutions (int32[3, n]) that it comes from.

    The ideal is the proven bound of each objective alone. The reference lies a little beyond the worst figure of the
    three extremes, each found with almost all weight on one objective.
    """
    ideal = np.array([lower_bound(phase, weigh(phase, unit)).bound for unit in np.eye(3)])
    ideal = np.maximum(ideal, 0.0)
    rough = Landscape(phase, ideal, np.maximum(evaluate(phase, start)[0], ideal + 1e-6))
    extremes = np.array([rough.burst(start, np.where(row > 0, 1.0, SLIGHT), sweeps, 1.0, generator)
                         for row in np.eye(3)], dtype=np.int32).reshape(3, phase.num_accounts)
    worst = evaluate(phase, extremes).max(axis=0)
    reference = worst + MARGIN * (worst - ideal)
    return Landscape(phase, ideal, np.where(reference > ideal + 1e-9, reference, ideal + 1.0)), extremes


def knee_bound(landscape: Landscape, direction: np.ndarray) -> Duals:
    """The proven bound of a direction's weighted objective (ideal point included) and its prices."""
    return lower_bound(landscape.phase, landscape.weighing(direction))
