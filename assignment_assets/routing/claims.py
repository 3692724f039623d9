"""Accounts that an open cycle is about to give an owner: routing leaves them alone."""

import polars as pl

from assignment_assets.domain.tables import ELIGIBLE_POOL, RUN_CONFIG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.cycle_life import is_over
from assignment_assets.io.warehouse.published import read_published


def claimed(folder: DataFolder) -> pl.DataFrame:
    """account_id of the free accounts of every cycle that is open, drafts apart."""
    pools = []
    for path in sorted(folder.root.glob("published/*/eligible_pool.parquet")):
        cycle = path.parent.name
        if not is_over(folder, cycle) and "open" in read_published(folder, cycle, RUN_CONFIG)["mode"]:
            pool = read_published(folder, cycle, ELIGIBLE_POOL)
            pools.append(pool.filter(pl.col("standing") == "free").select("account_id"))
    return pl.concat(pools) if pools else ELIGIBLE_POOL.empty().select("account_id")
