"""Both phases as a cycle runs them, in one process: seconds a step, memory, gaps, seats."""

import hashlib
import time
from pathlib import Path

import numpy as np

from assignment_assets.bench.dump import dump_solution
from assignment_assets.bench.instances import read_problem
from assignment_assets.bench.memory import peak_mb
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.solution import Books
from assignment_assets.optimizer.pareto.progress import Progress
from assignment_assets.optimizer.solve import complete, solve_referring


class Steps:
    """Listens to the optimiser: CPU seconds of every step of every phase, and the memory needed by then."""

    def __init__(self) -> None:
        self.began = self.last = time.process_time()
        self.steps: dict[str, dict] = {}
        self.knee: list[dict] = []

    def __call__(self, told: Progress) -> None:
        self.mark(f"{told.phase} {told.step}")
        if told.gap_pct is not None and (not self.knee or told.gap_pct < self.knee[-1]["knee_raw_pct"]):
            self.knee.append({"cpu_seconds": round(self.last - self.began, 2), "knee_raw_pct": round(told.gap_pct, 4)})

    def mark(self, name: str) -> None:
        """The CPU seconds since the last mark belong to `name`."""
        now = time.process_time()
        step = self.steps.setdefault(name, {"cpu_seconds": 0.0, "peak_mb": 0})
        step["cpu_seconds"] = round(step["cpu_seconds"] + now - self.last, 3)
        step["peak_mb"] = peak_mb()
        self.last = now


def run_cycle(folder: Path, settings: Settings, dump: Path | None) -> dict:
    """The problem in `folder` solved whole; its files are let go of before the search begins.

    `steps` are CPU seconds and the peak by the end of each step: the first phase's bounds, prices, sweep,
    evolution; the second's bounds (which certify the first phase again) and polish; reasons and certificate as
    `value books`. `knee_curve` is the first phase's raw gap whenever it fell.
    """
    instance, name = read_problem(folder).instance, folder.name
    loaded, wall, steps = peak_mb(), time.perf_counter(), Steps()
    front = solve_referring(instance, settings, steps)
    steps.mark("referring front")
    first = steps.last - steps.began
    books = complete(instance, front.assignments[front.knee], settings, steps, front)
    steps.mark("value books")
    most, waited = peak_mb(), time.perf_counter() - wall
    if dump:
        dump_solution(dump, read_problem(folder), front, books, settings)
    gaps = {(line.phase, line.metric): line for line in books.certificate if line.state is None}
    return {
        "problem": name,
        "preset": settings.preset,
        "front_cpu_seconds": round(first, 2),
        "books_cpu_seconds": round(steps.last - steps.began - first, 2),
        "wall_seconds": round(waited, 2),
        "peak_mb": most,
        "loaded_mb": loaded,
        "points": front.num_points,
        "placed": books.num_placed,
        "placed_bound": books.placed_bound,
        "seats_lost": books.placed_bound - books.num_placed,
        "violations": _violations(instance, books),
        "referring_raw_pct": gaps["referring", "weighted"].gap_pct,
        "value_raw_pct": gaps["value", "weighted"].gap_pct,
        "steps": steps.steps,
        "knee_curve": steps.knee,
        "digest": _digest(front.assignments, books.assignment),
        "certificate": {
            f"{phase}_{metric}": [line.value, line.bound, line.gap_pct] for (phase, metric), line in gaps.items()
        },
    }


def _violations(instance: Instance, books: Books) -> int:
    placed = books.assignment >= 0
    counts = np.bincount(books.assignment[placed], minlength=instance.num_reps)
    covered = instance.covers[books.assignment[placed], instance.account_state[placed]]
    return int((~covered).sum() + np.maximum(counts - instance.seats, 0).sum())


def _digest(*arrays: np.ndarray) -> str:
    """The same for the same books: two runs of one seed and preset can be compared."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
