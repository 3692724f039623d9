"""The sizes of published figures: seconds until one weighted objective is within a gap of its proven bound."""

import time

import numpy as np

from assignment_assets.bench.instances import Problem
from assignment_assets.bench.memory import peak_mb
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.descents import DESCENT
from assignment_assets.optimizer.improve.moves import burst, exchange_pairs, round_by_diving
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats

RANGES = np.array([10.0, 50.0, 50.0])  # points of imbalance, minutes, per cent of moves that weigh the same
WEIGHTS = np.array([0.5, 0.25, 0.25])
BUDGETS = (0, 30, 100, 300, 1000, 3000, 10000)  # proposals an account, after the splits
TEMPERATURE = 0.3  # of those proposals, in the weighing's units
TARGETS = {"public-small": (0.5, 3.0), "public-large": (1.0, 20.0)}  # per cent above the bound, seconds
PATIENCE = 3.0  # times the seconds of the target


def time_to_gap(problem: Problem, seed: int) -> dict:
    """One weighted objective over all accounts, solved from nothing with ever larger budgets.

    The objective is `½ f1 / 10 + ¼ f2 / 50 + ¼ f3 / 50`: no survey of ranges, no front. A rung's seconds are those of
    the seats, the phase's arrays, the bound and the search with that budget; each rung starts again: a dive, splits,
    and the proposals. The first rung within the target's gap counts.
    """
    gap_wanted, seconds_wanted = next(target for case, target in TARGETS.items() if problem.name.startswith(case))
    began, wall, before = time.process_time(), time.perf_counter(), peak_mb()
    phase, start = referring_phase(problem.instance, select_seats(problem.instance))
    prepared = time.process_time() - began
    normalised = NormalisedProblem(phase, np.zeros(3), RANGES)
    priced = price_candidates(normalised, WEIGHTS)
    shared, shared_wall = time.process_time() - began, time.perf_counter() - wall
    rungs = []
    for budget in BUDGETS:
        began, wall = time.process_time(), time.perf_counter()
        generator = np.random.default_rng([seed, 2])
        rounded, dived = round_by_diving(normalised, priced, start, generator)
        books = exchange_pairs(normalised, rounded, dived, DESCENT.rising + DESCENT.full, generator)
        if budget:
            books = burst(normalised, books, dived, budget, TEMPERATURE, generator)
            books = exchange_pairs(normalised, books, dived, DESCENT.full, generator)
        spent = shared + time.process_time() - began
        found = evaluate(phase, books)[0]
        gap = 100.0 * (float(WEIGHTS @ (found / RANGES)) / float(priced.duals.bound) - 1.0)
        rungs.append(
            {
                "proposals_an_account": budget,
                "cpu_seconds": round(spent, 3),
                "wall_seconds": round(shared_wall + time.perf_counter() - wall, 3),
                "gap_raw_pct": round(gap, 4),
                **{f"f{k + 1}": round(float(f), 4) for k, f in enumerate(found)},
            }
        )
        if gap <= gap_wanted or spent > PATIENCE * seconds_wanted:
            break
    reached = rungs[-1]["gap_raw_pct"] <= gap_wanted
    return {
        "accounts": phase.num_accounts,
        "reps": phase.num_reps,
        "edges": int(phase.edges.start[-1]),
        "target_gap_pct": gap_wanted,
        "target_seconds": seconds_wanted,
        "reached_gap": reached,
        "reached_in_time": reached and rungs[-1]["wall_seconds"] <= seconds_wanted,
        "prepare_cpu_seconds": round(prepared, 3),
        "bound_cpu_seconds": round(shared - prepared, 3),
        **rungs[-1],
        "peak_mb": peak_mb(),
        "loaded_mb": before,
        "bound": float(priced.duals.bound),
        "curve": rungs,
    }
