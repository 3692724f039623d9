"""Stage 01, last: every account's standing in this cycle (free, fixed or out) and why."""

from typing import Any

import dagster as dg

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.setup.eligible_pool import EligiblePoolInput, holders_of_empty
from assignment_assets.domain.setup.eligible_pool import eligible_pool as judge_pool
from assignment_assets.domain.tables import ELIGIBLE_POOL, EligiblePoolFrame
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import counts, frozen_config, handed_on, stage_asset


@stage_asset("setup", deps=["accounts", "source_exceptions", "current_books", "run_config"])
def eligible_pool(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """Which accounts this cycle may give to somebody: every account once, with the reason it is in or out.

    Free accounts enter the waterfall. Fixed ones stay as owned and count in load and capacity. Carve-outs
    (Partnerships, SUD, TAD) never enter; neither do rows with a fault in the source. Where other open cycles hold all
    that would be free, the cycle is not opened.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    frame = judge_pool(EligiblePoolInput.read(warehouse, cycle, config), config)
    _require_pool(warehouse, cycle, frame, clock)
    digests = warehouse.replace(cycle, [(ELIGIBLE_POOL, frame)])
    return handed_on(
        frame,
        digests["eligible_pool"],
        **{
            "free accounts": int((frame["standing"] == "free").sum()),
            "accounts by standing and reason": counts(frame, "standing", "reason"),
        },
    )


def _require_pool(warehouse: Warehouse, cycle: str, pool: EligiblePoolFrame, clock: Clock) -> None:
    """Nothing, or CycleClosed where a cycle that is being opened would have no account, because others hold them all;
    nothing of it is kept then."""
    holders = holders_of_empty(pool)
    if not holders or warehouse.table(cycle, ELIGIBLE_POOL).height:
        return
    held = ", ".join(f"{holder} ({count:,} accounts)" for holder, count in holders.items())
    first = next(iter(holders))
    next_step = read_status(warehouse.folder, first, clock.now()).next_step
    warehouse.forget(cycle)
    raise CycleClosed(
        f"cycle {cycle}: its pool is empty, because {held} is open and holds what would be free, expected that to be "
        f"over. Finish {first} first (next: {next_step.rstrip('.')}), or end it: `assignment cycle cancel {first}` or "
        f"`expire {first}`. Nothing of {cycle} was kept."
    )
