"""`assignment cycle confirm-source`: somebody answers for what has jumped, and the cycle goes on."""

import click

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.commands.life import record_event, with_who_and_why
from assignment_assets.commands.operators import operator
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.source_confirmation import (
    CONFIRMED,
    ConfirmationInput,
    jumps_digest,
    unconfirmed_jumps,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import PublishedCycles, read_status

GOES_ON_WITH = ("current_books", "eligible_pool", "lock_packets")
"""What is done again from the sources as they were read and confirmed: they are not read anew."""


@click.group()
def confirming() -> None:
    """Commands that confirm."""


@command(confirming, "confirm-source")
@click.argument("cycle_id")
@with_who_and_why
@operator("opener", "actor")
def confirm_source(cycle_id: str, actor: str, reason: str, as_json: bool) -> None:
    """Answer for figures of the sources that have jumped: the stopped cycle goes on and sends its lock lists.

    The confirmation counts for exactly these figures; sources that are read again and jump otherwise stop it again.
    """
    folder = DataFolder.from_environment()
    read_status(folder, cycle_id, utc_now())
    given = ConfirmationInput.read(PublishedCycles(folder), cycle_id)
    jumps = unconfirmed_jumps(given)
    if not jumps:
        raise CycleClosed(
            f"cycle {cycle_id}: nothing of its sources waits for a confirmation, expected a figure that has jumped in "
            f"a cycle that the schedule opened. See `assignment cycle status {cycle_id}`."
        )
    record_event(cycle_id, CONFIRMED, actor, reason, digest=jumps_digest(given.changes), what=" ".join(jumps))
    run_segment(OPEN_CYCLE.name, cycle_id, only=GOES_ON_WITH)
    status = read_status(folder, cycle_id, utc_now())
    lines = [f"{cycle_id}: confirmed", *(f"  {jump}" for jump in jumps), *status.lines()]
    show("\n".join(lines), {"cycle": cycle_id, "confirmed": jumps, "state": status.state}, as_json)
