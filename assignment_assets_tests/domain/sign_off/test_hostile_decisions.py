"""Decisions that nobody could have signed are told apart from decisions, whatever they are made of."""

import pytest

from assignment_assets.domain.sign_off.decisions import read_decision

SOUND = {
    "kind": "sign_off",
    "cycle": "2026q4-global",
    "revision": 1,
    "region": "North",
    "digest": "d",
    "decision": "approve",
    "signed_by": "priya@example.com",
    "note": "",
    "signature": "a",
}


@pytest.mark.parametrize("change", [{"note": "\ud800"}, {"region": "\udfff"}, {"kind": [1]}, {"kind": {}}])
def test_what_is_no_decision_is_a_value_error(change):
    assert read_decision(SOUND).region == "North"
    with pytest.raises(ValueError):
        read_decision(SOUND | change)
