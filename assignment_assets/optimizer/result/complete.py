"""From a chosen point to complete books: the rest seated, value distributed, ties broken, all of it proven and told."""

import numpy as np

from assignment_assets.optimizer.extensions.relaxation import Relaxation
from assignment_assets.optimizer.extensions.revenue_caps import seat_others, top_up
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import opened
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.solution import PHASE_OVERFLOW, PHASE_REFERRING, PHASE_VALUE, Books
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.phases.value import check_referring, distribute_value, seat_the_rest, value_phase
from assignment_assets.optimizer.result.certificate import certify
from assignment_assets.optimizer.result.explanations import drive_minutes, explain, kept_out_by_caps
from assignment_assets.optimizer.result.invariants import require_placed, require_room
from assignment_assets.optimizer.result.proofs import prove_referring, prove_relaxed
from assignment_assets.optimizer.result.ties import break_ties


def complete_books(
    relaxation: Relaxation,
    referring: np.ndarray,
    settings: Settings,
    progress: Listener,
    front: ReferringFront | None = None,
) -> Books:
    """Books for every free account, after the chosen referring assignment."""
    instance, selection = relaxation.searched, relaxation.selection
    assignment, flow = seat_the_rest(instance, selection, check_referring(instance, referring))
    selection = seat_others(instance, selection, assignment, flow, relaxation.is_given, settings.seed)

    value, value_start = value_phase(instance, selection, assignment, flow)
    value_proof, assignment[value.accounts] = distribute_value(value, value_start, settings, progress)

    second, second_start = referring_phase(instance, selection)
    shown = opened(second, instance), opened(value, instance)
    given_by = break_ties(instance, shown, assignment, settings.tie_band_minutes)

    require_placed(instance, selection, assignment)
    top_up(instance, assignment)
    require_room(instance, assignment)

    if relaxation.is_base:
        proofs = prove_referring(second, second_start, settings, front), value_proof
    else:
        proofs = prove_relaxed(relaxation, assignment, settings)
        shown = tuple(opened(proof.problem.phase, relaxation.relaxed) for proof in proofs)

    explanations = explain(relaxation.relaxed, shown, proofs, assignment, given_by)
    is_capped = kept_out_by_caps(instance, assignment, explanations)
    found = np.array([evaluate(proof.problem.phase, assignment[proof.problem.phase.accounts])[0] for proof in proofs])
    certificate = certify(relaxation, assignment, is_capped, proofs, found)
    progress(Progress("value", "books", 1, 1))
    phase_of = np.where(instance.is_referring, PHASE_REFERRING, PHASE_VALUE)
    return Books(
        assignment=assignment,
        phase=np.where(assignment >= 0, phase_of, PHASE_OVERFLOW).astype(np.int8),
        drive_minutes=drive_minutes(relaxation.relaxed, shown, assignment),
        explanations=explanations,
        certificate=certificate,
        num_placed=int((assignment >= 0).sum()),
        placed_bound=relaxation.most,
        objectives=found,
        ranges=np.array([proof.problem.ranges for proof in proofs]),
        families=relaxation.families,
        is_capped=is_capped,
    )
