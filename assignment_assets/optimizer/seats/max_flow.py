"""Who gets a seat: the most accounts that fit, referring ones first, then the most valuable.

Eligibility depends on the state alone, so a set of accounts fits exactly when its head count by state can flow to the
reps' seats. Such sets are the independent sets of a transversal matroid, on which a greedy pass in order of priority,
with augmenting paths over the states, is optimal in every prefix: the largest number of accounts, and among those the
lexicographically best (Edmonds & Fulkerson 1965, doi:10.6028/jres.069B.016).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assignment_assets.optimizer.model.arrays import BoolArray, IntArray, RepArray
from assignment_assets.optimizer.model.instance import Instance


class WithinCaps(NamedTuple):
    """One way to seat a selection within revenue caps, which no flow by state can tell."""

    start: np.ndarray  # int32[N], −1 where the account is not placed, or not yet
    room: np.ndarray  # int64[R], revenue that the referring accounts may add to each book


@dataclass(frozen=True, eq=False)
class Selection:
    """The accounts that get a seat, and one way to seat them.

    Parameters
    ----------
    is_placed
        bool[N].
    flow
        int64[S, R]: how many placed accounts of a state sit with each rep in that one way.
    is_tight
        bool[S]: the state has more accounts than it can seat.
    usable
        bool[R, S]: the rep holds accounts of the state in some seating of all of them. Whatever else is demanded of
        books, other pairs would cost one of them its seat.
    within
        Where the books have revenue caps.
    """

    is_placed: np.ndarray
    flow: np.ndarray
    is_tight: np.ndarray
    usable: np.ndarray
    within: WithinCaps | None = None

    @property
    def num_placed(self) -> int:
        return int(self.is_placed.sum())


def select_seats(instance: Instance) -> Selection:
    """The largest set of accounts that fits; among the largest, referring first, then value, then id."""
    return seat_all(instance, priority(instance))


def priority(instance: Instance, first: np.ndarray | None = None) -> np.ndarray:
    """int64[N]: the accounts in order of who gets a seat: those in `first` (bool[N]), referring, value, id."""
    keys = (np.arange(instance.num_accounts), -instance.value, ~instance.is_referring)
    return np.lexsort(keys if first is None else (*keys, ~first))


def seat_all(instance: Instance, order: np.ndarray) -> Selection:
    """The largest set of accounts that fits; among the largest, the best in the order given (int64[N])."""
    flow = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    free = instance.seats.copy()
    is_placed, is_tight = seat_in_order(order, instance.account_state.copy(), instance.covers.copy(), free, flow)
    return Selection(is_placed, flow, is_tight, usable_pairs(instance.covers, flow, instance.seats))


def usable_pairs(covers: np.ndarray, flow: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """bool[R, S]: pairs that carry somebody in some seating of the same heads, of which `flow` (int64[S, R]) is one.

    Every other seating differs by heads that change places in circles, through free seats perhaps. So a pair without
    heads is of use only if its rep leads back to its state: if both lie in one strong component of the residual graph
    (Dulmage & Mendelsohn 1958, doi:10.4153/CJM-1958-052-0, for flows).
    """
    num_reps, num_states = covers.shape
    taken, nobody = flow.sum(axis=0), num_states + num_reps
    rep, state = np.nonzero(covers)
    held_state, held_rep = np.nonzero(flow)
    free, used = np.flatnonzero(seats > taken), np.flatnonzero(taken > 0)
    tails = np.concatenate([state, num_states + held_rep, num_states + free, np.full(len(used), nobody)])
    heads = np.concatenate([num_states + rep, held_state, np.full(len(free), nobody), num_states + used])
    graph = coo_array((np.ones(len(tails)), (tails, heads)), shape=(nobody + 1, nobody + 1)).tocsr()
    _, component = connected_components(graph, directed=True, connection="strong")
    usable = flow.T > 0
    usable[rep, state] |= component[state] == component[num_states + rep]
    return usable


@njit(cache=True)
def seat_by_state(demand: IntArray, covers: BoolArray, seats: IntArray) -> IntArray:
    """int64[S, R]: a largest flow of `demand` heads a state to `seats`; each state in turn takes all it can."""
    num_reps, num_states = covers.shape
    free = seats.copy()
    flow = np.zeros((num_states, num_reps), dtype=np.int64)
    is_closed = np.zeros(num_states, dtype=np.bool_)
    for state in range(num_states):
        wanting = demand[state]
        for rep in range(num_reps):
            if covers[rep, state]:
                taken = min(wanting, free[rep])
                flow[state, rep] += taken
                free[rep] -= taken
                wanting -= taken
        while wanting > 0 and not is_closed[state] and augment(state, covers, free, flow, is_closed):
            wanting -= 1
    return flow


@njit(cache=True)
def seat_in_order(
    order: IntArray, account_state: RepArray, covers: BoolArray, free: IntArray, flow: IntArray
) -> tuple[BoolArray, BoolArray]:
    """Seats accounts one by one; `free` and `flow` are updated.

    A state from which no path leads to a free seat never regains one, nor do the states it can reach: they are closed.

    Returns
    -------
    is_placed
        bool[N].
    is_tight
        bool[S]: an account of the state was left without a seat.
    """
    num_reps, num_states = covers.shape
    is_placed = np.zeros(len(account_state), dtype=np.bool_)
    is_tight = np.zeros(num_states, dtype=np.bool_)
    is_closed = np.zeros(num_states, dtype=np.bool_)
    cursor = np.zeros(num_states, dtype=np.int64)
    for account in order:
        state = account_state[account]
        if is_closed[state]:
            is_tight[state] = True
            continue
        rep = cursor[state]
        while rep < num_reps and not (covers[rep, state] and free[rep] > 0):
            rep += 1
        cursor[state] = rep  # free seats never come back, so the cursor only moves forward
        if rep < num_reps:
            free[rep] -= 1
            flow[state, rep] += 1
            is_placed[account] = True
        elif augment(state, covers, free, flow, is_closed):
            is_placed[account] = True
        else:
            is_tight[state] = True
    return is_placed, is_tight


@njit(cache=True)
def augment(source: int, covers: BoolArray, free: IntArray, flow: IntArray, is_closed: BoolArray) -> bool:
    """One more head of state `source` along a shortest augmenting path; closes what it reached when there is none."""
    num_reps, num_states = covers.shape
    came_by = np.full(num_states, -1, dtype=np.int64)  # the rep through which a state was reached
    came_from = np.full(num_states, -1, dtype=np.int64)
    is_seen = np.zeros(num_states, dtype=np.bool_)
    rep_seen = np.zeros(num_reps, dtype=np.bool_)
    queue = np.empty(num_states, dtype=np.int64)
    queue[0] = source
    is_seen[source] = True
    head, tail = 0, 1
    while head < tail:
        state = queue[head]
        head += 1
        for rep in range(num_reps):
            if rep_seen[rep] or not covers[rep, state]:
                continue
            rep_seen[rep] = True
            if free[rep] > 0:
                free[rep] -= 1
                flow[state, rep] += 1
                while state != source:
                    flow[state, came_by[state]] -= 1
                    flow[came_from[state], came_by[state]] += 1
                    state = came_from[state]
                return True
            for other in range(num_states):
                if not is_seen[other] and flow[other, rep] > 0:
                    is_seen[other] = True
                    came_by[other] = rep
                    came_from[other] = state
                    queue[tail] = other
                    tail += 1
    for place in range(tail):
        is_closed[queue[place]] = True
    return False
