"""Stage 02, out: a lock list for every rep whose accounts are free."""

from typing import Any

import dagster as dg

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.lock_lists import LockListsInput, lock_lists
from assignment_assets.io.gate_packets.lock_lists import issue_lock_lists
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, nothing_sent, packets_out, stage_asset
from assignment_assets.stages.intake import manifest_of

GATE = LOCK_GATE.name


@stage_asset("locks", deps=["eligible_pool", "opportunities", "current_books"], kinds={"excel"})
def lock_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """A workbook for every rep whose accounts are free: what locks by itself, and up to 5 + 5 accounts to pick.

    Lies in `outbox/<cycle>/lock_lists/<rep>/`. Drafts send nothing.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    if config.mode == "draft":
        return nothing_sent("a draft sends nothing to people")
    lists = lock_lists(LockListsInput.read(warehouse, cycle, config), config)
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, lists.addressees, config.lock_days)
    manifest = issue_lock_lists(warehouse.folder, manifest, lists, config)
    return packets_out(warehouse.folder, manifest, **{"first packets": as_table(lists.summary().head(8))})
