"""Stage 05: what may go wrong with the moves, listed with its severity before a region signs."""

from typing import Any

import dagster as dg

from assignment_assets.domain.sign_off.conflict_facts import ConflictsInput
from assignment_assets.domain.sign_off.cycle_conflicts import cycle_conflicts, severe_unresolved
from assignment_assets.domain.tables import CONFLICTS
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import fold_page_audit
from assignment_assets.stages.signed_decisions import signed_files


@stage_asset("sign_off", deps=["sign_off_packets", "opportunities"])
def conflicts(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """Deals about to close on moving accounts, pipeline that changes hands, books past a cap, shared accounts.

    A severe conflict that no rule and no person has resolved keeps its region from being approved (run config,
    `severe_conflicts_block`). A signer resolves one by taking it on with a reason.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    given, files = ConflictsInput.read(warehouse, cycle), signed_files(warehouse, cycle)
    rows = cycle_conflicts(given, files, read_settings().signers, config)
    stored = warehouse.replace(cycle, [(CONFLICTS, rows)])
    fold_page_audit(warehouse, cycle)
    return handed_on(
        rows,
        stored["conflicts"],
        **{
            "by kind and severity": counts(rows, "kind", "severity"),
            "severe, to be resolved": as_table(severe_unresolved(rows).select("region", "sentence").head(20)),
        },
    )
