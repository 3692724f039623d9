"""Where a search can go on from: everything that a later generation needs and that is not found again in seconds."""

import hashlib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings


class Checkpoint(NamedTuple):
    """A search after a generation. Prices and scale are not in it: they are computed again, to the same bytes."""

    generation: int
    population: np.ndarray  # int32[P, n]
    objectives: np.ndarray  # float64[A, 3], the archive in its order
    assignments: np.ndarray  # int16[A, n]


class Checkpoints(Protocol):
    """Keeps the last checkpoint of one problem with one budget."""

    def load(self) -> Checkpoint | None:
        """The last one of this very problem, if there is one."""

    def is_due(self) -> bool:
        """Whether one would be kept now: to put one together costs as much as a copy of the archive."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keeps it, if it is time; the one before it may be forgotten."""


class NoCheckpoints:
    """Keeps nothing."""

    def load(self) -> Checkpoint | None:
        return None

    def is_due(self) -> bool:
        return False

    def save(self, checkpoint: Checkpoint) -> None:
        pass


OPTIMIZER = Path(__file__).parents[1]
"""All of its rooms: what they say decides where a search goes."""


def fingerprint(instance: Instance, settings: Settings) -> str:
    """A digest of the problem, its budget and the optimiser itself: equal only where a search may go on."""
    digest = hashlib.sha256()
    for path in sorted(OPTIMIZER.rglob("*.py")):
        digest.update(path.relative_to(OPTIMIZER).as_posix().encode() + path.read_bytes())
    _add(digest, instance)
    _add(digest, settings)
    return digest.hexdigest()


def _add(digest: Any, value: object) -> None:
    if is_dataclass(value):
        for field in fields(value):
            digest.update(f"\x1e{field.name}\x1f".encode())
            _add(digest, getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value))
    else:
        digest.update(repr(value).encode())
