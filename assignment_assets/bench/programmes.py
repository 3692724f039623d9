"""The weighted problem as an integer programme, for HiGHS in this process and for CP-SAT in one of its own."""

import json
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from assignment_assets.bench.contest import Contest, TimeIsUp
from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.pareto.weight_lattice import directions

NUM_WEIGHTS = 11  # the knee, and ten spread over the lattice


def has_cp_sat() -> bool:
    """Whether OR-Tools is installed: the extra `bench`."""
    return find_spec("ortools") is not None


def columns_of(phase: Phase) -> tuple[np.ndarray, np.ndarray]:
    """int64[edges] each: the account and the rep of every eligible pair, in the order of `Edges.minutes`."""
    edges = phase.edges
    account = np.repeat(np.arange(phase.num_accounts), np.diff(edges.start))
    rank = np.arange(edges.start[-1]) - edges.start[account]
    return account, edges.reps[edges.state_start[edges.state[account]] + rank].astype(np.int64)


def _weights(contest: Contest) -> list[np.ndarray]:
    lattice = directions(12)
    return [contest.scale.weights, *lattice[:: len(lattice) // (NUM_WEIGHTS - 1)][: NUM_WEIGHTS - 1]]


def _costs(
    contest: Contest, account: np.ndarray, rep: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Cost of every pair, and the price of every unit above target (float64[R, K])."""
    edges = contest.phase.edges
    costs = weigh(contest.phase, direction / (contest.scale.reference - contest.scale.ideal)).costs
    owner = edges.owner[account]
    return costs.minute * edges.minutes + costs.move * ((owner >= 0) & (owner != rep)), costs.excess


def run_highs(contest: Contest) -> None:
    """HiGHS' branch and bound, the knee first; the seconds are shared by the weights.

    HiGHS looks at the wall's clock, so its limit is stretched by what a CPU second has taken so far.
    """
    begun, used = time.perf_counter(), contest.clock.spent
    phase, edges = contest.phase, contest.phase.edges
    num_reps, num_measures = edges.base.shape
    account, rep = columns_of(phase)
    columns, extra = len(rep), num_reps * num_measures
    loads = coo_array(
        (
            np.concatenate([*edges.amount[account].T, -np.ones(extra)]),
            (
                np.concatenate([*(rep * num_measures + k for k in range(num_measures)), np.arange(extra)]),
                np.concatenate([np.tile(np.arange(columns), num_measures), columns + np.arange(extra)]),
            ),
        ),
        shape=(extra, columns + extra),
    )
    once = coo_array((np.ones(columns), (account, np.arange(columns))), shape=(phase.num_accounts, columns + extra))
    seats = coo_array((np.ones(columns), (rep, np.arange(columns))), shape=(num_reps, columns + extra))
    rules = [
        LinearConstraint(once.tocsr(), 1, 1),
        LinearConstraint(seats.tocsr(), -np.inf, edges.seats - phase.reserve.sum(axis=0)),
        LinearConstraint(loads.tocsr(), -np.inf, (edges.target - edges.base).ravel()),
    ]
    whole = np.concatenate([np.ones(columns), np.zeros(extra)])
    limits = Bounds(0, np.concatenate([np.ones(columns), np.full(extra, np.inf)]))
    weights = _weights(contest)
    for number, direction in enumerate(weights):
        cost, excess = _costs(contest, account, rep, direction)
        stretch = max((time.perf_counter() - begun) / max(contest.clock.spent - used, 1e-3), 1.0)
        share = max(stretch * contest.clock.left / (len(weights) - number), 0.01)
        solved = milp(
            np.concatenate([cost, excess.ravel()]),
            integrality=whole,
            constraints=rules,
            bounds=limits,
            options={"time_limit": share, "disp": False},
        )
        contest.offer([] if solved.x is None else _books(phase, account, rep, solved.x[:columns] > 0.5)[None, :])


def run_cp_sat(contest: Contest) -> None:
    """CP-SAT with one worker in a process of its own, whose CPU seconds count; the knee first."""
    phase, edges = contest.phase, contest.phase.edges
    account, rep = columns_of(phase)
    priced = [_costs(contest, account, rep, direction) for direction in _weights(contest)]
    np.savez(
        contest.folder / "programme.npz",
        account=account,
        rep=rep,
        amount=edges.amount,
        room=edges.target - edges.base,
        seats=edges.seats - phase.reserve.sum(axis=0),
        cost=np.array([cost for cost, _ in priced]),
        excess=np.array([excess for _, excess in priced]),
    )
    contest.clock.tick()
    command = [sys.executable, "-m", "assignment_assets.bench.cp_sat", str(contest.folder), str(contest.clock.left)]
    earlier = contest.clock.elsewhere
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as helper:
        try:
            for line in helper.stdout:
                told = json.loads(line)
                contest.clock.elsewhere = earlier + told["cpu_seconds"]
                contest.helper_mb = told["peak_mb"]
                solution = told["solution"]
                contest.offer(_books(phase, account, rep, np.load(solution))[None, :] if solution else [])
        except TimeIsUp:
            helper.kill()
            raise
    if helper.returncode:
        raise BrokenInvariant(f"CP-SAT: its process ended with {helper.returncode}, expected 0. Its words are above.")


def _books(phase: Phase, account: np.ndarray, rep: np.ndarray, picked: np.ndarray) -> np.ndarray:
    books = np.zeros(phase.num_accounts, dtype=np.int32)
    books[account[picked]] = rep[picked]
    return books
