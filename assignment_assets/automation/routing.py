"""What runs between the quarters by itself, once switched on: the poll, event cycles, signatures under a policy.

Everything here is off until somebody switches it on in Dagster; ``ASSIGNMENT_ROUTING_SENSORS=on`` switches all of it
on at once, for samples and rehearsals.
"""

import json
import os

import dagster as dg
import polars as pl

from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.routing.tables import EVENT_CYCLES, PASSES
from assignment_assets.domain.segment import OPEN_CYCLE, WRITE_BACK
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.standing import UP_TO
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.by_policy import sign_under_policy, written_next
from assignment_assets.routing.look import look
from assignment_assets.routing.rules_file import read_rules
from assignment_assets.stages.cycle import CYCLES

LOOK_SECONDS = int(os.environ.get("ASSIGNMENT_LOOK_SECONDS", "60"))
IS_ON = os.environ.get("ASSIGNMENT_ROUTING_SENSORS") == "on"
AT_FIRST = dg.DefaultSensorStatus.RUNNING if IS_ON else dg.DefaultSensorStatus.STOPPED
HOURLY_AT_FIRST = dg.DefaultScheduleStatus.RUNNING if IS_ON else dg.DefaultScheduleStatus.STOPPED
ROUTE = ("new_accounts", "events", "routing_decisions", "routing_write_back", "departures", "routing_summary")
VIEWS = (
    "routing_conflicts",
    "hierarchy_conflicts",
    "supplements",
    "shadow_accounts",
    "routing_kpis",
    "pilot_comparison",
)
IN_THIS_PROCESS = dg.in_process_executor

ROUTING_JOBS = [
    dg.define_asset_job(
        "route",
        selection=dg.AssetSelection.assets(*ROUTE),
        executor_def=IN_THIS_PROCESS,
        description="One pass: looks at the source, notes events, decides, writes what a policy covers, sums up.",
    ),
    dg.define_asset_job(
        "routing_views",
        selection=dg.AssetSelection.assets(*VIEWS),
        executor_def=IN_THIS_PROCESS,
        description="Conflicts by pair of rules, the missing rule, families with two owners, shadow accounts, KPIs.",
    ),
]


@dg.sensor(
    job_name="route",
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=AT_FIRST,
    description="Looks at the source every minute and starts a pass where something changed or is due. Off until "
    "switched on.",
)
def source_poll(context: dg.SensorEvaluationContext, source: Source, clock: Clock) -> dg.SensorResult:
    """Asks for a pass of routing once for each change."""
    setting = source.setting()
    reader = ChangeReader(setting) if setting.kind == "salesforce" else None
    seen = look(DataFolder.from_environment(), reader, read_rules(), context.cursor or "", clock.now())
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"route {seen.key}")] if seen.should_run else [],
        skip_reason=None if seen.should_run else dg.SkipReason(seen.why),
        cursor=seen.cursor,
    )


@dg.sensor(
    job_name=OPEN_CYCLE.name,
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=AT_FIRST,
    description="Opens the cycle of an event where a standing policy covers its kind; the others wait for a person "
    "(`assignment events open`). Off until switched on.",
)
def event_cycles(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Opens each event cycle once: its id is the partition and the run's key."""
    planned = planned_cycles(DataFolder.from_environment())
    known = set(CYCLES.get_partition_keys(dynamic_partitions_store=context.instance))
    new = [row for row in planned.iter_rows(named=True) if row["cycle"] not in known]
    going = [row for row in new if row["up_to"] != UP_TO[0]]
    waiting = [row["cycle"] for row in new if row["up_to"] == UP_TO[0]]
    said = f"waiting for a person: {', '.join(waiting)}" if waiting else "no event waits for its cycle"
    return dg.SensorResult(
        run_requests=[opening(row["cycle"], row["config_json"]) for row in going],
        skip_reason=None if going else dg.SkipReason(said),
        dynamic_partitions_requests=[CYCLES.build_add_request([row["cycle"] for row in going])] if going else [],
    )


def planned_cycles(folder: DataFolder) -> pl.DataFrame:
    """Rows of `event_cycles` whose pass has ended: a leaver's low tiers are written before their cycle reads them."""
    ended = read_routing(folder, PASSES)["ended_at"].max()
    planned = read_routing(folder, EVENT_CYCLES)
    return planned.filter(pl.col("planned_at") <= ended) if ended is not None else planned.clear()


def opening(cycle: str, config_json: str) -> dg.RunRequest:
    """The run that opens an event's cycle with the config that was planned."""
    config = RunConfig.model_validate(json.loads(config_json))
    return dg.RunRequest(
        run_key=cycle, partition_key=cycle, run_config={"ops": {"run_config": {"config": config.model_dump()}}}
    )


@dg.sensor(
    job_name=WRITE_BACK.name,
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=AT_FIRST,
    description="Signs an event cycle's regions under the standing policy that covers it, within its largest number "
    "of moves, and starts the write-back where the policy reaches that far. Off until switched on.",
)
def standing_policy(context: dg.SensorEvaluationContext, clock: Clock) -> dg.SensorResult:
    """Puts the signature that was given in advance under what it covers; starts each write-back once."""
    folder = DataFolder.from_environment()
    try:
        said = sign_under_policy(folder, engine_key(), clock.now())
    except AssignmentError as error:
        said = [str(error)]
    requests = [dg.RunRequest(run_key=key, partition_key=cycle) for cycle, key in written_next(folder)]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else dg.SkipReason("; ".join(said) or "no event cycle waits for its signature"),
    )


@dg.schedule(job_name="routing_views", cron_schedule="5 * * * *", default_status=HOURLY_AT_FIRST)
def every_hour(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Brings the views of routing up to date, once anything was ever read. Off until switched on."""
    if not (DataFolder.from_environment().root / "routing").is_dir():
        return dg.SkipReason("routing has not run yet")
    return dg.RunRequest(run_key=f"{context.scheduled_execution_time:%Y-%m-%dT%H}")


ROUTING_SENSORS = [source_poll, event_cycles, standing_policy]
ROUTING_SCHEDULES = [every_hour]
