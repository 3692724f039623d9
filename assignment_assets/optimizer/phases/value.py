"""Phase 3: the other accounts on the seats that are left, so that every book is worth the same."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.optimizer.bounds.proof import Proof, direction_of
from assignment_assets.optimizer.improve.moves import (
    burst,
    descend_worst_books,
    dive_to_optimum,
    gap,
    local_optimum,
    round_by_auction,
)
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.knobs import NOT_NEGATIVE, Knobs, knob
from assignment_assets.optimizer.model.phase import VALUE, Before, Phase, build_phase, by_place
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.seats.feasible_start import draw_from_flow
from assignment_assets.optimizer.seats.max_flow import Selection, seat_in_order, usable_pairs


@dataclass(frozen=True)
class ValueParams(Knobs):
    """How phase 3 is searched; how long is `Settings.value_sweeps`."""

    temperature: float = knob(0.15, NOT_NEGATIVE, "first temperature of its bursts; needs more `value_sweeps`")
    least_share: float = knob(0.25, NOT_NEGATIVE, "of a book's share of the bound: who holds less rests half way")


VALUE_SEARCH = ValueParams()


def check_referring(instance: Instance, referring: np.ndarray) -> np.ndarray:
    """int32[N]: the chosen point spread over all accounts, −1 elsewhere.

    Raises
    ------
    InvalidInput
        The row has another length, names a rep who does not cover the state, or fills a book above its seats.
    """
    accounts = instance.referring_accounts
    referring = np.asarray(referring)
    if referring.shape != accounts.shape:
        raise InvalidInput("chosen point", [Fault("referring", f"shape {referring.shape}", f"shape {accounts.shape}")])
    placed = referring >= 0
    faults = []
    if (referring >= instance.num_reps).any():
        faults.append(Fault("referring", f"rep {referring.max()}", f"a rep below {instance.num_reps}"))
    else:
        covered = instance.covers[referring[placed], instance.account_state[accounts[placed]]]
        if not covered.all():
            faults.append(Fault("referring", f"{(~covered).sum()} accounts in states their rep does not cover", "none"))
        above = np.bincount(referring[placed], minlength=instance.num_reps) - instance.seats
        if (above > 0).any():
            faults.append(Fault("referring", f"{(above > 0).sum()} books above their seats", "none"))
    if faults:
        raise InvalidInput("chosen point", faults)
    assignment = np.full(instance.num_accounts, NO_REP, dtype=np.int32)
    assignment[accounts] = referring
    return assignment


def seat_the_rest(instance: Instance, selection: Selection, assignment: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seats for every selected account beside the chosen referring assignment.

    A point of our own front leaves enough seats, because they were reserved. For any other assignment, augmenting paths
    move as few referring accounts as a shortest path needs, each to the nearest rep that the flow offers.

    Returns
    -------
    assignment
        int32[N]: the referring accounts, repaired.
    flow
        int64[S, R]: where the other selected accounts may sit, by state.
    """
    is_referring = selection.is_placed & instance.is_referring
    others = np.flatnonzero(selection.is_placed & ~instance.is_referring)
    taken = np.flatnonzero(assignment >= 0)
    states, covers = instance.account_state.copy(), instance.covers.copy()
    beside = np.zeros_like(selection.flow)
    free = instance.seats - np.bincount(assignment[taken], minlength=instance.num_reps)
    is_placed, _ = seat_in_order(others, states, covers, free, beside)
    missing = np.flatnonzero(is_referring & (assignment < 0))
    if is_placed[others].all() and not len(missing) and is_referring[taken].all():
        return assignment, beside
    assignment = np.where(is_referring, assignment, NO_REP).astype(np.int32)
    taken = np.flatnonzero(assignment >= 0)
    flow = np.zeros_like(selection.flow)
    np.add.at(flow, (instance.account_state[taken], assignment[taken]), 1)
    free = instance.seats - flow.sum(axis=0)
    seat_in_order(np.concatenate([missing, others]), states, covers, free, flow)
    return _reconcile(instance, np.flatnonzero(is_referring), assignment, flow)


def _reconcile(
    instance: Instance, accounts: np.ndarray, assignment: np.ndarray, flow: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gives `accounts` places in `flow`, their own where it still has one; returns what is left of the flow."""
    left = flow.copy()
    homeless = []
    for account in accounts:
        state, rep = instance.account_state[account], assignment[account]
        if rep >= 0 and left[state, rep] > 0:
            left[state, rep] -= 1
        else:
            homeless.append(account)
    if homeless:
        rows = np.array(homeless)
        phase = build_phase(instance, "referring", rows, VALUE, Before(instance.base_load, instance.seats, left))
        assignment = assignment.copy()
        assignment[rows] = draw_from_flow(np.arange(len(rows)), phase.edges.state, phase.edges, left)
    return assignment, left


def value_phase(
    instance: Instance, selection: Selection, assignment: np.ndarray, flow: np.ndarray
) -> tuple[Phase, np.ndarray]:
    """Phase 3's arrays and one feasible start, after the referring accounts of `assignment`."""
    taken = np.flatnonzero(assignment >= 0)
    held = instance.base_load.copy()
    np.add.at(held, assignment[taken], np.column_stack([instance.measures, instance.value])[taken])
    seats = instance.seats - np.bincount(assignment[taken], minlength=instance.num_reps)
    accounts = by_place(instance, selection.is_placed & ~instance.is_referring)
    usable, room = selection.usable, None
    if selection.within is None:
        usable = usable_pairs(instance.covers, flow, seats)
    else:
        room = instance.caps.room - np.bincount(
            assignment[taken], instance.caps.revenue[taken], minlength=instance.num_reps
        ).astype(np.int64)
    before = Before(held, seats, np.zeros_like(flow), room)
    phase = build_phase(instance, "value", accounts, VALUE, before, usable)
    if selection.within is not None:
        return phase, selection.within.start[accounts]
    return phase, draw_from_flow(np.arange(len(accounts)), phase.edges.state, phase.edges, flow.copy())


def distribute_value(
    phase: Phase, start: np.ndarray, settings: Settings, progress: Listener, params: ValueParams = VALUE_SEARCH
) -> tuple[Proof, np.ndarray]:
    """Phase 3's proof at the configured weights, and the books (int32[n])."""
    generator = np.random.default_rng([settings.seed, 3])
    problem, extremes = survey(phase, start, generator)
    priced = price_candidates(problem, direction_of(settings.value_weights))
    progress(Progress("value", "bounds", 1, 1))
    rounded = round_by_auction(problem, priced, extremes[0], generator)
    books = burst(problem, rounded, priced, settings.value_sweeps / 3, params.temperature, generator)
    books = descend_worst_books(problem, books, priced, params.least_share)
    books = burst(problem, books, priced, 2 * settings.value_sweeps / 3, params.temperature, generator)
    books = local_optimum(problem, books, priced, generator)
    dived = dive_to_optimum(problem, priced, extremes[0], generator)
    if dived is not None:
        books = min(books, dived, key=partial(gap, problem, priced))
    progress(Progress("value", "polish", 1, 1))
    return Proof(problem, priced.direction, priced.duals), books
