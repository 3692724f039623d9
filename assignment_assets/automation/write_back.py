"""What starts by itself around the write-back: a paused or dead run goes on, written owners are looked at daily."""

from datetime import datetime, timedelta

import dagster as dg

from assignment_assets.domain.segment import WRITE_BACK
from assignment_assets.io.folders import DataFolder
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import CYCLES
from assignment_assets.stages.write_back_check import write_back_check
from assignment_assets.stages.write_back_dry_run import write_back_dry_run
from assignment_assets.stages.write_back_reconciliation import write_back_reconciliation
from assignment_assets.stages.written_owners import written_owners
from assignment_assets.write_back.publishing import STATE_FILE, WriteBackState, read_state

SILENT_FOR = timedelta(minutes=5)
"""A run that has said nothing for so long, and that Dagster does not know as running, is dead."""
WRITE_BACK_ASSETS = [write_back_check, write_back_dry_run, write_back_reconciliation, written_owners]
WRITE_BACK_JOBS = [
    dg.define_asset_job(
        "write_back_check_job",
        dg.AssetSelection.assets("write_back_check"),
        description="What of the org would hinder a write, on one page.",
        executor_def=dg.in_process_executor,
    ),
    dg.define_asset_job(
        "write_back_dry_run_job",
        dg.AssetSelection.assets("write_back_dry_run"),
        description="Everything short of writing, on one page.",
        executor_def=dg.in_process_executor,
    ),
    dg.define_asset_job(
        "written_owners_job",
        dg.AssetSelection.assets("written_owners"),
        description="Reads every owner that cycles and routing wrote again, for the KPIs and the alert.",
        executor_def=dg.in_process_executor,
    ),
    dg.define_asset_job(
        "write_back_reconciliation_job",
        dg.AssetSelection.assets("write_back_reconciliation"),
        description="Reads every written owner again and says who changed it since.",
        executor_def=dg.in_process_executor,
    ),
]


def cycles_written(folder: DataFolder) -> dict[str, WriteBackState]:
    """Cycle → where its write-back stands, for every cycle that has begun to write."""
    paths = sorted(folder.root.glob(f"published/*/{STATE_FILE}"))
    return {path.parent.name: state for path in paths if (state := read_state(path.parent)) is not None}


def may_go_on(state: WriteBackState, now: datetime, is_running: bool) -> tuple[bool, str]:
    """Whether a run should take the write-back up now, and why (not)."""
    if is_running:
        return False, "a run is writing"
    if state.state == "paused" and state.resume_at:
        is_time = now >= datetime.fromisoformat(state.resume_at)
        return is_time, f"paused ({state.code}) until {state.resume_at}"
    if state.state == "paused":
        return False, f"paused ({state.code}): a person must look, then `assignment write-back resume`"
    is_dead = state.state == "writing" and now - datetime.fromisoformat(state.at) > SILENT_FOR
    return is_dead, "its run died" if is_dead else state.state


def runs_of_write_back(instance: dg.DagsterInstance) -> set[str | None]:
    """Cycles whose write-back is running in Dagster, or about to."""
    active = [
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
    ]
    runs = instance.get_runs(dg.RunsFilter(job_name=WRITE_BACK.name, statuses=active))
    return {run.tags.get("dagster/partition") for run in runs}


@dg.sensor(
    name="write_back_resume",
    job_name=WRITE_BACK.name,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def write_back_resume(context: dg.SensorEvaluationContext, clock: Clock) -> dg.SensorResult:
    """Starts `write_back` again for a cycle whose run paused, once it may go on, or died. Opens no database."""
    running = runs_of_write_back(context.instance)
    asked, reasons = [], []
    for cycle, state in cycles_written(DataFolder.from_environment()).items():
        goes_on, why = may_go_on(state, clock.now(), cycle in running)
        reasons.append(f"{cycle}: {why}")
        if goes_on:
            asked.append(dg.RunRequest(run_key=f"write_back:{cycle}:{state.at}", partition_key=cycle))
    return dg.SensorResult(
        run_requests=asked,
        skip_reason=None if asked else dg.SkipReason("; ".join(reasons) or "no cycle has begun to write"),
    )


@dg.schedule(
    name="write_back_daily",
    job_name="write_back_reconciliation_job",
    cron_schedule="30 5 * * *",
    execution_timezone="America/New_York",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def write_back_daily(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
    """Looks every morning at the owners that were written in the last 35 days. Off until switched on."""
    now = context.scheduled_execution_time.replace(tzinfo=None)
    known = set(CYCLES.get_partition_keys(dynamic_partitions_store=context.instance))
    recent = [
        cycle
        for cycle, state in cycles_written(DataFolder.from_environment()).items()
        if cycle in known and now - datetime.fromisoformat(state.at) < timedelta(days=35)
    ]
    if not recent:
        return dg.SkipReason("no cycle was written lately")
    return [dg.RunRequest(run_key=f"{cycle}:{now:%Y-%m-%d}", partition_key=cycle) for cycle in recent]


@dg.schedule(
    name="written_owners_daily",
    job_name="written_owners_job",
    cron_schedule="45 5 * * *",
    execution_timezone="America/New_York",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def written_owners_daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Looks every morning at all owners that were ever written. Off until switched on."""
    return dg.RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m-%d}")


WRITE_BACK_SENSORS = [write_back_resume]
WRITE_BACK_SCHEDULES = [write_back_daily, written_owners_daily]
