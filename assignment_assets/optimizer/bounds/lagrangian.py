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
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import Weighing, load_factors

EVERY, UNBOUNDED = 1 << 30, np.inf
MORE_MINUTES = 9.0  # in a unit, so that drive time alone has one as well
IN_SPREAD = 4.0  # reps an account


class Stage(NamedTuple):
    """One ascent. Lengths are in units of an edge's typical cost (`Weighing.unit` and some minutes), those of a stage
    with a box in spreads: within one spread of the least, accounts have `IN_SPREAD` reps on average.
    """

    temperature: float
    per_book: float  # so many accounts a rep are looked at
    reach: float  # edges so far above an account's least are looked at
    most: int  # of them, at most so many an account
    iterations: int  # at most: where the bound has stopped rising it ends
    box: float  # how far a price may move


MEDIUM, HUGE = 100_000, 5_000_000  # edges; from there on a phase is
STILL = 3e-6  # relative gain of ten iterations, below which a bound has stopped rising
CLOSELY = tuple(
    Stage(temperature, EVERY, UNBOUNDED, EVERY, 200, UNBOUNDED)  # a small phase
    for temperature in (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
)
LONG = (  # a medium one: fewer stages, longer; the cool ones without the edges that have no share in the softmin
    Stage(2.0, 12, UNBOUNDED, EVERY, 60, UNBOUNDED),
    Stage(0.3, EVERY, UNBOUNDED, EVERY, 200, UNBOUNDED),
    Stage(0.05, EVERY, 8.0, EVERY, 200, UNBOUNDED),
    Stage(0.005, EVERY, 2.0, EVERY, 200, UNBOUNDED),
)
IN_BOXES = (  # a huge one: long while it is hot, on samples; cool on few edges
    Stage(2.0, 3, UNBOUNDED, EVERY, 80, UNBOUNDED),
    Stage(0.4, 6, UNBOUNDED, EVERY, 120, UNBOUNDED),
    Stage(0.1, 12, UNBOUNDED, EVERY, 80, UNBOUNDED),
    Stage(0.2, EVERY, 25.0, 56, 40, 6.0),
    Stage(0.08, EVERY, 25.0, 48, 60, 6.0),
    Stage(0.03, EVERY, 12.0, 32, 40, 3.0),
)
ROUGHLY_SMALL = tuple(Stage(temperature, EVERY, UNBOUNDED, EVERY, 15, UNBOUNDED) for temperature in (1.0, 0.1))
ROUGHLY = (
    Stage(2.0, 6, UNBOUNDED, EVERY, 20, UNBOUNDED),
    Stage(0.5, 12, UNBOUNDED, EVERY, 25, UNBOUNDED),
    Stage(0.06, 30, 5.0, 48, 15, 0.6),
)
AGAIN = (Stage(0.1, EVERY, 8.0, EVERY, 40, UNBOUNDED), Stage(0.02, EVERY, 3.0, EVERY, 40, UNBOUNDED))


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


def lower_bound(phase: Phase, weighing: Weighing, near: Duals | None = None, roughly: bool = False) -> Duals:
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
    climb = _Climb(phase, weighing)
    if near is None:
        climb.begin(np.zeros(phase.num_reps), 0.5 * weighing.costs.excess)
    else:
        climb.begin(*near.carried(weighing))
    num_edges = phase.edges.start[-1]
    is_small = num_edges < MEDIUM
    thorough = CLOSELY if is_small else LONG if num_edges < HUGE else IN_BOXES
    for stage in (ROUGHLY_SMALL if is_small else ROUGHLY) if roughly else thorough:
        climb.run(stage)
    if is_small and not roughly and phase.reserve.any():
        climb.count_later(phase.reserve.sum(axis=1))
        for stage in CLOSELY:
            climb.run(stage)
    return climb.duals()


def prices_again(phase: Phase, weighing: Weighing, near: Duals) -> Duals:
    """Prices and bound of a phase that is little else than the one whose prices are given: some accounts are placed."""
    climb = _Climb(phase, weighing)
    climb.begin(*near.carried(weighing))
    for stage in AGAIN:
        climb.run(stage)
    return climb.duals()


def edge_unit(weighing: Weighing) -> float:
    """An edge's typical cost, above 0: what stages are measured in."""
    return weighing.unit + MORE_MINUTES * weighing.costs.minute


class _Climb:
    """The ascent of one dual function: its variables are the prices in units of one edge's typical cost."""

    def __init__(self, phase: Phase, weighing: Weighing):
        self.edges, self.weighing = phase.edges, weighing
        self.room = phase.edges.room
        self.demand = np.zeros(len(phase.edges.rank), dtype=np.int64)
        self.unit = edge_unit(weighing)
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
            *self._prices(self.centre),
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

        return low + ascend(smoothed, self.centre - low, high - low, stage.iterations, STILL)

    def _spread(self) -> float:
        """In units."""
        found = spread(
            self.edges, self.weighing.costs, self.room, *self._prices(self.centre), IN_SPREAD, self.load_factor
        )
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


def _by_place_and_size(edges) -> np.ndarray:
    """int64[n]: neighbours in this order are alike. The minutes to two reps of the state stand for the place."""
    degree = np.diff(edges.start)
    hours = [edges.minutes[edges.start[:-1] + offset] // 60 for offset in (np.zeros_like(degree), degree // 2)]
    return np.lexsort((edges.amount[:, -1], hours[1], hours[0], edges.state))
