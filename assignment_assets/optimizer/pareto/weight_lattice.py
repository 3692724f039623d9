"""Weight directions over the three objectives: the simplex lattice, in an order where neighbours follow each other."""

import numpy as np


def directions(divisions: int) -> np.ndarray:
    """float64[(d+1)(d+2)/2, 3]: all weights that are multiples of 1/d and sum to 1 (Das & Dennis 1998,
    doi:10.1137/S1052623496307510), row by row in a serpentine, so that each is next to the one before.

    A weight of zero is raised a little: without it a point is only weakly efficient.
    """
    weights = np.maximum(np.array(_steps(divisions), dtype=np.float64) / divisions, 0.002)
    return weights / weights.sum(axis=1, keepdims=True)


def halfway(divisions: int) -> dict[int, tuple[int, int]]:
    """The directions that are halfway between two others, and those two, which are not; by place in `directions`.

    Where balance weighs next to nothing at one of the two, their prices are too unlike: such directions are left out.
    """
    steps = _steps(divisions)
    place_of = {step: place for place, step in enumerate(steps)}
    found = {}
    for place, step in enumerate(steps):
        odd = [k for k in range(3) if step[k] % 2]
        if len(odd) == 2 and divisions % 2 == 0 and step[0] > 1:
            ends = [list(step), list(step)]
            for end, (up, down) in zip(ends, (odd, odd[::-1]), strict=True):
                end[up] += 1
                end[down] -= 1
            found[place] = (place_of[tuple(ends[0])], place_of[tuple(ends[1])])
    return found


def _steps(divisions: int) -> list[tuple[int, int, int]]:
    rows = []
    for first in range(divisions + 1):
        row = [(first, second, divisions - first - second) for second in range(divisions - first + 1)]
        rows += row if first % 2 == 0 else row[::-1]
    return rows
