"""Beside the last stage: the cycle's report and one a region, as files that open without a network."""

from typing import Any

import dagster as dg

from assignment_assets.io.folders import DataFolder
from assignment_assets.report.drive_minutes import with_minutes
from assignment_assets.report.pictures import drive_time_distribution, funnel, markdown
from assignment_assets.report.waterfall import waterfall
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, stage_asset
from assignment_assets.stages.reports import read_report, write_region_reports, write_report


@stage_asset("write_back", deps=["approved_diff", "write_back_log"], pool="report", kinds={"html"})
def cycle_report(context: dg.AssetExecutionContext, clock: Clock) -> dg.MaterializeResult[Any]:
    """The whole cycle on one page, and each region's part on a page that its director may have.

    Made from what is published, as far as the cycle has come; the job `report` makes it again after each stage.
    """
    folder = DataFolder.from_environment()
    report = read_report(folder, context.partition_key, clock.now())
    path = write_report(folder, report)
    regions = write_region_reports(folder, report)
    steps = waterfall(report.tables)
    pictures = {"funnel": dg.MetadataValue.md(markdown(funnel(steps), "the waterfall as a funnel"))}
    minutes = with_minutes(report).drive_minutes
    if minutes is not None:
        pictures["drive time"] = dg.MetadataValue.md(markdown(drive_time_distribution(minutes), "drive time"))
    return dg.MaterializeResult(
        metadata={
            "report": dg.MetadataValue.path(str(path)),
            **{f"report of {region}": dg.MetadataValue.path(str(file)) for region, file in regions.items()},
            "accounts at each step": as_table(steps.select("label", "accounts", "note")),
            **pictures,
        }
    )
