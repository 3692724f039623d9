"""Ties go to the better performer.

An account is tied between its rep and another one when giving it to the other changes no measure's imbalance, no count
of moves, and its drive by no more than the band. All of it is compared in whole numbers. Accounts are taken in order of
id, again and again until nothing changes; each change raises the performance of an account's rep, so that it ends.

A tie takes a free seat. An exchange of two accounts that changes nothing but who holds which is no tie in this sense:
each of the two reps gives one and gets one, so that what the better performer wins with the one account they lose with
the other, and no order of the two is better than the other. Only its size could tell the accounts apart, and giving
the larger one to the better performer is not what the rule says. In full books the search's own choice stands.
"""

import numpy as np
from numba import njit

from assignment_assets.optimizer.extensions.revenue_caps import spare_room
from assignment_assets.optimizer.model.arrays import FloatArray, IntArray, RepArray
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.phase import Edges, Phase


def break_ties(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray, band: int) -> np.ndarray:
    """int32[N]: the rep whom a better performer replaced, −1 where nothing was tied; `assignment` is changed in place.

    Imbalance means all four measures, so that a referring account's tie leaves the value books alone too. Where books
    have revenue caps, a tie keeps within them.
    """
    before, placed = assignment.copy(), np.flatnonzero(assignment >= 0)
    amounts = np.column_stack([instance.measures, instance.value])
    shares = instance.shares
    counted = shares > 0
    load = np.where(counted[:, None], instance.base_load, 0)
    np.add.at(load, assignment[placed], amounts[placed])
    whole, totals = int(shares.sum()), load[counted].sum(axis=0)
    over = whole * load - shares[:, None] * totals  # above target, in whole numbers
    free = instance.seats - np.bincount(assignment[placed], minlength=instance.num_reps)
    needs, left = np.ones((instance.num_accounts, 1), dtype=np.int64), free[:, None].astype(np.int64)
    if instance.caps is not None:
        needs = np.column_stack([needs, instance.caps.revenue])
        left = np.column_stack([left, spare_room(instance, assignment)])
    for _ in range(instance.num_reps + 1):
        changed = 0
        for phase in phases:
            rows = phase.accounts
            books = assignment[rows]
            changed += _pass(
                phase.edges, books, whole * amounts[rows], needs[rows], over, left, instance.performance, band
            )
            assignment[rows] = books
        if not changed:
            break
    return np.where(assignment != before, before, -1).astype(np.int32)  # each change is to a better one: none goes back


@njit(cache=True)
def _pass(
    edges: Edges,
    books: RepArray,
    amounts: IntArray,
    needs: IntArray,
    over: IntArray,
    left: IntArray,
    performance: FloatArray,
    band: int,
) -> int:
    """Gives each account of a phase to the best of the reps with whom it is tied; how many went.

    An account's amounts and needs (seat, revenue) come to the new book's loads above target and are taken from what is
    left there; all of it is changed in place.
    """
    changed = 0
    for account in range(len(books)):
        here, state = books[account], edges.state[account]
        edge = edges.start[account]
        here_minutes = np.int64(edges.minutes[edge + edges.rank[state, here]])
        best, best_minutes = here, here_minutes
        for place in range(edges.state_start[state], edges.state_start[state + 1]):
            there = edges.reps[place]
            minutes = np.int64(edges.minutes[edge + place - edges.state_start[state]])
            if there == here or abs(minutes - here_minutes) > band:
                continue
            has_space = True
            for k in range(left.shape[1]):
                has_space = has_space and needs[account, k] <= left[there, k]
            if not has_space:
                continue
            better = performance[there] > performance[best] or (
                best != here and performance[there] == performance[best] and minutes < best_minutes
            )
            if not better or edges.owner[account] == here or edges.owner[account] == there:
                continue
            if _same_balance(amounts, over, account, here, there):
                best, best_minutes = there, minutes
        if best != here:
            for k in range(over.shape[1]):
                over[here, k] -= amounts[account, k]
                over[best, k] += amounts[account, k]
            for k in range(left.shape[1]):
                left[here, k] += needs[account, k]
                left[best, k] -= needs[account, k]
            books[account] = best
            changed += 1
    return changed


@njit(cache=True)
def _same_balance(amounts: IntArray, over: IntArray, account: int, here: int, there: int) -> bool:
    for k in range(over.shape[1]):
        amount = amounts[account, k]
        before = max(0, over[here, k]) + max(0, over[there, k])
        after = max(0, over[here, k] - amount) + max(0, over[there, k] + amount)
        if before != after:
            return False
    return True
