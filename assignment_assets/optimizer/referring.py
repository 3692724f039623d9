"""Phase 2: the referring accounts' front, from seeds through evolution to the polished knee."""

import numpy as np

from assignment_assets.optimizer.archive import Archive, thin
from assignment_assets.optimizer.evolution import evolve
from assignment_assets.optimizer.feasible import draw_from_flow
from assignment_assets.optimizer.front import ReferringFront
from assignment_assets.optimizer.instance import NO_REP, Instance
from assignment_assets.optimizer.landscape import Landscape, knee_bound, survey
from assignment_assets.optimizer.lattice import directions
from assignment_assets.optimizer.objectives import book_loads, evaluate, worst_book
from assignment_assets.optimizer.phase import OPP_BPS_TAM, Phase, build_phase
from assignment_assets.optimizer.progress import Listener, Progress
from assignment_assets.optimizer.seats import Selection
from assignment_assets.optimizer.settings import Settings

SURVEY_SWEEPS = 150
SEED_HEAT, POLISH_HEAT = 0.05, 0.4


def referring_phase(instance: Instance, selection: Selection) -> tuple[Phase, np.ndarray]:
    """Phase 2's arrays and one feasible start; the seats of phase 3's accounts are reserved in it."""
    accounts = np.flatnonzero(selection.is_placed & instance.is_referring)
    reserve = selection.flow.copy()
    bare = build_phase(instance, "referring", accounts, OPP_BPS_TAM, instance.base_load, instance.seats, reserve)
    start = draw_from_flow(np.arange(len(accounts)), bare.edges.state, bare.edges, reserve)
    return bare, start


def find_front(instance: Instance, selection: Selection, settings: Settings, progress: Listener) -> ReferringFront:
    """The front of phase 2."""
    phase, start = referring_phase(instance, selection)
    generator = np.random.default_rng([settings.seed, 2])
    landscape, extremes = survey(phase, start, SURVEY_SWEEPS, generator)
    knee = np.array(settings.knee_weights) / sum(settings.knee_weights)
    bound = knee_bound(landscape, knee).bound
    progress(Progress("referring", "bounds", 1, 1))
    archive = Archive(phase.num_accounts)
    archive.add(evaluate(phase, extremes), extremes)

    def gap() -> float:
        best = float((landscape.normalise(archive.objectives) @ knee).min()) + landscape.offset(knee)
        return 100.0 * (best / bound - 1.0) if bound > 0 else 0.0

    if _has_choice(phase):
        lattice = directions(settings.lattice_divisions)
        seeds, current = np.empty((len(lattice), phase.num_accounts), dtype=np.int32), extremes[2]
        for row, direction in enumerate(lattice):
            current = landscape.burst(current, direction, settings.burst_sweeps, SEED_HEAT, generator)
            seeds[row] = current
            archive.add(evaluate(phase, current), current[None, :])
            progress(Progress("referring", "sweep", row + 1, len(lattice), len(archive), gap()))
        evolve(landscape, archive, np.concatenate([extremes, seeds]), lattice, settings.generations,
               settings.offspring, settings.burst_sweeps, generator,
               lambda done: progress(Progress("referring", "evolution", done, settings.generations,
                                              len(archive), gap())))
        best = archive.assignments[archive.best(knee, landscape.normalise(archive.objectives))]
        polished = landscape.burst(best, knee, settings.polish_sweeps, POLISH_HEAT, generator)
        archive.add(evaluate(phase, polished), polished[None, :])
        progress(Progress("referring", "polish", 1, 1, len(archive), gap()))
    return present(instance, landscape, archive, knee, bound, settings.front_points)


def _has_choice(phase: Phase) -> bool:
    """Some account of the phase has more than one rep."""
    return bool((np.diff(phase.edges.start) > 1).any())


def present(instance: Instance, landscape: Landscape, archive: Archive, knee: np.ndarray, bound: float,
            size: int) -> ReferringFront:
    """The archive as people see it: thinned, ordered by balance, then drive time, then moves."""
    normalised = landscape.normalise(archive.objectives)
    chosen = archive.best(knee, normalised)
    extremes = [int(np.argmin(archive.objectives[:, k])) for k in range(3)]
    kept = thin(normalised, [chosen, *extremes], size)
    kept = kept[np.lexsort(archive.objectives[kept].T[::-1])]
    columns = np.searchsorted(instance.referring_accounts, landscape.phase.accounts)
    assignments = np.full((len(kept), len(instance.referring_accounts)), NO_REP, dtype=np.int32)
    assignments[:, columns] = archive.assignments[kept]
    return ReferringFront(
        objectives=archive.objectives[kept],
        worst_book=worst_book(landscape.phase, book_loads(landscape.phase, archive.assignments[kept])),
        assignments=assignments, knee=int(np.flatnonzero(kept == chosen)[0]),
        ideal=landscape.ideal, reference=landscape.reference, knee_bound=bound - landscape.offset(knee),
    )
