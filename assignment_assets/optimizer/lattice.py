"""Weight directions over the three objectives: the simplex lattice, in an order where neighbours follow each other."""

import numpy as np


def directions(divisions: int) -> np.ndarray:
    """float64[(d+1)(d+2)/2, 3]: all weights that are multiples of 1/d and sum to 1 (Das & Dennis 1998,
    doi:10.1137/S1052623496307510), row by row in a serpentine, so that each is next to the one before.

    A weight of zero is raised a little: without it a point is only weakly efficient.
    """
    rows = []
    for first in range(divisions + 1):
        row = [(first, second, divisions - first - second) for second in range(divisions - first + 1)]
        rows += row if first % 2 == 0 else row[::-1]
    weights = np.maximum(np.array(rows, dtype=np.float64) / divisions, 0.002)
    return weights / weights.sum(axis=1, keepdims=True)
