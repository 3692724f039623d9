"""Signed decisions as rows: each kind by itself."""

import pytest

from assignment_assets.domain.sign_off.decisions import ConflictDecision, HeldEditDecision, SignOff
from assignment_assets.domain.sign_off.signed_files import (
    SignedFile,
    accepted_sign_offs,
    conflict_decisions,
    held_edit_decisions,
    sign_offs,
)
from assignment_assets.domain.tables import SIGN_OFF_VERDICTS
from assignment_assets_tests.company import OLIVIA, PRIYA, table

NORTH, SOUTH = (SignOff("c", 1, region, "d1", "approve", PRIYA) for region in ("North", "South"))
HELD = HeldEditDecision("c", 1, 7, "a01", "ben", "accept", OLIVIA)
TAKEN_ON = ConflictDecision("c", 1, "over_count ana", OLIVIA, "she agreed")
FILES = [
    SignedFile(number, {"no": number}, each, True) for number, each in enumerate((SOUTH, HELD, TAKEN_ON, NORTH), 1)
]


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [(sign_offs(FILES)["receipt_no"], [1, 4]), (conflict_decisions(FILES)["receipt_no"], [3])],
)
def test_each_kind_has_its_own_frame(rows, numbers):
    assert rows.to_list() == numbers


def test_a_decision_on_a_held_edit_has_its_own_receipt_and_the_edits():
    assert held_edit_decisions(FILES).select("decision_no", "receipt_no", "decided_by").row(0) == (2, 7, OLIVIA)


def test_only_accepted_sign_offs_go_with_a_plan_in_the_order_of_their_receipts():
    verdicts = table(
        SIGN_OFF_VERDICTS,
        {"receipt_no": 1, "region": "South", "verdict": "accepted"},
        {"receipt_no": 4, "region": "North", "verdict": "accepted"},
    )
    assert accepted_sign_offs(reversed(FILES), verdicts) == [({"no": 1}, SOUTH), ({"no": 4}, NORTH)]
    assert (
        accepted_sign_offs(FILES, verdicts.with_columns(verdict=verdicts["verdict"].replace("accepted", "refused")))
        == []
    )
