"""Projected L-BFGS: the largest value of a smooth concave function on a box.

Limited-memory quasi-Newton steps in the free variables only, searched along the projected path (Byrd, Lu, Nocedal &
Zhu 1995, doi:10.1137/0916069, with Bertsekas' two-metric projection, doi:10.1137/0320018, in place of the generalised
Cauchy point). Sums run in one fixed order: scipy's version uses the linear algebra library's threads, whose number
would change the last bits and so the prices.
"""

from collections.abc import Callable

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.stages import AscentParams
from assignment_assets.optimizer.model.arrays import FloatArray

ASCENT = AscentParams()
NEGLIGIBLE = 1e-100  # a squared change of slope that says nothing


def ascend(
    function: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    ceiling: np.ndarray,
    iterations: int,
    params: AscentParams = ASCENT,
) -> np.ndarray:
    """float64[V]: the best point met, between 0 and `ceiling`.

    Parameters
    ----------
    function
        Gives the value and its gradient.
    iterations
        At most.
    """
    point = np.clip(start, 0.0, ceiling)
    value, slope = function(point)
    steps, bends = (np.empty((params.memory, len(point))) for _ in range(2))
    kept, past = 0, [value]
    for _ in range(iterations):
        direction = uphill(steps, bends, kept, slope, point, ceiling)
        steepest = float(np.abs(direction).max(initial=0.0))
        if steepest <= 1e-30:
            break
        moved = step = None
        length = 1.0 if kept else 1.0 / steepest
        for _ in range(params.halvings):
            candidate = np.clip(point + length * direction, 0.0, ceiling)
            step = candidate - point
            gain = dot(slope, step)
            if gain <= 0.0:
                break
            new_value, new_slope = function(candidate)
            if new_value >= value + params.sufficient * gain:
                moved = candidate
                break
            length *= 0.5
        if moved is None:
            if not kept:
                break
            kept = 0
            continue
        bend = slope - new_slope
        if dot(step, bend) > 1e-12 * dot(bend, bend) > NEGLIGIBLE:
            steps[kept % params.memory], bends[kept % params.memory] = step, bend
            kept += 1
        point, value, slope = moved, new_value, new_slope
        past.append(value)
        if len(past) > 10 and value - past[-11] <= params.precision * (abs(value) + 1e-30):
            break
    return point


@njit(cache=True)
def dot(left: FloatArray, right: FloatArray) -> float:
    """The sum of products, always in the same order."""
    total = 0.0
    for place in range(len(left)):
        total += left[place] * right[place]
    return total


@njit(cache=True)
def uphill(
    steps: FloatArray, bends: FloatArray, kept: int, slope: FloatArray, point: FloatArray, ceiling: FloatArray
) -> FloatArray:
    """The quasi-Newton direction in the variables that are free to move (two-loop recursion)."""
    size = len(slope)
    is_free = np.empty(size, dtype=np.bool_)
    direction = np.zeros(size)
    for place in range(size):
        is_free[place] = not (
            (point[place] <= 0.0 and slope[place] < 0.0) or (point[place] >= ceiling[place] and slope[place] > 0.0)
        )
        if is_free[place]:
            direction[place] = slope[place]
    memory = steps.shape[0]
    used = min(kept, memory)
    curvature, part = np.empty(used), np.zeros(used)
    scale = 1.0
    for back in range(used):
        row = (kept - 1 - back) % memory
        curvature[back] = 0.0
        along, squared = 0.0, 0.0
        for place in range(size):
            if is_free[place]:
                curvature[back] += steps[row, place] * bends[row, place]
                squared += bends[row, place] * bends[row, place]
                along += steps[row, place] * direction[place]
        if curvature[back] <= 1e-12 * squared or squared < NEGLIGIBLE:
            curvature[back] = 0.0
            continue
        if scale == 1.0:
            scale = curvature[back] / squared
        part[back] = along / curvature[back]
        for place in range(size):
            if is_free[place]:
                direction[place] -= part[back] * bends[row, place]
    for place in range(size):
        direction[place] *= scale
    for back in range(used - 1, -1, -1):
        if curvature[back] == 0.0:
            continue
        row = (kept - 1 - back) % memory
        along = 0.0
        for place in range(size):
            if is_free[place]:
                along += bends[row, place] * direction[place]
        change = part[back] - along / curvature[back]
        for place in range(size):
            if is_free[place]:
                direction[place] += change * steps[row, place]
    return direction
