"""Phase 2: the referring accounts' front, from seeds through evolution to the polished knee."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.moves import round_by_auction
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.local_search.priced_candidates import PricedCandidates, price_candidates
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.objectives import book_loads, evaluate, worst_book
from assignment_assets.optimizer.model.phase import OPP_BPS_TAM, Phase, build_phase, by_place
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.archive import Archive, thin
from assignment_assets.optimizer.pareto.checkpoint import Checkpoint, Checkpoints, NoCheckpoints
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.nsga2 import evolve
from assignment_assets.optimizer.pareto.operators import NeighbourWalks
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.pareto.tasks import Polish, Range, SharedProblem, work
from assignment_assets.optimizer.pareto.weight_lattice import directions, halfway
from assignment_assets.optimizer.pareto.workers import SerialWorkers, Workers
from assignment_assets.optimizer.seats.feasible_start import draw_from_flow
from assignment_assets.optimizer.seats.max_flow import Selection

SWEEP_RANGES = 4  # of the lattice, that different workers may walk


def referring_phase(instance: Instance, selection: Selection) -> tuple[Phase, np.ndarray]:
    """Phase 2's arrays and one feasible start; the seats of phase 3's accounts are reserved in it."""
    accounts = by_place(instance, selection.is_placed & instance.is_referring)
    reserve = selection.flow.copy()
    room = None if selection.within is None else selection.within.room
    bare = build_phase(
        instance,
        "referring",
        accounts,
        OPP_BPS_TAM,
        instance.base_load,
        instance.seats,
        reserve,
        room,
        selection.usable,
    )
    if selection.within is not None:
        start = selection.within.start[accounts]
        np.subtract.at(reserve, (bare.edges.state, start), 1)
        return bare, start
    start = draw_from_flow(np.arange(len(accounts)), bare.edges.state, bare.edges, reserve)
    return bare, start


class Exploration(NamedTuple):
    """What the search of phase 2 knows when it ends."""

    problem: NormalisedProblem
    archive: Archive
    knee: PricedCandidates


def find_front(
    instance: Instance,
    selection: Selection,
    settings: Settings,
    progress: Listener,
    workers: Workers,
    checkpoints: Checkpoints,
) -> ReferringFront:
    """The front of phase 2."""
    phase, start = referring_phase(instance, selection)
    found = explore(phase, start, settings, progress, workers=workers, checkpoints=checkpoints)
    return present(instance, found, settings.front_points)


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
    archive, workers = Archive() if archive is None else archive, workers or SerialWorkers()
    checkpoints = checkpoints or NoCheckpoints()
    if scale is None:
        problem, known = survey(phase, start, generator)
    else:
        problem, known = NormalisedProblem(phase, *scale), start[None, :]
    knee = price_candidates(problem, np.array(settings.knee_weights) / sum(settings.knee_weights))
    progress(Progress("referring", "bounds", 1, 1))
    archive.add(evaluate(phase, known), known)
    if not _has_choice(phase):
        return Exploration(problem, archive, knee)

    def tell(step: str, done: int, total: int) -> None:
        best = float((problem.normalise(archive.objectives) @ knee.direction).min())
        bound = knee.duals.bound
        gap = 100.0 * ((best + problem.offset(knee.direction)) / bound - 1.0) if bound > 0.0 else None
        progress(Progress("referring", step, done, total, len(archive), gap))

    if settings.generations == 0:
        best = archive.assignment(archive.best(knee.direction, problem.normalise(archive.objectives)))
        rounded = round_by_auction(problem, knee, best, generator)
        alone = Polish(0, rounded, True, settings.knee_sweeps, (settings.seed, 9, 0))
        archive.add(*work(SharedProblem(problem, knee.direction[None, :], [knee.duals]), alone))
        tell("polish", 1, 1)
        return Exploration(problem, archive, knee)
    shared = price_lattice(problem, settings.lattice_divisions, knee, lambda done, of: tell("prices", done, of))
    handle = workers.share(shared)
    mating = NeighbourWalks(
        shared, handle, workers, archive, settings.burst_sweeps, settings.knee_sweeps, settings.seed
    )
    past = checkpoints.load()
    if past is None:
        seeds = [known]
        for done, found in enumerate(workers.map(work, handle, ranges(shared, known, settings))):
            archive.add(*found)
            seeds.append(found.books)
            tell("sweep", done + 1, SWEEP_RANGES)
        population = np.concatenate(seeds)
    else:
        mating.generation, population = past.generation, past.population
        archive.add(past.objectives, past.assignments)

    def on_generation(generation: int, members: np.ndarray) -> None:
        tell("evolution", generation, settings.generations)
        if generation < settings.generations and checkpoints.is_due():
            checkpoints.save(Checkpoint(generation, members, archive.objectives, archive.all_rows()))

    evolve(mating, population, settings.generations, settings.offspring, on_generation)
    return Exploration(problem, archive, knee)


def price_lattice(
    problem: NormalisedProblem, divisions: int, knee: PricedCandidates, on_direction: Callable[[int, int], None]
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
    return SharedProblem(problem, np.vstack([lattice, knee.direction]), [*duals, knee.duals])


def ranges(shared: SharedProblem, known: np.ndarray, settings: Settings) -> list[Range]:
    """The lattice in ranges that are walked independently, each from what suits its first direction best of the
    solutions known (int32[k, n])."""
    lattice = shared.directions[:-1]
    normalised = shared.problem.normalise(evaluate(shared.problem.phase, known))
    cuts = np.linspace(0, len(lattice), SWEEP_RANGES + 1).astype(int)
    return [
        Range(
            (int(first), int(last)),
            known[np.argmin(normalised @ lattice[first])],
            settings.burst_sweeps,
            (settings.seed, 6, number),
        )
        for number, (first, last) in enumerate(pairwise(cuts))
        if last > first
    ]


def _has_choice(phase: Phase) -> bool:
    """Some account of the phase has more than one rep."""
    return bool((np.diff(phase.edges.start) > 1).any())


def present(instance: Instance, found: Exploration, size: int) -> ReferringFront:
    """The archive as people see it: thinned to `size`, ordered by balance, then drive time, then moves."""
    problem, archive, knee = found.problem, found.archive, found.knee
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
