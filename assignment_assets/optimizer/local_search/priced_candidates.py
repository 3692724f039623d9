"""A direction's candidate lists by its dual prices: which reps a search proposes for each account, and who changes
places with whom; of a whole problem, or only where several assignments disagree.
"""

from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import Duals
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.local_search.candidates import (
    CANDIDATES,
    CandidateParams,
    Candidates,
    candidates_among,
    nearest_candidates,
)
from assignment_assets.optimizer.local_search.exchange_candidates import Pairs, pair_up
from assignment_assets.optimizer.model.subproblem import subproblem
from assignment_assets.optimizer.model.weighted_sum import Weighing


class PricedCandidates(NamedTuple):
    """A direction with what its dual prices say."""

    direction: np.ndarray  # float64[3], weights of the normalised objectives
    weighing: Weighing
    duals: Duals
    candidates: Candidates
    reduced_cost_window: float  # how far above the least cost they are, in units of the weighted objective
    pairs: Pairs

    @property
    def num_bytes(self) -> int:
        """Memory of its arrays."""
        return sum(array.nbytes for array in (*self.candidates, *self.pairs))


def price_candidates(
    problem: NormalisedProblem,
    direction: np.ndarray,
    duals: Duals | None = None,
    params: CandidateParams = CANDIDATES,
) -> PricedCandidates:
    """The candidates that the direction's prices leave; the best prices, unless others are given."""
    duals = problem.prove(direction) if duals is None else duals
    weighing = problem.weighing(direction)
    candidates, reduced_cost_window = nearest_candidates(problem.phase, weighing.costs, duals, params)
    pairs = pair_up(problem.phase.edges, candidates)
    return PricedCandidates(np.asarray(direction), weighing, duals, candidates, reduced_cost_window, pairs)


class Disagreement(NamedTuple):
    """The subproblem of the accounts about which assignments disagree; what all others do is fixed.

    Its objectives are those of the whole.
    """

    first: np.ndarray  # int32[n], the assignment it begins with: where the others are fixed
    accounts: np.ndarray  # int64[m], which of the whole's
    problem: NormalisedProblem
    priced: PricedCandidates

    @property
    def start(self) -> np.ndarray:
        """int32[m]: where the accounts are at first."""
        return self.first[self.accounts]

    def whole(self, found: np.ndarray) -> np.ndarray:
        """int32[points, n]: books of its accounts (int32[points, m]) with those of the others."""
        books = np.repeat(self.first[None, :], len(found), axis=0)
        books[:, self.accounts] = found
        return books


def disagreement(problem: NormalisedProblem, priced: PricedCandidates, assignments: np.ndarray) -> Disagreement:
    """What the assignments (int32[m, n]) leave open, with only those candidates that any of them takes.

    All else is fixed as the first of them has it.
    """
    accounts, candidates = candidates_among(problem.phase, priced.candidates, assignments)
    fixed = assignments[0].copy()
    fixed[accounts] = -1
    part = NormalisedProblem(subproblem(problem.phase, fixed), problem.ideal, problem.reference)
    pairs = pair_up(part.phase.edges, candidates)
    return Disagreement(assignments[0], accounts, part, priced._replace(candidates=candidates, pairs=pairs))
