"""The optimiser's two public functions: the referring front, then complete books for one of its points."""

import numpy as np

from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.solution import Books
from assignment_assets.optimizer.pareto.checkpoint import Checkpoints, NoCheckpoints
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.progress import Listener, silent
from assignment_assets.optimizer.pareto.workers import SerialWorkers, Workers


def solve_referring(
    instance: Instance,
    settings: Settings,
    progress: Listener = silent,
    workers: Workers | None = None,
    checkpoints: Checkpoints | None = None,
) -> ReferringFront:
    """The front of phase 2: the referring accounts that have a seat, spread over the reps who cover their states.

    Always has at least one point (with no referring account: one point, of the books as they stand). No point of it
    costs a later account its seat. Families, where there are any, are in place before. The same instance and settings
    give the same arrays, whoever the workers are, and also when the search was interrupted and goes on.

    Parameters
    ----------
    workers
        Who does the independent tasks; this process, unless others are given.
    checkpoints
        Where the search notes how far it is, and goes on from.
    """
    from assignment_assets.optimizer.extensions.relaxation import relax, with_proven_bounds
    from assignment_assets.optimizer.phases.referring import find_front  # loads numba and pymoo

    relaxation = relax(instance, settings)
    workers, checkpoints = workers or SerialWorkers(), checkpoints or NoCheckpoints()
    front = find_front(relaxation.searched, relaxation.selection, settings, progress, workers, checkpoints)
    return front if relaxation.is_base else with_proven_bounds(front, relaxation, settings)


def complete(
    instance: Instance,
    referring: np.ndarray,
    settings: Settings,
    progress: Listener = silent,
    front: ReferringFront | None = None,
) -> Books:
    """Phase 3 after a chosen point of the front: books, reasons and the certificate of both phases.

    Needs nothing of the front but the chosen row, so that it can run in another process, from stored tables. The same
    instance, row and settings give the same books, with the front or without it.

    Parameters
    ----------
    referring
        int[n_referring]: the chosen point's row of `ReferringFront.assignments`.
    front
        The front, where it is at hand: its scale and prices need not be found again.

    Raises
    ------
    InvalidInput
        The row does not belong to this instance.
    """
    from assignment_assets.optimizer.extensions.relaxation import relax
    from assignment_assets.optimizer.result.complete import complete_books  # loads numba

    return complete_books(relax(instance, settings), referring, settings, progress, front)
