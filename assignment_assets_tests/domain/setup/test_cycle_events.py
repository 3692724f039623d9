"""A cycle's life, event by event."""

from datetime import datetime

from assignment_assets.domain.setup.cycle_events import next_event
from assignment_assets.domain.setup.freeze import current_revision
from assignment_assets.domain.tables import CYCLE_EVENTS

NOON = datetime(2026, 10, 5, 12, 0)


def test_events_are_numbered_and_re_opening_begins_a_revision():
    events = CYCLE_EVENTS.empty()
    for event, stage in (("opened", None), ("reopened", "locks"), ("closed", None)):
        events = events.vstack(next_event(events, event, actor="o", reason="so", at=NOON, from_stage=stage))
    assert events.select("event_no", "event", "revision", "from_stage").rows() == [
        (1, "opened", 1, None),
        (2, "reopened", 2, "locks"),
        (3, "closed", 2, None),
    ]
    assert current_revision(events) == 2
