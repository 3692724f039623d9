"""Stage 02, out: a lock list for every rep whose accounts are free."""

from typing import Any

import dagster as dg

from assignment_assets.domain.errors import SourceJumped
from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.lock_lists import LockListsInput, lock_lists
from assignment_assets.domain.setup.source_confirmation import ConfirmationInput, require_confirmed
from assignment_assets.io.gate_packets.lock_lists import issue_lock_lists
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, nothing_sent, packets_out, stage_asset
from assignment_assets.stages.intake import manifest_of

GATE = LOCK_GATE.name


@stage_asset("locks", deps=["eligible_pool", "opportunities", "current_books", "source_profile"], kinds={"excel"})
def lock_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """A workbook for every rep whose accounts are free: what locks by itself, and up to 5 + 5 accounts to pick.

    Lies in `outbox/<cycle>/lock_lists/<rep>/`. Drafts send nothing; a cycle that the schedule opened sends nothing
    while figures of its sources that have jumped wait for somebody to confirm them.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    if config.mode == "draft":
        return nothing_sent("a draft sends nothing to people")
    _require_confirmed(context, warehouse)
    lists = lock_lists(LockListsInput.read(warehouse, cycle, config), config)
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, lists.addressees, config.lock_days)
    manifest = issue_lock_lists(warehouse.folder, manifest, lists, config)
    return packets_out(warehouse.folder, manifest, **{"first packets": as_table(lists.summary().head(8))})


def _require_confirmed(context: dg.AssetExecutionContext, warehouse: Warehouse) -> None:
    """Nothing, or SourceJumped; Dagster then does not start the run again by itself, for it waits for a person."""
    cycle = context.partition_key
    try:
        require_confirmed(cycle, ConfirmationInput.read(warehouse, cycle))
    except SourceJumped:
        context.instance.add_run_tags(context.run.run_id, {"dagster/max_retries": "0"})
        raise
