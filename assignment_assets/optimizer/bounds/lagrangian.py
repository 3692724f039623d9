"""Proven lower bounds of a weighted objective, by Lagrangian duality, and the prices that prove them.

The dual function (`dual`) is concave and kinked. Smoothed at a falling temperature it is maximised by projected L-BFGS
in stages: hot ones on a sample of a large phase, cool ones on the edges near each account's least cost. A stage knows
nothing of the edges that it leaves out, so it may move no price further than its box from the best that is known: a
wide box leads astray, a narrow one while it is hot gets nowhere. What is returned is always the exact bound over every
edge, at the best prices met.
"""

from typing import NamedTuple

import numpy as np

from assignment_assets.optimizer.bounds.dual import exact_value, spread
from assignment_assets.optimizer.bounds.projected_lbfgs import ascend
from assignment_assets.optimizer.bounds.smoothing import near_columns, smoothed_value
from assignment_assets.optimizer.bounds.stages import UNBOUNDED, AscentParams, BoundParams, Stage
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.weighted_sum import Weighing, load_factors

BOUND = BoundParams()


class Duals(NamedTuple):
    """Prices, and the bound that they prove."""

    seat: np.ndarray  # float64[R] ≥ 0
    balance: np.ndarray  # float64[R, K], between 0 and the excess price
    bound: float  # of the weighted objective, constant included
    weighing: Weighing  # of that objective

    def carried(self, weighing: Weighing) -> tuple[np.ndarray, np.ndarray]:
        """Seat and balance prices in the scale of another objective."""
        old, new = self.weighing.costs.excess, weighing.costs.excess
        share = np.divide(self.balance, old, out=np.full_like(old, 0.5), where=old > 0.0)
        return self.seat * (weighing.unit / self.weighing.unit), share * new


def lower_bound(
    phase: Phase,
    weighing: Weighing,
    near: Duals | None = None,
    roughly: bool = False,
    params: BoundParams = BOUND,
) -> Duals:
    """The best bound found, and the prices that prove it.

    Parameters
    ----------
    near
        Prices of a neighbouring objective, to begin with.
    roughly
        Quickly, for prices to search by. Otherwise the later accounts' heads count as well, in a phase that is small.
    """
    if phase.num_accounts == 0:
        edges, excess = phase.edges, weighing.costs.excess
        fixed = float((excess * np.maximum(edges.base - edges.target, 0.0)).sum())
        return Duals(np.zeros(phase.num_reps), excess.copy(), fixed + weighing.constant, weighing)
    climb = _Climb(phase, weighing, params)
    if near is None:
        climb.begin(np.zeros(phase.num_reps), 0.5 * weighing.costs.excess)
    else:
        climb.begin(*near.carried(weighing))
    num_edges = phase.edges.start[-1]
    is_small = num_edges < params.medium
    thorough = params.closely if is_small else params.long if num_edges < params.huge else params.in_boxes
    for stage in (params.roughly_small if is_small else params.roughly) if roughly else thorough:
        climb.run(stage)
    if is_small and not roughly and phase.reserve.any():
        climb.count_later(phase.reserve.sum(axis=1))
        for stage in params.closely:
            climb.run(stage)
    return climb.duals()


def prices_again(phase: Phase, weighing: Weighing, near: Duals, params: BoundParams = BOUND) -> Duals:
    """Prices and bound of a phase that is little else than the one whose prices are given: some accounts are placed."""
    climb = _Climb(phase, weighing, params)
    climb.begin(*near.carried(weighing))
    for stage in params.again:
        climb.run(stage)
    return climb.duals()


def edge_unit(weighing: Weighing, params: BoundParams = BOUND) -> float:
    """An edge's typical cost, above 0: what stages are measured in."""
    return weighing.unit + params.more_minutes * weighing.costs.minute


