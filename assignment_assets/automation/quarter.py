"""The quarter's schedule: it opens the cycle that Growth Strategy's file asks for."""

import json
from datetime import date
from zoneinfo import ZoneInfo

import dagster as dg

from assignment_assets.automation.alerts import Failure, raise_alert
from assignment_assets.automation.schedule_file import ScheduleFile, read_schedule_file
from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.cycle import default_id
from assignment_assets.domain.setup.frozen_config import changed_parameters
from assignment_assets.domain.setup.schedule import Schedule
from assignment_assets.io.folders import DataFolder
from assignment_assets.stages.cycle import CYCLES

NAME = "every_quarter"


def quarter_schedule() -> dg.ScheduleDefinition:
    """The schedule as the file says now when to start; a file that cannot be used leaves the usual times, and says so.

    What a cycle is opened with is read anew at every tick. A file that cannot be used then fails the tick with every
    fault and leaves an alert: a quarter that is opened with other parameters than those meant is worse than a late one.
    """
    try:
        file, told = read_schedule_file(), ""
    except AssignmentError as error:
        file, told = None, str(error)
    when = (file.schedule if file else Schedule()).when

    @dg.schedule(
        name=NAME,
        job_name=OPEN_CYCLE.name,
        cron_schedule=when.cron,
        execution_timezone=when.timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description=_description(file, told),
        metadata=_metadata(file, told),
    )
    def every_quarter(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        start = context.scheduled_execution_time
        day = start.astimezone(ZoneInfo(when.timezone)).date()
        try:
            now = read_schedule_file()
        except AssignmentError as error:
            said = (("the schedule's file", type(error).__name__, str(error)),)
            alert = Failure("", NAME, f"{day}", said, will_retry=False)
            raise_alert(DataFolder.from_environment(), alert, start.replace(tzinfo=None))
            raise
        if now.schedule.when != when:
            context.log.warning(f"{now.path.name} has other times by now; reload the code location for them")
        return _request(context, now, day)

    return every_quarter


def _request(context: dg.ScheduleEvaluationContext, file: ScheduleFile, day: date) -> dg.RunRequest | dg.SkipReason:
    config = file.schedule.config_of(day)
    cycle = default_id(day, config.scope)
    if cycle in CYCLES.get_partition_keys(dynamic_partitions_store=context.instance):
        return dg.SkipReason(f"{cycle} is open already")
    opened = CYCLES.build_add_request([cycle])
    context.instance.add_dynamic_partitions(opened.partitions_def_name, opened.partition_keys)
    return dg.RunRequest(
        run_key=cycle,
        partition_key=cycle,
        run_config={"ops": {"run_config": {"config": config.model_dump()}}},
        tags={"run_config": file.said_by},
    )


def _description(file: ScheduleFile | None, told: str) -> str:
    what = "Opens the quarter's cycle on its first morning. Off until switched on."
    if file is None:
        return f"{what} Its file cannot be used, and each tick fails until it is corrected. {told}"
    return f"{what} It runs {file.said_by}, read anew at each tick; `assignment schedule` shows it."


def _metadata(file: ScheduleFile | None, told: str) -> dict[str, dg.MetadataValue]:
    if file is None:
        return {"faults of the file": dg.MetadataValue.text(told)}
    changed = changed_parameters(file.schedule.run_config)
    return {
        "file": dg.MetadataValue.path(str(file.path)) if file.is_there else dg.MetadataValue.text("none: defaults"),
        "not the default": dg.MetadataValue.text(json.dumps(dict(changed.iter_rows()), ensure_ascii=False)),
        "run config": dg.MetadataValue.json(file.schedule.run_config.model_dump()),
    }


every_quarter = quarter_schedule()
