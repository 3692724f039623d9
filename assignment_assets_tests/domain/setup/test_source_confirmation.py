"""What waits for a confirmation: jumps of a cycle that stops at them, until exactly these were confirmed."""

import pytest

from assignment_assets.domain.errors import SourceJumped
from assignment_assets.domain.setup.frozen_config import config_row
from assignment_assets.domain.setup.source_confirmation import (
    ConfirmationInput,
    jumps_digest,
    require_confirmed,
    unconfirmed_jumps,
)
from assignment_assets.domain.tables import AUDIT_LOG, CYCLE_EVENTS, RUN_CONFIG, SOURCE_CHANGES
from assignment_assets_tests.company import config, table

UNOWNED = {
    "figure": "unowned",
    "label": "accounts without an owner",
    "unit": "%",
    "jump_at": 5.0,
    "jump_unit": "points",
}
CALM = {"figure": "used", "label": "accounts", "unit": "rows", "now": 900.0, "before": 899.0, "is_jump": False}


def changes(now=27.0):
    """One figure that has jumped, and one that has not."""
    jump = UNOWNED | {"line_no": 0, "now": now, "before": 1.0, "is_jump": True, "previous_cycle": "2026q3"}
    return table(SOURCE_CHANGES, jump, CALM | {"line_no": 1, "previous_cycle": "2026q3"})


def given(changed=None, confirmed=None, **fields):
    """The input of a cycle with this run config, in which this digest was confirmed."""
    audit = [{"action": "cycle source confirmed", "digest": confirmed}] if confirmed else []
    frozen = config_row(config(**{"stop_on_jumps": True} | fields), CYCLE_EVENTS.empty())
    return ConfirmationInput(frozen, changes() if changed is None else changed, table(AUDIT_LOG, *audit))


def test_a_jump_waits_and_the_refusal_says_what_to_do():
    assert unconfirmed_jumps(given()) == ["accounts without an owner: 1.0 % in 2026q3, 27.0 % now."]
    with pytest.raises(SourceJumped) as refusal:
        require_confirmed("2026q4", given())
    for words in ("1. accounts without an owner: 1.0 % in 2026q3", "confirm-source 2026q4", "run open_cycle 2026q4"):
        assert words in str(refusal.value)


@pytest.mark.parametrize("fields", [{"stop_on_jumps": False}, {"mode": "draft"}])
def test_by_hand_and_in_drafts_nothing_waits(fields):
    assert unconfirmed_jumps(given(**fields)) == []


def test_without_a_jump_or_before_the_run_config_nothing_waits():
    require_confirmed("2026q4", given(SOURCE_CHANGES.empty()))
    nothing = ConfirmationInput(RUN_CONFIG.empty(), changes(), AUDIT_LOG.empty())
    assert unconfirmed_jumps(nothing) == []


def test_what_was_confirmed_counts_and_other_figures_do_not():
    confirmed = jumps_digest(changes())
    assert unconfirmed_jumps(given(confirmed=confirmed)) == []
    assert unconfirmed_jumps(given(changes(now=28.0), confirmed))
