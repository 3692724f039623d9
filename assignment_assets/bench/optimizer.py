"""What the optimiser reaches, by when, and how far that is from the best possible; one row a method."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assignment_assets.bench import child
from assignment_assets.bench.cases import PUBLIC, draw_hospitals, draw_public
from assignment_assets.bench.instances import Problem, draw_problem, read_problem, write_problem
from assignment_assets.bench.methods import ALONE, METHODS, MOST_EDGES_OF_PEERS, OURS, RESERVED, left_alone, why_not
from assignment_assets.bench.scores import certify, own_scale, shared_scale
from assignment_assets.bench.warming import warm_up
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats

GENERATED, HOSPITALS = "generated", "hospitals"
RACED = "standard"  # the preset of a race: its lattice, with generations without end


@dataclass(frozen=True)
class RacePlan:
    """What is measured.

    Parameters
    ----------
    case
        `generated` (the sample company of `size`), `public-small`, `public-large` or `hospitals`; all of `seed`.
    instance
        A folder to read instead.
    cpu_seconds
        Budget of each method.
    preset
        For the run of both phases, whose budget is generations and steps; a race has `RACED`.
    methods
        Those of `METHODS` that race on phase 2 alone; with phase 3's seats reserved it is only ours.
    cycle
        Whether both phases run as well.
    dump
        Where the solved problem goes.
    """

    case: str = GENERATED
    size: str = "M"
    seed: int = 11
    instance: Path | None = None
    cpu_seconds: float = 10.0
    preset: str = "standard"
    methods: tuple[str, ...] = (OURS,)
    cycle: bool = True
    dump: Path | None = None

    @property
    def name(self) -> str:
        """Of the problem, without drawing it."""
        if self.instance:
            return self.instance.name
        return f"{self.size if self.case == GENERATED else self.case}-{self.seed}"

    def problem(self) -> Problem:
        """The problem, drawn or read."""
        if self.instance:
            return read_problem(self.instance)
        if self.case in PUBLIC:
            return draw_public(self.case, self.seed)
        return draw_hospitals(self.seed) if self.case == HOSPITALS else draw_problem(self.size, self.seed)


def bench_optimizer(plan: RacePlan) -> Iterator[dict]:
    """Measures the methods on phase 2, then both phases as a cycle runs them; each in a process of its own.

    Compilation and the bounds that only score are done before any clock starts, and reported apart.
    """
    began = time.process_time()
    warm_up()
    compiled, began = time.process_time() - began, time.process_time()
    problem = plan.problem()
    drawn, began = time.process_time() - began, time.process_time()
    selection = select_seats(problem.instance)
    seats_seconds = time.process_time() - began
    phase, start = referring_phase(problem.instance, selection)
    yield {
        "kind": "problem",
        "problem": problem.name,
        "accounts": len(problem.accounts),
        "reps": len(problem.reps),
        "free": problem.instance.num_accounts,
        "placeable": selection.num_placed,
        "referring": phase.num_accounts,
        "edges": int(phase.edges.start[-1]),
        "compile_cpu_seconds": round(compiled, 2),
        "read_cpu_seconds": round(drawn, 2),
        "seats_cpu_seconds": round(seats_seconds, 3),
    }
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / problem.name
        write_problem(folder, problem)
        if plan.case in PUBLIC and not plan.instance:
            yield {
                "kind": "public",
                "problem": problem.name,
                **child.in_a_child(folder, {"kind": child.PUBLIC, "preset": plan.preset, "seed": plan.seed}),
            }
            return
        yield from _races(plan, problem, phase, start, folder)
        if plan.cycle:
            yield {
                "kind": "cycle",
                "problem": problem.name,
                **child.in_a_child(
                    folder, {"kind": child.CYCLE, "preset": plan.preset, "dump": str(plan.dump) if plan.dump else None}
                ),
            }


def _races(plan: RacePlan, problem: Problem, reserved: Phase, start: np.ndarray, folder: Path) -> Iterator[dict]:
    settings = Settings.from_preset(RACED)
    weights = np.array(settings.knee_weights) / sum(settings.knee_weights)
    num_edges = int(reserved.edges.start[-1])
    alone = left_alone(reserved, problem.instance)
    entries = [(ALONE, alone, plan.methods)] if plan.methods else []
    if OURS in plan.methods and num_edges <= MOST_EDGES_OF_PEERS:
        entries.append((RESERVED, reserved, (OURS,)))
    for seats, phase, methods in entries:
        began = time.process_time()
        scale = (shared_scale(problem.reference) if seats == ALONE else None) or own_scale(phase, start, weights)
        scale_seconds = time.process_time() - began
        own_bound, certify_seconds = certify(phase, scale)
        certified = {"problem": problem.name, "seats": seats, "certify_cpu_seconds": round(certify_seconds, 3)}
        yield {
            "kind": "bounds",
            **certified,
            "source": scale.source,
            "scale_cpu_seconds": round(scale_seconds, 2),
            "hypervolume_bound": scale.hypervolume_bound,
            "knee_bound_raw": scale.knee_bound + scale.offset,
            "own_knee_bound_raw": own_bound,
            "own_below_pct": round(100.0 * (1.0 - own_bound / (scale.knee_bound + scale.offset)), 4),
        }
        for method in methods:
            row = {"kind": "referring", "method": method, **certified}
            skipped = why_not(method, num_edges)
            yield row | (
                {"skipped": skipped}
                if skipped
                else child.in_a_child(
                    folder,
                    {
                        "kind": child.RACE,
                        "method": method,
                        "seats": seats,
                        "scale": scale.as_json(),
                        "preset": RACED,
                        "cpu_seconds": plan.cpu_seconds,
                        "seed": plan.seed,
                        "dump": str(plan.dump) if plan.dump else None,
                    },
                )
            )


def standard_plans(
    seed: int, cpu_seconds: float, preset: str, shared: Path | None, hospitals: bool
) -> Iterator[RacePlan]:
    """What `make bench` measures: S, M and L with all methods, the shared instances, public sizes, hospitals."""
    every = tuple(METHODS)
    for size in ("S", "M", "L"):
        yield RacePlan(size=size, seed=seed, cpu_seconds=cpu_seconds, preset=preset, methods=every)
    for name in ("S0", "M0", "L0"):
        if shared and (shared / name).is_dir():
            yield RacePlan(instance=shared / name, seed=seed, cpu_seconds=cpu_seconds, preset=preset, methods=every)
    for case in PUBLIC:
        yield RacePlan(case=case, seed=seed, preset=preset)
    if hospitals:
        yield RacePlan(case=HOSPITALS, seed=seed, cpu_seconds=cpu_seconds, preset=preset, methods=every)


def measure(plans: Iterator[RacePlan], tell: Callable[[dict], None]) -> list[dict]:
    """All rows of all plans; each is told as soon as it is known."""
    rows = []
    for plan in plans:
        for row in bench_optimizer(plan):
            tell(row)
            rows.append(row)
    return rows
