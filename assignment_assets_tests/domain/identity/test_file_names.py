"""Names of files: one part of a path, whatever people write."""

import pytest

from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.sign_off.decisions import ConflictDecision, HeldEditDecision, SignOff, decision_file

CYCLE, PRIYA = "2026q4-global", "priya@example.com"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("North East", "North_East"),
        ("../../etc", "______etc"),
        ("São Paulo/2", "São_Paulo_2"),
        ("a\x00b\n", "a_b_"),
        ("", ""),
    ],
)
def test_letters_and_digits_stay_and_all_else_is_an_underscore(text, name):
    assert plain_name(text) == name


@pytest.mark.parametrize(
    ("decision", "name"),
    [
        (SignOff(CYCLE, 1, "North-East", "ab" * 32, "approve", PRIYA), "north_east.json"),
        (HeldEditDecision(CYCLE, 1, 7, "001A", "r-014", "accept", PRIYA), "held_7_001a_r_014.json"),
        (ConflictDecision(CYCLE, 1, "over_revenue r-014", PRIYA, "agreed"), "conflict_over_revenue_r_014.json"),
    ],
)
def test_a_decision_has_one_file_however_often_it_is_taken(decision, name):
    assert decision_file(decision) == name
