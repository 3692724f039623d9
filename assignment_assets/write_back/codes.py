"""What each of Salesforce's answers calls for: one table of codes and words, and the cause of those that end a run."""

import re

from assignment_assets.io.salesforce.field_changes import ANSWER_LOST, PRECONDITION_FAILED, Answer
from assignment_assets.io.salesforce.refusals import TOO_MANY_REQUESTS

INACTIVE_OWNER = "INACTIVE_OWNER_OR_USER"
CODES = {
    "retry": (
        *("UNABLE_TO_LOCK_ROW", "API_TEMPORARILY_UNAVAILABLE", "QUERY_TIMEOUT", "TOO_MANY_APEX_REQUESTS"),
        *("APEX_CONCURRENT_REQUESTS_LIMIT_EXCEEDED", TOO_MANY_REQUESTS, "RECORD_IN_USE_BY_WORKFLOW"),
        *("PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"),
    ),
    "rearm": (PRECONDITION_FAILED,),
    "resend": (ANSWER_LOST, "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG"),
    "doubt": ("UNKNOWN_EXCEPTION",),
    "hold": (INACTIVE_OWNER, "TRANSFER_REQUIRES_READ", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"),
    "gone": ("ENTITY_IS_DELETED", "NOT_FOUND"),
    "person": (
        *("FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING", "FIELD_INTEGRITY_EXCEPTION"),
        *("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "DUPLICATES_DETECTED", "ENTITY_IS_LOCKED"),
        *("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"),
    ),
    "access": (
        *("INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
        *("INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"),
    ),
    "pause": (
        *("REQUEST_LIMIT_EXCEEDED", "TERRITORY_REALIGN_IN_PROGRESS", "API_CURRENTLY_DISABLED"),
        *("FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", "ORG_LOCKED", "ORG_IN_MAINTENANCE", "ORG_NOT_OWNED_BY_INSTANCE"),
    ),
    "stop": (
        *("LOGIN_REFUSED", "INVALID_SESSION_ID", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_FIELD"),
        *("API_DISABLED_FOR_ORG", "METHOD_NOT_ALLOWED", "HTTP_405", "UNSUPPORTED_API_VERSION", "HTTP_410"),
    ),
}
"""What each code calls for; what is not named goes to a person, and so does every code of no access but those of
`access`, which count for the whole."""
WORDS = (
    ("retry", r"UNABLE_TO_LOCK_ROW|Record Currently Unavailable|unable to obtain exclusive access"),
    ("retry", r"ConcurrentRequests|ConcurrentPerOrg|concurrent (long.running )?requests"),
    ("retry", r"TOO_MANY_APEX_REQUESTS"),
    ("pause", r"TERRITORY_REALIGN_IN_PROGRESS"),
    ("person", r"id value of incorrect type"),
)
"""Words of a message that go before its code: a lock wrapped in a trigger's message is a lock."""
MAINTENANCE = re.compile(r"maintenance|read.only mode", re.IGNORECASE)
"""What the org says of itself, under a code that is no rule's: a rule may speak of a maintenance contract."""
CAUSES = {
    "INVALID_FIELD_FOR_INSERT_UPDATE": "the integration user may not edit the field: field-level security, or for "
    "Account.OwnerId no permission to transfer records",
    "INVALID_FIELD": "the org shows no such field to the integration user: field-level security, or another name",
    "API_DISABLED_FOR_ORG": "the API is switched off for this org or user: edition, or the permission API Enabled",
    "NOT_FOUND": "the resource as a whole is not there: the address or the API version is wrong",
    "METHOD_NOT_ALLOWED": "the org, or something in between, does not take this kind of call",
    "HTTP_405": "the org, or something in between, does not take this kind of call",
    "UNSUPPORTED_API_VERSION": "the API version is retired: set ASSIGNMENT_SF_API_VERSION to a newer one",
    "HTTP_410": "the API version is retired: set ASSIGNMENT_SF_API_VERSION to a newer one",
    "LOGIN_REFUSED": "the credentials are wrong or the user is locked",
    "INVALID_SESSION_ID": "the org takes no token of this user",
}
"""Why a run stops at a code, as far as the code says."""
SERVER_FAULT = re.compile(r"ErrorId|unexpected (error|exception) occurred", re.IGNORECASE)
"""What the org says of itself under UNKNOWN_EXCEPTION; other words there come from a rule that refuses the row."""
_OF_CODE = {code: action for action, codes in CODES.items() for code in codes}
_WORDS = [(action, re.compile(words, re.IGNORECASE)) for action, words in WORDS]
_ABOUT_THE_CALL = ("retry", "pause", "resend")


def action(answer: Answer) -> str:
    """What an answer calls for.

    `read` (done, see for yourself), `retry` (after a while), `rearm`, `resend` (the answer is lost), `doubt` (once
    more, then a person), `hold` (the receiver), `gone`, `person`, `access` (a person; many of them are lost access),
    `pause` (the run goes on by itself later) or `stop` (the run, until a person has looked). A call that was refused
    as a whole says nothing of its rows: the run waits or stops.
    """
    wanted = _of_row(answer)
    if answer.is_whole and answer.code and wanted not in _ABOUT_THE_CALL:
        return "stop"
    return wanted


def cause(answer: Answer) -> str:
    """Why the run stops at this answer: Salesforce's words, and what they come from."""
    known = CAUSES.get(answer.code)
    return f"{answer.message or answer.code} ({known})" if known else answer.message or answer.code


def _of_row(answer: Answer) -> str:
    if not answer.code:
        return "resend" if answer.is_lost else "read"
    if answer.is_lost and not (answer.code == "UNKNOWN_EXCEPTION" and not answer.is_whole):
        return "resend"
    by_code = _OF_CODE.get(answer.code, "access" if answer.code.startswith("INSUFFICIENT_ACCESS") else "person")
    if by_code == "doubt" and SERVER_FAULT.search(answer.message):
        return "resend"
    if by_code in ("retry", "rearm", "doubt"):
        return by_code
    if MAINTENANCE.search(answer.message) and (answer.is_whole or answer.code not in _OF_CODE):
        return "pause"
    return next((wanted for wanted, words in _WORDS if words.search(answer.message)), by_code)
