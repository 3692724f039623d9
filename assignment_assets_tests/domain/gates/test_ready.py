"""How many accounts are signed and wait, whose command writes them, and what of that is told to whom."""

from datetime import datetime

import pytest

from assignment_assets.domain.gates.ready import WhoWrites, ready
from assignment_assets.domain.notices.ready import ready_letters
from assignment_assets.domain.tables import APPROVED_DIFF, WRITE_BACK_LOG
from assignment_assets_tests.company import table

NOW = datetime(2026, 10, 1, 9, 0)
ANYBODY = WhoWrites()
APPROVED = table(
    APPROVED_DIFF,
    {"sign_off_no": 1, "region": "North", "account_id": "a01", "status": "approved"},
    {"sign_off_no": 1, "region": "North", "account_id": "a02", "status": "approved"},
    {"sign_off_no": 2, "region": "South", "account_id": "b01", "status": "approved"},
    {"sign_off_no": 2, "region": "South", "account_id": "b02", "status": "deferred"},
)


def log(*outcomes):
    return table(
        WRITE_BACK_LOG,
        *({"sign_off_no": 1, "account_id": each, "attempt": 1, "outcome": outcome} for each, outcome in outcomes),
    )


def now_ready(*outcomes, who=ANYBODY, effective=""):
    return ready("c", APPROVED, log(*outcomes), who, effective, NOW)


def test_what_is_approved_and_has_not_ended_is_ready():
    assert now_ready().sentence == "3 accounts are ready to be written"
    assert now_ready(("a01", "verified"), ("a02", "failed")).sentence == (
        "2 accounts are ready to be written (1 refused so far)"
    )
    assert now_ready(effective="2026-11-01").sentence == "3 accounts are ready to be written from 2026-11-01 on"
    assert now_ready(effective="2026-10-01").sentence == "3 accounts are ready to be written"


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (WhoWrites(), "Nothing writes them by itself: a person runs `assignment write-back apply c`."),
        (WhoWrites(is_by_hand=True), "A person loads them: `assignment write-back export c` makes the file."),
        (WhoWrites(window="between 06:00 and 09:00 (UTC)"), "The engine writes them by itself between 06:00 and 09:00"),
        (WhoWrites(is_by_policy=True), "The engine writes them at its next look, under a standing policy"),
    ],
)
def test_who_writes_is_said_as_it_is(who, said):
    assert now_ready(who=who).by_whom.startswith(said)


def test_each_writer_is_told_of_each_sign_off_once_whatever_is_written_meanwhile():
    first = ready_letters(now_ready(), ["sam@example.com", "Sam@Example.com", "ada@example.com"])
    assert [(each.person, each.sign_off_no, each.count, each.total) for each in first] == [
        ("sam@example.com", 1, 2, 3),
        ("ada@example.com", 1, 2, 3),
        ("sam@example.com", 2, 1, 3),
        ("ada@example.com", 2, 1, 3),
    ]
    later = ready_letters(now_ready(("a01", "verified")), ["sam@example.com"])
    assert [each.digest for each in later] == [first[0].digest, first[2].digest]
    assert len({each.digest for each in first}) == 4
