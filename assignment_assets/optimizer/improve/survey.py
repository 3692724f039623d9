"""The scale of a phase: the ideal that is proven, and the reference beyond the worst of three extreme solutions."""

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import MEDIUM, Duals, lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.single_objective import least_imbalance, least_moves
from assignment_assets.optimizer.improve.moves import burst, round_by_auction
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import weigh

EXTREME_TEMPERATURE = 1.0  # first temperature of each extreme's search
EXTREME_SWEEPS, EXTREME_PROPOSALS = (5, 200), 2_000_000  # its length: fewest and most, and the proposals between them
EXTREME_MINOR_WEIGHT = 0.002  # weight of the objectives that an extreme solution is not about
REFERENCE_MARGIN = 0.05  # of the range, beyond the worst extreme


def survey(phase: Phase, start: np.ndarray, generator: np.random.Generator) -> tuple[NormalisedProblem, np.ndarray]:
    """The scale of a phase, and the three extreme solutions (int32[3, n]) that it comes from.

    The ideal is the proven bound of each objective alone. The reference lies a little beyond the worst figure of the
    three extremes, each found with almost all weight on one objective.
    """
    drive = lower_bound(phase, weigh(phase, np.eye(3)[1]))
    ideal = np.maximum([least_imbalance(phase), drive.bound, least_moves(phase)], 0.0)
    if phase.edges.start[-1] < MEDIUM:
        ideal[0] = max(ideal[0], lower_bound(phase, weigh(phase, np.eye(3)[0])).bound)  # sees whole accounts: tighter
    rough = NormalisedProblem(phase, ideal, np.maximum(evaluate(phase, start)[0], ideal + 1e-6))
    extremes = _extremes(rough, start, generator, drive)
    worst = evaluate(phase, extremes).max(axis=0)
    reference = worst + REFERENCE_MARGIN * (worst - ideal)
    return NormalisedProblem(phase, ideal, np.where(reference > ideal + 1e-9, reference, ideal + 1.0)), extremes


def _extremes(
    problem: NormalisedProblem, start: np.ndarray, generator: np.random.Generator, drive: Duals
) -> np.ndarray:
    """int32[3, n]: solutions with almost all weight on one objective; `drive` are the prices of drive time alone."""
    middle = lower_bound(problem.phase, problem.weighing(np.full(3, 1.0 / 3.0)), roughly=True)
    return np.array([_extreme(problem, k, drive if k == 1 else middle, start, generator) for k in range(3)])


def _extreme(
    problem: NormalisedProblem, k: int, near: Duals, start: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """One of them; its candidate lists, which are large, do not outlive it."""
    direction = np.where(np.arange(3) == k, 1.0, EXTREME_MINOR_WEIGHT)
    priced = price_candidates(problem, direction, problem.prices_near(direction, near))
    sweeps = np.clip(EXTREME_PROPOSALS / max(problem.phase.num_accounts, 1), *EXTREME_SWEEPS)
    rounded = round_by_auction(problem, priced, start, generator)
    return burst(problem, rounded, priced, sweeps, EXTREME_TEMPERATURE, generator)
