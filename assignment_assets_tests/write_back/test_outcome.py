"""What an answer of the org means, and what is read back after it."""

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.io.salesforce.field_changes import Answer, RecordNow, Target
from assignment_assets.write_back.outcome import Sent, answered, given_up, settle
from assignment_assets.write_back.plan import Change, owner_guards
from assignment_assets.write_back.preflight import judge
from assignment_assets.write_back.states import JOURNAL, Event, State, log_rows

AT = datetime(2026, 10, 1, 8, 0)
LATER = AT + timedelta(seconds=30)
CHANGE = Change("1", "a", "r-1", "r-2", owner_guards("", "OH"))
US, SOMEBODY = "u-engine", "u-person"
LOST = Answer("a", "ANSWER_LOST", is_lost=True)


def now(owner="r-1", state="OH", carve_out=None, modified_at=AT, modified_by=SOMEBODY):
    return RecordNow("a", owner, modified_at, modified_by, (("carve_out", carve_out), ("state", state)))


def settled(answer, found, change=CHANGE):
    return settle(change, Sent(AT, answer), found, US)


def test_a_lost_answer_is_unknown_whatever_it_said():
    assert answered(Answer("a", "HTTP_502", is_lost=True)) is State.UNKNOWN
    assert answered(Answer("a")) is State.ACK
    assert answered(Answer("a", "PRECONDITION_FAILED")) is State.REFUSED


@pytest.mark.parametrize(
    ("answer", "found", "state"),
    [
        (Answer("a"), now("r-2"), State.VERIFIED),
        (LOST, now("r-2"), State.VERIFIED),
        (Answer("a", "PRECONDITION_FAILED"), now("r-2"), State.SKIPPED_ALREADY),
        (Answer("a", "PRECONDITION_FAILED"), now("r-2", modified_by=US), State.SKIPPED_ALREADY),
        (Answer("a"), now("r-7"), State.DRIFT_AFTER_WRITE),
        (Answer("a"), now("r-1", modified_at=LATER), State.DRIFT_AFTER_WRITE),
        (Answer("a"), now("r-7", modified_by=US), State.REVERTED_BY_AUTOMATION),
        (Answer("a"), now("r-1", modified_by=US, modified_at=LATER), State.REVERTED_BY_AUTOMATION),
        (Answer("a"), now("r-1"), State.FAILED_HUMAN),
        (LOST, now("r-7"), State.DRIFT),
        (LOST, now(), State.PLANNED),
        (LOST, now(modified_at=LATER), State.DRIFT),
        (Answer("a", "PRECONDITION_FAILED"), now(modified_at=LATER), State.PLANNED),
        (Answer("a", "UNABLE_TO_LOCK_ROW"), now(), State.RETRY_WAIT),
        (Answer("a", "INACTIVE_OWNER_OR_USER"), now(), State.HELD),
        (Answer("a", "DUPLICATES_DETECTED"), now(), State.FAILED_HUMAN),
        (Answer("a", "REQUEST_LIMIT_EXCEEDED"), now(), State.PLANNED),
        (Answer("a", "ENTITY_IS_DELETED"), None, State.NOT_VISIBLE),
        (Answer("a"), None, State.UNKNOWN),
        (LOST, None, State.UNKNOWN),
        (Answer("a", "INVALID_FIELD_FOR_INSERT_UPDATE"), now(), State.PLANNED),
        (Answer("a", "UNKNOWN_EXCEPTION", "Portal owners need a role", is_lost=True), now(), State.PLANNED),
        (Answer("a", "INSUFFICIENT_ACCESS_OR_READONLY"), now(), State.FAILED_HUMAN),
    ],
)
def test_what_is_read_back_counts_for_more_than_the_answer(answer, found, state):
    assert settled(answer, found).state is state


def test_a_refusal_after_a_lost_answer_never_overwrites_what_may_be_a_correction():
    lost_before = Change("1", "a", "r-1", "r-2", owner_guards("", "OH"), was_lost=True, lost_since=AT)
    refusal = settled(Answer("a", "PRECONDITION_FAILED"), now(modified_at=LATER), lost_before)
    assert (refusal.state, refusal.code) == (State.DRIFT, "MODIFIED_MEANWHILE")
    assert judge(lost_before, now(modified_at=LATER), {"r-2"}).code == "MODIFIED_MEANWHILE"
    assert judge(lost_before, now(), {"r-2"}) is None


