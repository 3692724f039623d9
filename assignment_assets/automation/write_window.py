"""Writes what is signed by itself, within the hours that the settings name; without such hours it does nothing."""

from collections.abc import Collection
from datetime import datetime

import dagster as dg

from assignment_assets.automation.write_back import runs_of_write_back
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.gates.ready import ready
from assignment_assets.domain.placed import UNENDED
from assignment_assets.domain.segment import WRITE_BACK
from assignment_assets.domain.setup.frozen_config import frozen
from assignment_assets.domain.sign_off.write_permission import require_permitted
from assignment_assets.domain.tables import APPROVED_DIFF, RUN_CONFIG, WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import Settings, read_settings
from assignment_assets.io.warehouse.cycle_life import cycle_life, is_over
from assignment_assets.io.warehouse.published import read_manifest, read_published
from assignment_assets.io.who_writes import who_writes
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import CYCLES
from assignment_assets.write_back.publishing import read_state

TRIED = tuple(outcome for outcome in UNENDED if outcome != "deferred")
"""Outcomes after which an account waits for a person's command."""


@dg.sensor(
    name="write_back_window",
    job_name=WRITE_BACK.name,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the write-back of what is signed, within the hours of `[write_back] window` in the settings. "
    "Without such hours, as at first, it starts nothing.",
)
def write_back_window(context: dg.SensorEvaluationContext, clock: Clock) -> dg.SensorResult | dg.SkipReason:
    """Asks for a run of each cycle with accounts not tried yet: once a day, and again for what is newly signed."""
    settings, now = read_settings(), clock.now()
    hours = settings.write_back.hours
    if hours is None:
        return dg.SkipReason("nothing is written by itself: [write_back] window in the settings names no hours")
    if settings.source.kind != "salesforce":
        return dg.SkipReason("the source is no org: people load what is signed")
    if not hours.is_open(now):
        return dg.SkipReason(f"signed accounts are written {hours}")
    folder, running = DataFolder.from_environment(), runs_of_write_back(context.instance)
    cycles = sorted(CYCLES.get_partition_keys(dynamic_partitions_store=context.instance))
    requests, reasons = [], []
    for cycle in (each for each in cycles if not is_over(folder, each)):
        why = why_not(folder, cycle, settings, now, running)
        if why:
            reasons.append(f"{cycle}: {why}")
            continue
        digest = read_manifest(folder, cycle)[APPROVED_DIFF.name]["digest"]
        key = f"window:{cycle}:{digest[:16]}:{hours.local(now):%Y-%m-%d}"
        requests.append(dg.RunRequest(run_key=key, partition_key=cycle))
    reason = None if requests else dg.SkipReason("; ".join(reasons) or "no cycle is open")
    return dg.SensorResult(run_requests=requests, skip_reason=reason)


def why_not(folder: DataFolder, cycle: str, settings: Settings, now: datetime, running: Collection[str | None]) -> str:
    """Why nothing of a cycle is to be written by itself now; empty where something is."""
    state = read_state(folder.published(cycle))
    if cycle in running or (state is not None and state.state in ("writing", "paused")):
        return "its write-back is under way, or paused"
    configs = read_published(folder, cycle, RUN_CONFIG)
    if configs.is_empty():
        return "it has no run config yet"
    config, manifest = frozen(cycle, configs), read_gate(folder, cycle, SIGN_OFF_GATE.name)
    approved, log = read_published(folder, cycle, APPROVED_DIFF), read_published(folder, cycle, WRITE_BACK_LOG)
    waiting = ready(cycle, approved, log, who_writes(folder, cycle, settings), config.write_not_before, now)
    if not waiting.count:
        return "nothing is signed and waits"
    if waiting.rows["outcome"].is_in(TRIED).fill_null(False).all():
        return f"{waiting.count:,} accounts were tried and wait for a person: `{waiting.command}`"
    try:
        require_permitted(cycle, config, manifest, cycle_life(folder, cycle), now)
    except CycleClosed as refusal:
        return str(refusal)
    return ""
