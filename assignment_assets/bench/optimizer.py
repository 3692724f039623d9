"""What the optimiser reaches, by when, and how far that is from the best possible; one JSON object a line."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from assignment_assets.bench import peers
from assignment_assets.bench.dump import dump_solution
from assignment_assets.bench.instances import Problem, draw_problem, read_problem
from assignment_assets.bench.scores import Scale, own_scale, shared_scale
from assignment_assets.optimizer.archive import Archive
from assignment_assets.optimizer.instance import Instance
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.progress import Progress
from assignment_assets.optimizer.referring import explore, referring_phase
from assignment_assets.optimizer.seats import select_seats
from assignment_assets.optimizer.settings import Settings
from assignment_assets.optimizer.solve import complete, solve_referring

MOMENTS = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)  # CPU seconds
ENDLESS = 10**6


class TimeIsUp(Exception):
    """The budget of CPU seconds is spent; the archive keeps what was found."""


class Clock:
    """Takes a score at every moment that passes, and stops the search at the last."""

    def __init__(self, archive: Archive, scale: Scale, cpu_seconds: float):
        self.archive, self.scale, self.budget = archive, scale, cpu_seconds
        self.moments = [moment for moment in MOMENTS if moment < cpu_seconds]
        self.curve: list[dict] = []
        self.began, self.paused = time.process_time(), 0.0

    @property
    def spent(self) -> float:
        return time.process_time() - self.began - self.paused

    def __call__(self, _: Progress) -> None:
        spent = self.spent
        if self.moments and spent >= self.moments[0]:
            self.moments = [moment for moment in self.moments if moment > spent]
            self.note(spent)
        if spent >= self.budget:
            raise TimeIsUp

    def note(self, spent: float) -> None:
        """Scores what the archive holds; the time that takes is not counted."""
        paused = time.process_time()
        self.curve.append({"cpu_seconds": round(spent, 2), "points": len(self.archive),
                           **self.scale.score(self.archive.objectives)})
        self.paused += time.process_time() - paused


def bench_optimizer(size: str = "M", seed: int = 11, instance: Path | None = None, cpu_seconds: float = 10.0,
                    preset: str = "standard", with_peers: bool = False, dump: Path | None = None) -> Iterator[dict]:
    """Measures phase 2 alone, phase 2 with phase 3's seats reserved, both phases as a cycle runs them, and the peers.

    Compilation is done before the clock starts; so are the bounds that only score (`scale`), reported apart.

    Parameters
    ----------
    instance
        A folder to read; without it the sample company of `size` and `seed`.
    cpu_seconds
        Budget of each search and each peer.
    preset
        For the run of both phases, whose budget is generations and steps.
    dump
        Where the solved problem goes as Parquet.
    """
    warm_up()
    problem = read_problem(instance) if instance else draw_problem(size, seed)
    began = time.process_time()
    selection = select_seats(problem.instance)
    seats_seconds = time.process_time() - began
    phase, start = referring_phase(problem.instance, selection)
    yield {"kind": "problem", "name": problem.name, "accounts": len(problem.accounts), "reps": len(problem.reps),
           "free": problem.instance.num_accounts, "placeable": selection.num_placed,
           "referring": phase.num_accounts, "edges": int(phase.edges.start[-1]),
           "seats_seconds": round(seats_seconds, 3)}
    settings = Settings.from_preset(preset)
    alone = replace(phase, reserve=np.zeros_like(phase.reserve))
    weights = np.array(settings.knee_weights) / sum(settings.knee_weights)
    for name, what in (("alone", alone), ("reserved", phase)):
        began = time.process_time()
        scale = (shared_scale(problem) if name == "alone" else None) or own_scale(what, start, weights, 12)
        bound_seconds = time.process_time() - began
        yield {"kind": "referring", "seats_of_phase_3": name, "method": "ours",
               "scale_seconds": round(bound_seconds, 2), **_race(what, start, scale, settings, cpu_seconds)}
        if with_peers and name == "alone":
            yield from _peers(what, scale, cpu_seconds, seed)
    yield from _cycle(problem, settings, dump)


def warm_up() -> None:
    """Compiles every inner loop, on a problem of no size."""
    tiny = _tiny_instance()
    settings = Settings(lattice_divisions=1, generations=1, offspring=2, burst_sweeps=1, polish_sweeps=4)
    front = solve_referring(tiny, settings)
    complete(tiny, front.assignments[front.knee], settings)


def _tiny_instance() -> Instance:
    return Instance(
        account_ids=list("abcd"), rep_ids=list("xy"), states=["NY"], account_state=[0] * 4, covers=[[True], [True]],
        seats=[2, 2], is_referring=[True, True, False, False], measures=[[1, 2, 3]] * 4, value=[1, 2, 3, 4],
        owner=[0, 1, 0, -1], has_owner=[True, True, True, False], base_load=np.zeros((2, 4)), weight=[1, 1],
        performance=[1.0, 2.0], account_latitude=[40.0, 41.0, 42.0, 43.0], account_longitude=[-75.0] * 4,
        rep_latitude=[40.0, 43.0], rep_longitude=[-75.0, -76.0])


def _race(phase: Phase, start: np.ndarray, scale: Scale, settings: Settings, cpu_seconds: float) -> dict:
    archive = Archive()
    clock = Clock(archive, scale, cpu_seconds)
    wall = time.perf_counter()
    with suppress(TimeIsUp):
        explore(phase, start, replace(settings, generations=ENDLESS), clock, archive,
                (scale.ideal, scale.reference))
    spent = clock.spent
    clock.note(spent)
    return {**clock.curve[-1], "wall_seconds": round(time.perf_counter() - wall, 2), "curve": clock.curve,
            "peak_mb": _peak_mb()}


def _peers(phase: Phase, scale: Scale, cpu_seconds: float, seed: int) -> Iterator[dict]:
    runs = {
        "pymoo as it comes": lambda: peers.run_pymoo(peers.Naive(phase), cpu_seconds, seed),
        "pymoo, eligible only, repaired": lambda: peers.run_pymoo(peers.EligibleOnly(phase), cpu_seconds, seed),
        "greedy": lambda: peers.run_greedy(phase, scale, cpu_seconds),
        "HiGHS MILP": lambda: peers.run_milp(phase, scale, cpu_seconds),
    }
    for method, run in runs.items():
        began, wall = time.process_time(), time.perf_counter()
        points = run()
        spent, waited = time.process_time() - began, time.perf_counter() - wall
        yield {"kind": "referring", "seats_of_phase_3": "alone", "method": method, "points": len(points),
               "cpu_seconds": round(spent, 2), "wall_seconds": round(waited, 2), **scale.score(points)}
    if not peers.has_cp_sat():
        yield {"kind": "referring", "method": "CP-SAT", "skipped": "OR-Tools is not installed"}


def _cycle(problem: Problem, settings: Settings, dump: Path | None) -> Iterator[dict]:
    began, wall = time.process_time(), time.perf_counter()
    front = solve_referring(problem.instance, settings)
    between = time.process_time()
    books = complete(problem.instance, front.assignments[front.knee], settings)
    ended = time.process_time()
    figures = {f"{line.phase}_{line.metric}": [line.value, line.bound, line.gap_pct]
               for line in books.certificate if line.state is None}
    yield {"kind": "cycle", "preset": settings.preset, "front_cpu_seconds": round(between - began, 2),
           "books_cpu_seconds": round(ended - between, 2), "wall_seconds": round(time.perf_counter() - wall, 2),
           "points": front.num_points, "placed": books.num_placed, "placed_bound": books.placed_bound,
           "peak_mb": _peak_mb(), "certificate": figures}
    if dump:
        dump_solution(dump, problem, front, books)
        yield {"kind": "dump", "folder": str(dump)}


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def print_lines(rows: Iterator[dict]) -> None:
    """Each row as one line of JSON, as soon as it is known."""
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), flush=True)
