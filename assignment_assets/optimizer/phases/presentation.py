"""The archive as people see it: a front of a readable size, in order, with its knee."""

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.objectives import book_loads, worst_book
from assignment_assets.optimizer.pareto.archive import Archive, thin
from assignment_assets.optimizer.pareto.front import ReferringFront


def present(
    instance: Instance, problem: NormalisedProblem, archive: Archive, knee: PricedCandidates, size: int
) -> ReferringFront:
    """The archive thinned to `size`, ordered by balance, then drive time, then moves; the knee and extremes stay."""
    normalised = problem.normalise(archive.objectives)
    chosen = archive.best(knee.direction, normalised)
    extremes = [int(np.argmin(archive.objectives[:, k])) for k in range(3)]
    kept = thin(normalised, [chosen, *extremes], size)
    kept = kept[np.lexsort(archive.objectives[kept].T[::-1])]
    columns = np.searchsorted(instance.referring_accounts, problem.phase.accounts)
    assignments = np.full((len(kept), len(instance.referring_accounts)), NO_REP, dtype=np.int32)
    assignments[:, columns] = archive.assignments(kept)
    return ReferringFront(
        objectives=archive.objectives[kept],
        worst_book=worst_book(problem.phase, book_loads(problem.phase, archive.assignments(kept))),
        assignments=assignments,
        knee=int(np.flatnonzero(kept == chosen)[0]),
        ideal=problem.ideal,
        reference=problem.reference,
        knee_bound=knee.duals.bound - problem.offset(knee.direction),
        duals=knee.duals,
    )
