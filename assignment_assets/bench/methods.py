"""The methods that are compared on phase 2, by name, and one run of one of them."""

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from assignment_assets.bench import peers, programmes
from assignment_assets.bench.contest import Contest, TimeIsUp, describe_knee
from assignment_assets.bench.dump import dump_race
from assignment_assets.bench.instances import Problem
from assignment_assets.bench.memory import peak_mb
from assignment_assets.bench.scores import Scale
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.phase import Phase, opened
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.phases.exploration import explore
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats

OURS = "ours"
ALONE, RESERVED = "alone", "reserved"
ENDLESS = 10**6  # generations
MOST_EDGES_OF_PEERS = 1_000_000
CP_SAT = "CP-SAT"


def run_ours(contest: Contest) -> None:
    """Our engine, with generations without end."""
    explore(
        contest.phase,
        contest.start,
        replace(contest.settings, generations=ENDLESS),
        lambda _: contest.clock.tick(),
        contest.archive,
        (contest.scale.ideal, contest.scale.reference),
    )


METHODS: dict[str, Callable[[Contest], None]] = {
    OURS: run_ours,
    "pymoo": peers.run_naive,
    "pymoo eligible": peers.run_eligible_only,
    "greedy": peers.run_greedy,
    "HiGHS": programmes.run_highs,
    CP_SAT: programmes.run_cp_sat,
}


def left_alone(reserved: Phase, instance: Instance) -> Phase:
    """Phase 2 without regard to phase 3: any seat, and any rep who covers the state."""
    return replace(opened(reserved, instance), reserve=np.zeros_like(reserved.reserve))


def why_not(method: str, num_edges: int) -> str | None:
    """Why a method is left out, if it is."""
    if method == CP_SAT and not programmes.has_cp_sat():
        return "OR-Tools is not installed. Install the extra: pip install 'assignment-assets[bench]'"
    if method != OURS and num_edges > MOST_EDGES_OF_PEERS:
        return f"{num_edges:,} edges; peers are given at most {MOST_EDGES_OF_PEERS:,}"
    return None


def race(
    problem: Problem,
    method: str,
    seats: str,
    scale: Scale,
    settings: Settings,
    cpu_seconds: float,
    seed: int,
    dump: Path | None = None,
) -> dict:
    """One method on phase 2, scored at every moment and described at its knee.

    Parameters
    ----------
    seats
        `alone`: phase 2 may take any seat; `reserved`: phase 3's accounts keep theirs.
    dump
        Where every point goes, with its books.
    """
    reserved, start = referring_phase(problem.instance, select_seats(problem.instance))
    phase = reserved if seats == RESERVED else left_alone(reserved, problem.instance)
    before, wall = peak_mb(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        contest = Contest(phase, start, scale, settings, cpu_seconds, seed, Path(folder))
        with suppress(TimeIsUp):
            METHODS[method](contest)
        spent = contest.clock.spent
        waited, most = time.perf_counter() - wall, max(peak_mb(), contest.helper_mb)
    contest.clock.note(spent)
    row = {
        **contest.clock.curve[-1],
        "wall_seconds": round(waited, 2),
        "peak_mb": most,
        "loaded_mb": before,
        **describe_knee(opened(reserved, problem.instance), scale, contest.archive),
        "curve": contest.clock.curve,
    }
    if dump:
        accounts = [int(problem.instance.account_ids[account]) for account in phase.accounts]
        dump_race(dump, f"{method}-{seats}".replace(" ", "-"), accounts, contest.archive, scale, row)
    return row
