"""Phase 2: the referring accounts as a phase of their own, and their front."""

import numpy as np

from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.phase import OPP_BPS_TAM, Before, Phase, build_phase, by_place
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.checkpoint import Checkpoints
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.progress import Listener
from assignment_assets.optimizer.pareto.workers import Workers
from assignment_assets.optimizer.phases.exploration import explore
from assignment_assets.optimizer.phases.presentation import present
from assignment_assets.optimizer.seats.feasible_start import draw_from_flow
from assignment_assets.optimizer.seats.max_flow import Selection


def referring_phase(instance: Instance, selection: Selection) -> tuple[Phase, np.ndarray]:
    """Phase 2's arrays and one feasible start; the seats of phase 3's accounts are reserved in it."""
    accounts = by_place(instance, selection.is_placed & instance.is_referring)
    reserve = selection.flow.copy()
    room = None if selection.within is None else selection.within.room
    before = Before(instance.base_load, instance.seats, reserve, room)
    bare = build_phase(instance, "referring", accounts, OPP_BPS_TAM, before, selection.usable)
    if selection.within is not None:
        start = selection.within.start[accounts]
        np.subtract.at(reserve, (bare.edges.state, start), 1)
        return bare, start
    start = draw_from_flow(np.arange(len(accounts)), bare.edges.state, bare.edges, reserve)
    return bare, start


def find_front(
    instance: Instance,
    selection: Selection,
    settings: Settings,
    progress: Listener,
    workers: Workers,
    checkpoints: Checkpoints,
) -> ReferringFront:
    """The front of phase 2: its arrays, the search, and the points that people see."""
    phase, start = referring_phase(instance, selection)
    found = explore(phase, start, settings, progress, workers=workers, checkpoints=checkpoints)
    return present(instance, found.problem, found.archive, found.knee, settings.front_points)
