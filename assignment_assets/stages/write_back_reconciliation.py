"""Stage 06, afterwards: who changed an owner that we wrote."""

from typing import Any

import dagster as dg

from assignment_assets.domain.routing.owners_since import changed as changed_owners
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.cycle import as_table, counts, stage_asset
from assignment_assets.stages.written_owners import look_at_cycle
from assignment_assets.write_back.opening import journal_of


@stage_asset("write_back", deps=["write_back_log"], kinds={"salesforce"}, pool="write_back")
def write_back_reconciliation(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source
) -> dg.MaterializeResult[Any]:
    """Every owner that we wrote, read again: which are others now, whether a person or an integration changed them.
    Changes nothing; `assignment write-back reconcile --repair` proposes a plan that needs approval."""
    cycle, folder = context.partition_key, warehouse.folder
    with journal_of(folder) as journal:
        since = look_at_cycle(journal, folder, source, cycle)
    changed = changed_owners(since)
    path = folder.root / "write_back" / cycle / "changed_owners.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    changed.write_parquet(path)
    return dg.MaterializeResult(
        metadata={
            "written": since.height,
            "changed since": changed.height,
            "by": counts(changed, "finding"),
            "first rows": as_table(changed.head(20)),
            "file": dg.MetadataValue.path(str(path)),
        }
    )
