"""How many accounts fit into books with revenue caps, at most: the linear programme, and the bound that it proves.

    max Σ x_ir   with   Σ_r x_ir ≤ 1,   Σ_i x_ir ≤ seats_r,   Σ_i revenue_i x_ir ≤ room_r,   x ≥ 0

For any prices λ, π ≥ 0 of a seat and of a cent with each rep, no assignment places more than

    Σ_r λ_r seats_r + Σ_r π_r room_r + Σ_i max(0, max_r (1 − λ_r − π_r revenue_i)),

where r are the reps who cover account i and whose room its revenue does not exceed.

The prices come from the programme over buckets of accounts of one class and similar revenue; the bound is computed over
every account with its own revenue, so that neither the buckets nor the solver's tolerance can make it wrong.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.knobs import ONE_OR_MORE, Knobs, knob


@dataclass(frozen=True)
class CapBoundParams(Knobs):
    """How finely the programme tells accounts apart."""

    buckets: int = knob(24, ONE_OR_MORE, "of revenue, for each class; a tighter bound, slower, exact in the end")


CAP_BOUND = CapBoundParams()


class CapPrices(NamedTuple):
    """Prices in accounts: of a seat and of a cent of revenue with each rep."""

    seat: np.ndarray  # float64[R] ≥ 0
    cent: np.ndarray  # float64[R] ≥ 0


def cap_prices(
    instance: Instance, rows: np.ndarray, seats: np.ndarray, room: np.ndarray, params: CapBoundParams = CAP_BOUND
) -> CapPrices:
    """The prices at which the accounts `rows` compete for `seats` and `room` (int64[R])."""
    state, size, revenue, least = _buckets(instance.account_state[rows], instance.caps.revenue[rows], params.buckets)
    unit = max(float(instance.caps.revenue[rows].mean()) if len(rows) else 0.0, 1.0)
    bucket, rep = np.nonzero(instance.covers.T[state] & (least[:, None] <= room))
    if not len(bucket):
        return CapPrices(np.zeros(instance.num_reps), np.zeros(instance.num_reps))
    column, reps, buckets = np.arange(len(bucket)), instance.num_reps, len(state)
    limits = coo_array(
        (
            np.concatenate([np.ones(2 * len(bucket)), revenue[bucket] / unit]),
            (np.concatenate([bucket, buckets + rep, buckets + reps + rep]), np.tile(column, 3)),
        ),
        shape=(buckets + 2 * reps, len(bucket)),
    )
    found = linprog(
        -np.ones(len(bucket)),
        A_ub=limits.tocsr(),
        method="highs-ds",
        b_ub=np.concatenate([size, seats, np.minimum(room / unit, 1e9)]),
    )
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    return CapPrices(prices[buckets : buckets + reps], prices[buckets + reps :] / unit)


def worth_placing(instance: Instance, prices: CapPrices) -> np.ndarray:
    """float64[N] ≥ 0: what placing each account with the best rep is worth at the prices.

    Only reps who cover its class and have room for all of its revenue can be that.
    """
    best, revenue = np.zeros(instance.num_accounts), instance.caps.revenue
    for rep in range(instance.num_reps):
        able = instance.covers[rep, instance.account_state] & (revenue <= instance.caps.room[rep])
        best[able] = np.maximum(best[able], 1.0 - prices.seat[rep] - prices.cent[rep] * revenue[able])
    return best


def most_within_caps(instance: Instance) -> int:
    """No assignment within seats, states and revenue caps places more accounts than this."""
    every = np.arange(instance.num_accounts)
    seats, room = instance.seats, instance.caps.room
    prices = cap_prices(instance, every, seats, room)
    placing = worth_placing(instance, prices).sum()
    return int(np.floor(prices.seat @ seats + prices.cent @ room.astype(np.float64) + placing + 1e-6))


def _buckets(
    state: np.ndarray, revenue: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(class, number of accounts, mean revenue, least revenue) of each bucket."""
    found = []
    for each in np.unique(state):
        figures = np.sort(revenue[state == each])
        distinct = np.unique(figures)
        parts = (
            np.split(figures, np.searchsorted(figures, distinct[1:]))
            if len(distinct) <= most
            else np.array_split(figures, most)
        )
        found += [(each, len(part), part.mean(), part[0]) for part in parts]
    columns = list(zip(*found, strict=True)) if found else [(), (), (), ()]
    return (
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1]),
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype=np.int64),
    )
