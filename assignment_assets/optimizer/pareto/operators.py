"""pymoo operators that never leave the feasible set: walks between neighbours, duplicates by hash."""

import hashlib

import numpy as np
from pymoo.core.duplicate import DuplicateElimination
from pymoo.core.infill import InfillCriterion
from pymoo.core.population import Population
from pymoo.core.problem import Problem

from assignment_assets.optimizer.pareto.archive import Archive
from assignment_assets.optimizer.pareto.tasks import Polish, SharedProblem, Walk, work
from assignment_assets.optimizer.pareto.workers import Workers

EVALUATED = ("F", "G", "H")  # what pymoo asks of a child: its objectives, which come with it, and constraints: none


class HashDuplicates(DuplicateElimination):
    """Drops assignments met before, within the batch and in the populations given; linear, by digest."""

    def do(
        self, pop: Population, *args: Population, return_indices: bool = False, to_itself: bool = True
    ) -> Population | tuple[Population, list[int], list[int]]:
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


class NeighbourWalks(InfillCriterion):
    """Children in walks: the best known point of a direction, searched on what its neighbours and it disagree about.

    Each further child is the one before it, turned a small step towards a second direction nearby. Some walks begin
    with a search of all candidates. Children come with their objectives. From time to time a
    long search of the knee is among the tasks: the first at once, another as soon as all of them cost no more than
    their share of the proposals; what merges them and makes them local optima comes on top.

    Parameters
    ----------
    shared, handle
        What the tasks share, and the workers' handle on it; its last direction is the knee's.
    sweeps, knee_sweeps
        Proposals of a burst, and of the first search of the knee, in multiples of the number of accounts.
    seed
        Of every generation: its number is added, so that nothing but it need be remembered.
    """

    def __init__(
        self,
        shared: SharedProblem,
        handle: object,
        workers: Workers,
        archive: Archive,
        sweeps: float,
        knee_sweeps: float,
        seed: int,
    ):
        super().__init__(eliminate_duplicates=HashDuplicates(), n_max_iterations=1)
        self.shared, self.handle, self.workers, self.archive = shared, handle, workers, archive
        self.sweeps, self.knee_sweeps, self.seed = sweeps, knee_sweeps, seed
        self.generation = 0

    def _do(
        self,
        problem: Problem,
        pop: Population,
        n_offsprings: int,
        random_state: object = None,
        **kwargs: object,
    ) -> Population:
        self.generation += 1
        generator = np.random.default_rng([self.seed, 8, self.generation])
        normalised = self.shared.problem.normalise(self.archive.objectives)
        num_walks = -(-n_offsprings // self.shared.params.walk.children)
        tasks = [self._walk(place, generator, normalised) for place in self._places(num_walks)]
        polish = self._knee(num_walks, normalised)
        found = list(self.workers.map(work, self.handle, [*([polish] if polish else []), *tasks]))
        if polish:  # beside the children, of which there are as many as were asked for
            self.archive.add(*found.pop(0))
        children = Population.new(
            "X",
            np.concatenate([each.books for each in found]),
            "F",
            np.concatenate([each.objectives for each in found]),
        )
        children.apply(lambda child: child.evaluated.update(EVALUATED))
        return children

    def _places(self, num_walks: int) -> list[int]:
        """Each direction once a round, in an order of the round's own."""
        count = len(self.shared.directions) - 1
        turns = range((self.generation - 1) * num_walks, self.generation * num_walks)
        orders = {turn // count: None for turn in turns}
        for number in orders:
            orders[number] = np.random.default_rng([self.seed, 7, number]).permutation(count)
        return sorted(int(orders[turn // count][turn % count]) for turn in turns)

    def _knee(self, num_walks: int, normalised: np.ndarray) -> Polish | None:
        """The long search of the knee that is due in this generation, if one is."""
        length = self._length_due(num_walks)
        if length is None:
            return None
        place = len(self.shared.directions) - 1
        best = self.archive.assignment(self.archive.best(self.shared.directions[place], normalised))
        return Polish(place, best, self.generation == 1, length, (self.seed, 9, self.generation))

    def _length_due(self, num_walks: int) -> float | None:
        walk, polish = self.shared.params.walk, self.shared.params.polish
        on_part = (1.0 - walk.fresh_rate) * walk.first_length + (walk.children - 1) * walk.step_length
        a_walk = walk.fresh_rate + walk.disagreeing * on_part
        a_generation = num_walks * self.sweeps * a_walk
        spent, length, due = 0.0, self.knee_sweeps, None
        for generation in range(1, self.generation + 1):
            due = None
            if generation == 1 or spent + length <= polish.share * (spent + length + a_generation * generation):
                due = length
                spent, length = spent + length, length * polish.growth
        return due

    def _walk(self, place: int, generator: np.random.Generator, normalised: np.ndarray) -> Walk:
        params = self.shared.params.walk
        direction, cell = self.shared.directions[place], 0.5 / np.sqrt(len(self.shared.directions))
        first, goal = _near(direction, cell, generator), _near(direction, params.reach * cell, generator)
        steps = [first]
        for left in range(params.children - 1, 0, -1):
            steps.append(steps[-1] + (goal - steps[-1]) / left)
        start = self.archive.best(first, normalised)
        near = [goal, *(_near(first, 2.0 * cell, generator) for _ in range(params.mates - 1))]
        mates = [row for row in dict.fromkeys(self.archive.best(each, normalised) for each in near) if row != start]
        return Walk(
            place,
            np.array(steps),
            self.archive.assignment(start),
            self.archive.assignments(np.array(mates, dtype=np.int64)),
            not mates or generator.random() < params.fresh_rate,
            self.sweeps,
            tuple(generator.integers(2**31, size=4).tolist()),
        )


def _near(direction: np.ndarray, reach: float, generator: np.random.Generator) -> np.ndarray:
    """A direction nearby, every weight above zero."""
    moved = np.maximum(direction + generator.uniform(-reach, reach, 3), 0.002)
    return moved / moved.sum()
