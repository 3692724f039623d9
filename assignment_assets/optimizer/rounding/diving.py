"""From prices to whole accounts, the largest first; the prices answer to every batch that is placed.

At the best prices most accounts have one cheapest rep, but the large ones that share the last of a book's room between
several reps do not come out even, and what one of them unbalances is more than its neighbours can level: prices alone
put them anywhere. So they are placed first, in batches of falling size, while the others are still divisible. What
these ask to make room for a batch is read off the smoothed dual function: its value changes with loads δ that are
forced upon the books as `p·δ + ½ δᵀ S δ`, where p are the prices and S their `stiffness` (`price_sensitivity`). A
batch is rounded account by account, then searched by shifts and exchanges for the least sum of reduced costs and that
square. Then the prices are found again with the batch in its books: the bound of what is left is what the placing
costs. (Dives of integer programming fix variables and solve again in the same way: Achterberg 2007,
doi:10.14279/depositonce-1634.)
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.bounds.dual import price_edges
from assignment_assets.optimizer.bounds.lagrangian import Duals, prices_again
from assignment_assets.optimizer.bounds.price_sensitivity import stiffness
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.knobs import ENTRIES, NOT_NEGATIVE, ONE_OR_MORE, Knobs, knob
from assignment_assets.optimizer.model.phase import Edges, Phase
from assignment_assets.optimizer.model.subproblem import subproblem
from assignment_assets.optimizer.model.weighted_sum import Costs, Weighing, weigh
from assignment_assets.optimizer.rounding.auction import seat_by_auction


class Batch(NamedTuple):
    """Accounts that are placed together."""

    per_book: float  # so many a rep are placed when it is done
    temperature: float  # temperature of the smoothed function, in units of an edge's typical cost


@dataclass(frozen=True)
class DiveParams(Knobs):
    """What is placed before the auction, and how hard it is searched."""

    batches: tuple[Batch, ...] = knob(
        (Batch(1, 0.1), Batch(4, 0.05), Batch(16, 0.03)),
        ENTRIES,
        "accounts a rep placed by then, and the temperature; more placed before the auction, slower",
    )
    small_account: float = knob(0.01, NOT_NEGATIVE, "of a mean target: accounts below are left to the auction")
    most_prices: int = knob(600, NOT_NEGATIVE, "prices of a phase that is dived; time by the third power")
    rounds: int = knob(10, ONE_OR_MORE, "rounds of a batch's shifts and exchanges, at most; better batches")


DIVE = DiveParams()


def is_divable(phase: Phase, params: DiveParams = DIVE) -> bool:
    """Whether the phase has accounts, and few enough prices."""
    return phase.num_accounts > 0 and phase.num_reps * (phase.num_measures + 1) <= params.most_prices


def dive(phase: Phase, weighing: Weighing, duals: Duals, params: DiveParams = DIVE) -> tuple[np.ndarray, Duals]:
    """A rep for every account, −1 for those who had no seat, and the prices that the batches left.

    Seats that are kept for later accounts, and caps of revenue, are not looked at.

    Parameters
    ----------
    duals
        Prices of the whole phase.

    Returns
    -------
    books
        int32[n].
    duals
        Prices of the accounts that were not in a batch; their bound is that of the phase with the batches as placed.
        Those given, where nobody was left or the phase has too many prices.
    """
    books = np.full(phase.num_accounts, -1, dtype=np.int32)
    order = _large(phase, weighing, params.small_account)
    rest, others = phase, np.arange(phase.num_accounts)
    for batch in params.batches if is_divable(phase, params) else ():
        chosen = order[: int(batch.per_book * phase.num_reps)]
        chosen = chosen[books[chosen] < 0]
        if len(chosen) == 0:
            continue
        rows = np.searchsorted(others, chosen)
        books[chosen] = _place(rest, weighing, duals, rows, batch.temperature, params.rounds)
        rest, others = subproblem(phase, books), np.flatnonzero(books < 0)
        if len(others) == 0:
            break
        duals = prices_again(rest, weigh(rest, weighing.weights, weighing.size), duals)
    books[others] = seat_by_auction(rest, weighing, duals)
    return books, duals


def _large(phase: Phase, weighing: Weighing, small: float) -> np.ndarray:
    """int64[]: the accounts that are not small, the largest first, by what their load costs above target."""
    price, edges = weighing.costs.excess.max(axis=0, initial=0.0), phase.edges
    load = (edges.amount * price).sum(axis=1)
    order = np.argsort(-load, kind="stable")
    if not phase.num_reps:
        return order
    return order[load[order] > small * float((edges.target * price).sum(axis=1).mean())]


def _place(
    phase: Phase, weighing: Weighing, duals: Duals, batch: np.ndarray, temperature: float, rounds: int
) -> np.ndarray:
    """int32[batch]: reps of the accounts of the batch, −1 for those whom no book has a seat for."""
    edges = phase.edges
    is_whole = np.zeros(phase.num_accounts, dtype=np.bool_)
    is_whole[batch] = True
    stiff, expected = stiffness(phase, weighing, duals, is_whole, temperature)
    costs, size = weighing.costs, weighing.size
    cost, load = _reduced_costs(edges, costs, edges.room, duals.seat, duals.balance, size, batch)
    return _search_batch(edges.seats, cost, load, stiff, expected, rounds)


@njit(cache=True)
def _reduced_costs(
    edges: Edges,
    costs: Costs,
    room: FloatArray,
    seat: FloatArray,
    balance: FloatArray,
    size: FloatArray,
    batch: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """What each account of the batch costs above its least with every rep (float64[batch, R], infinite where none
    covers it), and its loads there (float64[batch, R, K + 1]).
    """
    num_reps, num_measures = room.shape
    count, width = len(batch), num_measures + 1
    cost, load = np.full((count, num_reps), np.inf), np.ones((count, num_reps, width))
    priced = np.empty(num_reps)
    for row in range(count):
        begin = edges.state_start[edges.state[batch[row]]]
        degree, least = price_edges(edges, costs, room, seat, balance, batch[row], priced)
        for rank in range(degree):
            rep = edges.reps[begin + rank]
            cost[row, rep] = priced[rank] - least
            for k in range(num_measures):
                load[row, rep, k] = min(edges.amount[batch[row], k], room[rep, k]) / size[k]
    return cost, load


@njit(cache=True)
def _search_batch(
    seats: IntArray, cost: FloatArray, load: FloatArray, stiff: FloatArray, expected: FloatArray, rounds: int
) -> RepArray:
    """int32[batch]: the reps of the least sum of reduced costs and the square of the forced loads, as found by shifts
    and exchanges. The forced loads are what the batch has more, or less, than `expected` (float64[R, K + 1]).
    """
    count, num_reps, width = load.shape
    free, held = seats.copy(), np.full(count, -1, dtype=np.int32)
    slope, taken, given = np.zeros(len(stiff)), np.empty(width), np.empty(width)
    for rep in range(num_reps):
        _force(slope, stiff, expected[rep], rep, -1.0)
    for row in range(count):  # each where it costs least by itself
        best, there = np.inf, -1
        for rep in range(num_reps):
            if free[rep] > 0 and cost[row, rep] < best:
                best, there = cost[row, rep], rep
        if there >= 0:
            held[row] = there
            free[there] -= 1
            _force(slope, stiff, load[row, there], there, 1.0)
    for _ in range(rounds):
        changed = False
        for row in range(count):
            here, best, there = held[row], -1e-15, -1
            if here < 0:
                continue
            for rep in range(num_reps):
                if rep == here or free[rep] <= 0 or cost[row, rep] == np.inf:
                    continue
                change = cost[row, rep] - cost[row, here]
                change += _change(slope, stiff, load[row, here], here, load[row, rep], rep)
                if change < best:
                    best, there = change, rep
            if there >= 0:
                _carry(slope, stiff, load[row, here], here, load[row, there], there)
                free[here] += 1
                free[there] -= 1
                held[row], changed = there, True
        for row in range(count):
            for other in range(row):
                here, there = held[row], held[other]
                if here == there or here < 0 or there < 0:
                    continue
                change = cost[row, there] - cost[row, here] + cost[other, here] - cost[other, there]
                if change == np.inf:
                    continue
                for k in range(width):
                    taken[k] = load[row, here, k] - load[other, here, k]
                    given[k] = load[row, there, k] - load[other, there, k]
                if change + _change(slope, stiff, taken, here, given, there) < -1e-15:
                    _carry(slope, stiff, taken, here, given, there)
                    held[row], held[other], changed = there, here, True
        if not changed:
            break
    return held


@njit(cache=True)
def _force(slope: FloatArray, stiff: FloatArray, load: FloatArray, rep: int, sign: float) -> None:
    """The slope of the square once a load is in a book, or out of it."""
    width = len(load)
    for place in range(len(slope)):
        for k in range(width):
            slope[place] += sign * stiff[place, rep * width + k] * load[k]


@njit(cache=True)
def _carry(slope: FloatArray, stiff: FloatArray, taken: FloatArray, here: int, given: FloatArray, there: int) -> None:
    """The slope once one book's load has fallen by `taken` and another's has risen by `given`."""
    _force(slope, stiff, taken, here, -1.0)
    _force(slope, stiff, given, there, 1.0)


@njit(cache=True)
def _change(slope: FloatArray, stiff: FloatArray, taken: FloatArray, here: int, given: FloatArray, there: int) -> float:
    """The change of the square when one book's load falls by `taken` and another's rises by `given`."""
    change, width = 0.0, len(taken)
    here, there = here * width, there * width
    for k in range(width):
        change += given[k] * slope[there + k] - taken[k] * slope[here + k]
        for m in range(width):
            change += 0.5 * given[k] * given[m] * stiff[there + k, there + m]
            change += 0.5 * taken[k] * taken[m] * stiff[here + k, here + m]
            change -= given[k] * taken[m] * stiff[there + k, here + m]
    return change
