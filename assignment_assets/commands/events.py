"""`assignment events …`: what happened between two polls, and the cycles that settle it."""

import json

import click
import polars as pl

from assignment_assets.automation.run_segment import instance, run_segment
from assignment_assets.commands.operators import prove
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.routing.events.detect import owners_meet
from assignment_assets.domain.routing.tables import DEPARTURE_WAYS, EVENT_CYCLES, EVENTS
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import read_routing


@click.group()
def events() -> None:
    """What happened between two polls, and the cycles that settle it."""


@command(events, "list")
def list_events(as_json: bool) -> None:
    """Every event cycle with its scope and how far it runs by itself, and the events that still wait."""
    folder = DataFolder.from_environment()
    cycles, found = read_routing(folder, EVENT_CYCLES), read_routing(folder, EVENTS)
    with instance() as dagster:
        opened = set(dagster.get_dynamic_partitions("cycle"))
    lines = [
        f"{row['cycle']:<48} {'opened' if row['cycle'] in opened else 'planned':<8} {row['scope']:<18} "
        f"up to {row['up_to']:<13} {row['why']}"
        for row in cycles.iter_rows(named=True)
    ]
    meets = set(owners_meet(found)["event_id"])
    waiting = found.filter(pl.col("cycle").is_null())
    families = found.filter(pl.col("scope") == "family")
    lines += [
        f"{row['kind']} of {row['subject_id']}: waits for the quiet window"
        for row in waiting.filter(pl.col("scope") != "family").iter_rows(named=True)
    ]
    lines += [
        f"{row['kind']} of {row['subject_id']}: "
        + (
            row["cycle"]
            or ("two owners meet, in the exception queue" if row["event_id"] in meets else "noted, one owner")
        )
        for row in families.iter_rows(named=True)
    ]
    ways = read_routing(folder, DEPARTURE_WAYS)
    lines += [
        f"departure of {row['rep_id']}: {row['accounts']} accounts, {row['optimiser']} by territory and "
        f"optimiser, {row['director']} listed for {row['director_email']}, {row['territory_pool']} to the pool "
        f"for new hires; {row['still_theirs']} still theirs"
        for row in ways.iter_rows(named=True)
    ]
    show(
        "\n".join(lines) or "no event yet",
        {"cycles": cycles.to_dicts(), "waiting": waiting.to_dicts(), "departures": ways.to_dicts()},
        as_json,
    )


@command(events, "open")
@click.argument("cycle_ids", nargs=-1, required=True)
@click.option("--as", "person", required=True, help="Your e-mail address; it is recorded as who opens the cycle.")
def open_cycles(cycle_ids: tuple[str, ...], person: str, as_json: bool) -> None:
    """Open the cycles of events that no standing policy covers: they then wait at every gate as usual."""
    prove("opener", person, f"open {', '.join(cycle_ids)}")
    planned = {row["cycle"]: row for row in read_routing(DataFolder.from_environment(), EVENT_CYCLES).to_dicts()}
    unknown = [cycle for cycle in cycle_ids if cycle not in planned]
    if unknown:
        raise CycleClosed(
            f"event cycles {', '.join(unknown)}: not planned, expected one of "
            f"{', '.join(planned) or 'none yet'}. `assignment events list` shows them."
        )
    runs = {}
    for cycle in cycle_ids:
        config = RunConfig.model_validate(json.loads(planned[cycle]["config_json"]) | {"opened_by": person})
        runs[cycle] = run_segment(OPEN_CYCLE.name, cycle, config).run_id
    show("\n".join(f"{cycle}: opened" for cycle in runs), runs, as_json)
