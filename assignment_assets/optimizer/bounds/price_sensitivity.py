"""How loads answer to prices, and prices to loads that are forced upon the books.

At the prices of a smoothed dual function every account is shared between the reps near its least cost. The function's
second derivative in the prices, negated, is the change of the expected loads when prices fall; its inverse the change
of the prices when loads have to be taken elsewhere. A rep's prices stand together, balance by measure and that of seats
last; loads are in typical sizes (`Weighing.size`), seats as they are.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.lagrangian import Duals, edge_unit
from assignment_assets.optimizer.bounds.smoothing import Columns, near_columns
from assignment_assets.optimizer.model.arrays import BoolArray, FloatArray
from assignment_assets.optimizer.model.knobs import POSITIVE, Knobs, knob
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.weighted_sum import Weighing

SHARE = 1e-6  # product of shares that is left out
TYPICAL = 60.0  # units that an account costs: the range of a seat's price
TOLERANCE = 1e-6  # of a price's range: so near an end it is at the end, where it answers to nothing


@dataclass(frozen=True)
class StiffnessParams(Knobs):
    """What counts as an answer to a price."""

    negligible: float = knob(14.0, POSITIVE, "temperatures above the least beyond which an edge has no share; slower")
    soft: float = knob(0.01, POSITIVE, "of a target: what a book takes at any price; forced loads count less")


STIFFNESS = StiffnessParams()


def stiffness(
    phase: Phase,
    weighing: Weighing,
    duals: Duals,
    is_whole: np.ndarray,
    temperature: float,
    params: StiffnessParams = STIFFNESS,
) -> tuple[np.ndarray, np.ndarray]:
    """How prices answer to forced loads, and the loads expected of the accounts that are to be whole.

    Parameters
    ----------
    is_whole
        bool[n]: accounts that do not answer, since they are about to be placed.
    temperature
        Temperature of the smoothed function, in units of an edge's typical cost.

    Returns
    -------
    stiffness
        float64[R · (K + 1), R · (K + 1)], symmetric, positive semidefinite.
    expected
        float64[R, K + 1].
    """
    edges, costs, size = phase.edges, weighing.costs, weighing.size
    room, temperature = edges.room, temperature * edge_unit(weighing)
    everybody = np.arange(len(edges.state), dtype=np.int32)
    columns = near_columns(
        edges,
        costs,
        room,
        (duals.seat, duals.balance),
        everybody,
        np.ones(len(everybody)),
        params.negligible * temperature,
        phase.num_reps,
    )
    price = np.column_stack([duals.balance * size, duals.seat])
    ceiling = np.column_stack([costs.excess * size, np.full(phase.num_reps, TYPICAL * weighing.unit)])
    soft = params.soft * np.column_stack([edges.target / size, edges.seats]) / np.maximum(ceiling, 1e-300)
    is_fixed = (price <= TOLERANCE * ceiling) | (soft <= 0.0)
    is_fixed[:, :-1] |= price[:, :-1] >= (1.0 - TOLERANCE) * ceiling[:, :-1]
    second, expected = _second_derivative(edges, columns, duals.seat, duals.balance, room, temperature, is_whole, size)
    return _inverse(second, soft.ravel(), is_fixed.ravel()), expected


@njit(cache=True)
def _second_derivative(
    edges: Edges,
    columns: Columns,
    seat: FloatArray,
    balance: FloatArray,
    room: FloatArray,
    temperature: float,
    is_whole: BoolArray,
    size: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """The second derivative of the smoothed function in all prices, negated, without the accounts that are to be whole,
    and the loads (float64[R, K + 1]) that are expected of those.
    """
    num_reps, num_measures = room.shape
    width = num_measures + 1
    second, expected = np.zeros((num_reps * width, num_reps * width)), np.zeros((num_reps, width))
    share, load = np.empty(num_reps), np.ones((num_reps, width))
    for row in range(len(columns.account)):
        account = columns.account[row]
        begin, count = columns.start[row], columns.start[row + 1] - columns.start[row]
        least, total = np.inf, 0.0
        for turn in range(count):
            rep = columns.rep[begin + turn]
            share[turn] = columns.cost[begin + turn] + seat[rep]
            for k in range(num_measures):
                inside = min(edges.amount[account, k], room[rep, k])
                load[turn, k] = inside / size[k]
                share[turn] += balance[rep, k] * inside
            least = min(least, share[turn])
        for turn in range(count):
            share[turn] = np.exp((least - share[turn]) / temperature)
            total += share[turn]
        for turn in range(count):
            share[turn] /= total
            if is_whole[account]:
                for k in range(width):
                    expected[columns.rep[begin + turn], k] += share[turn] * load[turn, k]
        if is_whole[account]:
            continue
        for turn in range(count):
            one = columns.rep[begin + turn] * width
            for across in range(count):
                other = columns.rep[begin + across] * width
                part = share[turn] * ((1.0 if turn == across else 0.0) - share[across]) / temperature
                if abs(part) * temperature < SHARE:
                    continue
                for k in range(width):
                    for m in range(width):
                        second[one + k, other + m] += part * load[turn, k] * load[across, m]
    return second, expected


@njit(cache=True)
def _inverse(matrix: FloatArray, diagonal: FloatArray, is_fixed: BoolArray) -> FloatArray:
    """The inverse of `matrix` (symmetric, changed in place) plus a diagonal above zero, in the coordinates that are not
    fixed; zero in the others. Gauss-Jordan without pivots, in one fixed order.
    """
    size = len(diagonal)
    for place in range(size):
        matrix[place, place] += diagonal[place]
        if is_fixed[place]:
            matrix[place, :] = 0.0
            matrix[:, place] = 0.0
    for pivot in range(size):
        if is_fixed[pivot]:
            continue
        scale = 1.0 / matrix[pivot, pivot]
        matrix[pivot, pivot] = 1.0
        for column in range(size):
            matrix[pivot, column] *= scale
        for row in range(size):
            part = matrix[row, pivot]
            if row == pivot or part == 0.0:
                continue
            matrix[row, pivot] = 0.0
            for column in range(size):
                matrix[row, column] -= part * matrix[pivot, column]
    return matrix
