"""The points that nobody beats, kept outside the population."""

import numpy as np
from numba import njit


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
        return np.array([self._rows[row] for row in rows], dtype=np.int32)

    def best(self, direction: np.ndarray, normalised: np.ndarray) -> int:
        """The point with the least weighted objective; the earliest of equals."""
        return int(np.argmin(normalised @ direction))


def non_dominated(objectives: np.ndarray) -> np.ndarray:
    """Indices, ascending, of the rows that no other row beats; of equal rows the first."""
    order = np.lexsort(objectives.T[::-1])
    return np.sort(order[_is_kept(np.ascontiguousarray(objectives[order]))])


@njit(cache=True)
def _is_kept(rows):
    """bool[P] for rows in ascending order: no earlier row is at least as good everywhere."""
    kept = np.empty(len(rows), dtype=np.int64)
    is_kept = np.ones(len(rows), dtype=np.bool_)
    count = 0
    for row in range(len(rows)):
        for place in range(count - 1, -1, -1):  # the nearest first: it most often decides
            earlier = kept[place]
            if rows[earlier, 1] <= rows[row, 1] and rows[earlier, 2] <= rows[row, 2]:
                is_kept[row] = False
                break
        if is_kept[row]:
            kept[count] = row
            count += 1
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
