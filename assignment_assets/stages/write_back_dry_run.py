"""Stage 06, before: what a write-back would meet, on one page."""

from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.sign_off.approved_accounts import ACCOUNTS_BY_OWNER
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.cycle import as_table, stage_asset
from assignment_assets.stages.write_back_plans import approved_rows
from assignment_assets.write_back.apply import FINISHED
from assignment_assets.write_back.dry_run import DryRun
from assignment_assets.write_back.dry_run import dry_run as looked_ahead
from assignment_assets.write_back.writer import WORKERS


@stage_asset("write_back", deps=["approved_diff"], kinds={"salesforce"}, pool="write_back")
def write_back_dry_run(
    context: dg.AssetExecutionContext, warehouse: Warehouse, source: Source
) -> dg.MaterializeResult[Any]:
    """Everything short of writing: who may receive, what has drifted, which teams, shares and deals the change
    touches, how many calls and minutes it takes. One page to decide from."""
    found = look_ahead(warehouse, context.partition_key, source)
    path = page_file(warehouse.folder, context.partition_key)
    write_whole(path, found.page())
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.md(f"```\n{found.page()}```"),
            "file": dg.MetadataValue.path(str(path)),
            "calls": found.calls,
            "minutes": found.minutes,
            "would not be written": as_table(found.problems.head(20)),
        }
    )


def look_ahead(warehouse: Warehouse, cycle: str, source: Source) -> DryRun:
    """The dry run of what is approved and not finished."""
    with warehouse.reading(cycle) as reader:
        approved, log = approved_rows(reader), reader.table(WRITE_BACK_LOG)
        owned = dict(reader.answer(ACCOUNTS_BY_OWNER).iter_rows())
    finished = log.filter(pl.col("outcome").is_in(list(FINISHED)))
    rows = approved.join(finished, on=["sign_off_no", "account_id"], how="anti")
    return looked_ahead(rows, owned, source.gateway(), WORKERS)


def page_file(folder: DataFolder, cycle: str) -> Path:
    """Where the page lies."""
    return folder.root / "write_back" / cycle / "dry_run.txt"
