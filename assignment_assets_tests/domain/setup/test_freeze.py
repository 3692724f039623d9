"""What may no longer change once packets are out, and what a cycle that is over refuses."""

from datetime import datetime

import pytest

from assignment_assets.domain.errors import CycleClosed, CycleFrozen
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.setup.cycle import STAGES
from assignment_assets.domain.setup.freeze import (
    TABLE_STAGE,
    current_revision,
    require_unfinished,
    require_unfrozen,
    revision_of_gate,
)
from assignment_assets.domain.tables import CYCLE_EVENTS, TABLES
from assignment_assets_tests.company import table

NOON = datetime(2026, 10, 5, 12, 0)


def events(*names_and_stages):
    """Events of a cycle: a name, or (name, stage); re-openings count up."""
    rows, revision = [], 1
    for number, each in enumerate(names_and_stages, 1):
        event, stage = each if isinstance(each, tuple) else (each, None)
        revision += event == "reopened"
        rows.append(
            {
                "event_no": number,
                "event": event,
                "revision": revision,
                "from_stage": stage,
                "actor": "olivia",
                "reason": "because",
                "at": NOON,
            }
        )
    return table(CYCLE_EVENTS, *rows)


def test_every_re_opening_raises_the_revision():
    assert current_revision(events("opened")) == 1
    assert current_revision(events("opened", ("reopened", "locks"), ("reopened", "review"))) == 3


def test_a_gate_carries_the_revision_that_last_reached_it():
    told = events("opened", ("reopened", "locks"), ("reopened", "review"), ("reopened", "sign_off"))
    assert {gate: revision_of_gate(told, gate) for gate in GATES} == {
        "lock_lists": 2,
        "review_edits": 3,
        "sign_offs": 4,
    }
    assert {revision_of_gate(events("opened"), gate) for gate in GATES} == {1}


@pytest.mark.parametrize("event", ["closed", "cancelled", "expired"])
def test_a_cycle_that_is_over_refuses_and_says_since_when(event):
    with pytest.raises(CycleClosed) as caught:
        require_unfinished("2026q4-global", events("opened", event))
    assert f"it is {event} since 2026-10-05 12:00 UTC by olivia" in str(caught.value)
    assert "assignment cycle new" in str(caught.value)


def test_a_cycle_that_goes_on_refuses_nothing():
    require_unfinished("2026q4-global", events("opened", ("reopened", "locks")))


@pytest.mark.parametrize("gate", sorted(GATES))
@pytest.mark.parametrize("name", sorted(TABLE_STAGE))
def test_a_table_is_frozen_by_the_packets_of_later_stages(name, gate):
    is_later = STAGES.index(GATES[gate].stage) > STAGES.index(TABLE_STAGE[name])
    require_unfrozen("c", name, {gate: 1}, "same", "same")
    require_unfrozen("c", name, {gate: 1}, None, "new")
    require_unfrozen("c", name, {}, "old", "new")
    if not is_later:
        require_unfrozen("c", name, {gate: 1}, "old", "new")
        return
    with pytest.raises(CycleFrozen) as caught:
        require_unfrozen("2026q4-global", name, {gate: 1}, "0123456789", "9876543210")
    assert f"table {name}: its content would change (digest 01234567 → 98765432)" in str(caught.value)
    assert f"packets of {gate} are out" in str(caught.value)


def test_every_table_before_the_sign_off_freezes_but_logs():
    later = {
        "decided_books",
        "decision_verdicts",
        "sign_off_packets",
        "region_digests",
        "sign_off_verdicts",
        "approved_diff",
        "conflicts",
    }
    later |= {"arrivals", "source_changes"}  # what other cycles do later must not stop this one
    assert set(TABLES) - set(TABLE_STAGE) - later == {name for name, each in TABLES.items() if each.is_log}
