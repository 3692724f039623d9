"""One method's attempt at phase 2: a budget of CPU seconds, what it found, and when."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from assignment_assets.bench.scores import Scale
from assignment_assets.optimizer.model.objectives import book_loads, evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.archive import Archive
from assignment_assets.optimizer.seats.feasible_start import fit_reserve

MOMENTS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # CPU seconds
MEASURES = ("opp_count", "bps", "tam")


class TimeIsUp(Exception):
    """The budget of CPU seconds is spent; the archive keeps what was found."""


class Clock:
    """Takes a score at every moment that passes, and stops the search at the last."""

    def __init__(self, archive: Archive, scale: Scale, cpu_seconds: float):
        self.archive, self.scale, self.budget = archive, scale, cpu_seconds
        self.moments = [moment for moment in MOMENTS if moment < cpu_seconds]
        self.curve: list[dict] = []
        self.began, self.paused, self.elsewhere = time.process_time(), 0.0, 0.0

    @property
    def spent(self) -> float:
        """CPU seconds of this process, scoring left out, and of a helper process."""
        return time.process_time() - self.began - self.paused + self.elsewhere

    @property
    def left(self) -> float:
        return self.budget - self.spent

    def tick(self) -> None:
        """Scores if a moment has passed.

        Raises
        ------
        TimeIsUp
            The budget is spent.
        """
        spent = self.spent
        if self.moments and spent >= self.moments[0]:
            self.moments = [moment for moment in self.moments if moment > spent]
            self.note(spent)
        if spent >= self.budget:
            raise TimeIsUp

    def note(self, spent: float) -> None:
        """Scores what the archive holds; the time that takes is not counted."""
        paused = time.process_time()
        self.curve.append(
            {"cpu_seconds": round(spent, 2), "points": len(self.archive), **self.scale.score(self.archive.objectives)}
        )
        self.paused += time.process_time() - paused


@dataclass(eq=False)
class Contest:
    """What a method is given, and where its points go.

    Parameters
    ----------
    phase, start
        The accounts to place, and one feasible assignment (int32[n]).
    scale
        The normalisation, known to every method; its bounds only score.
    folder
        An empty one, for methods that work in files.
    helper_mb
        Largest resident set of a helper process, in MB.
    """

    phase: Phase
    start: np.ndarray
    scale: Scale
    settings: Settings
    cpu_seconds: float
    seed: int
    folder: Path
    archive: Archive = field(default_factory=Archive)
    helper_mb: int = 0

    def __post_init__(self) -> None:
        self.clock = Clock(self.archive, self.scale, self.cpu_seconds)

    def offer(self, assignments: np.ndarray) -> None:
        """Takes what is feasible among the rows (int32[P, n]), and looks at the clock."""
        fine = np.array([violations(self.phase, row) == 0 for row in assignments], dtype=bool)
        if fine.any():
            self.archive.add(evaluate(self.phase, assignments[fine]), assignments[fine].astype(np.int32))
        self.clock.tick()


def violations(phase: Phase, assignment: np.ndarray) -> int:
    """Accounts outside their rep's states, and accounts above a book's seats."""
    edges = phase.edges
    outside = edges.rank[edges.state, assignment] < 0
    above = np.maximum(np.bincount(assignment, minlength=phase.num_reps) - edges.seats, 0)
    return int(outside.sum() + above.sum())


def describe_knee(phase: Phase, scale: Scale, archive: Archive) -> dict:
    """The knee point's objectives, the spread of its books, what it breaks and what it costs phase 3.

    `cv` and `max_min` are in per cent of a rep's target, by measure; `seats_lost` counts the later accounts (the
    phase's reserve) that find no seat any more.
    """
    if not len(archive):
        return dict.fromkeys(("f1", "f2", "f3", "cv", "max_min", "violations", "seats_lost"))
    chosen = scale.knee(archive.objectives)
    assignment = archive.assignment(chosen)
    loads, target = book_loads(phase, assignment)[0], phase.edges.target
    cv, width = {}, {}
    for k, measure in enumerate(MEASURES):
        counted = target[:, k] > 0
        relative = 100.0 * loads[counted, k] / target[counted, k]
        cv[measure] = round(float(relative.std()), 1) if counted.any() else None
        width[measure] = round(float(np.ptp(relative)), 1) if counted.any() else None
    lost = phase.reserve.sum() - fit_reserve(phase, assignment).sum()
    return {
        **{f"f{k + 1}": round(float(f), 4) for k, f in enumerate(archive.objectives[chosen])},
        "cv": cv,
        "max_min": width,
        "violations": violations(phase, assignment),
        "seats_lost": int(lost),
    }
