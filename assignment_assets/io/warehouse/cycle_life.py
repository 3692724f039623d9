"""A cycle's life as published, without opening the warehouse: what sensors ask at every look."""

from functools import lru_cache
from pathlib import Path

import polars as pl

from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.tables import CYCLE_EVENTS, CycleEventsFrame
from assignment_assets.io.folders import DataFolder


def cycle_life(folder: DataFolder, cycle: str) -> CycleEventsFrame:
    """The published rows of `cycle_events`, read again only where the file has changed: sensors ask at every look."""
    path = folder.published(cycle) / f"{CYCLE_EVENTS.name}.parquet"
    if not path.is_file():
        return CYCLE_EVENTS.empty()
    facts = path.stat()
    return _life(path, (facts.st_mtime_ns, facts.st_size, facts.st_ino))


@lru_cache(maxsize=1024)
def _life(path: Path, _: tuple[int, int, int]) -> CycleEventsFrame:
    return CYCLE_EVENTS.conform(pl.read_parquet(path))


def is_over(folder: DataFolder, cycle: str) -> bool:
    """Whether the cycle is closed, cancelled or expired."""
    return cycle_life(folder, cycle).filter(pl.col("event").is_in(FINISHED_EVENTS)).height > 0
