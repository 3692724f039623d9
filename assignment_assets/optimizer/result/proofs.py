"""The proofs of finished books: scale and bound of both phases, without the extensions where there are some."""

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.proof import Proof, direction_of, prove
from assignment_assets.optimizer.extensions.relaxation import Relaxation, relaxed_phases
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.front import ReferringFront

REFERRING_STREAM, VALUE_STREAM = 2, 4  # of the generators that survey them


def prove_referring(phase: Phase, start: np.ndarray, settings: Settings, front: ReferringFront | None) -> Proof:
    """Phase 2's proof at the configured weights; as the front has it, where it is at hand, which is the same."""
    direction = direction_of(settings.knee_weights)
    if front is not None:
        return Proof(NormalisedProblem(phase, front.ideal, front.reference), direction, front.duals)
    return _surveyed(phase, start, direction, settings, REFERRING_STREAM)


def prove_relaxed(relaxation: Relaxation, assignment: np.ndarray, settings: Settings) -> tuple[Proof, Proof]:
    """The proofs of both phases without the extensions, which hold for all books with them."""
    (second, second_start), (third, third_start) = relaxed_phases(relaxation, assignment)
    return (
        _surveyed(second, second_start, direction_of(settings.knee_weights), settings, REFERRING_STREAM),
        _surveyed(third, third_start, direction_of(settings.value_weights), settings, VALUE_STREAM),
    )


def _surveyed(phase: Phase, start: np.ndarray, direction: np.ndarray, settings: Settings, stream: int) -> Proof:
    problem, _ = survey(phase, start, np.random.default_rng([settings.seed, stream]))
    return prove(problem, direction)
