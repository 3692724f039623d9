"""Stage 06, before: what a write-back would meet, on one page."""

from typing import Any

import dagster as dg

from assignment_assets.domain.sign_off.approved_accounts import ACCOUNTS_BY_OWNER
from assignment_assets.io.durable import write_whole
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.cycle import as_table, stage_asset
from assignment_assets.stages.write_back_plans import DRY_RUN, page_file, rows_left
from assignment_assets.write_back.dry_run import DryRun
from assignment_assets.write_back.dry_run import dry_run as looked_ahead
from assignment_assets.write_back.writer import WORKERS


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"}, pool="write_back")
def write_back_dry_run(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source
) -> dg.MaterializeResult[Any]:
    """Everything short of writing: what the org says of itself, who may receive, what has drifted, which teams, shares
    and deals the change touches, how many calls and minutes it takes. One page to decide from."""
    found = look_ahead(warehouse, context.partition_key, source)
    path = page_file(warehouse.folder, context.partition_key, DRY_RUN)
    write_whole(path, found.page())
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.md(f"```\n{found.page()}```"),
            "file": dg.MetadataValue.path(str(path)),
            "calls": found.calls,
            "minutes": found.minutes,
            "hazards": [hazard.code for hazard in found.check.hazards],
            "would not be written": as_table(found.problems.head(20)),
        }
    )


def look_ahead(warehouse: Warehouse, cycle: str, source: Source) -> DryRun:
    """The dry run of what is approved and not finished."""
    with warehouse.reading(cycle) as reader:
        rows = rows_left(reader)
        owned = dict(reader.answer(ACCOUNTS_BY_OWNER).iter_rows())
    return looked_ahead(rows, owned, source.gateway(), WORKERS, read_settings().write_back.stages_that_stay)
