"""Classes of accounts that the same reps may hold: the states, and single accounts with an override."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np


class Classes(NamedTuple):
    """What eligibility depends on; `states` names each class's state, the plain states come first."""

    states: tuple[str, ...]  # C
    account_class: np.ndarray  # int32[N]
    covers: np.ndarray  # bool[R, C]


def classes_of(
    states: Sequence[str], account_state: np.ndarray, covers: np.ndarray, extra: Iterable[tuple[int, int]]
) -> Classes:
    """The states, and a class for every set of further reps that accounts of one state have.

    So an exception for one account stays a column of the same flow: seats, cuts and reserves remain exact.

    Parameters
    ----------
    states
        S state codes.
    account_state
        int32[N], index into `states`.
    covers
        bool[R, S].
    extra
        Pairs (account, rep): the rep may hold the account though they do not cover its state.
    """
    further: dict[int, set[int]] = {}
    for account, rep in extra:
        if not covers[rep, account_state[account]]:
            further.setdefault(account, set()).add(rep)
    keys = {account: (int(account_state[account]), tuple(sorted(reps))) for account, reps in further.items()}
    classes = sorted(set(keys.values()))
    account_class = np.array(account_state, dtype=np.int32)
    for account, key in keys.items():
        account_class[account] = len(states) + classes.index(key)
    columns = np.zeros((covers.shape[0], len(classes)), dtype=bool)
    for column, (state, reps) in enumerate(classes):
        columns[:, column] = covers[:, state]
        columns[list(reps), column] = True
    return Classes(
        (*states, *(states[state] for state, _ in classes)), account_class, np.concatenate([covers, columns], axis=1)
    )


def plain_class(states: Sequence[str]) -> np.ndarray:
    """int64[C]: the class of each class's state itself, which is the first of that name."""
    first: dict[str, int] = {}
    return np.array([first.setdefault(state, place) for place, state in enumerate(states)], dtype=np.int64)
