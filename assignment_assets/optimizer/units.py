"""Units of work that depend on nothing but what they are given: they may run anywhere, in any order."""

from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds import Duals
from assignment_assets.optimizer.feasible import fit_reserve
from assignment_assets.optimizer.landscape import Guide, Landscape
from assignment_assets.optimizer.objectives import evaluate

SEED_HEAT, BURST_HEAT, STEP_HEAT, KNEE_HEAT = 0.7, 0.1, 0.05, 3.0  # first temperatures, in the weighing's units
STEP_SWEEPS = 0.3  # of a burst
FIRST_AMONG, STEP_AMONG, HEATS_AMONG = 0.5, 0.125, (0.05, 0.015)  # the same of a walk with mates
SEARCH_SWEEPS, MOST_SEARCHES = 800, 8  # a polish has one search for so many of its sweeps; one to so many
MERGING_SWEEPS, MERGING_HEAT = 200, 1.0  # of each search on what they disagree about
ALIKE = 2.0  # times the gap of the best search: what is no further from the bound is worth merging
MOST_GUIDES_BYTES = 150_000_000


class Ground:
    """What all units share: the landscape and the prices of every direction. Guides are built where they are used.

    Parameters
    ----------
    directions
        float64[D, 3].
    duals
        Prices of each.
    """

    def __init__(self, landscape: Landscape, directions: np.ndarray, duals: list[Duals]):
        self.landscape, self.directions, self.duals = landscape, directions, duals
        self._built: dict[int, Guide] = {}

    def __reduce__(self):
        return Ground, (self.landscape, self.directions, self.duals)

    def guide(self, place: int) -> Guide:
        """The guide of a direction; as many are kept as the memory allows, the last used longest."""
        guide = self._built.pop(place, None)
        if guide is None:
            guide = self.landscape.guided_by(self.directions[place], self.duals[place])
            if self._built and len(self._built) * guide.num_bytes > MOST_GUIDES_BYTES:
                self._built.pop(next(iter(self._built)))
        self._built[place] = guide
        return guide


class Range(NamedTuple):
    """A range of the lattice, walked from one end."""

    places: tuple[int, int]  # first and after the last direction
    start: np.ndarray  # int32[n]
    sweeps: float
    seed: tuple[int, ...]


class Walk(NamedTuple):
    """A point, searched; then searched again and again a small step further. With mates, only on what they and the
    point disagree about, so that it costs as little as that is."""

    guide: int
    directions: np.ndarray  # float64[W, 3]
    start: np.ndarray  # int32[n]
    mates: np.ndarray  # int32[m, n]; none: all choices of the guide
    sweeps: float
    seed: tuple[int, ...]


class Polish(NamedTuple):
    """Long searches of one direction, settled and merged; the first polish has a dive among them."""

    guide: int
    start: np.ndarray  # int32[n]
    is_first: bool
    sweeps: float
    seed: tuple[int, ...]


def work(ground: Ground, unit: Range | Walk | Polish) -> np.ndarray:
    """int32[points, n]: what the unit finds."""
    if isinstance(unit, Range):
        return _sweep(ground, unit)
    return _walk(ground, unit) if isinstance(unit, Walk) else _polish(ground, unit)


def _sweep(ground: Ground, unit: Range) -> np.ndarray:
    generator, landscape = np.random.default_rng(unit.seed), ground.landscape
    found, current = [], unit.start
    for place in range(*unit.places):
        guide = ground.guide(place)
        current = landscape.burst(landscape.round_prices(guide, current, generator), guide, unit.sweeps, SEED_HEAT,
                                  generator)
        found.append(current)
    return np.array(found)


def _walk(ground: Ground, unit: Walk) -> np.ndarray:
    generator, landscape = np.random.default_rng(unit.seed), ground.landscape
    guide, current, found = ground.guide(unit.guide), unit.start, []
    paces, heats = (1.0, STEP_SWEEPS), (BURST_HEAT, STEP_HEAT)
    if len(unit.mates):
        guide = landscape.among(guide, np.vstack([unit.start[None, :], unit.mates]))
        guide = guide._replace(slack=np.inf)
        share = float((np.diff(guide.choices.start) > 1).mean())
        paces, heats = (FIRST_AMONG * share, STEP_AMONG * share), HEATS_AMONG
    reserve = fit_reserve(landscape.phase, current)
    for step, direction in enumerate(unit.directions):
        which = min(step, 1)
        current = landscape.burst(current, guide, unit.sweeps * paces[which], heats[which], generator, direction,
                                  reserve)
        found.append(current)
    return np.array(found)


def _polish(ground: Ground, unit: Polish) -> np.ndarray:
    """Several searches, then as many short ones on what they disagree about (Cook & Seymour merge tours in this way,
    2003, doi:10.1287/ijoc.15.3.233.16078): where all agree there is little to gain. The start is one of them where
    it is of their kind: the best of earlier searches."""
    generator, landscape, guide = np.random.default_rng(unit.seed), ground.landscape, ground.guide(unit.guide)

    def gap(books: np.ndarray) -> float:
        return float(evaluate(landscape.phase, books)[0] @ guide.weighing.weights) - guide.duals.bound

    count = int(np.clip(unit.sweeps // SEARCH_SWEEPS, 1, MOST_SEARCHES))
    found = []
    for _ in range(count):
        searched = landscape.burst(unit.start, guide, unit.sweeps / count, KNEE_HEAT, generator)
        found.append(landscape.settle(searched, guide, generator))
    dived = landscape.settled_dive(guide, unit.start, generator) if unit.is_first else None
    if dived is not None:
        found.append(dived)
    best = min(found, key=gap)
    rivals = [books for books in (*found, unit.start) if gap(books) <= ALIKE * gap(best)]
    if len(rivals) > 1:
        best, among = min(rivals, key=gap), landscape.among(guide, np.array(rivals))
        for _ in range(count):
            searched = landscape.burst(best, among, MERGING_SWEEPS, MERGING_HEAT, generator)
            found.append(landscape.settle(searched, guide, generator))
    return np.array(found)
