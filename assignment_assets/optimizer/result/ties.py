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
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.phase import Phase


def break_ties(instance: Instance, phases: tuple[Phase, ...], assignment: np.ndarray, band: int) -> np.ndarray:
    """int32[N]: the rep whom a better performer replaced, −1 where nothing was tied; `assignment` is changed in place.

    Imbalance means all four measures, so that a referring account's tie leaves the value books alone too. Where books
    have revenue caps, a tie keeps within them.
    """
    revenue = spare = np.empty(0, dtype=np.int64)
    if instance.caps is not None:
        revenue, spare = instance.caps.revenue, spare_room(instance, assignment)
    given_by = np.full(instance.num_accounts, -1, dtype=np.int32)
    placed = np.flatnonzero(assignment >= 0)
    amounts = np.column_stack([instance.measures, instance.value])
    shares = instance.shares
    counted = shares > 0
    load = np.where(counted[:, None], instance.base_load, 0)
    np.add.at(load, assignment[placed], amounts[placed])
    totals = load[counted].sum(axis=0)
    free = instance.seats - np.bincount(assignment[placed], minlength=instance.num_reps)
    whole = int(shares.sum())
    for _ in range(instance.num_reps + 1):
        changed = 0
        for phase in phases:
            changed += _pass(
                phase.accounts,
                phase.edges,
                amounts,
                assignment,
                given_by,
                load,
                free,
                shares,
                whole,
                totals,
                instance.performance,
                band,
                revenue,
                spare,
            )
        if not changed:
            break
    return given_by


@njit(cache=True)
def _pass(
    accounts, edges, amounts, assignment, given_by, load, free, shares, whole, totals, performance, band, revenue, spare
):
    changed = 0
    for row in range(len(accounts)):
        account = accounts[row]
        here, state = assignment[account], edges.state[row]
        edge = edges.start[row]
        here_minutes = np.int64(edges.minutes[edge + edges.rank[state, here]])
        best, best_minutes = here, here_minutes
        for place in range(edges.state_start[state], edges.state_start[state + 1]):
            there = edges.reps[place]
            minutes = np.int64(edges.minutes[edge + place - edges.state_start[state]])
            if there == here or free[there] <= 0 or abs(minutes - here_minutes) > band:
                continue
            if len(spare) > 0 and revenue[account] > spare[there]:
                continue
            better = performance[there] > performance[best] or (
                best != here and performance[there] == performance[best] and minutes < best_minutes
            )
            if not better or edges.owner[row] == here or edges.owner[row] == there:
                continue
            if _same_balance(amounts, account, load, here, there, shares, whole, totals):
                best, best_minutes = there, minutes
        if best != here:
            for k in range(load.shape[1]):
                load[here, k] -= amounts[account, k]
                load[best, k] += amounts[account, k]
            free[here] += 1
            free[best] -= 1
            if len(spare) > 0:
                spare[here] += revenue[account]
                spare[best] -= revenue[account]
            assignment[account] = best
            if given_by[account] < 0:
                given_by[account] = here
            changed += 1
    return changed


@njit(cache=True)
def _same_balance(amounts, account, load, here, there, shares, whole, totals):
    for k in range(load.shape[1]):
        amount = amounts[account, k]
        before = max(0, whole * load[here, k] - shares[here] * totals[k]) + max(
            0, whole * load[there, k] - shares[there] * totals[k]
        )
        after = max(0, whole * (load[here, k] - amount) - shares[here] * totals[k]) + max(
            0, whole * (load[there, k] + amount) - shares[there] * totals[k]
        )
        if before != after:
            return False
    return True
