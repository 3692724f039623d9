"""What a person decides about a cycle as a whole: recorded in its life and in its audit log, with who and why."""

import click
import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.setup.cycle_events import next_event
from assignment_assets.domain.setup.freeze import require_unfinished
from assignment_assets.domain.tables import AUDIT_LOG, CYCLE_EVENTS
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.warehouse import Warehouse

who_and_why = [
    click.option("--as", "actor", required=True, help="Your e-mail address; it is recorded."),
    click.option("--reason", required=True, help="Why; it is recorded."),
]


def with_who_and_why(function):
    """The options that every such decision has."""
    for option in reversed(who_and_why):
        function = option(function)
    return function


def record_event(
    cycle_id: str,
    event: str,
    actor: str,
    reason: str,
    from_stage: str | None = None,
    digest: str | None = None,
    what: str = "",
) -> int:
    """Appends to the cycle's life; returns its revision afterwards.

    Parameters
    ----------
    digest, what
        What exactly is decided upon, for the audit log.

    Raises
    ------
    CycleClosed
        There is no such cycle, or it is over.
    """
    warehouse = Warehouse(database=str(DataFolder.from_environment().warehouse))
    events = warehouse.events(cycle_id)
    if not events.height:
        raise CycleClosed(
            f"cycle {cycle_id}: there is none, expected an open one. Open it with `assignment cycle new`."
        )
    require_unfinished(cycle_id, events)
    now = utc_now()
    row = next_event(events, event, actor=actor, reason=reason, at=now, from_stage=from_stage)
    audit = {
        "at": now,
        "actor": actor,
        "action": f"cycle {event}",
        "subject": cycle_id,
        "digest": digest,
        "what": from_stage or what,
        "why": reason,
    }
    warehouse.append_together(
        cycle_id,
        [
            (CYCLE_EVENTS, row),
            (AUDIT_LOG, pl.DataFrame([audit], schema=AUDIT_LOG.columns)),
        ],
    )
    return row["revision"].item()
