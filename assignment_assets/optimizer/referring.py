"""Phase 2: the referring accounts' front, from seeds through evolution to the polished knee."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.archive import Archive, thin
from assignment_assets.optimizer.evolution import evolve
from assignment_assets.optimizer.feasible import draw_from_flow
from assignment_assets.optimizer.front import ReferringFront
from assignment_assets.optimizer.instance import NO_REP, Instance
from assignment_assets.optimizer.landscape import Guide, Landscape, survey
from assignment_assets.optimizer.lattice import directions
from assignment_assets.optimizer.objectives import book_loads, evaluate, worst_book
from assignment_assets.optimizer.phase import OPP_BPS_TAM, Phase, build_phase
from assignment_assets.optimizer.progress import Listener, Progress
from assignment_assets.optimizer.seats import Selection
from assignment_assets.optimizer.settings import Settings

SURVEY_SWEEPS = 150
SEED_HEAT, POLISH_HEAT = 0.7, 1.5


def referring_phase(instance: Instance, selection: Selection) -> tuple[Phase, np.ndarray]:
    """Phase 2's arrays and one feasible start; the seats of phase 3's accounts are reserved in it."""
    accounts = np.flatnonzero(selection.is_placed & instance.is_referring)
    reserve = selection.flow.copy()
    room = None if selection.within is None else selection.within.room
    bare = build_phase(instance, "referring", accounts, OPP_BPS_TAM, instance.base_load, instance.seats, reserve, room)
    if selection.within is not None:
        start = selection.within.start[accounts]
        np.subtract.at(reserve, (bare.edges.state, start), 1)
        return bare, start
    start = draw_from_flow(np.arange(len(accounts)), bare.edges.state, bare.edges, reserve)
    return bare, start


class Exploration(NamedTuple):
    """What the search of phase 2 knows when it ends."""

    landscape: Landscape
    archive: Archive
    knee: Guide
    guides: list[Guide]


def find_front(instance: Instance, selection: Selection, settings: Settings, progress: Listener) -> ReferringFront:
    """The front of phase 2."""
    phase, start = referring_phase(instance, selection)
    return present(instance, explore(phase, start, settings, progress), settings.front_points)


def explore(phase: Phase, start: np.ndarray, settings: Settings, progress: Listener,
            archive: Archive | None = None, scale: tuple[np.ndarray, np.ndarray] | None = None) -> Exploration:
    """Scale, sweep, the polished knee and the evolution of a phase, from one feasible assignment (int32[n]).

    Parameters
    ----------
    archive
        Where the points go; of use to a listener that looks at them while the search runs.
    scale
        Ideal and reference of the objectives, where they are given and not ours to find.
    """
    generator = np.random.default_rng([settings.seed, 2])
    landscape, extremes = survey(phase, start, SURVEY_SWEEPS, generator)
    if scale is not None:
        landscape = Landscape(phase, *scale)
    knee = landscape.guide(np.array(settings.knee_weights) / sum(settings.knee_weights))
    progress(Progress("referring", "bounds", 1, 1))
    archive = Archive() if archive is None else archive
    archive.add(evaluate(phase, extremes), extremes)
    if not _has_choice(phase):
        return Exploration(landscape, archive, knee, [])

    def tell(step: str, done: int, total: int) -> None:
        best = float((landscape.normalise(archive.objectives) @ knee.direction).min())
        bound = knee.duals.bound
        gap = 100.0 * ((best + landscape.offset(knee.direction)) / bound - 1.0) if bound > 0.0 else None
        progress(Progress("referring", step, done, total, len(archive), gap))

    guides, seeds = sweep(landscape, directions(settings.lattice_divisions), extremes[2], settings.burst_sweeps,
                          generator, archive, lambda done, of: tell("sweep", done, of))
    best = archive.assignments[archive.best(knee.direction, landscape.normalise(archive.objectives))]
    polished = landscape.burst(best, knee, settings.polish_sweeps, POLISH_HEAT, generator)
    archive.add(evaluate(phase, polished), polished[None, :])
    tell("polish", 1, 1)
    evolve(landscape, archive, np.concatenate([extremes, seeds]), guides, settings.generations, settings.offspring,
           settings.burst_sweeps, generator, lambda done: tell("evolution", done, settings.generations))
    return Exploration(landscape, archive, knee, guides)


def sweep(landscape: Landscape, lattice: np.ndarray, start: np.ndarray, sweeps: float, generator: np.random.Generator,
          archive: Archive, told: Callable[[int, int], None]) -> tuple[list[Guide], np.ndarray]:
    """Along the lattice: each direction's prices from its neighbour's, its solution from rounding them.

    Returns
    -------
    guides
        One a direction.
    seeds
        int32[D, n]: their solutions, which `archive` has been offered too.
    """
    guides, seeds = [], np.empty((len(lattice), landscape.phase.num_accounts), dtype=np.int32)
    current = start
    for row, direction in enumerate(lattice):
        guide = landscape.guide(direction, guides[-1].duals if guides else None)
        rounded = landscape.round_prices(guide, current, generator)
        current = landscape.burst(rounded, guide, sweeps, SEED_HEAT, generator)
        guides.append(guide)
        seeds[row] = current
        archive.add(evaluate(landscape.phase, current), current[None, :])
        told(row + 1, len(lattice))
    return guides, seeds


def _has_choice(phase: Phase) -> bool:
    """Some account of the phase has more than one rep."""
    return bool((np.diff(phase.edges.start) > 1).any())


def present(instance: Instance, found: Exploration, size: int) -> ReferringFront:
    """The archive as people see it: thinned to `size`, ordered by balance, then drive time, then moves."""
    landscape, archive, knee = found.landscape, found.archive, found.knee
    normalised = landscape.normalise(archive.objectives)
    chosen = archive.best(knee.direction, normalised)
    extremes = [int(np.argmin(archive.objectives[:, k])) for k in range(3)]
    kept = thin(normalised, [chosen, *extremes], size)
    kept = kept[np.lexsort(archive.objectives[kept].T[::-1])]
    columns = np.searchsorted(instance.referring_accounts, landscape.phase.accounts)
    assignments = np.full((len(kept), len(instance.referring_accounts)), NO_REP, dtype=np.int32)
    assignments[:, columns] = archive.assignments[kept]
    return ReferringFront(
        objectives=archive.objectives[kept],
        worst_book=worst_book(landscape.phase, book_loads(landscape.phase, archive.assignments[kept])),
        assignments=assignments, knee=int(np.flatnonzero(kept == chosen)[0]), ideal=landscape.ideal,
        reference=landscape.reference, knee_bound=knee.duals.bound - landscape.offset(knee.direction),
    )
