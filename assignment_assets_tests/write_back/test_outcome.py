"""What an answer of the org means, and what is read back after it."""

from datetime import datetime

import pytest

from assignment_assets.io.owner_desk import AccountNow, Answer
from assignment_assets.write_back.outcome import action, given_up, log_rows, settle
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.preflight import judge

SENT, READ = datetime(2026, 10, 1, 8, 0), datetime(2026, 10, 1, 8, 1)
CHANGE = Change(1, "a", "r-1", "r-2", "OH", None, 1)


def now(owner="r-1", state="OH", carve_out=None):
    return AccountNow("a", owner, state, carve_out, SENT)


@pytest.mark.parametrize(("code", "wanted"), [
    ("", "read"), ("PRECONDITION_FAILED", "rearm"), ("UNABLE_TO_LOCK_ROW", "retry"), ("QUERY_TIMEOUT", "retry"),
    ("API_TEMPORARILY_UNAVAILABLE", "retry"), ("UNKNOWN_EXCEPTION", "resend"), ("SERVER_UNAVAILABLE", "resend"),
    ("INACTIVE_OWNER_OR_USER", "hold"), ("TRANSFER_REQUIRES_READ", "hold"), ("REQUEST_LIMIT_EXCEEDED", "stop"),
    ("MALFORMED_ID", "stop"), ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "stop"),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "person"), ("DUPLICATES_DETECTED", "person"), ("NEVER_HEARD_OF", "person"),
])
def test_every_code_calls_for_one_action(code, wanted):
    assert action(Answer("a", code)) == wanted


def test_a_lost_answer_is_read_back_whatever_it_said():
    assert action(Answer("a", "HTTP_502", is_lost=True)) == "resend"


@pytest.mark.parametrize("answer", [Answer("a"), Answer("a", "ANSWER_LOST", is_lost=True), Answer("a", "HTTP_400")])
def test_what_is_read_back_counts_for_more_than_the_answer(answer):
    assert settle(CHANGE, answer, now("r-2"), SENT, READ).outcome == "verified"
    assert settle(CHANGE, answer, now("r-7"), SENT, READ).outcome == "drift"
    assert settle(CHANGE, answer, None, SENT, READ).outcome == "gone"


def test_an_accepted_change_that_was_set_back_is_a_failure_with_its_name():
    settled = settle(CHANGE, Answer("a"), now("r-1"), SENT, READ)
    assert (settled.outcome, settled.code, settled.found_owner_id) == ("failed", "REVERTED", "r-1")


@pytest.mark.parametrize(("code", "outcome"), [
    ("UNABLE_TO_LOCK_ROW", "failed"), ("PRECONDITION_FAILED", "drift"), ("ANSWER_LOST", "unknown"), ("", "unknown")])
def test_what_was_tried_often_enough_ends_with_its_last_code(code, outcome):
    settled = given_up(CHANGE, Answer("a", code), SENT)
    assert (settled.outcome, settled.code) == (outcome, code or "NOT_READ_BACK")


@pytest.mark.parametrize(("found", "outcome", "code"), [
    (now("r-2"), "skipped_already", ""),
    (now("r-7"), "drift", "OWNER_CHANGED"),
    (now(None), "drift", "OWNER_CHANGED"),
    (now(carve_out="SUD"), "drift_rule", "CARVE_OUT_CHANGED"),
    (now(state="PA"), "drift_rule", "STATE_CHANGED"),
    (now(state=None), "drift_rule", "STATE_CHANGED"),
    (None, "gone", "GONE"),
])
def test_an_account_that_is_not_as_approved_is_not_written(found, outcome, code):
    verdict = judge(CHANGE, found, {"r-2"})
    assert (verdict.outcome, verdict.code) == (outcome, code)
    assert verdict.sentence


def test_an_inactive_receiver_holds_the_change_and_an_active_one_lets_it_go():
    assert judge(CHANGE, now(), set()).outcome == "held"
    assert judge(CHANGE, now(), {"r-2"}) is None


def test_a_row_of_the_log_says_what_was_found_and_when():
    row = log_rows([settle(CHANGE, Answer("a"), now("r-2"), SENT, READ)]).row(0, named=True)
    assert row == {
        "sign_off_no": 1, "account_id": "a", "attempt": 1, "old_owner_id": "r-1", "new_owner_id": "r-2",
        "found_owner_id": "r-2", "outcome": "verified", "error_code": None, "error": None, "written_at": SENT,
        "verified_at": READ}
