"""How good a set of points is, against bounds that nobody can beat."""

from dataclasses import dataclass

import numpy as np
from moocore import hypervolume
from scipy.spatial import ConvexHull, HalfspaceIntersection

from assignment_assets.bench.instances import Problem
from assignment_assets.optimizer.bounds import lower_bound
from assignment_assets.optimizer.landscape import survey
from assignment_assets.optimizer.lattice import directions
from assignment_assets.optimizer.phase import Phase

WARM = ((1.0, 0.3, 0.1, 0.03), 30)  # temperatures and iterations from a neighbour's prices
INSIDE = 1.0 - 1e-9


@dataclass(frozen=True, eq=False)
class Scale:
    """The normalisation and the bounds that every method is measured by."""

    ideal: np.ndarray
    reference: np.ndarray
    weights: np.ndarray
    hypervolume_bound: float
    knee_bound: float

    def score(self, objectives: np.ndarray) -> dict[str, float | None]:
        """Hypervolume ratio, and the knee's gaps in per cent: raw with the ideal point, strict without."""
        if not len(objectives):
            return {"hv_ratio": 0.0, "knee_raw_pct": None, "knee_strict_pct": None}
        ranges = self.reference - self.ideal
        points = (objectives - self.ideal) / ranges
        inside = points[(points < 1.0).all(axis=1)]
        volume = hypervolume(inside, ref=np.ones(3)) if len(inside) else 0.0
        offset = float(self.weights @ (self.ideal / ranges))
        knee = float((points @ self.weights).min())
        return {"hv_ratio": round(volume / self.hypervolume_bound, 4),
                "knee_raw_pct": round(100.0 * ((knee + offset) / (self.knee_bound + offset) - 1.0), 3),
                "knee_strict_pct": round(100.0 * (knee / self.knee_bound - 1.0), 3)}


def shared_scale(problem: Problem) -> Scale | None:
    """The scale of `reference.json`, where it has one."""
    reference = problem.reference
    if "hypervolume_upper_bound" not in reference:
        return None
    return Scale(*(np.array(reference[name]) for name in ("ideal", "ref", "knee_weights")),
                 reference["hypervolume_upper_bound"], reference["knee_lower_bound_normalised_strict"])


def own_scale(phase: Phase, start: np.ndarray, weights: np.ndarray, divisions: int) -> Scale:
    """A scale from our own bounds, with a lattice of (d+1)(d+2)/2 half-spaces for the hypervolume."""
    landscape, _ = survey(phase, start, 150, np.random.default_rng(0))
    lattice, near, least = directions(divisions), None, []
    for direction in lattice:
        weighing = landscape.weighing(direction)
        near = lower_bound(phase, weighing) if near is None else lower_bound(phase, weighing, near, *WARM)
        least.append(near.bound - landscape.offset(direction))
    knee = lower_bound(phase, landscape.weighing(weights)).bound - landscape.offset(weights)
    volume = volume_above(np.vstack([lattice, weights]), np.array([*least, knee]))
    return Scale(landscape.ideal, landscape.reference, weights, volume, knee)


def volume_above(weights: np.ndarray, least: np.ndarray) -> float:
    """Volume of the part of the unit cube where every `weights · z ≥ least`: no set of points dominates more."""
    cube = np.vstack([np.hstack([np.eye(3), -np.ones((3, 1))]), np.hstack([-np.eye(3), np.zeros((3, 1))])])
    halves = np.vstack([cube, np.hstack([-weights, least[:, None]])])
    corners = HalfspaceIntersection(halves, np.full(3, INSIDE)).intersections
    return float(ConvexHull(corners).volume)
