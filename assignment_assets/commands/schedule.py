"""`assignment schedule`: what the next quarter would be opened with, and when."""

from datetime import UTC
from zoneinfo import ZoneInfo

import click

from assignment_assets.automation.schedule_file import next_start, read_schedule_file
from assignment_assets.commands.cycles import checked_config
from assignment_assets.commands.output import command, show
from assignment_assets.domain.setup.cycle import default_id
from assignment_assets.domain.setup.frozen_config import changed_parameters
from assignment_assets.io.clock import utc_now


@click.group()
def schedules() -> None:
    """Commands for what starts by itself."""


@command(schedules, "schedule")
def schedule(as_json: bool) -> None:
    """What the schedule every_quarter would open next, when, and with which run config; every fault of its file."""
    file = read_schedule_file()
    when = file.schedule.when
    start = next_start(when, utc_now().replace(tzinfo=UTC)).astimezone(ZoneInfo(when.timezone))
    config = checked_config(file.schedule.config_of(start.date()).model_dump())
    cycle = default_id(start.date(), config.scope)
    changed = dict(changed_parameters(config).iter_rows())
    lines = [
        f"every_quarter opens {cycle} on {start:%Y-%m-%d} at {start:%H:%M}, {when.timezone} (cron {when.cron}), "
        "once it is switched on in Dagster.",
        f"It runs {file.said_by}" + ("." if file.is_there else f" beside the settings ({file.path})."),
        "Not the default:",
        *(f"  {name} = {value}" for name, value in changed.items()),
    ]
    content = {
        "cycle": cycle,
        "starts_at": start.isoformat(),
        "cron": when.cron,
        "timezone": when.timezone,
        "file": str(file.path) if file.is_there else None,
        "not_the_default": changed,
        "run_config": config.model_dump(),
    }
    show("\n".join(lines), content, as_json)
