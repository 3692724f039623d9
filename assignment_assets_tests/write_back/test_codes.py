"""What each of Salesforce's answers calls for."""

import pytest

from assignment_assets.io.salesforce.field_changes import Answer
from assignment_assets.write_back.codes import CAUSES, CODES, action, cause

LOCKED = "UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record"


def row(code, message=""):
    return action(Answer("a", code, message, is_lost=code in ("UNKNOWN_EXCEPTION", "ANSWER_LOST")))


def whole(code, message=""):
    return action(Answer("a", code, message, is_whole=True))


def test_every_code_of_a_row_calls_for_the_action_of_the_table():
    for wanted, codes in CODES.items():
        assert {row(code) for code in codes} == {wanted}
    assert action(Answer("a")) == "read"
    assert row("NEVER_HEARD_OF") == "person"
    assert row("INSUFFICIENT_ACCESS_OF_A_NEW_KIND") == "access"


@pytest.mark.parametrize(
    ("code", "message", "wanted"),
    [
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"trigger X: {LOCKED}", "retry"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", f"trigger X: {LOCKED}", "retry"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "The flow failed: UNABLE_TO_LOCK_ROW", "retry"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Record Currently Unavailable: it is being modified", "retry"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "trigger X: System.NullPointerException", "person"),
        ("CANNOT_EXECUTE_FLOW_TRIGGER", "INACTIVE_OWNER_OR_USER: operation performed with inactive user", "person"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No changes under maintenance contracts", "person"),
        ("SOME_NEW_CODE", "The instance is in read-only mode", "pause"),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", "retry"),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "pause"),
        ("MALFORMED_ID", "Owner ID: id value of incorrect type: 00G000000000001", "person"),
        ("UNKNOWN_EXCEPTION", "portal account owner must have a role", "doubt"),
        ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId: 17-1 (0)", "resend"),
        ("TERRITORY_REALIGN_IN_PROGRESS", "", "pause"),
        ("TOO_MANY_APEX_REQUESTS", "", "retry"),
    ],
)
def test_words_go_before_a_code(code, message, wanted):
    assert row(code, message) == wanted


@pytest.mark.parametrize(
    ("code", "message", "wanted"),
    [
        ("NOT_FOUND", "The requested resource does not exist", "stop"),
        ("HTTP_410", "This version is retired", "stop"),
        ("METHOD_NOT_ALLOWED", "", "stop"),
        ("API_DISABLED_FOR_ORG", "", "stop"),
        ("JSON_PARSER_ERROR", "", "stop"),
        ("TOO_MANY_REQUESTS", "", "retry"),
        ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.", "retry"),
        ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "pause"),
        ("TERRITORY_REALIGN_IN_PROGRESS", "", "pause"),
        ("SOMETHING", "Down for maintenance", "pause"),
        ("ORG_LOCKED", "Your organization is locked while it moves", "pause"),
        ("REQUEST_RUNNING_TOO_LONG", "Your request was running for too long, and has been stopped.", "resend"),
    ],
)
def test_a_call_that_is_refused_as_a_whole_says_nothing_of_its_rows(code, message, wanted):
    assert whole(code, message) == wanted


def test_a_stop_tells_the_orgs_words_first_and_then_the_cause():
    told = cause(Answer("a", "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: OwnerId."))
    assert told.startswith("Unable to create/update fields: OwnerId. (the integration user may not edit")
    assert cause(Answer("a", "A_CODE")) == "A_CODE"
    assert set(CAUSES) <= {*CODES["stop"], "NOT_FOUND"}
