"""`assignment remind`: who is missing before a deadline gets one letter."""

import click

from assignment_assets.commands.output import command, show
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.notices.bulletins import ROUTING, announce
from assignment_assets.io.notices.reminders import remind
from assignment_assets.io.published_cycle import known_cycles
from assignment_assets.io.settings import read_settings


@click.group()
def notices() -> None:
    """Commands for letters."""


@command(notices, "remind")
@click.argument("cycle_id", required=False)
def send_reminders(cycle_id: str | None, as_json: bool) -> None:
    """Remind everyone who is missing at a gate of CYCLE_ID (default: every cycle) whose deadline is near.

    Each person gets one reminder a gate, with a personal link. Settings say how near (`[notices] reminder_hours`),
    and whether letters are sent or written as files. Slack, where it is on, is told what it was not told yet.
    """
    folder, settings, key = DataFolder.from_environment(), read_settings(), engine_key()
    lines, rows = [], []
    for cycle in [cycle_id] if cycle_id else known_cycles(folder):
        for each in remind(folder, cycle, settings, key, utc_now):
            lines.append(f"{cycle} {each.person}: {each.outcome} {each.said}".rstrip())
            rows.append({"cycle": cycle} | vars(each))
    for cycle in [cycle_id] if cycle_id else [*known_cycles(folder), ROUTING]:
        for each in announce(folder, cycle, settings.notices, utc_now):
            lines.append(f"{cycle} {each.person}, {each.kind}: {each.outcome} {each.said}".rstrip())
            rows.append({"cycle": cycle} | vars(each))
    show("\n".join(lines) or "nobody to remind", rows, as_json)
