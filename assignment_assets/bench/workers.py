"""One front by one process, by several and by a Dask cluster: wall seconds, whether the bytes are the same."""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from heapq import heapreplace
from importlib.util import find_spec
from typing import Any

from assignment_assets.bench.instances import Problem
from assignment_assets.bench.warming import warm_up
from assignment_assets.io.compute.dask_cluster import DaskWorkers
from assignment_assets.io.compute.processes import Processes
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.front import ReferringFront
from assignment_assets.optimizer.pareto.workers import SerialWorkers, Workers
from assignment_assets.optimizer.solve import solve_referring

WARMING_UNITS = 4  # a worker: each has loaded every loop then


class Clocked(SerialWorkers):
    """This process, and the CPU seconds of every unit: a list for each time that units were handed out."""

    def __init__(self) -> None:
        self.batches: list[list[float]] = []

    def map(self, function: Callable[[Any, Any], Any], handle: Any, units: Iterable[Any]) -> Iterator[Any]:
        batch: list[float] = []
        self.batches.append(batch)
        for unit in units:
            began = time.process_time()
            answer = function(handle, unit)
            batch.append(time.process_time() - began)
            yield answer

    def saved_by(self, count: int) -> float:
        """The seconds that `count` workers with a core each would save, who take the units in their order."""
        return sum(sum(batch) - _last_done(batch, count) for batch in self.batches)


def _last_done(batch: list[float], count: int) -> float:
    """When the last of `count` workers is done; each takes the next unit as soon as it is free."""
    free_at = [0.0] * count
    for seconds in batch:
        heapreplace(free_at, free_at[0] + seconds)
    return max(free_at)


def bench_workers(problem: Problem, settings: Settings, count: int) -> Iterator[dict]:
    """A row for each kind of workers; speed-up against this process alone.

    Workers are started, and have loaded every loop, before a clock starts. The first row's `cpu_seconds` are split into
    units of work and the rest (bounds, prices, the archive), which is one process's whoever works. `most_speed_up` is
    what that rest and the longest units leave to `count` workers with a core each, at no cost of handing over.
    `load` is the machine's before the row: a core that others hold cannot speed anything up.
    """
    warm_up()
    clocked = Clocked()
    kinds: dict[str, Callable[[], AbstractContextManager[Workers]]] = {
        "alone": lambda: nullcontext(clocked),
        f"{count} processes": lambda: Processes(count),
    }
    if find_spec("distributed"):
        kinds[f"Dask, {count} workers"] = lambda: _cluster_here(count)
    alone: dict = {}
    for name, started in kinds.items():
        load = os.getloadavg()[0]
        with started() as workers:
            list(workers.map(_warm, workers.share(None), range(WARMING_UNITS * count)))
            clocked.batches.clear()
            began, began_cpu = time.perf_counter(), time.process_time()
            front = solve_referring(problem.instance, settings, workers=workers)
            seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        row = {
            "kind": "workers",
            "problem": problem.name,
            "preset": settings.preset,
            "workers": name,
            "load": round(load, 1),
            "wall_seconds": round(seconds, 2),
            "points": front.num_points,
            "digest": _digest(front),
        }
        if not alone:
            units = sum(map(sum, clocked.batches))
            alone = row | {
                "cpu_seconds": round(cpu, 3),
                "of_it_units": round(units, 3),
                "most_speed_up": round(cpu / (cpu - clocked.saved_by(count)), 2),
            }
            row = alone
        yield row | {
            "same_bytes": row["digest"] == alone["digest"],
            "speed_up": round(alone["wall_seconds"] / row["wall_seconds"], 2),
        }


@contextmanager
def _cluster_here(count: int) -> Iterator[DaskWorkers]:
    """A Dask cluster of this machine, for as long as it is needed."""
    from distributed import LocalCluster  # an extra

    with (
        LocalCluster(
            n_workers=count, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as cluster,
        DaskWorkers(cluster.scheduler_address) as workers,
    ):
        yield workers


def _warm(_: None, unit: int) -> None:
    warm_up()


def _digest(front: ReferringFront) -> str:
    arrays = (front.objectives, front.worst_book, front.assignments)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
