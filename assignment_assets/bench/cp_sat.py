"""CP-SAT on the weighted programme, alone in its process: OR-Tools brings a HiGHS that bears no other beside it.

`python -m assignment_assets.bench.cp_sat FOLDER CPU_SECONDS` reads `programme.npz` and prints a JSON line a weight:
CPU seconds so far, largest resident set, and the file of the solution (bool[edges]) or null.
"""

import json
import sys
import threading
import time
from pathlib import Path

import numpy as np
from ortools.sat.python import cp_model

from assignment_assets.bench.memory import peak_mb

UNITS = 10**7  # a measure's total, after rounding: CP-SAT wants whole numbers of a moderate size
PRECISION = 10**10  # whole numbers that a weighted objective of 1 becomes
GLANCE = 0.02  # seconds between two looks at the clock


class Programme:
    """The model of `programme.npz`, whose objective is set for one weight after the other."""

    def __init__(self, arrays: dict[str, np.ndarray]):
        account, rep, amount = arrays["account"], arrays["rep"], arrays["amount"]
        self.unit = np.maximum(amount.sum(axis=0) / UNITS, 1.0)
        self.model = cp_model.CpModel()
        self.pairs = [self.model.new_bool_var("") for _ in range(len(account))]
        for begin, end in _ranges(account):
            self.model.add_exactly_one(self.pairs[begin:end])
        whole = np.round(amount / self.unit).astype(np.int64)
        room = np.floor(arrays["room"] / self.unit).astype(np.int64)
        self.excess = []
        order = np.argsort(rep, kind="stable")
        for begin, end in _ranges(rep[order]):
            held, book = [self.pairs[column] for column in order[begin:end]], int(rep[order[begin]])
            self.model.add(sum(held) <= int(arrays["seats"][book]))
            for k in range(amount.shape[1]):
                loads = whole[account[order[begin:end]], k]
                above = self.model.new_int_var(0, int(max(loads.sum() - room[book, k], 0)), "")
                self.model.add(cp_model.LinearExpr.weighted_sum(held, loads.tolist()) - above <= int(room[book, k]))
                self.excess.append((above, book, k))

    def solve(self, cost: np.ndarray, excess: np.ndarray, until: float) -> np.ndarray | None:
        """bool[edges]: the best solution found before `until` (CPU seconds of this process), or none."""
        whole = [round(excess[book, k] * self.unit[k] * PRECISION) for _, book, k in self.excess]
        self.model.minimize(
            cp_model.LinearExpr.weighted_sum(
                [*self.pairs, *(above for above, _, _ in self.excess)],
                [*np.round(cost * PRECISION).astype(np.int64).tolist(), *whole],
            )
        )
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = 10.0 * max(until - time.process_time(), 0.01)
        is_done = threading.Event()
        watch = threading.Thread(target=_stop_at, args=(solver, until, is_done), daemon=True)
        watch.start()
        status = solver.solve(self.model)
        is_done.set()
        watch.join()
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return np.array([solver.boolean_value(pair) for pair in self.pairs])


def _ranges(keys: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of every run of equal keys."""
    cuts = np.flatnonzero(np.diff(keys)) + 1
    return list(zip([0, *cuts.tolist()], [*cuts.tolist(), len(keys)], strict=True)) if len(keys) else []


def _stop_at(solver: cp_model.CpSolver, until: float, is_done: threading.Event) -> None:
    while not is_done.wait(GLANCE):
        if time.process_time() >= until:
            solver.stop_search()


def main(folder: Path, cpu_seconds: float) -> None:
    """Solves weight after weight; each may use its share of what is left."""
    began = time.process_time()
    with np.load(folder / "programme.npz") as stored:
        arrays = dict(stored)
    programme = Programme(arrays)
    count = len(arrays["cost"])
    for number in range(count):
        left = cpu_seconds - (time.process_time() - began)
        if left <= 0.0:
            break
        picked = programme.solve(
            arrays["cost"][number], arrays["excess"][number], time.process_time() + left / (count - number)
        )
        name = None
        if picked is not None:
            name = str(folder / f"solution-{number}.npy")
            np.save(name, picked)
        print(
            json.dumps({"cpu_seconds": time.process_time() - began, "peak_mb": peak_mb(), "solution": name}), flush=True
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
