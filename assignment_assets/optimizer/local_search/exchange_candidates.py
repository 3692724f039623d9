"""Who could change places: for any two reps, the accounts that have both as candidates."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.local_search.candidates import Candidates
from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


class Pairs(NamedTuple):
    """Accounts by pair of reps, so that a partner for an exchange is found among those whom it may suit.

    `table[slot[i] + a * width + b]` is the pair of the a-th and b-th candidate of account i, which has `width` of them
    (−1 on the diagonal). Pair p has the entries `start[p]:start[p + 1]`.
    """

    slot: np.ndarray  # int64[n + 1]
    table: np.ndarray  # int32[sum of squared widths]
    start: np.ndarray  # int64[pairs + 1]
    lower: np.ndarray  # int32[entries], the place in `Candidates.rank` of the entry's rep with the lower index
    upper: np.ndarray  # int32[entries], and of the other
    account: np.ndarray  # int32[entries]


def unpaired() -> Pairs:
    """No pair: whoever is met in the other book may be a partner."""
    return Pairs(*(np.empty(0, dtype) for dtype in (np.int64, np.int32, np.int64, np.int32, np.int32, np.int32)))


def pair_up(edges: Edges, candidates: Candidates) -> Pairs:
    """The pairs of all candidates; their number grows with the square of an account's candidates."""
    widths = np.diff(candidates.start)
    slot = np.zeros(len(widths) + 1, dtype=np.int64)
    np.cumsum(widths**2, out=slot[1:])
    key, lower, upper, account = _entries(edges, candidates, int((widths * (widths - 1) // 2).sum()))
    order = _order(key, len(edges.seats))
    opens = np.flatnonzero(np.diff(key[order], prepend=-1))
    number = np.empty(len(key), dtype=np.int32)
    number[order] = np.repeat(np.arange(len(opens)), np.diff(opens, append=len(key)))
    return Pairs(
        slot,
        _table(candidates, slot, number),
        np.append(opens, len(key)).astype(np.int64),
        lower[order],
        upper[order],
        account[order],
    )


@njit(cache=True)
def _entries(edges: Edges, candidates: Candidates, size: int) -> tuple[IntArray, RepArray, RepArray, RepArray]:
    key = np.empty(size, dtype=np.int64)
    lower, upper = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    account_of = np.empty(size, dtype=np.int32)
    entry, num_reps = 0, np.int64(len(edges.seats))
    for account in range(len(edges.state)):
        begin = edges.state_start[edges.state[account]]
        for first in range(candidates.start[account], candidates.start[account + 1]):
            for second in range(first + 1, candidates.start[account + 1]):
                low, high = first, second
                if candidates.rank[first] > candidates.rank[second]:  # the reps of a state stand in ascending order
                    low, high = second, first
                one, other = edges.reps[begin + candidates.rank[low]], edges.reps[begin + candidates.rank[high]]
                key[entry] = one * num_reps + other
                lower[entry], upper[entry], account_of[entry] = low, high, account
                entry += 1
    return key, lower, upper, account_of


@njit(cache=True)
def _order(key: IntArray, num_reps: int) -> RepArray:
    """The stable order of keys `lower · num_reps + upper`: counted by the upper rep, then by the lower one."""
    order, last = np.arange(len(key)).astype(np.int32), np.empty(len(key), dtype=np.int32)
    for part in range(2):
        start = np.zeros(num_reps + 1, dtype=np.int64)
        for place in range(len(key)):
            start[(key[place] // num_reps if part else key[place] % num_reps) + 1] += 1
        start = np.cumsum(start)
        last[:] = order
        for place in last:
            digit = key[place] // num_reps if part else key[place] % num_reps
            order[start[digit]] = place
            start[digit] += 1
    return order


@njit(cache=True)
def _table(candidates: Candidates, slot: IntArray, number: RepArray) -> RepArray:
    table = np.full(slot[-1], -1, dtype=np.int32)
    entry = 0
    for account in range(len(slot) - 1):
        width = candidates.start[account + 1] - candidates.start[account]
        for first in range(width):
            for second in range(first + 1, width):
                table[slot[account] + first * width + second] = number[entry]
                table[slot[account] + second * width + first] = number[entry]
                entry += 1
    return table
