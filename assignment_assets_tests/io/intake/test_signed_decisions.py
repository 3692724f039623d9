"""Signed decisions arrive as files too: each is its signer's, for this revision, or it is refused."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import SignOff, signed_text
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, Gate
from assignment_assets_tests.io.workbooks.conftest import KEY

SIGNER = "gs@example.com"


@pytest.fixture
def sign_offs(tmp_path):
    return Gate(tmp_path / "data", "sign_offs", (SIGNER,))


def signed(token=None, **changes):
    decision = replace(SignOff(CYCLE, 1, "west", "ab" * 32, "approve", SIGNER), **changes)
    return signed_text(decision, token or signer_token(KEY, SIGNER)).encode()


def test_a_signed_decision_is_accepted_region_by_region_even_after_the_deadline(sign_offs):
    sign_offs.drop(signed(), "west.json", SIGNER)
    sign_offs.drop(signed(region="east"), "east.json", SIGNER)
    look = sign_offs.look(DEADLINE + timedelta(days=1))
    assert [(each.verdict, each.subject, each.is_late) for each in look.new_receipts] == [
        ("accepted", "east", True),
        ("accepted", "west", True),
    ]


def test_two_decisions_on_one_region_at_once_are_held(sign_offs):
    sign_offs.drop(signed(), "yes.json", SIGNER)
    sign_offs.drop(signed(decision="reject"), "no.json", SIGNER)
    assert sign_offs.verdicts() == [("held", "two_files")] * 2


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (signed(signer_token(KEY, "rd@example.com")), "bad_signature"),
        (signed(revision=2), "older_revision"),
        (signed(cycle="2026q3-global"), "other_cycle"),
        (signed(signed_by="rd@example.com"), "other_person"),
        (signed().replace(b'"west"', b'"east"'), "bad_signature"),
        (b"{}", "unreadable"),
        (b"[1]", "unreadable"),
        (b"hello", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (json.dumps({"kind": "sign_off"}).encode(), "unreadable"),
        (b"\xff\xfe", "unreadable"),
    ],
)
def test_a_decision_that_is_not_this_persons_for_this_revision_is_refused(sign_offs, content, rule):
    sign_offs.drop(content, "west.json", SIGNER)
    assert sign_offs.verdicts() == [("refused", rule)]
