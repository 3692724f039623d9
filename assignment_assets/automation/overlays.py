"""What runs by itself for the roles beside the owner, once switched on: the poll, and the day's catch and reports.

Everything here is off until somebody switches it on in Dagster, and does nothing without an overlays.toml;
``ASSIGNMENT_OVERLAY_SENSORS=on`` switches it on for samples and rehearsals. For seconds in place of a poll
`assignment overlays serve` is a process of its own.
"""

import os

import dagster as dg

from assignment_assets.io.clock import utc_now
from assignment_assets.io.overlay_roles import configured
from assignment_assets.stages.overlay_reports import (
    activity_links,
    next_accounts,
    overlay_hand_overs,
    overlay_history,
    overlay_workload,
)
from assignment_assets.stages.overlays import (
    cs_assignments,
    overlay_changes,
    overlay_differences,
    overlay_log,
    overlay_stamps,
)

IS_ON = os.environ.get("ASSIGNMENT_OVERLAY_SENSORS") == "on"
NOT_CONFIGURED = "no roles beside the owner are configured (overlays.toml)"
POLL_SECONDS = 60
FLOW = (cs_assignments, overlay_changes, overlay_stamps, overlay_log)
DAILY = (
    overlay_differences,
    activity_links,
    overlay_workload,
    next_accounts,
    overlay_hand_overs,
    overlay_history,
)
OVERLAY_ASSETS = [*FLOW, *DAILY]

OVERLAY_JOBS = [
    dg.define_asset_job(
        "overlays",
        selection=dg.AssetSelection.assets(*FLOW),
        executor_def=dg.in_process_executor,
        description="One pass: reads systems of truth and the CRM, decides, writes what a policy covers.",
    ),
    dg.define_asset_job(
        "overlay_day",
        selection=dg.AssetSelection.assets(*DAILY),
        executor_def=dg.in_process_executor,
        description="The daily catch with its repairs, activities, workload, proposals, hand-overs and history.",
    ),
]


@dg.sensor(
    job_name="overlays",
    minimum_interval_seconds=POLL_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED,
    description="Asks for a pass of the overlay roles once a minute; where the writer runs as a process of its own the "
    "pass only shows what that has done. Off until switched on.",
)
def overlay_poll(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """A pass a minute."""
    if configured() is None:
        return dg.SensorResult(skip_reason=dg.SkipReason(NOT_CONFIGURED))
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"overlays {utc_now():%Y-%m-%dT%H:%M}")])


@dg.schedule(
    job_name="overlay_day",
    cron_schedule="15 5 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED,
    description="The day's catch, workload and history of the overlay roles. Off until switched on.",
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Once a day, where roles are configured."""
    if configured() is None:
        return dg.SkipReason(NOT_CONFIGURED)
    return dg.RunRequest(run_key=f"overlay day {context.scheduled_execution_time:%Y-%m-%d}")


OVERLAY_SENSORS = [overlay_poll]
OVERLAY_SCHEDULES = [every_morning]
