"""Stage 01, last: every account's standing in this cycle (free, fixed or out) and why."""

from typing import Any

import dagster as dg

from assignment_assets.domain.setup.eligible_pool import EligiblePoolInput
from assignment_assets.domain.setup.eligible_pool import eligible_pool as judge_pool
from assignment_assets.domain.tables import ELIGIBLE_POOL
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import counts, frozen_config, handed_on, stage_asset


@stage_asset("setup", deps=["accounts", "source_exceptions", "current_books", "run_config"])
def eligible_pool(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Which accounts this cycle may give to somebody: every account once, with the reason it is in or out.

    Free accounts enter the waterfall. Fixed ones stay as owned and count in load and capacity. Carve-outs
    (Partnerships, SUD, TAD) never enter; neither do rows with a fault in the source.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    frame = judge_pool(EligiblePoolInput.read(warehouse, cycle, config), config)
    digests = warehouse.replace(cycle, [(ELIGIBLE_POOL, frame)])
    return handed_on(
        frame,
        digests["eligible_pool"],
        **{
            "free accounts": int((frame["standing"] == "free").sum()),
            "accounts by standing and reason": counts(frame, "standing", "reason"),
        },
    )
