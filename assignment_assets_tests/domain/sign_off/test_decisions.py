"""The files by which Growth Strategy decides: what they say, whose they are, what is no decision."""

import json

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import HeldEditDecision, SignOff, is_signed, read_decision, signed_text

SIGNED = SignOff("2026q4-global", 1, "North", "abc", "approve", "priya@example.com", "fine")
DECIDED = HeldEditDecision("2026q4-global", 1, 3, "a01", "ana", "accept", "priya@example.com")
TOKEN = signer_token(b"key", "priya@example.com")


@pytest.mark.parametrize("decision", [SIGNED, DECIDED])
def test_a_decision_survives_its_file(decision):
    content = json.loads(signed_text(decision, TOKEN))
    assert read_decision(content) == decision
    assert is_signed(content, TOKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"region": "South"},
        {"digest": "abd"},
        {"decision": "reject"},
        {"revision": 2},
        {"signed_by": "tom@example.com"},
        {"note": ""},
        {"signature": ""},
        {"more": "x"},
    ],
)
def test_a_changed_word_breaks_the_signature(change):
    assert not is_signed(json.loads(signed_text(SIGNED, TOKEN)) | change, TOKEN)


def test_nobody_signs_for_another():
    content = json.loads(signed_text(SIGNED, signer_token(b"key", "tom@example.com")))
    assert not is_signed(content, TOKEN)
    assert not is_signed(json.loads(signed_text(SIGNED, TOKEN)), signer_token(b"another key", "priya@example.com"))


def test_subjects_tell_decisions_of_one_person_apart():
    assert (SIGNED.subject, DECIDED.subject) == ("North", "held 3 a01 ana")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "wish"}, "the kind is 'wish', expected sign_off or held_edit or conflict"),
        ({"kind": None}, "the kind is None"),
        ({"revision": "1"}, "revision is '1', expected int"),
        ({"revision": True}, "revision is True, expected int"),
        ({"region": None}, "region is None, expected str"),
        ({"colour": "red"}, "the fields colour are missing or unknown"),
    ],
)
def test_what_is_no_decision_is_said_in_a_sentence(change, said):
    with pytest.raises(ValueError, match=said):
        read_decision(json.loads(signed_text(SIGNED, TOKEN)) | change)


@pytest.mark.parametrize("word", ["", "Approve", "yes", "accept"])
def test_a_decision_is_one_of_the_closed_words(word):
    with pytest.raises(ValueError, match="expected approve or reject"):
        read_decision(json.loads(signed_text(SIGNED, TOKEN)) | {"decision": word})


def test_a_missing_field_is_named():
    content = json.loads(signed_text(SIGNED, TOKEN))
    del content["digest"]
    with pytest.raises(ValueError, match="the fields digest are missing or unknown"):
        read_decision(content)
