"""The largest flow of everybody else, kept up to date while groups of accounts are given to one rep for good."""

import numpy as np
from numba import njit

from assignment_assets.optimizer.model.arrays import BoolArray, IntArray
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.seats.max_flow import augment


class ResidualFlow:
    """The accounts not given away yet, and a largest flow of them to the seats that are left.

    Parameters
    ----------
    instance
        S classes, R reps.
    flow
        int64[S, R]: a largest flow of all its accounts.
    """

    def __init__(self, instance: Instance, flow: np.ndarray):
        self.covers = instance.covers.copy()
        self.heads = np.bincount(instance.account_state, minlength=instance.num_states)
        self.seats = instance.seats.copy()
        self.flow = flow.copy()

    @property
    def seated(self) -> int:
        """How many of them have a seat."""
        return int(self.flow.sum())

    def without(self, heads: np.ndarray, rep: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(heads, seats, flow) of those who are left when `heads` (int64[S]) go to `rep`, or to nobody (−1)."""
        rest, seats, flow = self.heads - heads, self.seats.copy(), self.flow.copy()
        if rep >= 0:
            seats[rep] -= heads.sum()
        _restore(rest, self.covers, seats, flow, rep)
        return rest, seats, flow

    def give(self, state: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
        """Makes what `without` gave the state of affairs."""
        self.heads, self.seats, self.flow = state


@njit(cache=True)
def _restore(heads: IntArray, covers: BoolArray, seats: IntArray, flow: IntArray, rep: int) -> None:
    """Makes `flow` a largest one again after heads, and seats of `rep`, have become fewer.

    Units above the heads of a class are taken back, at `rep` first; then units above the seats of `rep`; then every
    class with heads to spare is augmented until no path is left, which is what makes a flow a largest one.
    """
    num_states, num_reps = flow.shape
    for state in range(num_states):
        above = flow[state].sum() - heads[state]
        if above > 0 and rep >= 0:
            back = min(above, flow[state, rep])
            flow[state, rep] -= back
            above -= back
        for other in range(num_reps):
            if above <= 0:
                break
            back = min(above, flow[state, other])
            flow[state, other] -= back
            above -= back
    free = seats - flow.sum(axis=0)
    if rep >= 0:
        for state in range(num_states):
            if free[rep] >= 0:
                break
            back = min(-free[rep], flow[state, rep])
            flow[state, rep] -= back
            free[rep] += back
    is_closed = np.zeros(num_states, dtype=np.bool_)
    for state in range(num_states):
        missing = heads[state] - flow[state].sum()
        while missing > 0 and not is_closed[state] and augment(state, covers, free, flow, is_closed):
            missing -= 1
