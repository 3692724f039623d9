"""`assignment run`: one segment of a cycle now."""

import click

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.commands.operators import prove
from assignment_assets.commands.output import command, show
from assignment_assets.domain.segment import SEGMENTS, WRITE_BACK
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import read_status
from assignment_assets.resources import Source


@click.group()
def segments() -> None:
    """Commands for single segments."""


@command(segments, "run")
@click.argument("segment", type=click.Choice(list(SEGMENTS)))
@click.argument("cycle_id")
@click.option("--verbose", is_flag=True, help="Show the run's log, with the optimiser's progress.")
@click.option("--as", "person", default="", help="For write_back under [roles]: your e-mail address.")
def run(segment: str, cycle_id: str, verbose: bool, person: str, as_json: bool) -> None:
    """Materialise one segment of a cycle now, as the sensor or the Dagster UI would."""
    if segment == WRITE_BACK.name:
        prove("writer", person, f"run {segment} {cycle_id}")
    done = run_segment(segment, cycle_id, quiet=not verbose)
    lines = [f"  {step:<28} {seconds:7.2f} s" for step, seconds in done.seconds.items()]
    if segment == WRITE_BACK.name and not Source().is_org:
        lines.append(f"Next: {read_status(DataFolder.from_environment(), cycle_id, utc_now()).next_step}")
    show("\n".join([f"{segment} of {cycle_id}: done", *lines]), vars(done), as_json)
