"""The last checkpoint of a search as a file: found again by the same problem only, and never in the way."""

import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assignment_assets.io.durable import write_whole

EVERY_SECONDS = 30.0
DIGEST = "of_problem"


class FileCheckpoints:
    """Keeps one checkpoint, the last. When it saves does not change what the search finds.

    Parameters
    ----------
    path
        The file; whatever else lies there is replaced.
    digest
        Of the problem and its budget: a checkpoint with another one is ignored.
    kind
        The named tuple of arrays and whole numbers, one of them `generation`, that a checkpoint is.
    say
        Hears a sentence whenever somebody should know.
    every_seconds
        At most one is saved in so many seconds.
    clock
        Seconds that only grow.
    """

    def __init__(
        self,
        path: Path,
        digest: str,
        kind: Callable[..., Any],
        say: Callable[[str], object],
        every_seconds: float = EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.path, self.digest, self.kind, self.say = path, digest, kind, say
        self.every_seconds, self.clock = every_seconds, clock
        self._saved_at = clock()

    def load(self) -> Any | None:
        """The checkpoint of this very problem; None where there is none, or none that can be used."""
        if not self.path.is_file():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as content:
                values = {name: content[name] if content[name].ndim else content[name].item() for name in content}
            if values.pop(DIGEST, None) != self.digest:
                self.say(f"checkpoint {self.path.name}: of another problem or budget, begins anew")
                return None
            found = self.kind(**values)
        except (OSError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            self.say(f"checkpoint {self.path.name}: not readable ({type(error).__name__}), begins anew")
            return None
        self.say(f"checkpoint {self.path.name}: goes on after generation {found.generation}")
        return found

    def is_due(self) -> bool:
        """Whether the last one, or the start, is long enough ago."""
        return self.clock() - self._saved_at >= self.every_seconds

    def save(self, checkpoint: Any) -> None:
        """Keeps it, if it is time; where that fails, the search goes on without."""
        if not self.is_due():
            return

        content: dict[str, Any] = checkpoint._asdict() | {DIGEST: self.digest}

        def store(partial: Path) -> None:
            with partial.open("wb") as file:
                np.savez(file, **content)

        try:
            write_whole(self.path, store)
        except OSError as error:
            self.say(f"checkpoint {self.path.name}: not saved ({error}), goes on without")
        self._saved_at = self.clock()

    def forget(self) -> None:
        """Removes it: the search's answer is stored."""
        for path in (self.path, *self.path.parent.glob(f".{self.path.name}.*partial")):
            path.unlink(missing_ok=True)
