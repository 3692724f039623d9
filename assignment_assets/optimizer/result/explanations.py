"""Why each account is where it is: the runner-up, the cost of keeping the owner, the tie, the revenue cap."""

import numpy as np

from assignment_assets.optimizer.bounds.proof import Proof
from assignment_assets.optimizer.extensions.revenue_caps import spare_room
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.solution import (
    KEEP_CAPPED,
    KEEP_FREE,
    KEEP_FULL,
    KEEP_INACTIVE,
    KEEP_NO_OWNER,
    KEEP_NOT_COVERED,
    Explanations,
)
from assignment_assets.optimizer.result import counterfactuals

KEEP_CODES = {
    counterfactuals.FREE: KEEP_FREE,
    counterfactuals.NOT_COVERED: KEEP_NOT_COVERED,
    counterfactuals.FULL: KEEP_FULL,
}


def explain(
    instance: Instance,
    phases: tuple[Phase, ...],
    proofs: tuple[Proof, ...],
    assignment: np.ndarray,
    given_by: np.ndarray,
) -> Explanations:
    """Runner-up, the cost of keeping the owner, and the ties of every account; any rep who covers it counts.

    Parameters
    ----------
    phases
        With every covered pair of rep and state.
    given_by
        int32[N]: the rep whom a better performer replaced, −1.
    """
    count = instance.num_accounts
    runner_up = np.full(count, NO_REP, dtype=np.int32)
    blocked = np.full(count, KEEP_FREE, dtype=object)
    balance, minutes, moves = np.zeros(count), np.zeros(count), np.zeros(count)
    for number, (phase, proof) in enumerate(zip(phases, proofs, strict=True)):
        accounts, later = phase.accounts, _seats_taken(instance, phases[number + 1 :], assignment)
        duals = proof.duals
        found = counterfactuals.weigh_alternatives(phase, assignment[accounts], later, duals.weighing, duals.seat)
        runner_up[accounts] = found.runner_up
        balance[accounts], minutes[accounts], moves[accounts] = found.balance, found.minutes, found.moves
        blocked[accounts] = _keep_codes(instance, accounts, found.blocked)
    is_tied = given_by >= 0
    tied_minutes = drive_minutes(instance, phases, np.where(is_tied, given_by, assignment))
    return Explanations(runner_up, blocked, balance, minutes, moves, given_by, np.where(is_tied, tied_minutes, -1))


def drive_minutes(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray) -> np.ndarray:
    """int32[N]: minutes between each account and its rep, −1 for overflow."""
    minutes = np.full(instance.num_accounts, -1, dtype=np.int32)
    for phase in phases:
        edges, accounts = phase.edges, phase.accounts
        minutes[accounts] = edges.minutes[edges.start[:-1] + edges.rank[edges.state, assignment[accounts]]]
    return minutes


def kept_out_by_caps(instance: Instance, assignment: np.ndarray, explanations: Explanations) -> np.ndarray:
    """bool[N]: the accounts without a rep though one who covers them has a seat: only revenue keeps them out.

    Where an owner had a seat for an account and no room for its revenue, the explanations say that from now on. So they
    do for one who keeps more than the cap allows and has no seats for that reason.
    """
    if instance.caps is None:
        return np.zeros(instance.num_accounts, dtype=bool)
    spare, is_above = spare_room(instance, assignment), instance.caps.above > 0
    free = is_above | (instance.seats > np.bincount(assignment[assignment >= 0], minlength=instance.num_reps))
    for row in np.flatnonzero((instance.owner >= 0) & (assignment >= 0) & (assignment != instance.owner)):
        owner, blocked = instance.owner[row], explanations.keep_blocked[row]
        lacks_room = blocked == KEEP_FREE and instance.caps.revenue[row] > spare[owner]
        if lacks_room or (blocked == KEEP_FULL and is_above[owner]):
            explanations.keep_blocked[row] = KEEP_CAPPED
    return (assignment < 0) & instance.covers[free].any(axis=0)[instance.account_state]


def _keep_codes(instance: Instance, accounts: np.ndarray, blocked: np.ndarray) -> list[str]:
    """What keeps each account from its owner, in the words of the tables."""
    inactive = (instance.weight == 0) & (instance.seats == 0)
    codes = []
    for row, code in zip(accounts, blocked, strict=True):
        if code == counterfactuals.NO_OWNER:
            codes.append(KEEP_INACTIVE if instance.has_owner[row] else KEEP_NO_OWNER)
        elif code != counterfactuals.FREE and inactive[instance.owner[row]]:
            codes.append(KEEP_INACTIVE)
        else:
            codes.append(KEEP_CODES[code])
    return codes


def _seats_taken(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray) -> np.ndarray:
    """int64[S, R]: seats that the phases' accounts take."""
    taken = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    for phase in phases:
        accounts = phase.accounts
        np.add.at(taken, (instance.account_state[accounts], assignment[accounts]), 1)
    return taken
