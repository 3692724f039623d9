"""Stage 06: the approved owners are written to Salesforce, read back, and logged account by account."""

import dagster as dg

from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.warehouse import Warehouse
from assignment_assets.stages.cycle import counts, handed_on, stage_asset
from assignment_assets.stages.invariants import require_promises


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"})
def write_back_log(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The log."""
    cycle = context.partition_key
    require_promises(warehouse, cycle, "approved_diff")
    log = warehouse.table(cycle, WRITE_BACK_LOG)
    return handed_on(log, "log", **{"outcomes": counts(log, "outcome")})
