"""What happens to a cycle as a whole, one row an event: opened, reopened, closed, cancelled, expired."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.setup.freeze import current_revision
from assignment_assets.domain.tables import CYCLE_EVENTS, CycleEventsFrame


def next_event(
    events: CycleEventsFrame, event: str, *, actor: str, reason: str, at: datetime, from_stage: str | None = None
) -> CycleEventsFrame:
    """The row to append to a cycle's life (CYCLE_EVENTS); re-opening it begins a new revision.

    Parameters
    ----------
    events
        The cycle's CYCLE_EVENTS so far.
    at
        UTC without zone.
    from_stage
        The stage that a re-opened cycle begins again with.
    """
    row = {
        "event_no": events.height + 1,
        "event": event,
        "revision": current_revision(events) + (event == "reopened"),
        "from_stage": from_stage,
        "actor": actor,
        "reason": reason,
        "at": at,
    }
    return CYCLE_EVENTS.conform(pl.DataFrame([row], schema=CYCLE_EVENTS.columns))
