"""From a chosen point to complete books: seats for the rest, value, ties, reasons, certificate."""

import numpy as np

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.optimizer.bounds.lagrangian import Duals
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.extensions.relaxation import Relaxation, relaxed_phases
from assignment_assets.optimizer.extensions.revenue_caps import seat_others, spare_room, top_up
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase, opened
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.solution import (
    KEEP_CAPPED,
    KEEP_FREE,
    KEEP_FULL,
    KEEP_INACTIVE,
    KEEP_NO_OWNER,
    KEEP_NOT_COVERED,
    PHASE_OVERFLOW,
    PHASE_REFERRING,
    PHASE_VALUE,
    Books,
    Explanations,
)
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.phases.value import check_referring, distribute_value, seat_the_rest, value_phase
from assignment_assets.optimizer.result import counterfactuals as reasons
from assignment_assets.optimizer.result.certificate import (
    certify_caps,
    certify_families,
    certify_overrides,
    certify_phase,
    certify_seats,
)
from assignment_assets.optimizer.result.ties import break_ties
from assignment_assets.optimizer.seats.max_flow import Selection


def complete_books(
    relaxation: Relaxation,
    referring: np.ndarray,
    settings: Settings,
    progress: Listener,
    front: ReferringFront | None = None,
) -> Books:
    """Books for every free account, after the chosen referring assignment."""
    instance, selection = relaxation.searched, relaxation.selection
    weights = [np.array(given) / sum(given) for given in (settings.knee_weights, settings.value_weights)]
    assignment = check_referring(instance, referring)
    assignment, flow = seat_the_rest(instance, selection, assignment)
    if instance.caps is not None:
        selection = seat_others(instance, selection, assignment, flow, relaxation.is_given, settings.seed)
    third, start = value_phase(instance, selection, assignment, flow)
    third_scale, third_proof, assignment[third.accounts] = distribute_value(third, start, settings, progress)
    second, second_start = referring_phase(instance, selection)
    spare = None if instance.caps is None else spare_room(instance, assignment)
    shown = tuple(opened(phase, instance) for phase in (second, third))
    given_by = break_ties(instance, shown, assignment, settings.tie_band_minutes, spare)
    demand_placed(instance, selection, assignment)
    if instance.caps is not None:
        top_up(instance, assignment)
        demand_room(instance, assignment)
    if not relaxation.is_base:
        (second, second_start), (third, start) = relaxed_phases(relaxation, assignment)
        third_scale, _ = survey(third, start, np.random.default_rng([settings.seed, 4]))
        third_proof = third_scale.prove(weights[1])
        shown = tuple(opened(phase, relaxation.relaxed) for phase in (second, third))
    if front is not None and relaxation.is_base:
        second_scale, second_proof = NormalisedProblem(second, front.ideal, front.reference), front.duals
    else:
        second_scale, _ = survey(second, second_start, np.random.default_rng([settings.seed, 2]))
        second_proof = second_scale.prove(weights[0])
    scales, proofs = (second_scale, third_scale), (second_proof, third_proof)
    explanations = explain(relaxation.relaxed, shown, proofs, assignment, given_by)
    is_capped = np.zeros(instance.num_accounts, dtype=bool)
    if instance.caps is not None:
        is_capped = note_caps(instance, assignment, explanations)
    objectives = np.array([evaluate(s.phase, assignment[s.phase.accounts])[0] for s in scales])
    lines = [
        *certify_seats(relaxation.relaxed, relaxation.largest, assignment >= 0, relaxation.most),
        *certify_overrides(relaxation.relaxed, assignment),
        *certify_families(relaxation.families),
        *certify_caps(instance, assignment, is_capped),
    ]
    for scale, proof, found, direction in zip(scales, proofs, objectives, weights, strict=True):
        lines += certify_phase(scale, assignment[scale.phase.accounts], found, direction, proof.bound)
    progress(Progress("value", "books", 1, 1))
    phase_of = np.where(instance.is_referring, PHASE_REFERRING, PHASE_VALUE)
    return Books(
        assignment=assignment,
        phase=np.where(assignment >= 0, phase_of, PHASE_OVERFLOW).astype(np.int8),
        drive_minutes=drive_minutes(relaxation.relaxed, shown, assignment),
        explanations=explanations,
        certificate=tuple(lines),
        num_placed=int((assignment >= 0).sum()),
        placed_bound=relaxation.most,
        objectives=objectives,
        ranges=np.array([scale.ranges for scale in scales]),
        families=relaxation.families,
        is_capped=is_capped,
    )


