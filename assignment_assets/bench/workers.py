"""One front by one process, by several and by a Dask cluster: wall seconds, whether the bytes are the same."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import Any

from assignment_assets.bench.instances import Problem
from assignment_assets.bench.warming import warm_up
from assignment_assets.io.cluster import DaskWorkers
from assignment_assets.optimizer.front import ReferringFront
from assignment_assets.optimizer.settings import Settings
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets.optimizer.workers import Alone, Processes, Workers

WARMING_UNITS = 4  # a worker: each has loaded every loop then


class Timed:
    """Workers, and the wall seconds in which they had units to do."""

    def __init__(self, workers: Workers):
        self.workers, self.seconds = workers, 0.0

    def share(self, value: Any) -> Any:
        return self.workers.share(value)

    def map(self, function: Callable[[Any, Any], Any], handle: Any, units: Iterable[Any]) -> Iterator[Any]:
        began = time.perf_counter()
        answers = list(self.workers.map(function, handle, units))
        self.seconds += time.perf_counter() - began
        return iter(answers)


def bench_workers(problem: Problem, settings: Settings, count: int) -> Iterator[dict]:
    """A row for each kind of workers; speed-up against this process alone.

    Workers are started, and have loaded every loop, before a clock starts. `unit_seconds` are those in which units of
    work were done; the others (bounds, prices, the archive) are one process's whoever works. `most_speed_up` is what
    the latter leave to `count` workers (Amdahl 1967, doi:10.1145/1465482.1465560).
    """
    warm_up()
    kinds: dict[str, Callable[[], AbstractContextManager[Workers]]] = {
        "alone": lambda: nullcontext(Alone()), f"{count} processes": lambda: Processes(count)}
    if find_spec("distributed"):
        kinds[f"Dask, {count} workers"] = lambda: _cluster_here(count)
    alone: dict = {}
    for name, started in kinds.items():
        with started() as workers:
            list(workers.map(_warm, workers.share(None), range(WARMING_UNITS * count)))
            timed, began = Timed(workers), time.perf_counter()
            front = solve_referring(problem.instance, settings, workers=timed)
            seconds = time.perf_counter() - began
        row = {"kind": "workers", "problem": problem.name, "workers": name, "wall_seconds": round(seconds, 2),
               "unit_seconds": round(timed.seconds, 2), "points": front.num_points, "digest": _digest(front)}
        alone = alone or row
        serial = 1.0 - alone["unit_seconds"] / alone["wall_seconds"]
        yield row | {"same_bytes": row["digest"] == alone["digest"],
                     "speed_up": round(alone["wall_seconds"] / row["wall_seconds"], 2),
                     "most_speed_up": round(1.0 / (serial + (1.0 - serial) / count), 2)}


@contextmanager
def _cluster_here(count: int) -> Iterator[DaskWorkers]:
    """A Dask cluster of this machine, for as long as it is needed."""
    from distributed import LocalCluster  # an extra

    with LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0",
                      host="127.0.0.1") as cluster, DaskWorkers(cluster.scheduler_address) as workers:
        yield workers


def _warm(_: None, unit: int) -> None:
    warm_up()


def _digest(front: ReferringFront) -> str:
    arrays = (front.objectives, front.worst_book, front.assignments)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
