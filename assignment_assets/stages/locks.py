"""Stage 02, in: who keeps what before anything is redistributed."""

from typing import Any

import dagster as dg

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.lock_facts import LocksInput
from assignment_assets.domain.lock_lists import settle_lists
from assignment_assets.domain.tables import LOCK_VERDICTS, LOCKS
from assignment_assets.io.intake.returned import returned_rows
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import counting_receipts, tell
from assignment_assets.stages.invariants import require_invariants

GATE = LOCK_GATE.name


@stage_asset("locks", deps=["eligible_pool", "opportunities", "current_books", "lock_packets", GATE])
def locks(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """The accounts that stay with their owner: last-three-months referrers, protected ones, then the reps' picks.

    Never more than a rep's capacity. A rep who returned nothing keeps the automatic locks only. Every row that a
    rep returned has a verdict in `lock_verdicts`.
    """
    cycle = context.partition_key
    require_invariants(warehouse, cycle, "eligible_pool")
    config = frozen_config(warehouse, cycle)
    receipts = counting_receipts(warehouse, cycle, GATE, config, clock)
    returned = returned_rows(warehouse.folder, receipts, lambda path: read_lock_list(path).rows, "rep_id")
    frame, verdicts = settle_lists(returned, LocksInput.read(warehouse, cycle, config), config)
    digests = warehouse.replace(cycle, [(LOCKS, frame), (LOCK_VERDICTS, verdicts)])
    tell(warehouse, cycle, GATE, verdicts, "rep_id")
    return handed_on(
        frame,
        digests["locks"],
        **{
            "lists that count": len(receipts),
            "locks by kind": counts(frame, "lock_kind"),
            "verdicts": counts(verdicts, "verdict", "rule"),
        },
    )
