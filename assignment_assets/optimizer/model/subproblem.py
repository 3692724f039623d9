"""What is left of a phase once some of its accounts have their book: a phase of its own, with the same objectives."""

from dataclasses import replace

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import IntArray, MinuteArray
from assignment_assets.optimizer.model.phase import Edges, Phase


def subproblem(phase: Phase, books: np.ndarray) -> Phase:
    """The phase of the accounts that `books` (int32[n]) has no rep for (−1).

    The others are fixed: their loads are in the books' base, their seats are taken, their minutes and moves are
    counted. So the objectives, and the weighted costs, are those of the whole phase. Of its reserve only the heads of
    each state hold (`fit_reserve` seats them).
    """
    edges, is_open = phase.edges, books < 0
    (kept,), (fixed,) = np.nonzero(is_open), np.nonzero(~is_open)
    reps = books[fixed]
    start = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(np.diff(edges.start)[kept], out=start[1:])
    narrower = {
        "state": edges.state[kept],
        "start": start,
        "owner": edges.owner[kept],
        "minutes": _minutes(edges.minutes, edges.start, kept, start),
        "seats": edges.seats - np.bincount(reps, minlength=phase.num_reps),
    }
    minutes = edges.minutes[edges.start[fixed] + edges.rank[edges.state[fixed], reps]].sum(dtype=np.int64)
    moved = ((edges.owner[fixed] >= 0) & (edges.owner[fixed] != reps)).sum()

    def with_loads(edges: Edges) -> Edges:
        base = edges.base.copy()
        for k in range(base.shape[1]):
            base[:, k] += np.bincount(reps, edges.amount[fixed, k], len(base))
        return edges._replace(**narrower, amount=edges.amount[kept], base=base)

    return replace(
        phase,
        accounts=phase.accounts[kept],
        edges=with_loads(edges),
        capped=None if phase.capped is None else with_loads(phase.capped),
        num_always_moved=phase.num_always_moved + int(moved),
        minutes_fixed=phase.minutes_fixed + int(minutes),
    )


@njit(cache=True)
def _minutes(minutes: MinuteArray, old_start: IntArray, kept: IntArray, start: IntArray) -> MinuteArray:
    found = np.empty(start[-1], dtype=minutes.dtype)
    for row in range(len(kept)):
        begin = old_start[kept[row]]
        for place in range(start[row], start[row + 1]):
            found[place] = minutes[begin + place - start[row]]
    return found
