"""The territory pool for the next new hire: marked here, because the engine writes nothing but owners."""

import polars as pl

from assignment_assets.domain.routing.tables import TERRITORY_POOL
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import read_routing


def with_held(accounts: pl.DataFrame, reps: pl.DataFrame, folder: DataFolder) -> pl.DataFrame:
    """The accounts, those of the territory pool marked `held_for_new_hire` as long as no field rep owns them."""
    held = read_routing(folder, TERRITORY_POOL)["account_id"].implode()
    field = reps.filter((pl.col("team") == "field") & pl.col("is_active"))["rep_id"].implode()
    waits = pl.col("account_id").is_in(held) & ~pl.col("owner_id").is_in(field).fill_null(False)
    return accounts.with_columns(held_for_new_hire=pl.col("held_for_new_hire") | waits)
