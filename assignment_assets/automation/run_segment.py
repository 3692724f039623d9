"""Runs one segment of the waterfall in this process, recorded in the Dagster instance like any other run."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from assignment_assets.automation.alerts import advice
from assignment_assets.automation.assets import WATERFALL, resources
from assignment_assets.automation.waterfall import JOBS, PEOPLE
from assignment_assets.domain import errors
from assignment_assets.domain.errors import AssignmentError, CycleClosed, InvalidInput
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.cycle import cycle_id_faults
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RUN_CONFIG
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.settings import read_settings
from assignment_assets.io.stores.deliver import deliver
from assignment_assets.io.warehouse.cycle_lock import one_run
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.stages.invariants import INVARIANT_CHECKS
from assignment_assets.stages.source_checks import SOURCE_CHECKS


@dataclass(frozen=True)
class SegmentRun:
    """One finished run: its id, and how long each step took (seconds, in order)."""

    run_id: str
    seconds: dict[str, float]


def instance() -> dg.DagsterInstance:
    """The instance at ``DAGSTER_HOME``, else at the project's root."""
    os.environ.setdefault("DAGSTER_HOME", str(PROJECT))
    return dg.DagsterInstance.get()


def register(cycle: str, to: dg.DagsterInstance) -> None:
    """Adds the cycle to the partitions.

    Raises
    ------
    InvalidInput
        The id cannot be a partition key.
    """
    _require_usable(cycle)
    to.add_dynamic_partitions("cycle", [cycle])


def run_segment(
    segment: str,
    cycle: str,
    config: RunConfig | None = None,
    now: datetime | None = None,
    quiet: bool = True,
    only: Sequence[str] = (),
) -> SegmentRun:
    """Materialises one segment's assets for a cycle.

    Parameters
    ----------
    segment
        The name of one of `SEGMENTS`.
    config
        The run config, for `open_cycle` only; without one a cycle is opened again as it was frozen.
    now
        Stops the clock of file intake, for rehearsals.
    quiet
        Whether Dagster's own log stays off the terminal.
    only
        Assets of the segment, where the earlier ones stand as they are; empty for all.

    Raises
    ------
    AssignmentError
        What the failing asset said.
    SourceUnavailable
        The segment is done, and the store that packets are delivered to cannot be reached.
    """
    _require_usable(cycle)
    folder = DataFolder.from_environment()
    folder.root.mkdir(parents=True, exist_ok=True)
    definitions = dg.Definitions(
        assets=[*WATERFALL, *PEOPLE],
        asset_checks=[*INVARIANT_CHECKS, *SOURCE_CHECKS],
        jobs=JOBS,
        resources=resources(now.isoformat() if now else "", claims_cycle=False),
        executor=dg.in_process_executor,
    )
    if segment == OPEN_CYCLE.name and config is None and not only:
        config = _as_frozen(cycle)
    run_config = {"loggers": {"console": {"config": {"log_level": "CRITICAL" if quiet else "INFO"}}}}
    if config:
        run_config["ops"] = {"run_config": {"config": config.model_dump()}}
    with one_run(folder, cycle, segment), instance() as dagster:
        is_new = cycle not in dagster.get_dynamic_partitions("cycle")
        if segment == OPEN_CYCLE.name:
            register(cycle, dagster)
        elif is_new:
            raise CycleClosed(
                f"cycle {cycle}: there is none, expected one that was opened. Open it with `assignment cycle new`."
            )
        result = definitions.resolve_job_def(segment).execute_in_process(
            instance=dagster,
            partition_key=cycle,
            raise_on_error=False,
            run_config=run_config,
            asset_selection=[dg.AssetKey(name) for name in only] or None,
        )
        if is_new and not result.success and not folder.published(cycle).exists():
            dagster.delete_dynamic_partition("cycle", cycle)
    failures = [event for event in result.all_events if event.is_step_failure]
    if failures:
        raise AssignmentError(_what_it_said(failures[0]))
    if not result.success:
        raise AssignmentError(f"{segment} of {cycle}: a blocking check failed. The run {result.run_id} says which.")
    seconds = {
        event.step_key: event.step_success_data.duration_ms / 1000
        for event in result.all_events
        if event.is_step_success and event.step_key is not None
    }
    files = read_settings().files
    if files.outbox:
        deliver(folder, cycle, files.outbox, files.inbox)
    return SegmentRun(result.run_id, seconds)


def _require_usable(cycle: str) -> None:
    faults = cycle_id_faults(cycle)
    if faults:
        raise InvalidInput("cycle", faults)


def _as_frozen(cycle: str) -> RunConfig:
    rows = read_published(DataFolder.from_environment(), cycle, RUN_CONFIG)
    if not rows.height:
        raise CycleClosed(
            f"cycle {cycle}: it has no run config, expected a frozen one. Open it with `assignment cycle new {cycle}`."
        )
    return RunConfig.model_validate_json(rows["config_json"][-1])


def _what_it_said(failure: dg.DagsterEvent) -> str:
    """The engine's own message; for any other error the step, what it said, and what to do about it."""
    error = failure.step_failure_data.error
    if error is None:
        return f"{failure.step_key}: it failed and did not say why. Look at the run in the Dagster UI."
    while error.cause is not None:
        error = error.cause
    text, kind = error.message.strip(), (error.cls_name or "").rpartition(".")[2]
    if hasattr(errors, kind):
        return text.split(": ", 1)[1]
    return f"{failure.step_key}: {text.rstrip('.')}, expected none of that. {advice(kind, text)}"
