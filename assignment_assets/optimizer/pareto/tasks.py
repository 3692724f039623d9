"""Tasks that depend on nothing but what they are given: they may run anywhere, in any order."""

from functools import partial
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.lagrangian import Duals
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.moves import burst, dive_to_optimum, gap, local_optimum, round_by_auction
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates, disagreement, price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.pareto.search_params import SEARCH, SearchParams
from assignment_assets.optimizer.seats.feasible_start import fit_reserve


class SharedProblem:
    """What all tasks share: the problem, and the prices of every direction. Candidate lists are built where they are
    used.

    Parameters
    ----------
    directions
        float64[D, 3].
    duals
        Prices of each.
    params
        How all of it is searched.
    """

    def __init__(
        self, problem: NormalisedProblem, directions: np.ndarray, duals: list[Duals], params: SearchParams = SEARCH
    ):
        self.problem, self.directions, self.duals, self.params = problem, directions, duals, params
        self._built: dict[int, PricedCandidates] = {}

    def __reduce__(self):
        return SharedProblem, (self.problem, self.directions, self.duals, self.params)

    def priced(self, place: int) -> PricedCandidates:
        """The candidates of a direction; as many are kept as the memory allows, the last used longest."""
        priced = self._built.pop(place, None)
        if priced is None:
            priced = price_candidates(self.problem, self.directions[place], self.duals[place])
            held = priced.num_bytes + sum(each.num_bytes for each in self._built.values())
            while self._built and held > self.params.candidate_bytes:
                held -= self._built.pop(next(iter(self._built))).num_bytes
        self._built[place] = priced
        return priced


class Range(NamedTuple):
    """A range of the lattice, walked from one end."""

    places: tuple[int, int]  # first and after the last direction
    start: np.ndarray  # int32[n]
    sweeps: float
    seed: tuple[int, ...]


class Walk(NamedTuple):
    """A point, searched; then searched again and again a small step further: only on what it and its mates disagree
    about, so that it costs as little as that is. The first search of a fresh walk is on all candidates; what it finds,
    the point and the mates are what disagree from then on."""

    place: int
    directions: np.ndarray  # float64[W, 3]
    start: np.ndarray  # int32[n]
    mates: np.ndarray  # int32[m, n]
    is_fresh: bool
    sweeps: float
    seed: tuple[int, ...]


class Polish(NamedTuple):
    """Long searches of one direction, brought to local optima and merged; the first polish has a dive among them."""

    place: int
    start: np.ndarray  # int32[n]
    is_first: bool
    sweeps: float
    seed: tuple[int, ...]


class Found(NamedTuple):
    """What a unit finds."""

    objectives: np.ndarray  # float64[points, 3]
    books: np.ndarray  # int32[points, n]


def work(shared: SharedProblem, task: Range | Walk | Polish) -> Found:
    """Does a unit."""
    if isinstance(task, Walk):
        return _walk(shared, task)
    books = _sweep(shared, task) if isinstance(task, Range) else _polish(shared, task)
    return Found(evaluate(shared.problem.phase, books), books)


def _sweep(shared: SharedProblem, task: Range) -> np.ndarray:
    generator, problem = np.random.default_rng(task.seed), shared.problem
    found, current = [], task.start
    for place in range(*task.places):
        priced = shared.priced(place)
        current = round_by_auction(problem, priced, current, generator)
        current = burst(problem, current, priced, task.sweeps, shared.params.sweep.temperature, generator)
        found.append(current)
    return np.array(found)


def _walk(shared: SharedProblem, task: Walk) -> Found:
    generator, problem, priced = np.random.default_rng(task.seed), shared.problem, shared.priced(task.place)
    params, begin = shared.params.walk, task.start
    if task.is_fresh:
        begin = burst(problem, begin, priced, task.sweeps, params.fresh_temperature, generator, task.directions[0])
    part = disagreement(problem, priced, np.vstack([begin, task.start, task.mates]))
    everything = part.priced._replace(reduced_cost_window=np.inf)
    current = part.start
    reserve, found = fit_reserve(part.problem.phase, current), []
    for step, direction in enumerate(task.directions):
        if step or not task.is_fresh:
            length = params.step_length if step else params.first_length
            temperature = params.step_temperature if step else params.first_temperature
            current = burst(
                part.problem, current, everything, length * task.sweeps, temperature, generator, direction, reserve
            )
        found.append(current)
    return Found(evaluate(part.problem.phase, np.array(found)), part.whole(np.array(found)))


def _polish(shared: SharedProblem, task: Polish) -> np.ndarray:
    """Several searches, then as many short ones on what they disagree about (Cook & Seymour merge tours in this way,
    2003, doi:10.1287/ijoc.15.3.233.16078): where all agree there is little to gain. The start is one of them where
    it is of their kind: the best of earlier searches."""
    generator, problem, priced = np.random.default_rng(task.seed), shared.problem, shared.priced(task.place)
    gap_of, params = partial(gap, problem, priced), shared.params.polish
    count = int(np.clip(task.sweeps // params.search_sweeps, 1, params.most_searches))
    found = []
    for _ in range(count):
        searched = burst(problem, task.start, priced, task.sweeps / count, params.temperature, generator)
        found.append(local_optimum(problem, searched, priced, generator))
    dived = dive_to_optimum(problem, priced, task.start, generator) if task.is_first else None
    if dived is not None:
        found.append(dived)
    enough = params.merge_within * min(map(gap_of, found))
    rivals = sorted((books for books in (*found, task.start) if gap_of(books) <= enough), key=gap_of)
    if len(rivals) > 1:
        part = disagreement(problem, priced, np.array(rivals))
        sweeps = params.merging_sweeps * problem.phase.num_accounts / max(len(part.accounts), 1)
        for _ in range(count):
            searched = burst(part.problem, part.start, part.priced, sweeps, params.merging_temperature, generator)
            found.append(local_optimum(problem, part.whole(searched[None, :])[0], priced, generator))
    return np.array(found)