def demand_placed(instance: Instance, selection: Selection, assignment: np.ndarray) -> None:
    """Every selected account is in a book, none above its seats, none in a state that its rep does not cover.

    Raises
    ------
    BrokenInvariant
        The books break their promise; nothing is handed on.
    """
    placed = assignment >= 0
    counts = np.bincount(assignment[placed], minlength=instance.num_reps)
    covered = instance.covers[assignment[placed], instance.account_state[placed]]
    if (placed != selection.is_placed).any() or (counts > instance.seats).any() or not covered.all():
        raise BrokenInvariant(
            f"proposed books: {placed.sum():,} accounts placed of {selection.num_placed:,} that have a seat, "
            f"{(counts > instance.seats).sum()} books above their seats, {(~covered).sum()} accounts outside their "
            "rep's states, expected all placed and none of those. Keep the inputs of this cycle and report it."
        )


def demand_room(instance: Instance, assignment: np.ndarray) -> None:
    """No book is above its revenue cap or its seats.

    Raises
    ------
    BrokenInvariant
        One is; nothing is handed on.
    """
    spare = spare_room(instance, assignment)
    full = np.bincount(assignment[assignment >= 0], minlength=instance.num_reps) > instance.seats
    if (spare < 0).any() or full.any():
        raise BrokenInvariant(
            f"proposed books: {(spare < 0).sum()} books above their revenue cap, {full.sum()} above their seats, "
            "expected none. Keep the inputs of this cycle and report it."
        )


def note_caps(instance: Instance, assignment: np.ndarray, explanations: Explanations) -> np.ndarray:
    """bool[N]: the accounts without a rep though one who covers them has a seat: only revenue keeps them out.

    Where an owner had a seat for an account and no room for its revenue, the explanations say that from now on. So they
    do for one who keeps more than the cap allows and has no seats for that reason.
    """
    spare, is_above = spare_room(instance, assignment), instance.caps.above > 0
    free = is_above | (instance.seats > np.bincount(assignment[assignment >= 0], minlength=instance.num_reps))
    for row in np.flatnonzero((instance.owner >= 0) & (assignment >= 0) & (assignment != instance.owner)):
        owner, blocked = instance.owner[row], explanations.keep_blocked[row]
        lacks_room = blocked == KEEP_FREE and instance.caps.revenue[row] > spare[owner]
        if lacks_room or (blocked == KEEP_FULL and is_above[owner]):
            explanations.keep_blocked[row] = KEEP_CAPPED
    return (assignment < 0) & instance.covers[free].any(axis=0)[instance.account_state]


def drive_minutes(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray) -> np.ndarray:
    """int32[N]: minutes between each account and its rep, −1 for overflow."""
    minutes = np.full(instance.num_accounts, -1, dtype=np.int32)
    for phase in phases:
        edges, accounts = phase.edges, phase.accounts
        minutes[accounts] = edges.minutes[edges.start[:-1] + edges.rank[edges.state, assignment[accounts]]]
    return minutes


def explain(
    instance: Instance,
    phases: tuple[Phase, ...],
    proofs: tuple[Duals, ...],
    assignment: np.ndarray,
    given_by: np.ndarray,
) -> Explanations:
    """Runner-up, the price of keeping the owner, and the ties of every account; any rep who covers it counts."""
    count = instance.num_accounts
    runner_up = np.full(count, NO_REP, dtype=np.int32)
    blocked = np.full(count, KEEP_FREE, dtype=object)
    balance, minutes, moves = np.zeros(count), np.zeros(count), np.zeros(count)
    inactive = (instance.weight == 0) & (instance.seats == 0)
    for number, (phase, proof) in enumerate(zip(phases, proofs, strict=True)):
        accounts, later = phase.accounts, _seats(instance, phases[number + 1 :], assignment)
        found = reasons.weigh_alternatives(phase, assignment[accounts], later, proof.weighing, proof.seat)
        runner_up[accounts] = found.runner_up
        balance[accounts], minutes[accounts], moves[accounts] = found.balance, found.minutes, found.moves
        names = {reasons.FREE: KEEP_FREE, reasons.NOT_COVERED: KEEP_NOT_COVERED, reasons.FULL: KEEP_FULL}
        for row, code in zip(accounts, found.blocked, strict=True):
            if code == reasons.NO_OWNER:
                blocked[row] = KEEP_INACTIVE if instance.has_owner[row] else KEEP_NO_OWNER
            elif code != reasons.FREE and inactive[instance.owner[row]]:
                blocked[row] = KEEP_INACTIVE
            else:
                blocked[row] = names[code]
    is_tied = given_by >= 0
    tied_minutes = drive_minutes(instance, phases, np.where(is_tied, given_by, assignment))
    return Explanations(runner_up, blocked, balance, minutes, moves, given_by, np.where(is_tied, tied_minutes, -1))


def _seats(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray) -> np.ndarray:
    """int64[S, R]: seats that the phases' accounts take."""
    taken = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    for phase in phases:
        accounts = phase.accounts
        np.add.at(taken, (instance.account_state[accounts], assignment[accounts]), 1)
    return taken
