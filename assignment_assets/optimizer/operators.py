"""pymoo operators that never leave the feasible set: crossing by adoption, mutation by a burst, duplicates by hash."""

import hashlib

import numpy as np
from pymoo.core.duplicate import DuplicateElimination
from pymoo.core.infill import InfillCriterion
from pymoo.core.population import Population

from assignment_assets.optimizer.archive import Archive
from assignment_assets.optimizer.crossing import adopt
from assignment_assets.optimizer.draws import seed_word
from assignment_assets.optimizer.feasible import fit_reserve
from assignment_assets.optimizer.landscape import Guide, Landscape

CROSSING_RATE = 0.3  # of the children; measured to matter little, the bursts do the work
ADOPTION_RATE = 0.3  # of the genes in which the parents differ
BURST_HEAT = 0.5
WALK, STEP_SWEEPS, STEP_HEAT = 8, 0.3, 0.15  # children a walk; each after the first is a small step further


class HashDuplicates(DuplicateElimination):
    """Drops assignments met before, within the batch and in the populations given; linear, by digest."""

    def do(self, pop, *args, return_indices=False, to_itself=True):
        seen = {_digest(row) for other in args for row in other.get("X")}
        fresh, repeated = [], []
        for index, row in enumerate(pop.get("X")):
            digest = _digest(row)
            (repeated if digest in seen else fresh).append(index)
            if to_itself:
                seen.add(digest)
        kept = pop[np.array(fresh, dtype=np.int64)]
        return (kept, fresh, repeated) if return_indices else kept


def _digest(row: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(row, dtype=np.int32).tobytes(), digest_size=16).digest()


class NeighbourBursts(InfillCriterion):
    """Children in walks: the best known points of two neighbouring directions, crossed and searched along one of them.

    Each further child is the one before it, turned a small step towards a second direction nearby.
    """

    def __init__(self, landscape: Landscape, archive: Archive, guides: list[Guide], sweeps: float,
                 generator: np.random.Generator):
        super().__init__(eliminate_duplicates=HashDuplicates(), n_max_iterations=1)
        self.landscape, self.archive, self.guides, self.sweeps = landscape, archive, guides, sweeps
        self.generator = generator
        self.queue: list[int] = []

    def _do(self, problem, pop, n_offsprings, random_state=None, **kwargs):
        normalised = self.landscape.normalise(self.archive.objectives)
        children = np.empty((n_offsprings, self.landscape.phase.num_accounts), dtype=np.int32)
        for row in range(n_offsprings):
            if row % WALK == 0:
                guide = self._next_guide()
                cell = 0.5 / np.sqrt(len(self.guides))
                direction, goal = self._near(guide.direction, cell), self._near(guide.direction, 2.0 * cell)
                children[row] = self._child(guide, direction, normalised)
            else:
                direction = direction + (goal - direction) / (WALK - row % WALK)
                children[row] = self.landscape.burst(children[row - 1], guide, self.sweeps * STEP_SWEEPS, STEP_HEAT,
                                                     self.generator, direction)
        return Population.new("X", children)

    def _next_guide(self) -> Guide:
        """Each direction once a round, in random order."""
        if not self.queue:
            self.queue = list(self.generator.permutation(len(self.guides)))
        return self.guides[self.queue.pop()]

    def _near(self, direction: np.ndarray, reach: float) -> np.ndarray:
        """A direction nearby, every weight above zero."""
        moved = np.maximum(direction + self.generator.uniform(-reach, reach, 3), 0.002)
        return moved / moved.sum()

    def _child(self, guide: Guide, direction: np.ndarray, normalised: np.ndarray) -> np.ndarray:
        child = self.archive.assignments[self.archive.best(direction, normalised)].copy()
        if self.generator.random() < CROSSING_RATE:
            mate_direction = self._near(direction, 1.0 / np.sqrt(len(self.guides)))
            mate = self.archive.assignments[self.archive.best(mate_direction, normalised)]
            phase = self.landscape.phase
            adopt(child, fit_reserve(phase, child), mate, phase.searched, phase.is_capped, ADOPTION_RATE,
                  seed_word(self.generator))
        return self.landscape.burst(child, guide, self.sweeps, BURST_HEAT, self.generator, direction)
