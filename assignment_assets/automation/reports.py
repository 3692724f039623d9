"""What makes reports by itself: a run of the job `report` after each stage that has done something."""

import dagster as dg

from assignment_assets.automation.waterfall import JOBS
from assignment_assets.domain.segment import OPEN_CYCLE, SEGMENTS
from assignment_assets.stages.cycle_report import cycle_report

REPORTS = [cycle_report]
REPORT_JOB = dg.define_asset_job(
    "report",
    dg.AssetSelection.assets("cycle_report"),
    executor_def=dg.in_process_executor,
    description="Writes the cycle's report and one a region, from what is published.",
)
TOLD = set(SEGMENTS) - {OPEN_CYCLE.name}
"""The segments that leave something to report."""


@dg.run_status_sensor(
    name="reports",
    run_status=dg.DagsterRunStatus.SUCCESS,
    request_job=REPORT_JOB,
    minimum_interval_seconds=30,
    monitored_jobs=[job for job in JOBS if job.name in TOLD],
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def reports(context: dg.RunStatusSensorContext) -> dg.RunRequest | dg.SkipReason:
    """Asks for the cycle's reports once a stage has ended well."""
    cycle = context.dagster_run.tags.get("dagster/partition")
    if cycle is None:
        return dg.SkipReason("the run was of no cycle")
    return dg.RunRequest(run_key=f"report:{context.dagster_run.run_id}", partition_key=cycle)


REPORT_SENSORS = [reports]
