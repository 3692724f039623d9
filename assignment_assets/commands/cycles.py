"""`assignment cycle …`: open, watch, compare, cancel, expire and re-open cycles."""

import tomllib
from datetime import date
from pathlib import Path

import click
import polars as pl
from pydantic import ValidationError

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.commands.life import record_event, with_who_and_why
from assignment_assets.commands.operators import operator, prove
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed, Fault, InvalidInput
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.segment import OPEN_CYCLE, PROPOSE
from assignment_assets.domain.setup.arrivals import arrival_lines
from assignment_assets.domain.setup.cycle import STAGES, cycle_id_faults, default_id
from assignment_assets.domain.setup.eligible_pool import held_lines
from assignment_assets.domain.setup.run_config import RunConfig, model_faults
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.sources.changes import jump_sentences
from assignment_assets.domain.sources.profile_table import source_lines
from assignment_assets.domain.tables import (
    ARRIVALS,
    ELIGIBLE_POOL,
    REPS,
    SOURCE_CHANGES,
    SOURCE_PROFILE,
    WRITE_BACK_LOG,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import withdraw
from assignment_assets.io.published_cycle import known_cycles, left_out_before, read_status
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.write_back.publishing import exported_count

SIMPLE = {str: str, int: int, float: float, bool: bool}


@click.group()
def cycle() -> None:
    """Open, watch and steer cycles: one cycle is one pass through the waterfall."""


def config_options(function):
    """One option for every plain field of the run config; lists are given by repeating the option."""
    for name, field in reversed(RunConfig.model_fields.items()):
        flag = "--" + name.replace("_", "-")
        help_text = field.description
        annotation = field.annotation
        if annotation in (list[str],):
            option = click.option(flag, name, multiple=True, help=f"{help_text} Repeat for more.")
        elif annotation is bool:
            option = click.option(flag, name, is_flag=True, default=None, help=help_text)
        elif annotation in SIMPLE:
            option = click.option(flag, name, type=SIMPLE[annotation], default=None, help=help_text)
        elif getattr(annotation, "__args__", None) and all(isinstance(each, str) for each in annotation.__args__):
            option = click.option(flag, name, type=click.Choice(annotation.__args__), default=None, help=help_text)
        else:
            continue
        function = option(function)
    return function


@command(cycle)
@click.argument("cycle_id", required=False)
@click.option(
    "--config",
    "config_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML file with run-config fields, also those that have no option (capacities, covered_states, …).",
)
@config_options
def new(cycle_id: str | None, config_file: Path | None, as_json: bool, **given) -> None:
    """Open a cycle: check the run config, read the sources, settle the pool, send the lock lists.

    CYCLE_ID defaults to the quarter (2026q4-global) or to the day and the scope.
    """
    content = _config_content(config_file) if config_file else {}
    content |= {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value not in (None, ())
    }
    config = checked_config(content)
    cycle_id = cycle_id or default_id(config.as_of_on, config.scope)
    faults = cycle_id_faults(cycle_id)
    if faults:
        raise InvalidInput("cycle", faults)
    if config.mode != "draft":
        engine_key()  # asked for before anything is stored: packets cannot be sent without it
        prove("opener", config.opened_by, f"new {cycle_id}")
    run = run_segment(OPEN_CYCLE.name, cycle_id, config)
    if config.mode == "draft":
        run_segment(PROPOSE.name, cycle_id)
    folder = DataFolder.from_environment()
    status = read_status(folder, cycle_id, utc_now())
    read = source_lines(read_published(folder, cycle_id, SOURCE_PROFILE))
    jumps = jump_sentences(read_published(folder, cycle_id, SOURCE_CHANGES))
    told = ["Jumped since the previous cycle", *(f"  {jump}" for jump in jumps)] if jumps else []
    arrived = read_published(folder, cycle_id, ARRIVALS)
    names = dict(read_published(folder, cycle_id, REPS).select("rep_id", "name").iter_rows())
    held = held_lines(read_published(folder, cycle_id, ELIGIBLE_POOL))
    missing = arrived.filter(pl.col("arrival") != "arrived")
    lines = ["Read from the source", *read, *told, *arrival_lines(arrived, names), *held, *status.lines()]
    left_out = left_out_before(folder, cycle_id)
    if left_out:
        lines += [f"{len(left_out)} accounts were refused by Salesforce before and have their old owners", *left_out]
    content = {"cycle": cycle_id, "run_id": run.run_id, "state": status.state, "source": read, "jumps": jumps}
    content |= {"not_arrived": missing.to_dicts(), "held": list(held), "left_out": left_out}
    show("\n".join(lines), content, as_json)


def _config_content(path: Path) -> dict:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = Fault(path.name, str(error), "TOML in UTF-8", "Correct the line.")
        raise InvalidInput("run config", [fault]) from error
    if isinstance(content.get("run_config"), dict):  # the schedule's file
        content = content["run_config"]
    return {name: f"{value}" if isinstance(value, date) else value for name, value in content.items()}


def checked_config(content: dict) -> RunConfig:
    """The run config, once nothing is wrong with it, names included.

    Raises
    ------
    InvalidInput
        Every fault.
    """
    try:
        config = RunConfig.model_validate(content)
    except ValidationError as error:
        raise InvalidInput("run config", model_faults(error.errors())) from error
    names = (
        config.regions,
        config.reps,
        config.books,
        config.capacities,
        config.revenue_caps,
        config.covered_states,
        config.coverage_overrides,
    )
    reps = read_snapshot(read_settings().source).reps if any(names) else None
    faults = config_faults(config, reps)
    if faults:
        raise InvalidInput("run config", faults)
    return config


@command(cycle, "list")
def list_cycles(as_json: bool) -> None:
    """All cycles, with where each stands."""
    folder, now = DataFolder.from_environment(), utc_now()
    statuses = [read_status(folder, each, now) for each in known_cycles(folder)]
    lines = [f"{each.cycle:<32} {each.state:<10} {each.scope:<18} {each.as_of}" for each in statuses]
    show(
        "\n".join(lines) or "no cycle yet; open one with `assignment cycle new`",
        [vars(each) for each in statuses],
        as_json,
    )


@command(cycle)
@click.argument("cycle_id")
def status(cycle_id: str, as_json: bool) -> None:
    """Where a cycle stands, who is missing, what comes next."""
    standing = read_status(DataFolder.from_environment(), cycle_id, utc_now())
    show("\n".join(standing.lines()), vars(standing), as_json)


@command(cycle)
@click.argument("cycle_id")
@with_who_and_why
@operator("administrator", "actor")
def cancel(cycle_id: str, actor: str, reason: str, as_json: bool) -> None:
    """End a cycle for good without writing; its accounts are free for other cycles."""
    _end(cycle_id, "cancelled", actor, reason, as_json)


@command(cycle)
@click.argument("cycle_id")
@with_who_and_why
@operator("administrator", "actor")
def expire(cycle_id: str, actor: str, reason: str, as_json: bool) -> None:
    """End a cycle whose time has passed; like cancel, recorded as expired."""
    _end(cycle_id, "expired", actor, reason, as_json)


def _end(cycle_id: str, event: str, actor: str, reason: str, as_json: bool) -> None:
    record_event(cycle_id, event, actor, reason)
    now = utc_now()
    for gate in GATES:
        withdraw(DataFolder.from_environment(), cycle_id, gate, now)
    show(f"{cycle_id}: {event}.", {"cycle": cycle_id, "event": event}, as_json)


@command(cycle)
@click.argument("cycle_id")
@click.option("--from", "stage", type=click.Choice(STAGES[:6]), required=True, help="The first stage to do again.")
@with_who_and_why
@operator("administrator", "actor")
def reopen(cycle_id: str, stage: str, actor: str, reason: str, as_json: bool) -> None:
    """Do a stage and all later ones again: raises the revision and withdraws the packets that are out."""
    folder = DataFolder.from_environment()
    if read_published(folder, cycle_id, WRITE_BACK_LOG).height:
        raise CycleClosed(
            f"cycle {cycle_id}: owners have been written, expected none. Nothing re-opens after the first "
            "write: open a new cycle."
        )
    revision = record_event(cycle_id, "reopened", actor, reason, stage)
    now = utc_now()
    withdrawn = [
        gate.name
        for gate in GATES.values()
        if STAGES.index(gate.stage) >= STAGES.index(stage) and withdraw(folder, cycle_id, gate.name, now)
    ]
    exported = exported_count(folder.published(cycle_id))
    loaded = (
        f" {exported:,} owner changes went out in files to be loaded by hand: where they are loaded already, load the "
        "rollback files too."
        if exported
        else ""
    )
    packets = f" Packets withdrawn: {', '.join(withdrawn)}." if withdrawn else ""
    show(
        f"{cycle_id}: revision {revision}, open again from {stage}.{packets}{loaded}",
        {"cycle": cycle_id, "revision": revision, "withdrawn": withdrawn},
        as_json,
    )
