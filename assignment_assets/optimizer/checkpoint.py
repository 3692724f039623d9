"""Where a search can go on from: everything that a later generation needs and that is not found again in seconds."""

from typing import NamedTuple, Protocol

import numpy as np


class Checkpoint(NamedTuple):
    """A search after a generation. Prices and scale are not in it: they are computed again, to the same bytes."""

    generation: int
    population: np.ndarray  # int32[P, n]
    objectives: np.ndarray  # float64[A, 3], the archive in its order
    assignments: np.ndarray  # int32[A, n]


class Checkpoints(Protocol):
    """Keeps the last checkpoint of one problem with one budget."""

    def load(self) -> Checkpoint | None:
        """The last one of this very problem, if there is one."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keeps it, if it is time; the one before it may be forgotten."""


class Forgetful:
    """Keeps nothing."""

    def load(self) -> Checkpoint | None:
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        pass
