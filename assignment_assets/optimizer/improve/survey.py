"""The scale of a phase: the ideal that is proven, and the reference beyond the worst of three extreme solutions."""

from dataclasses import dataclass

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import BOUND, Duals, lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.single_objective import least_imbalance, least_moves
from assignment_assets.optimizer.improve.moves import burst, round_by_auction
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.knobs import NOT_NEGATIVE, ONE_OR_MORE, SHARE, Knobs, knob
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import weigh


@dataclass(frozen=True)
class SurveyParams(Knobs):
    """How the three extremes are searched, and how far beyond them the scale ends."""

    temperature: float = knob(1.0, NOT_NEGATIVE, "first temperature of an extreme's search; better when it is long")
    least_sweeps: float = knob(5, ONE_OR_MORE, "its least length; a steadier scale, slower")
    most_sweeps: float = knob(200, ONE_OR_MORE, "its greatest length; the same")
    proposals: int = knob(2_000_000, ONE_OR_MORE, "proposals between these two; the same")
    minor_weight: float = knob(0.002, SHARE, "weight of what an extreme is not about; less extreme, narrower ranges")
    margin: float = knob(0.05, NOT_NEGATIVE, "of the range, beyond the worst extreme; all weighted figures change")
    medium: int = knob(BOUND.medium, NOT_NEGATIVE, "edges below which balance alone is bounded by prices as well")


SURVEY = SurveyParams()


def survey(
    phase: Phase, start: np.ndarray, generator: np.random.Generator, params: SurveyParams = SURVEY
) -> tuple[NormalisedProblem, np.ndarray]:
    """The scale of a phase, and the three extreme solutions (int32[3, n]) that it comes from.

    The ideal is the proven bound of each objective alone. The reference lies a little beyond the worst figure of the
    three extremes, each found with almost all weight on one objective.
    """
    drive = lower_bound(phase, weigh(phase, np.eye(3)[1]))
    ideal = np.maximum([least_imbalance(phase), drive.bound, least_moves(phase)], 0.0)
    if phase.edges.start[-1] < params.medium:
        ideal[0] = max(ideal[0], lower_bound(phase, weigh(phase, np.eye(3)[0])).bound)  # sees whole accounts: tighter
    rough = NormalisedProblem(phase, ideal, np.maximum(evaluate(phase, start)[0], ideal + 1e-6))
    extremes = _extremes(rough, start, generator, drive, params)
    worst = evaluate(phase, extremes).max(axis=0)
    reference = worst + params.margin * (worst - ideal)
    return NormalisedProblem(phase, ideal, np.where(reference > ideal + 1e-9, reference, ideal + 1.0)), extremes


def _extremes(
    problem: NormalisedProblem, start: np.ndarray, generator: np.random.Generator, drive: Duals, params: SurveyParams
) -> np.ndarray:
    """int32[3, n]: solutions with almost all weight on one objective; `drive` are the prices of drive time alone."""
    middle = lower_bound(problem.phase, problem.weighing(np.full(3, 1.0 / 3.0)), roughly=True)
    near = (middle, drive, middle)
    return np.array([_extreme(problem, k, near[k], start, generator, params) for k in range(3)])


def _extreme(
    problem: NormalisedProblem,
    k: int,
    near: Duals,
    start: np.ndarray,
    generator: np.random.Generator,
    params: SurveyParams,
) -> np.ndarray:
    """One of them; its candidate lists, which are large, do not outlive it."""
    direction = np.where(np.arange(3) == k, 1.0, params.minor_weight)
    priced = price_candidates(problem, direction, problem.prices_near(direction, near))
    sweeps = params.proposals / max(problem.phase.num_accounts, 1)
    sweeps = np.clip(sweeps, params.least_sweeps, params.most_sweeps)
    rounded = round_by_auction(problem, priced, start, generator)
    return burst(problem, rounded, priced, sweeps, params.temperature, generator)
