"""`assignment write-back check` and `dry-run`: what a write would meet, before anything is written."""

import click

from assignment_assets.commands.output import command, show
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Source
from assignment_assets.stages.write_back_check import look_at_org
from assignment_assets.stages.write_back_dry_run import look_ahead as looked_ahead
from assignment_assets.stages.write_back_plans import DRY_RUN, ORG_CHECK, page_file


@click.group()
def look_ahead() -> None:
    """What belongs to `assignment write-back` before anything is written."""


@command(look_ahead, "check")
@click.argument("cycle_id", required=False, default="")
def check(cycle_id: str, as_json: bool) -> None:
    """What of the org would hinder a write: permissions, rules, people, locks; with CYCLE_ID, for its accounts too."""
    found = look_at_org(_warehouse(), cycle_id, Source())
    if cycle_id:
        write_whole(page_file(DataFolder.from_environment(), cycle_id, ORG_CHECK), found.page())
    show(found.page(), found.facts, as_json)


@command(look_ahead, "dry-run")
@click.argument("cycle_id")
def dry_run(cycle_id: str, as_json: bool) -> None:
    """Everything short of writing, the org check first: one page to decide from."""
    found = looked_ahead(_warehouse(), cycle_id, Source())
    write_whole(page_file(DataFolder.from_environment(), cycle_id, DRY_RUN), found.page())
    show(found.page(), found.facts, as_json)


def _warehouse() -> Warehouse:
    return Warehouse(database=str(DataFolder.from_environment().warehouse))
