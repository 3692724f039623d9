"""pymoo operators that never leave the feasible set: crossing by adoption, mutation by a burst, duplicates by hash."""

import hashlib

import numpy as np
from numba import njit
from pymoo.core.duplicate import DuplicateElimination
from pymoo.core.infill import InfillCriterion
from pymoo.core.population import Population

from assignment_assets.optimizer.archive import Archive
from assignment_assets.optimizer.desk import exchange, lay_open, make_way, shift
from assignment_assets.optimizer.draws import below, fraction, next_word, seed_word
from assignment_assets.optimizer.feasible import fit_reserve
from assignment_assets.optimizer.landscape import Landscape

CROSSING_RATE = 0.3  # of the children; measured to matter little, the bursts do the work
ADOPTION_RATE = 0.3  # of the genes in which the parents differ
BURST_HEAT = 0.02


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
    """Children: the best known points of two neighbouring directions are crossed, then searched along one of them."""

    def __init__(self, landscape: Landscape, archive: Archive, lattice: np.ndarray, sweeps: float,
                 generator: np.random.Generator, heat: float = BURST_HEAT):
        super().__init__(eliminate_duplicates=HashDuplicates(), n_max_iterations=1)
        self.landscape, self.archive, self.lattice, self.sweeps = landscape, archive, lattice, sweeps
        self.generator, self.heat = generator, heat
        self.queue: list[int] = []

    def _do(self, problem, pop, n_offsprings, random_state=None, **kwargs):
        normalised = self.landscape.normalise(self.archive.objectives)
        children = np.empty((n_offsprings, self.landscape.phase.num_accounts), dtype=np.int32)
        for row in range(n_offsprings):
            direction = self._next_direction()
            parent = self.archive.assignments[self.archive.best(direction, normalised)]
            children[row] = self._child(parent, direction, normalised)
        return Population.new("X", children)

    def _next_direction(self) -> np.ndarray:
        """A direction of the lattice, each once a round in random order, moved at random within its cell."""
        if not self.queue:
            self.queue = list(self.generator.permutation(len(self.lattice)))
        near = self.lattice[self.queue.pop()]
        moved = near + self.generator.uniform(-0.5, 0.5, 3) / np.sqrt(len(self.lattice))
        moved = np.maximum(moved, 0.002)
        return moved / moved.sum()

    def _child(self, parent: np.ndarray, direction: np.ndarray, normalised: np.ndarray) -> np.ndarray:
        phase, child = self.landscape.phase, parent.copy()
        reserve = fit_reserve(phase, child)
        if self.generator.random() < CROSSING_RATE:
            other = np.maximum(direction + self.generator.normal(0.0, 0.08, 3), 0.002)
            mate = self.archive.assignments[self.archive.best(other / other.sum(), normalised)]
            adopt(child, reserve, mate, phase.edges, ADOPTION_RATE, seed_word(self.generator))
        return self.landscape.burst(child, direction, self.sweeps, self.heat, self.generator, reserve)


@njit(cache=True)
def adopt(child, reserve, mate, edges, rate, word):
    """Crosses `mate` into `child` (int32[n]), account by account; feasible after every step.

    An account goes where the mate has it when a seat is free or can be made free there; otherwise in exchange for an
    account of that book which the mate has elsewhere; otherwise it stays.
    """
    desk = lay_open(child, reserve, edges)
    for account in range(len(child)):
        there = mate[account]
        here = child[account]
        word = next_word(word)
        if here == there or fraction(word) > rate:
            continue
        if make_way(desk, edges, there, here):
            shift(desk, edges, account, there)
            continue
        word = next_word(word)
        offset = below(word, desk.count[there])
        for turn in range(desk.count[there]):
            other = desk.member[desk.first[there] + (offset + turn) % desk.count[there]]
            if mate[other] != there and edges.rank[edges.state[other], here] >= 0:
                exchange(desk, edges, account, other)
                break
