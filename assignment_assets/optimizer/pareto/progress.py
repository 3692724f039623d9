"""What the optimiser says while it works."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One line for a log: where the search stands.

    Parameters
    ----------
    phase
        `referring` (phase 2) or `value` (phase 3).
    step
        `seats`, `bounds`, `prices`, `sweep`, `evolution`, `polish`, `books`.
    done, total
        Units of this step finished and planned.
    archive_size
        Points of the front so far; 0 outside phase 2.
    gap_pct
        Distance of the best knee found to its proven bound, in per cent; none before both are known.
    """

    phase: str
    step: str
    done: int
    total: int
    archive_size: int = 0
    gap_pct: float | None = None

    def __str__(self) -> str:
        line = f"{self.phase} / {self.step}: {self.done} of {self.total}"
        if self.archive_size:
            line += f", {self.archive_size} points"
        if self.gap_pct is not None:
            line += f", knee {self.gap_pct:.2f} % above the bound"
        return line


Listener = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Listens and says nothing."""
