"""Places in an order in which neighbours on the map are near each other in memory."""

import numpy as np

LEVELS = 12  # of halving the map, both ways: cells of about a kilometre in the US


def along_curve(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """int64[n]: the order of the places along Hilbert's curve (1891, doi:10.1007/BF01199431); equal cells as they come.

    A search that works its way along this order finds what it needs of an account, its neighbours and their reps in the
    processor's cache.
    """
    if len(latitude) == 0:
        return np.empty(0, dtype=np.int64)
    x, y = _cells(longitude), _cells(latitude)
    distance = np.zeros(len(x), dtype=np.int64)
    half = 1 << (LEVELS - 1)
    while half > 0:
        is_east, is_north = (x & half) > 0, (y & half) > 0
        distance += half * half * ((3 * is_east.astype(np.int64)) ^ is_north)
        is_flipped = ~is_north & is_east
        x, y = (np.where(is_flipped, (1 << LEVELS) - 1 - axis, axis) for axis in (x, y))
        x, y = np.where(is_north, x, y), np.where(is_north, y, x)
        half >>= 1
    return np.argsort(distance, kind="stable")


def _cells(degrees: np.ndarray) -> np.ndarray:
    least, width = float(degrees.min()), float(np.ptp(degrees))
    return ((degrees - least) / max(width, 1e-9) * ((1 << LEVELS) - 1)).astype(np.int64)
