"""The seeds of the front: the lattice of weights priced, then walked in ranges, each point from the one before it."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.search_params import SEARCH, SearchParams
from assignment_assets.optimizer.pareto.tasks import Range, SharedProblem
from assignment_assets.optimizer.pareto.weight_lattice import directions, halfway


def price_lattice(
    problem: NormalisedProblem,
    divisions: int,
    knee: PricedCandidates,
    on_direction: Callable[[int, int], None],
    params: SearchParams = SEARCH,
) -> SharedProblem:
    """Prices along the lattice, each from its neighbour's or between two of them; the knee's come last."""
    lattice, duals_of, near = directions(divisions), {}, knee.duals
    between = halfway(divisions)
    rest = [place for place in range(len(lattice)) if place not in between]
    for done, place in enumerate(rest):
        duals_of[place] = near = problem.prices_near(lattice[place], near)
        on_direction(done + 1, len(rest))
    for place, (one, other) in between.items():
        duals_of[place] = problem.prices_between(lattice[place], duals_of[one], duals_of[other])
    duals = [duals_of[place] for place in range(len(lattice))]
    return SharedProblem(problem, np.vstack([lattice, knee.direction]), [*duals, knee.duals], params)


def ranges(shared: SharedProblem, known: np.ndarray, settings: Settings) -> Iterator[Range]:
    """The lattice in ranges that are walked independently, each from what suits its first direction best of the
    solutions known (int32[k, n])."""
    lattice = shared.directions[:-1]
    normalised = shared.problem.normalise(evaluate(shared.problem.phase, known))
    cuts = np.linspace(0, len(lattice), shared.params.sweep.ranges + 1).astype(int)
    for number, (first, last) in enumerate(pairwise(cuts)):
        if last > first:
            start = known[np.argmin(normalised @ lattice[first])]
            yield Range((int(first), int(last)), start, settings.burst_sweeps, (settings.seed, 6, number))
