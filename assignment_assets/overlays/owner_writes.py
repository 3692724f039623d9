"""Owners that the engine has written and read back, whichever of its parts did: the waterfall's cycles, and routing."""

import polars as pl

from assignment_assets.domain.overlays.known_changes import OWNER_WRITES, OwnerWritesFrame
from assignment_assets.domain.routing.tables import WRITES
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.warehouse.routing_copies import read_routing

READ_BACK = "verified"


def owner_writes(folder: DataFolder) -> OwnerWritesFrame:
    """All of them, oldest first, as published."""
    cycles = sorted(path.parent.name for path in folder.root.glob(f"published/*/{WRITE_BACK_LOG.name}.parquet"))
    logs: list[pl.DataFrame] = [read_published(folder, cycle, WRITE_BACK_LOG) for cycle in cycles]
    rows = pl.concat([*logs, read_routing(folder, WRITES)], how="diagonal_relaxed").filter(
        pl.col("outcome") == READ_BACK, pl.col("verified_at").is_not_null()
    )
    return OWNER_WRITES.conform(
        rows.select("account_id", old_id="old_owner_id", new_id="new_owner_id", at="verified_at").unique()
    )
