"""Who writes what is signed in a cycle: people, the engine within its hours, or the engine under a policy."""

import polars as pl

from assignment_assets.domain.gates.ready import WhoWrites
from assignment_assets.domain.routing.tables import EVENT_CYCLES
from assignment_assets.domain.segment import WRITE_BACK
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import Settings
from assignment_assets.io.warehouse.routing_copies import read_routing


def who_writes(folder: DataFolder, cycle: str, settings: Settings) -> WhoWrites:
    """As the settings and the cycle's event say."""
    hours = settings.write_back.hours
    planned = read_routing(folder, EVENT_CYCLES).filter(pl.col("cycle") == cycle, pl.col("up_to") == WRITE_BACK.name)
    return WhoWrites(
        is_by_hand=settings.source.kind != "salesforce",
        window=str(hours) if hours else "",
        is_by_policy=planned.height > 0,
    )
