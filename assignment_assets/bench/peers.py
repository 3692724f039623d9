"""Other ways to solve phase 2, with the same CPU seconds: feasible points as float64[P, 3]."""

import time
from importlib.util import find_spec

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from assignment_assets.bench.scores import Scale
from assignment_assets.optimizer.lattice import directions
from assignment_assets.optimizer.objectives import evaluate
from assignment_assets.optimizer.phase import Phase
from assignment_assets.optimizer.weighing import weigh


def has_cp_sat() -> bool:
    """Whether OR-Tools is installed; it is no dependency of ours."""
    return find_spec("ortools") is not None


class Naive(Problem):
    """One whole number an account, any rep at all; coverage and seats as constraints: pymoo as it comes."""

    def __init__(self, phase: Phase):
        super().__init__(n_var=phase.num_accounts, n_obj=3, n_ieq_constr=2, xl=0, xu=phase.num_reps - 1, vtype=int)
        self.phase = phase

    def _evaluate(self, x, out, *args, **kwargs):
        edges, x = self.phase.edges, x.astype(np.int32)
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
    return np.array([np.maximum(np.bincount(row, minlength=phase.num_reps) - phase.edges.seats, 0).sum()
                     for row in assignments])


def _unload(phase: Phase, assignment: np.ndarray) -> np.ndarray:
    edges, assignment = phase.edges, assignment.astype(np.int32)
    count = np.bincount(assignment, minlength=phase.num_reps)
    for account in np.flatnonzero((count > edges.seats)[assignment]):
        here = assignment[account]
        if count[here] <= edges.seats[here]:
            continue
        state = edges.state[account]
        able = edges.reps[edges.state_start[state]:edges.state_start[state + 1]]
        able = able[count[able] < edges.seats[able]]
        if len(able):
            assignment[account] = able[0]
            count[here] -= 1
            count[able[0]] += 1
    return assignment


def run_pymoo(problem: Problem, cpu_seconds: float, seed: int) -> np.ndarray:
    """NSGA-II with pymoo's own integer operators and a population of 100."""
    algorithm = NSGA2(pop_size=100, sampling=IntegerRandomSampling(),
                      crossover=SBX(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()),
                      mutation=PM(prob=1.0, eta=3.0, vtype=float, repair=RoundingRepair()), eliminate_duplicates=False)
    algorithm.setup(problem, termination=("n_gen", 10**9), seed=seed, verbose=False)
    began = time.process_time()
    while time.process_time() - began < cpu_seconds:
        algorithm.next()
    feasible = algorithm.opt.get("CV")[:, 0] <= 0
    return algorithm.opt.get("F")[feasible]


def run_greedy(phase: Phase, scale: Scale, cpu_seconds: float) -> np.ndarray:
    """Largest accounts first, each to the rep that costs least now; one pass a direction."""
    edges, points = phase.edges, []
    order = np.argsort(-(edges.amount / np.maximum(edges.amount.sum(axis=0), 1)).sum(axis=1), kind="stable")
    began = time.process_time()
    for direction in directions(12):
        if time.process_time() - began > cpu_seconds:
            break
        prices = weigh(phase, direction / (scale.reference - scale.ideal)).prices
        over, free = edges.base - edges.target, edges.seats - phase.reserve.sum(axis=0)
        assignment = np.full(phase.num_accounts, -1, dtype=np.int32)
        for account in order:
            state = edges.state[account]
            able = edges.reps[edges.state_start[state]:edges.state_start[state + 1]]
            minutes = edges.minutes[edges.start[account]:edges.start[account + 1]]
            owner = edges.owner[account]
            cost = prices.minute * minutes + prices.move * ((owner >= 0) & (able != owner))
            grown = np.maximum(over[able] + edges.amount[account], 0) - np.maximum(over[able], 0)
            cost = np.where(free[able] > 0, cost + (prices.excess[able] * grown).sum(axis=1), np.inf)
            if not np.isfinite(cost.min()):
                break
            rep = able[int(np.argmin(cost))]
            assignment[account] = rep
            free[rep] -= 1
            over[rep] += edges.amount[account]
        if (assignment >= 0).all():
            points.append(evaluate(phase, assignment)[0])
    return np.array(points).reshape(-1, 3)


def run_milp(phase: Phase, scale: Scale, cpu_seconds: float, num_weights: int = 11) -> np.ndarray:
    """HiGHS' branch and bound on the weighted programme, the knee first; the seconds are shared by the weights."""
    edges, points = phase.edges, []
    num_reps, num_measures = edges.base.shape
    degree = np.diff(edges.start)
    account = np.repeat(np.arange(phase.num_accounts), degree)
    rank = np.arange(edges.start[-1]) - np.repeat(edges.start[:-1], degree)
    rep = edges.reps[edges.state_start[edges.state[account]] + rank]
    columns, extra = len(rep), num_reps * num_measures
    excess = columns + np.arange(extra)
    loads = coo_array(
        (np.concatenate([*edges.amount[account].T, -np.ones(extra)]),
         (np.concatenate([*(rep * num_measures + k for k in range(num_measures)), np.arange(extra)]),
          np.concatenate([np.tile(np.arange(columns), num_measures), excess]))), shape=(extra, columns + extra))
    once = coo_array((np.ones(columns), (account, np.arange(columns))), shape=(phase.num_accounts, columns + extra))
    seats = coo_array((np.ones(columns), (rep, np.arange(columns))), shape=(num_reps, columns + extra))
    rules = [LinearConstraint(once.tocsr(), 1, 1),
             LinearConstraint(seats.tocsr(), -np.inf, edges.seats - phase.reserve.sum(axis=0)),
             LinearConstraint(loads.tocsr(), -np.inf, (edges.target - edges.base).ravel())]
    whole = np.concatenate([np.ones(columns), np.zeros(extra)])
    weights = [scale.weights, *directions(12)[:: max(1, 91 // (num_weights - 1))][: num_weights - 1]]
    began = time.process_time()
    for number, direction in enumerate(weights):
        left = (cpu_seconds - (time.process_time() - began)) / (len(weights) - number)
        if left <= 0.0:
            break
        prices = weigh(phase, direction / (scale.reference - scale.ideal)).prices
        owner = edges.owner[account]
        cost = prices.minute * edges.minutes + prices.move * ((owner >= 0) & (owner != rep))
        solved = milp(np.concatenate([cost, prices.excess.ravel()]), integrality=whole, constraints=rules,
                      bounds=Bounds(0, np.concatenate([np.ones(columns), np.full(extra, np.inf)])),
                      options={"time_limit": left, "disp": False})
        if solved.x is not None:
            best = np.zeros(phase.num_accounts, dtype=np.int32)
            picked = np.flatnonzero(solved.x[:columns] > 0.5)
            best[account[picked]] = rep[picked]
            points.append(evaluate(phase, best)[0])
    return np.array(points).reshape(-1, 3)
