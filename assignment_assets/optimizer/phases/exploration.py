"""The search for a phase's front: scale, prices, sweep, evolution; or one long search of the knee alone."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.proof import direction_of
from assignment_assets.optimizer.improve.moves import round_by_auction
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates, price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.archive import Archive
from assignment_assets.optimizer.pareto.checkpoint import Checkpoint, Checkpoints, NoCheckpoints
from assignment_assets.optimizer.pareto.nsga2 import evolve
from assignment_assets.optimizer.pareto.operators import NeighbourWalks
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.pareto.sweep import price_lattice, ranges
from assignment_assets.optimizer.pareto.tasks import Polish, SharedProblem, work
from assignment_assets.optimizer.pareto.workers import SerialWorkers, Workers


class Exploration(NamedTuple):
    """What the search knows."""

    problem: NormalisedProblem
    archive: Archive
    knee: PricedCandidates

    def progress(self, step: str, done: int, total: int) -> Progress:
        """Where it stands, with the gap of the best knee so far."""
        best = float((self.problem.normalise(self.archive.objectives) @ self.knee.direction).min())
        bound = self.knee.duals.bound
        gap = 100.0 * ((best + self.problem.offset(self.knee.direction)) / bound - 1.0) if bound > 0.0 else None
        return Progress("referring", step, done, total, len(self.archive), gap)


def explore(
    phase: Phase,
    start: np.ndarray,
    settings: Settings,
    progress: Listener,
    archive: Archive | None = None,
    scale: tuple[np.ndarray, np.ndarray] | None = None,
    workers: Workers | None = None,
    checkpoints: Checkpoints | None = None,
) -> Exploration:
    """Scale, sweep and evolution of a phase, from one feasible assignment (int32[n]).

    Parameters
    ----------
    archive
        Where the points go; of use to a listener that looks at them while the search runs.
    scale
        Ideal and reference of the objectives, where they are given and not ours to find.
    workers
        Who does the tasks; this process, unless others are given. The answer is the same.
    checkpoints
        Where to go on from, and where to note how far it is; nowhere, unless given.
    """
    generator = np.random.default_rng([settings.seed, 2])
    workers, checkpoints = workers or SerialWorkers(), checkpoints or NoCheckpoints()
    if scale is None:
        problem, known = survey(phase, start, generator)
    else:
        problem, known = NormalisedProblem(phase, *scale), start[None, :]
    knee = price_candidates(problem, direction_of(settings.knee_weights))
    progress(Progress("referring", "bounds", 1, 1))
    found = Exploration(problem, Archive() if archive is None else archive, knee)
    found.archive.add(evaluate(phase, known), known)
    if not _has_choice(phase):
        return found

    def tell(step: str, done: int, total: int) -> None:
        progress(found.progress(step, done, total))

    if settings.generations == 0:
        polish_the_knee(found, settings, generator)
        tell("polish", 1, 1)
        return found
    shared = price_lattice(problem, settings.lattice_divisions, knee, partial(tell, "prices"))
    handle, lengths = workers.share(shared), (settings.burst_sweeps, settings.knee_sweeps)
    mating = NeighbourWalks(shared, handle, workers, found.archive, *lengths, settings.seed)
    past = checkpoints.load()
    population = sweep(mating, known, settings, tell) if past is None else go_on(mating, past)

    def on_generation(generation: int, members: np.ndarray) -> None:
        tell("evolution", generation, settings.generations)
        if generation < settings.generations and checkpoints.is_due():
            checkpoints.save(Checkpoint(generation, members, found.archive.objectives, found.archive.all_rows()))

    evolve(mating, population, settings.generations, settings.offspring, on_generation)
    return found


def polish_the_knee(found: Exploration, settings: Settings, generator: np.random.Generator) -> None:
    """One long search of the knee from the best of the extremes, where no front is asked for."""
    problem, archive, knee = found.problem, found.archive, found.knee
    best = archive.assignment(archive.best(knee.direction, problem.normalise(archive.objectives)))
    rounded = round_by_auction(problem, knee, best, generator)
    polish = Polish(0, rounded, True, settings.knee_sweeps, (settings.seed, 9, 0))
    archive.add(*work(SharedProblem(problem, knee.direction[None, :], [knee.duals]), polish))


def sweep(
    mating: NeighbourWalks, known: np.ndarray, settings: Settings, tell: Callable[[str, int, int], None]
) -> np.ndarray:
    """The first population (int32[P, n]): the solutions known and a point for every direction of the lattice."""
    seeds = [known]
    for done, found in enumerate(mating.workers.map(work, mating.handle, ranges(mating.shared, known, settings))):
        mating.archive.add(*found)
        seeds.append(found.books)
        tell("sweep", done + 1, mating.shared.params.sweep.ranges)
    return np.concatenate(seeds)


def go_on(mating: NeighbourWalks, past: Checkpoint) -> np.ndarray:
    """The population of a checkpoint (int32[P, n]); generation and archive as they were then."""
    mating.generation = past.generation
    mating.archive.add(past.objectives, past.assignments)
    return past.population


def _has_choice(phase: Phase) -> bool:
    """Some account of the phase has more than one rep."""
    return bool((np.diff(phase.edges.start) > 1).any())
