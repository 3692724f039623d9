"""Other ways to solve phase 2, with the same CPU seconds; each offers its feasible points to the contest."""

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling

from assignment_assets.bench.contest import Contest
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.phase import Phase
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.pareto.weight_lattice import directions


class Naive(Problem):
    """One whole number an account, any rep at all; coverage and seats as constraints: pymoo as it comes."""

    def __init__(self, phase: Phase):
        super().__init__(n_var=phase.num_accounts, n_obj=3, n_ieq_constr=2, xl=0, xu=phase.num_reps - 1, vtype=int)
        self.phase = phase

    def decode(self, x: np.ndarray) -> np.ndarray:
        return x.astype(np.int32)

    def _evaluate(self, x, out, *args, **kwargs):
        edges, x = self.phase.edges, self.decode(x)
        outside = edges.rank[edges.state, x] < 0
        safe = np.where(outside, edges.reps[edges.state_start[edges.state]], x)
        out["F"] = evaluate(self.phase, safe)
        out["G"] = np.column_stack([outside.sum(axis=1), _above(self.phase, x)])


class EligibleOnly(Problem):
    """A place in the account's list of reps; books above their seats are repaired before they are evaluated."""

    def __init__(self, phase: Phase):
        degree = np.diff(phase.edges.start)
        super().__init__(n_var=phase.num_accounts, n_obj=3, n_ieq_constr=1, xl=0, xu=degree - 1, vtype=int)
        self.phase = phase

    def decode(self, x: np.ndarray) -> np.ndarray:
        edges = self.phase.edges
        wanted = edges.reps[edges.state_start[edges.state] + x.astype(int)]
        return np.array([_unload(self.phase, row) for row in wanted])

    def _evaluate(self, x, out, *args, **kwargs):
        assignments = self.decode(x)
        out["F"] = evaluate(self.phase, assignments)
        out["G"] = _above(self.phase, assignments)[:, None]


def _above(phase: Phase, assignments: np.ndarray) -> np.ndarray:
    return np.array(
        [np.maximum(np.bincount(row, minlength=phase.num_reps) - phase.edges.seats, 0).sum() for row in assignments]
    )


def _unload(phase: Phase, assignment: np.ndarray) -> np.ndarray:
    edges, assignment = phase.edges, assignment.astype(np.int32)
    count = np.bincount(assignment, minlength=phase.num_reps)
    for account in np.flatnonzero((count > edges.seats)[assignment]):
        here = assignment[account]
        if count[here] <= edges.seats[here]:
            continue
        state = edges.state[account]
        able = edges.reps[edges.state_start[state] : edges.state_start[state + 1]]
        able = able[count[able] < edges.seats[able]]
        if len(able):
            assignment[account] = able[0]
            count[here] -= 1
            count[able[0]] += 1
    return assignment


def run_naive(contest: Contest) -> None:
    """pymoo as it comes."""
    _run_pymoo(contest, Naive(contest.phase))


def run_eligible_only(contest: Contest) -> None:
    """pymoo with the encoding that covers, and repaired seats."""
    _run_pymoo(contest, EligibleOnly(contest.phase))


def _run_pymoo(contest: Contest, problem: Naive | EligibleOnly) -> None:
    """NSGA-II with pymoo's own integer operators and a population of 100; all its best points are kept outside too."""
    algorithm = NSGA2(
        pop_size=100,
        sampling=IntegerRandomSampling(),
        crossover=SBX(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
        mutation=PM(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=False,
    )
    algorithm.setup(problem, termination=("n_gen", 10**9), seed=contest.seed, verbose=False)
    while True:
        algorithm.next()
        feasible = algorithm.opt.get("CV")[:, 0] <= 0
        contest.offer(problem.decode(algorithm.opt.get("X")[feasible]) if feasible.any() else [])


def run_greedy(contest: Contest) -> None:
    """Largest accounts first, each to the rep that costs least now; one pass a direction of the lattice."""
    phase, scale, edges = contest.phase, contest.scale, contest.phase.edges
    order = np.argsort(-(edges.amount / np.maximum(edges.amount.sum(axis=0), 1)).sum(axis=1), kind="stable")
    for direction in (scale.weights, *directions(12)):
        costs = weigh(phase, direction / (scale.reference - scale.ideal)).costs
        over, free = edges.base - edges.target, edges.seats - phase.reserve.sum(axis=0)
        assignment = np.full(phase.num_accounts, -1, dtype=np.int32)
        for account in order:
            state = edges.state[account]
            able = edges.reps[edges.state_start[state] : edges.state_start[state + 1]]
            minutes = edges.minutes[edges.start[account] : edges.start[account + 1]]
            owner = edges.owner[account]
            cost = costs.minute * minutes + costs.move * ((owner >= 0) & (able != owner))
            grown = np.maximum(over[able] + edges.amount[account], 0) - np.maximum(over[able], 0)
            cost = np.where(free[able] > 0, cost + (costs.excess[able] * grown).sum(axis=1), np.inf)
            if not np.isfinite(cost.min()):
                break
            rep = able[int(np.argmin(cost))]
            assignment[account] = rep
            free[rep] -= 1
            over[rep] += edges.amount[account]
        contest.offer(assignment[None, :] if (assignment >= 0).all() else [])