class _Climb:
    """The ascent of one dual function: its variables are the prices in units of one edge's typical cost."""

    def __init__(self, phase: Phase, weighing: Weighing, params: BoundParams):
        self.edges, self.weighing, self.params = phase.edges, weighing, params
        self.room = phase.edges.room
        self.demand = np.zeros(len(phase.edges.rank), dtype=np.int64)
        self.unit = edge_unit(weighing, params)
        size = np.broadcast_to(self.unit / weighing.size, self.room.shape)
        self.scale = np.concatenate([np.full(len(self.room), self.unit), size.ravel()])
        self.ceiling = np.concatenate([np.full(len(self.room), np.inf), weighing.costs.excess.ravel()]) / self.scale
        self.order: np.ndarray | None = None
        self.alike = np.ones(phase.num_accounts)
        self.load_factor = load_factors(phase, weighing.costs)

    def begin(self, seat: np.ndarray, balance: np.ndarray) -> None:
        """Prices to begin with."""
        self.best = self.centre = np.clip(np.concatenate([seat, balance.ravel()]) / self.scale, 0.0, self.ceiling)
        self.bound = self._exact(self.best)

    def count_later(self, demand: np.ndarray) -> None:
        """From now on the later accounts' heads (int64[S]) count."""
        self.demand, self.centre = demand, self.best
        self.bound = self._exact(self.best)

    def run(self, stage: Stage) -> None:
        """Climbs. A stage without a box goes on from the last one's prices, others from the best, whatever they are."""
        if stage.box < UNBOUNDED:
            self.centre = self.best
        self.centre = self._ascend(stage)
        bound = self._exact(self.centre)
        if bound > self.bound:
            self.bound, self.best = bound, self.centre

    def duals(self) -> Duals:
        """The best."""
        seat, balance = self._prices(self.best)
        return Duals(seat, balance, float(self.bound + self.weighing.constant), self.weighing)

    def _prices(self, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        prices, count = point * self.scale, len(self.room)
        return prices[:count].copy(), prices[count:].reshape(self.room.shape).copy()

    def _exact(self, point: np.ndarray) -> float:
        return exact_value(self.edges, self.weighing.costs, self.room, self.demand, *self._prices(point))

    def _ascend(self, stage: Stage) -> np.ndarray:
        costs, unit = self.weighing.costs, self.unit
        length = 1.0 if stage.box == UNBOUNDED else self._spread()
        temperature, box = stage.temperature * length * unit, stage.box * length
        load_factor = self.alike if stage.reach == UNBOUNDED else self.load_factor
        columns = near_columns(
            self.edges,
            costs,
            self.room,
            self._prices(self.centre),
            self._sample(stage.per_book),
            load_factor,
            stage.reach * length * unit,
            min(stage.most, len(self.room)),
        )
        low, high = np.maximum(self.centre - box, 0.0), np.minimum(self.centre + box, self.ceiling)

        def smoothed(above: np.ndarray) -> tuple[float, np.ndarray]:
            value, seat_slope, balance_slope = smoothed_value(
                self.edges, costs, self.room, self.demand, columns, *self._prices(low + above), temperature
            )
            return value / unit, np.concatenate([seat_slope, balance_slope.ravel()]) * self.scale / unit

        params = AscentParams(precision=self.params.still)
        return low + ascend(smoothed, self.centre - low, high - low, stage.iterations, params)

    def _spread(self) -> float:
        """In units."""
        costs, per_account = self.weighing.costs, self.params.in_spread
        found = spread(self.edges, costs, self.room, *self._prices(self.centre), per_account, self.load_factor)
        return found / self.unit + 1e-9

    def _sample(self, per_book: float) -> np.ndarray:
        """int32[m]: about so many accounts a rep, spread over states, places and sizes."""
        count = len(self.edges.state)
        step = max(1, -(-count // int(min(per_book * len(self.room), count))))
        if step == 1:
            return np.arange(count, dtype=np.int32)
        if self.order is None:
            self.order = _by_place_and_size(self.edges)
        return np.sort(self.order[step // 2 :: step]).astype(np.int32)


def _by_place_and_size(edges: Edges) -> np.ndarray:
    """int64[n]: neighbours in this order are alike. The minutes to two reps of the state stand for the place."""
    degree = np.diff(edges.start)
    hours = [edges.minutes[edges.start[:-1] + offset] // 60 for offset in (np.zeros_like(degree), degree // 2)]
    return np.lexsort((edges.amount[:, -1], hours[1], hours[0], edges.state))
