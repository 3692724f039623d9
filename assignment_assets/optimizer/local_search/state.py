"""The working state of a search: loads, free seats and members of every book, changed one shift at a time."""

from typing import NamedTuple

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import IntArray, RepArray
from assignment_assets.optimizer.model.phase import Edges


class SearchState(NamedTuple):
    """An assignment laid open. All arrays are changed in place."""

    assignment: np.ndarray  # int32[n]
    reserve: np.ndarray  # int64[S, R], seats held for later phases
    load: np.ndarray  # float64[R, K], whole numbers
    over: np.ndarray  # float64[R, K], load minus target
    free: np.ndarray  # int64[R], seats neither taken nor reserved
    first: np.ndarray  # int64[R + 1], where a book's members begin
    count: np.ndarray  # int64[R]
    member: np.ndarray  # int32[seats], accounts by book
    place: np.ndarray  # int64[n], where an account stands in `member`


@njit(cache=True)
def build_state(assignment: RepArray, reserve: IntArray, edges: Edges) -> SearchState:
    """The state of an assignment; `assignment` and `reserve` are used, not copied."""
    num_accounts, num_measures = edges.amount.shape
    num_reps = len(edges.seats)
    load, over = edges.base.copy(), edges.base.copy()
    free = edges.seats.copy()
    first = np.zeros(num_reps + 1, dtype=np.int64)
    count = np.zeros(num_reps, dtype=np.int64)
    for rep in range(num_reps):
        first[rep + 1] = first[rep] + edges.seats[rep]
        for state in range(reserve.shape[0]):
            free[rep] -= reserve[state, rep]
    member = np.full(first[num_reps], -1, dtype=np.int32)
    place = np.empty(num_accounts, dtype=np.int64)
    for account in range(num_accounts):
        rep = assignment[account]
        place[account] = first[rep] + count[rep]
        member[place[account]] = account
        count[rep] += 1
        free[rep] -= 1
        for k in range(num_measures):
            load[rep, k] += edges.amount[account, k]
    for rep in range(num_reps):
        for k in range(num_measures):
            over[rep, k] = load[rep, k] - edges.target[rep, k]
    return SearchState(assignment, reserve, load, over, free, first, count, member, place)


@njit(cache=True)
def shift(search: SearchState, edges: Edges, account: int, there: int) -> None:
    """Moves an account to another book. The seat there must have been made free."""
    here = search.assignment[account]
    for k in range(search.load.shape[1]):
        amount = edges.amount[account, k]
        search.load[here, k] -= amount
        search.load[there, k] += amount
        search.over[here, k] = search.load[here, k] - edges.target[here, k]
        search.over[there, k] = search.load[there, k] - edges.target[there, k]
    last = search.member[search.first[here] + search.count[here] - 1]
    search.member[search.place[account]] = last
    search.place[last] = search.place[account]
    search.count[here] -= 1
    search.place[account] = search.first[there] + search.count[there]
    search.member[search.place[account]] = account
    search.count[there] += 1
    search.free[here] += 1
    search.free[there] -= 1
    search.assignment[account] = there


@njit(cache=True)
def exchange(search: SearchState, edges: Edges, account: int, partner: int) -> None:
    """Two accounts change places."""
    here, there = search.assignment[account], search.assignment[partner]
    for k in range(search.load.shape[1]):
        difference = edges.amount[account, k] - edges.amount[partner, k]
        search.load[here, k] -= difference
        search.load[there, k] += difference
        search.over[here, k] = search.load[here, k] - edges.target[here, k]
        search.over[there, k] = search.load[there, k] - edges.target[there, k]
    search.member[search.place[account]], search.member[search.place[partner]] = partner, account
    search.place[account], search.place[partner] = search.place[partner], search.place[account]
    search.assignment[account], search.assignment[partner] = there, here


@njit(cache=True)
def free_seat_by_augmenting(search: SearchState, edges: Edges, there: int, here: int) -> bool:
    """Frees a seat with `there` by passing reserved seats on, as far as `here` or any free seat; false if none can.

    `here` counts as free: the account that asks is about to leave it. The reserve is a flow by state, so a chain of
    reps, each passing one head of a state that the next one covers too, changes nobody's placement. Shortest chain
    first. Afterwards `free` is raised by one with `there` and lowered by one where the chain ends (`here` may stand
    at −1 until the account has left).
    """
    if search.free[there] > 0:
        return True
    num_reps = len(search.free)
    begin, end = edges.rep_start[there], edges.rep_start[there + 1]
    for place in range(begin, end):  # one step is the common case
        state = edges.rep_states[place]
        if search.reserve[state, there] > 0 and edges.rank[state, here] >= 0:
            search.reserve[state, there] -= 1
            search.reserve[state, here] += 1
            search.free[there] += 1
            search.free[here] -= 1
            return True
    came_from = np.full(num_reps, -1, dtype=np.int32)
    came_state = np.empty(num_reps, dtype=np.int32)
    state_seen = np.zeros(search.reserve.shape[0], dtype=np.bool_)
    queue = np.empty(num_reps, dtype=np.int32)
    queue[0] = there
    came_from[there] = there
    head, tail = 0, 1
    while head < tail:
        rep = queue[head]
        head += 1
        for place in range(edges.rep_start[rep], edges.rep_start[rep + 1]):
            state = edges.rep_states[place]
            if state_seen[state] or search.reserve[state, rep] == 0:
                continue
            state_seen[state] = True
            for other_place in range(edges.state_start[state], edges.state_start[state + 1]):
                other = edges.reps[other_place]
                if came_from[other] >= 0:
                    continue
                came_from[other] = rep
                came_state[other] = state
                if other == here or search.free[other] > 0:
                    search.free[there] += 1
                    search.free[other] -= 1
                    while other != there:
                        search.reserve[came_state[other], other] += 1
                        search.reserve[came_state[other], came_from[other]] -= 1
                        other = came_from[other]
                    return True
                queue[tail] = other
                tail += 1
    return False
