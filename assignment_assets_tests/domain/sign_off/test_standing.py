"""Signed files between cycles: whatever their JSON holds, they are read or every fault is named."""

import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.sign_off.standing import Acceptance, StandingPolicy, is_signed, read_standing, signed_text

POLICY = {
    "kind": "standing_policy",
    "name": "x",
    "kinds": ["routing"],
    "up_to": "nothing",
    "max_moves": 1,
    "valid_from": "2026-10-01",
    "expires_on": "2026-12-31",
    "signed_by": "priya@example.com",
    "note": "",
}
ANSWER = {
    "kind": "acceptance",
    "decision_no": 3,
    "account_id": "a1",
    "rep_id": "ana",
    "answer": "accepted",
    "signed_by": "ana@example.com",
    "note": "",
}


def test_what_was_signed_is_read_back():
    policy, answer = read_standing(POLICY | {"signature": "0" * 64}), read_standing(ANSWER)
    assert isinstance(policy, StandingPolicy) and policy.kinds == ("routing",)
    assert isinstance(answer, Acceptance) and answer.decision_no == 3
    assert not is_signed(POLICY | {"signature": ["odd"]}, "ab" * 32)
    assert "signature" in signed_text(policy, "ab" * 32)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"up_to": "the moon"}, "up_to: 'the moon', expected one of nothing, lock_lists"),
        ({"max_moves": True}, "max_moves: True, expected int"),
        ({"max_moves": 1.5}, "max_moves: 1.5, expected int"),
        ({"kinds": "routing"}, "kinds: 'routing', expected list"),
        ({"kinds": [["routing"]]}, "expected texts"),
        ({"kinds": [float("nan")]}, "expected texts"),
        ({"name": None}, "name: None, expected str"),
        ({"note": "\ud800"}, "note: letters that no file can hold"),
        ({"kinds": ["\udfff"]}, "kinds: letters that no file"),
        ({"valid_from": "yesterday"}, "valid_from: 'yesterday', expected a day"),
        ({"more": 1}, "'more': given"),
    ],
)
def test_one_odd_value_is_named(change, said):
    with pytest.raises(InvalidInput, match="1 fault") as caught:
        read_standing(POLICY | change)
    assert said in str(caught.value)


def test_all_faults_are_named_at_once():
    content = {name: value for name, value in POLICY.items() if name != "note"} | {"max_moves": "5", "expires_on": ""}
    with pytest.raises(InvalidInput, match="3 faults") as caught:
        read_standing(content)
    assert all(name in str(caught.value) for name in ("note: missing", "max_moves: '5'", "expires_on: ''"))


@pytest.mark.parametrize("content", [None, [], "text", 3, {}, {"kind": []}, {"kind": {"a": 1}}, {"kind": "sign_off"}])
def test_what_is_no_decision_at_all_is_said(content):
    with pytest.raises(InvalidInput, match="expected standing_policy or acceptance"):
        read_standing(content)