@pytest.mark.parametrize(
    ("code", "state"),
    [("UNABLE_TO_LOCK_ROW", State.FAILED_HUMAN), ("PRECONDITION_FAILED", State.DRIFT), ("ANSWER_LOST", State.UNKNOWN)],
)
def test_what_was_tried_often_enough_ends_with_its_last_code(code, state):
    answer = Answer("a", code)
    ended = given_up(settled(answer, now()), answer)
    assert (ended.state, ended.code) == (state, code)


@pytest.mark.parametrize(
    ("found", "state", "code"),
    [
        (now("r-2"), State.SKIPPED_ALREADY, ""),
        (now("r-7"), State.DRIFT, "OWNER_CHANGED"),
        (now(None), State.DRIFT, "OWNER_CHANGED"),
        (now(carve_out="SUD"), State.DRIFT_RULE, "CARVE_OUT_CHANGED"),
        (now(state="PA"), State.DRIFT_RULE, "STATE_CHANGED"),
        (now(state=None), State.DRIFT_RULE, "STATE_CHANGED"),
        (None, State.NOT_VISIBLE, "NOT_VISIBLE"),
    ],
)
def test_an_account_that_is_not_as_approved_is_not_written(found, state, code):
    verdict = judge(CHANGE, found, {"r-2"})
    assert (verdict.state, verdict.code) == (state, code)
    assert verdict.sentence


def test_an_account_is_gone_only_where_the_org_itself_calls_it_deleted():
    assert judge(CHANGE, None, {"r-2"}, {"a"}).state is State.GONE
    assert judge(CHANGE, None, {"r-2"}, {"b"}).state is State.NOT_VISIBLE
    assert judge(replace(CHANGE, was_lost=True), None, {"r-2"}).state is State.UNKNOWN
    for answer in (Answer("a"), LOST, Answer("a", "ENTITY_IS_DELETED")):
        assert settle(CHANGE, Sent(AT, answer), None, US, is_gone=True).state is State.GONE


def test_an_inactive_owner_of_something_else_is_no_matter_of_the_receiver():
    sent = Sent(AT, Answer("a", "INACTIVE_OWNER_OR_USER", "operation performed with inactive user [005x]"))
    assert settle(CHANGE, sent, now(), US).state is State.HELD
    assert settle(CHANGE, sent, now(), US, is_receiver_active=True).state is State.FAILED_HUMAN


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (now("u-7", modified_by=US), "read back with the person u-7"),
        (now("u-1"), "the opportunity has not been modified"),
        (None, "does not see the opportunity"),
    ],
)
def test_what_became_of_an_opportunity_is_told_in_its_own_words(found, words):
    of_a_deal = Change("1", "a", "u-1", "u-2", target=Target("Opportunity", "CSM__c"))
    assert words in settled(Answer("a"), found, of_a_deal).sentence


def test_a_rollback_goes_by_the_owner_alone():
    back = Change("1", "a", "r-1", "r-2")
    assert judge(back, now(carve_out="SUD", state="PA"), {"r-2"}) is None
    assert judge(back, now("r-7"), {"r-2"}).state is State.DRIFT


def test_an_inactive_receiver_holds_the_change_and_an_active_one_lets_it_go():
    assert judge(CHANGE, now(), set()).state is State.HELD
    assert judge(CHANGE, now(), {"r-2"}) is None


def test_a_row_of_the_log_is_an_attempt_with_what_was_found_and_when():
    events = [
        Event("p", "a", 1, State.INTENT, AT),
        Event("p", "a", 1, State.ACK, AT),
        Event("p", "a", 1, State.VERIFIED, LATER, "r-2"),
        Event("p", "b", 1, State.PLANNED, AT),
        Event("p", "c", 1, State.INTENT, AT),
        Event("p", "d", 1, State.REVERTED_BY_AUTOMATION, LATER, "r-9"),
    ]
    frame = pl.DataFrame(
        [vars(event) | {"seq": number, "hash": ""} for number, event in enumerate(events)], JOURNAL.columns
    )
    rows = pl.DataFrame({"plan_id": "p", "account_id": list("abcd"), "old_owner_id": "r-1", "new_owner_id": "r-2"})
    log = log_rows(rows, frame, {"p": 4})
    assert log.row(0, named=True) == {
        "sign_off_no": 4,
        "account_id": "a",
        "attempt": 1,
        "old_owner_id": "r-1",
        "new_owner_id": "r-2",
        "found_owner_id": "r-2",
        "outcome": "verified",
        "error_code": None,
        "error": None,
        "written_at": AT,
        "verified_at": LATER,
    }
    assert dict(log.select("account_id", "outcome").iter_rows()) == {"a": "verified", "c": "unknown", "d": "drift"}
    assert log["error_code"].to_list()[-1] == "REVERTED_BY_AUTOMATION"
