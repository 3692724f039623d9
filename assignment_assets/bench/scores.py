"""How good a set of points is, against bounds that nobody can beat."""

import time
from dataclasses import dataclass

import numpy as np
from moocore import hypervolume
from scipy.spatial import ConvexHull, HalfspaceIntersection

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.pareto.weight_lattice import directions

INSIDE = 1.0 - 1e-9
LATTICES = ((100_000, 12), (1_000_000, 8))  # up to so many edges, steps of the lattice: 91 and 45 half-spaces
COARSEST = 4  # steps above: 15 half-spaces


@dataclass(frozen=True, eq=False)
class Scale:
    """The normalisation and the bounds that every method is measured by.

    Parameters
    ----------
    ideal, reference
        float64[3]: normalised objectives are (f − ideal) / (reference − ideal).
    weights
        float64[3]: of the knee, summing to 1.
    hypervolume_bound
        Proven upper bound of the normalised hypervolume.
    knee_bound
        Proven lower bound of the normalised weighted objective, the ideal point subtracted.
    source
        Where the figures come from.
    """

    ideal: np.ndarray
    reference: np.ndarray
    weights: np.ndarray
    hypervolume_bound: float
    knee_bound: float
    source: str = "own bounds"

    @property
    def offset(self) -> float:
        """What the ideal point contributes to the weighted objective."""
        return float(self.weights @ (self.ideal / (self.reference - self.ideal)))

    def normalise(self, objectives: np.ndarray) -> np.ndarray:
        return (objectives - self.ideal) / (self.reference - self.ideal)

    def knee(self, objectives: np.ndarray) -> int:
        """The row with the least weighted objective."""
        return int(np.argmin(self.normalise(objectives) @ self.weights))

    def score(self, objectives: np.ndarray) -> dict[str, float | None]:
        """Hypervolume ratio, and the knee's gaps in per cent: raw with the ideal point, strict without."""
        if not len(objectives):
            return {"hv_ratio": 0.0, "knee_raw_pct": None, "knee_strict_pct": None}
        points = self.normalise(objectives)
        inside = points[(points < 1.0).all(axis=1)]
        volume = hypervolume(inside, ref=np.ones(3)) if len(inside) else 0.0
        knee = float((points @ self.weights).min())
        return {
            "hv_ratio": round(volume / self.hypervolume_bound, 4),
            "knee_raw_pct": round(100.0 * ((knee + self.offset) / (self.knee_bound + self.offset) - 1.0), 4),
            "knee_strict_pct": round(100.0 * (knee / self.knee_bound - 1.0), 4),
        }

    def as_json(self) -> dict:
        """What `Scale.of_json` takes back."""
        return {
            "ideal": self.ideal.tolist(),
            "reference": self.reference.tolist(),
            "weights": self.weights.tolist(),
            "hypervolume_bound": self.hypervolume_bound,
            "knee_bound": self.knee_bound,
            "source": self.source,
        }

    @classmethod
    def of_json(cls, content: dict) -> "Scale":
        arrays = {name: np.array(content[name]) for name in ("ideal", "reference", "weights")}
        return cls(**{**content, **arrays})


def shared_scale(reference: dict) -> Scale | None:
    """The scale of a shared instance's `reference.json`, where it has one."""
    if "hypervolume_upper_bound" not in reference:
        return None
    return Scale(
        *(np.array(reference[name]) for name in ("ideal", "ref", "knee_weights")),
        reference["hypervolume_upper_bound"],
        reference["knee_lower_bound_normalised_strict"],
        "reference.json",
    )


def own_scale(phase: Phase, start: np.ndarray, weights: np.ndarray, divisions: int | None = None) -> Scale:
    """A scale from our own bounds, with a lattice of (d+1)(d+2)/2 half-spaces for the hypervolume.

    Without `divisions`, `LATTICES` says how many: fewer half-spaces are as valid, and further away.
    """
    divisions = divisions or next((steps for most, steps in LATTICES if phase.edges.start[-1] <= most), COARSEST)
    problem, _ = survey(phase, start, np.random.default_rng(0))
    lattice, near, least = directions(divisions), None, []
    for direction in lattice:
        weighing = problem.weighing(direction)
        near = lower_bound(phase, weighing, near)
        least.append(near.bound - problem.offset(direction))
    knee = lower_bound(phase, problem.weighing(weights)).bound - problem.offset(weights)
    volume = volume_above(np.vstack([lattice, weights]), np.array([*least, knee]))
    return Scale(problem.ideal, problem.reference, weights, volume, knee)


def certify(phase: Phase, scale: Scale) -> tuple[float, float]:
    """Our own proof of the knee: the bound, ideal point included, and the CPU seconds that it takes from nothing."""
    began = time.process_time()
    problem = NormalisedProblem(phase, scale.ideal, scale.reference)
    return lower_bound(phase, problem.weighing(scale.weights)).bound, time.process_time() - began


def volume_above(weights: np.ndarray, least: np.ndarray) -> float:
    """Volume of the part of the unit cube where every `weights · z ≥ least`: no set of points dominates more."""
    cube = np.vstack([np.hstack([np.eye(3), -np.ones((3, 1))]), np.hstack([-np.eye(3), np.zeros((3, 1))])])
    halves = np.vstack([cube, np.hstack([-weights, least[:, None]])])
    corners = HalfspaceIntersection(halves, np.full(3, INSIDE)).intersections
    return float(ConvexHull(corners).volume)
