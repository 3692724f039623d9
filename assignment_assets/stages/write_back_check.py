"""Stage 06, before everything: whether the org can be written to as approved, on one page."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.io.durable import write_whole
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.cycle import as_table, stage_asset
from assignment_assets.stages.write_back_plans import ORG_CHECK, page_file, rows_left
from assignment_assets.write_back.hazards import HAZARDS
from assignment_assets.write_back.org_check import OrgCheck
from assignment_assets.write_back.org_check import check as org_checked
from assignment_assets.write_back.plan import planned


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"}, pool="write_back")
def write_back_check(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source
) -> dg.MaterializeResult[Any]:
    """What the org says of itself before anything is written: what it does not have, permissions, receivers, rules and
    automations on accounts, open approvals, locks, records of people who left. Writes nothing."""
    found = look_at_org(warehouse, context.partition_key, source)
    path = page_file(warehouse.folder, context.partition_key, ORG_CHECK)
    write_whole(path, found.page())
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.md(f"```\n{found.page()}```"),
            "file": dg.MetadataValue.path(str(path)),
            "hazards": as_table(pl.DataFrame([vars(hazard) for hazard in found.hazards], HAZARDS)),
            "refusing": sum(hazard.weight == "refuses" for hazard in found.hazards),
        }
    )


def look_at_org(warehouse: Warehouse, cycle: str, source: Source) -> OrgCheck:
    """The check of what is approved and not finished; without a cycle, of the org alone."""
    if not cycle:
        return org_checked(source.gateway().org, [])
    with warehouse.reading(cycle) as reader:
        changes = planned(rows_left(reader))
    return org_checked(source.gateway().org, changes)
