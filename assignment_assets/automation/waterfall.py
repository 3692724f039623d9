"""What starts by itself: five jobs, one a segment of the waterfall; a sensor a gate; the quarter's schedule."""

import os
import re

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run
from dagster_shared.error import SerializableErrorInfo

from assignment_assets.automation.alerts import Failure, raise_alert
from assignment_assets.automation.gate_watch import Watched, open_gates, read_cursor, watch, write_cursor
from assignment_assets.automation.quarter import every_quarter
from assignment_assets.automation.reminders import reminders
from assignment_assets.domain.gate import GATES, Gate
from assignment_assets.domain.segment import SEGMENTS
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import CYCLES

PEOPLE = [
    dg.AssetSpec(
        gate.name,
        group_name="people",
        partitions_def=CYCLES,
        deps=[gate.packets],
        kinds={gate.kind},
        owners=[f"team:{gate.team}"],
        description=gate.description,
    )
    for gate in GATES.values()
]
JOBS = [
    dg.define_asset_job(
        segment.name,
        selection=dg.AssetSelection.assets(*segment.assets),
        description=segment.description,
        executor_def=dg.in_process_executor,
        tags={"segment": segment.name},
    )
    for segment in SEGMENTS.values()
]
LOOK_SECONDS = int(os.environ.get("ASSIGNMENT_LOOK_SECONDS", "30"))


def gate_sensor(gate: Gate) -> dg.SensorDefinition:
    """The sensor of one gate: it looks, gives receipts and asks for the next segment; it judges nothing."""

    @dg.sensor(
        name=f"{gate.name}_gate",
        job_name=gate.segment.name,
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=gate.waits_for,
    )
    def sensor(context: dg.SensorEvaluationContext, clock: Clock) -> dg.SensorResult:
        folder, asked, settings = DataFolder.from_environment(), read_cursor(context.cursor), read_settings()
        watched = [
            watch(folder, manifest, asked.get(manifest.cycle, ("", 0)), clock.now(), engine_key(), settings=settings)
            for manifest in open_gates(folder, gate.name, clock.now())
        ]
        going = [each for each in watched if each.should_run]
        unknown = {each.cycle for each in going} - set(
            CYCLES.get_partition_keys(dynamic_partitions_store=context.instance)
        )
        cursor = asked | {each.cycle: (each.state.digest, each.number) for each in going}
        reasons = [f"{each.cycle}: {each.why}" for each in watched] or [f"no cycle waits for {gate.name}"]
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=each.run_key, partition_key=each.cycle) for each in going],
            skip_reason=None if going else dg.SkipReason("; ".join(reasons)),
            asset_events=[answered(each) for each in going],
            dynamic_partitions_requests=[CYCLES.build_add_request(sorted(unknown))] if unknown else [],
            cursor=write_cursor(cursor),
        )

    return sensor


def answered(watched: Watched) -> dg.AssetMaterialization:
    """The people's node in the graph, as of this closing: who counted, who is missing."""
    return dg.AssetMaterialization(
        asset_key=watched.gate,
        partition=watched.cycle,
        description=watched.why,
        metadata={
            "answers that count": len(watched.state.latest),
            "missing": len(watched.state.missing),
            "who is missing": ", ".join(each.name for each in watched.state.missing) or "nobody",
            "receipts": ", ".join(f"{each.person}: {each.receipt_no}" for each in watched.state.latest) or "none",
            "digest": watched.state.digest,
        },
    )


@dg.run_failure_sensor(
    name="alerts", minimum_interval_seconds=LOOK_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING
)
def alerts(context: dg.RunFailureSensorContext, clock: Clock) -> None:
    """Says what failed and what to do: in the log and as a file in `data/alerts/`."""
    failure = failure_of(context)
    path = raise_alert(DataFolder.from_environment(), failure, clock.now())
    context.log.error(f"{failure.text()}(alert {path.name})")


def failure_of(context: dg.RunFailureSensorContext) -> Failure:
    """What a failed run's own events say, innermost cause first; what Dagster says where no step got to speak."""
    run = context.dagster_run
    errors = [
        (event.step_key or "", error)
        for event in context.get_step_failure_events()
        if (error := event.step_failure_data.error)
    ]
    if not errors:
        events = context.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
        told = [event.dagster_event.engine_event_data.error for event in events if event.dagster_event]
        errors = [("the start of the run", error) for error in told if error]
    return Failure(
        run_id=run.run_id,
        job=run.job_name,
        cycle=run.tags.get("dagster/partition", ""),
        said=tuple((step, *_kind_and_words(error)) for step, error in errors),
        will_retry=_will_retry(context.instance, run),
    )


def _will_retry(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Whether Dagster starts the run again by itself: its tag says so, and where the failure is seen before the tag is
    written, the rule that writes the tag (Dagster's own, and private: its version is pinned).
    """
    tag = run.tags.get("dagster/will_retry")
    if tag is None and instance.run_retries_enabled:
        reason = run.tags.get("dagster/failure_reason")
        failed = run.with_status(dg.DagsterRunStatus.FAILURE)  # the event is there before the status
        will_retry: bool = auto_reexecution_should_retry_run(
            instance, failed, RunFailureReason(reason) if reason else None
        )
        return will_retry
    return tag == "true"


def _kind_and_words(error: SerializableErrorInfo) -> tuple[str, str]:
    """The class and the message of the innermost cause of an error as Dagster keeps it."""
    while error.cause is not None:
        error = error.cause
    kind = (error.cls_name or "").rpartition(".")[2]
    return kind, re.sub(rf"^[\w.]*{kind}: ", "", error.message.strip())


SENSORS = [*(gate_sensor(gate) for gate in GATES.values()), reminders, alerts]
SCHEDULES = [every_quarter]
