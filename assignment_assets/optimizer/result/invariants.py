"""What finished books must keep, looked at once more before they are handed on."""

import numpy as np

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.optimizer.extensions.revenue_caps import spare_room
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.seats.max_flow import Selection


def require_placed(instance: Instance, selection: Selection, assignment: np.ndarray) -> None:
    """Every selected account is in a book, none above its seats, none in a state that its rep does not cover.

    Raises
    ------
    BrokenInvariant
        The books break one of these; nothing is handed on.
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


def require_room(instance: Instance, assignment: np.ndarray) -> None:
    """No book is above its revenue cap, where it has one, or its seats then.

    Raises
    ------
    BrokenInvariant
        One is; nothing is handed on.
    """
    if instance.caps is None:
        return
    spare = spare_room(instance, assignment)
    full = np.bincount(assignment[assignment >= 0], minlength=instance.num_reps) > instance.seats
    if (spare < 0).any() or full.any():
        raise BrokenInvariant(
            f"proposed books: {(spare < 0).sum()} books above their revenue cap, {full.sum()} above their seats, "
            "expected none. Keep the inputs of this cycle and report it."
        )
