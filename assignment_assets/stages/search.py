"""How a search runs in a stage: who does its units of work, where it goes on from, what the log hears."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from assignment_assets.io.compute.checkpoints import FileCheckpoints
from assignment_assets.io.compute.compiled_code import forget_stale_code
from assignment_assets.io.compute.dask_cluster import DaskWorkers
from assignment_assets.io.compute.processes import Processes
from assignment_assets.io.settings import OptimizerSetting
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.checkpoint import OPTIMIZER, Checkpoint, fingerprint
from assignment_assets.optimizer.pareto.progress import Listener, Progress
from assignment_assets.optimizer.pareto.workers import SerialWorkers, Workers

LINE_EVERY_SECONDS = 5.0


def progress_to(context: dg.AssetExecutionContext) -> Listener:
    """A listener that writes the optimiser's progress into the run's log."""
    return paced(lambda told: context.log.info(str(told)))


def paced(listener: Listener, clock: Callable[[], float] = time.monotonic) -> Listener:
    """Passes on the last line of every step, and between them one every few seconds."""
    heard_at = clock()

    def hear(told: Progress) -> None:
        nonlocal heard_at
        if told.done >= told.total or clock() - heard_at >= LINE_EVERY_SECONDS:
            heard_at = clock()
            listener(told)

    return hear


@contextmanager
def chosen_workers(setting: OptimizerSetting, say: Callable[[str], object]) -> Iterator[Workers]:
    """Who works, by the settings file: a Dask cluster, else processes of this machine, else this process."""
    stale = forget_stale_code(OPTIMIZER)
    if stale:
        say(f"{stale} files of compiled code are of another release and were removed; the search compiles anew")
    if setting.dask:
        with DaskWorkers(setting.dask) as workers:
            say(f"units of work go to {workers}")
            yield workers
    elif setting.processes > 1:
        with Processes(setting.processes) as workers:
            say(f"units of work go to {setting.processes} processes of this machine")
            yield workers
    else:
        say("this process does all units of work")
        yield SerialWorkers()


def checkpoints_of(
    context: dg.AssetExecutionContext, warehouse: Warehouse, instance: Instance, settings: Settings
) -> FileCheckpoints:
    """Where the search for the cycle's front notes how far it is."""
    path = warehouse.folder.checkpoints(context.partition_key) / "referring.npz"
    return FileCheckpoints(path, fingerprint(instance, settings), Checkpoint, context.log.info)
