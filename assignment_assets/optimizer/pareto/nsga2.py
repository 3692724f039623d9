"""NSGA-II (Deb, Pratap, Agarwal & Meyarivan 2002, doi:10.1109/4235.996017) as pymoo has it, asked and told.

The algorithm's frame is pymoo's: population, non-dominated ranks, survival. Ours are the seeded start, the mating, the
duplicate check and an archive outside the population.
"""

from collections.abc import Callable

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.core.survival import Survival
from pymoo.core.termination import NoTermination
from pymoo.operators.survival.rank_and_crowding import RankAndCrowding

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.pareto.operators import HashDuplicates, NeighbourWalks


class BooksProblem(Problem):
    """A phase as pymoo sees it: one whole number an account, three objectives, no constraint left to check."""

    def __init__(self, phase: Phase):
        super().__init__(n_var=phase.num_accounts, n_obj=3, xl=0, xu=max(phase.num_reps - 1, 0), vtype=int)
        self.phase = phase

    def _evaluate(self, x: np.ndarray, out: dict[str, np.ndarray], *args: object, **kwargs: object) -> None:
        out["F"] = evaluate(self.phase, x)


class AnchoredSurvival(Survival):
    """Rank and crowding, but the best member along every anchor direction always survives.

    Who survives depends on who is there, not on the order or on chance: a search that goes on from a checkpoint keeps
    whom it would have kept.
    """

    def __init__(self, scale: NormalisedProblem, anchors: np.ndarray):
        super().__init__(filter_infeasible=False)
        self.scale, self.anchors = scale, anchors
        self.by_rank = RankAndCrowding(crowding_func="mnn")

    def _do(
        self, problem: Problem, pop: Population, *args: object, n_survive: int | None = None, **kwargs: object
    ) -> Population:
        pop = pop[_in_order(pop.get("F"), np.asarray(pop.get("X"), dtype=np.int32))]
        normalised = self.scale.normalise(pop.get("F"))
        anchored = dict.fromkeys(np.argmin(normalised @ self.anchors.T, axis=0).tolist())
        self.by_rank.do(problem, pop, n_survive=len(pop))  # notes rank and crowding of each
        ranked = np.lexsort((-pop.get("crowding").astype(float), pop.get("rank").astype(int))).tolist()
        return pop[np.array([*anchored, *(place for place in ranked if place not in anchored)][:n_survive])]


def _in_order(objectives: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """int[P]: an order that is the members' own; equal objectives are told apart by the books."""
    return np.array(sorted(range(len(rows)), key=lambda place: (*objectives[place].tolist(), rows[place].tobytes())))


def evolve(
    mating: NeighbourWalks,
    seeds: np.ndarray,
    generations: int,
    offspring: int,
    on_generation: Callable[[int, np.ndarray], None] = lambda generation, population: None,
) -> None:
    """Improves the mating's archive, from a population of `seeds` (int32[P, n]).

    Parameters
    ----------
    generations
        The number of the last; the first is the one after `mating.generation`.
    on_generation
        Hears the number of every generation done, and its population (int32[P, n]).
    """
    shared, archive = mating.shared, mating.archive
    problem = BooksProblem(shared.problem.phase)
    algorithm = NSGA2(
        pop_size=len(shared.directions),
        n_offsprings=offspring,
        sampling=seeds,
        eliminate_duplicates=HashDuplicates(),
        mating=mating,
        survival=AnchoredSurvival(shared.problem, shared.directions),
    )
    algorithm.setup(problem, termination=NoTermination(), seed=0, verbose=False)
    while mating.generation < generations:
        children = algorithm.ask()
        if children is None:  # all of them are known; the next generation draws anew
            algorithm.termination.force_termination = False
        else:
            algorithm.evaluator.eval(problem, children)
            archive.add(children.get("F"), np.asarray(children.get("X"), dtype=np.int32))
            algorithm.tell(infills=children)
        if mating.generation:
            on_generation(mating.generation, np.asarray(algorithm.pop.get("X"), dtype=np.int32))
