"""The points that nobody beats, kept outside the population."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import BoolArray, FloatArray, IntArray


class Archive:
    """Mutually non-dominated points with their assignments, each objective vector once, in order of arrival."""

    def __init__(self) -> None:
        self.objectives = np.empty((0, 3))
        self._rows: list[np.ndarray] = []  # int16[n] each: half the memory, and no rep has an index above 32,767

    def __len__(self) -> int:
        return len(self.objectives)

    def add(self, objectives: np.ndarray, assignments: np.ndarray) -> int:
        """Offers points (float[P, 3], int32[P, n]); how many of them were taken."""
        before = len(self)
        both = np.concatenate([self.objectives, objectives])
        kept = non_dominated(both)
        self._rows = [self._rows[row] if row < before else assignments[row - before].astype(np.int16) for row in kept]
        self.objectives = both[kept]
        return int((kept >= before).sum())

    def assignment(self, row: int) -> np.ndarray:
        """int32[n]."""
        return self._rows[row].astype(np.int32)

    def assignments(self, rows: np.ndarray) -> np.ndarray:
        """int32[rows, n]."""
        found = np.array([self._rows[row] for row in rows], dtype=np.int32)
        return found if len(rows) else found.reshape(0, len(self._rows[0]) if self._rows else 0)

    def all_rows(self) -> np.ndarray:
        """int16[points, n]: the assignments of all."""
        return np.array(self._rows, dtype=np.int16)

    def best(self, direction: np.ndarray, normalised: np.ndarray) -> int:
        """The point with the least weighted objective; the earliest of equals."""
        return int(np.argmin(normalised @ direction))


def non_dominated(objectives: np.ndarray) -> np.ndarray:
    """Indices, ascending, of the rows that no other row beats; of equal rows the first (Kung, Luccio & Preparata 1975,
    doi:10.1145/321906.321910)."""
    order = np.lexsort(objectives.T[::-1])
    second = np.unique(objectives[order, 1], return_inverse=True)[1].reshape(-1)
    return np.sort(order[_is_kept(second, np.ascontiguousarray(objectives[order, 2]))])


@njit(cache=True)
def _is_kept(second: IntArray, third: FloatArray) -> BoolArray:
    """bool[P] for rows in ascending order: no earlier row is at least as good in the second and third objective.

    `second` are ranks. `least[r]` is the third objective's least over a range of ranks that ends before r (Fenwick
    1994, doi:10.1002/spe.4380240306).
    """
    is_kept = np.ones(len(second), dtype=np.bool_)
    least = np.full(len(second) + 1, np.inf)
    for row in range(len(second)):
        rank = second[row] + 1
        while rank > 0 and is_kept[row]:
            is_kept[row] = third[row] < least[rank]
            rank -= rank & -rank
        rank = second[row] + 1
        while rank < len(least) and is_kept[row]:
            least[rank] = min(least[rank], third[row])
            rank += rank & -rank
    return is_kept


def thin(normalised: np.ndarray, keep: list[int], size: int) -> np.ndarray:
    """Indices, ascending, of at most `size` rows spread widely; those in `keep` always.

    Farthest-point selection (Gonzalez 1985, doi:10.1016/0304-3975(85)90224-5).
    """
    if len(normalised) <= size:
        return np.arange(len(normalised))
    chosen = list(dict.fromkeys(keep))
    distance = np.min([np.linalg.norm(normalised - normalised[row], axis=1) for row in chosen], axis=0)
    while len(chosen) < size:
        farthest = int(np.argmax(distance))
        chosen.append(farthest)
        distance = np.minimum(distance, np.linalg.norm(normalised - normalised[farthest], axis=1))
    return np.sort(np.array(chosen, dtype=np.int64))
