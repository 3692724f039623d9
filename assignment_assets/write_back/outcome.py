"""What an answer of the org means, and what is done about it once the account has been read back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assignment_assets.io.salesforce.connection import TOO_MANY_REQUESTS
from assignment_assets.io.salesforce.owners import PRECONDITION_FAILED, AccountNow, Answer
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import State

TRIES = {"retry": 5, "rearm": 3, "resend": 3}
"""How often a change is sent again: after a lock, after a modification in between, after a lost answer."""
SINGLY_FROM = 4
"""From this retry on an account is sent in a call of its own."""
CODES = {
    "retry": ("UNABLE_TO_LOCK_ROW", "API_TEMPORARILY_UNAVAILABLE", "QUERY_TIMEOUT", TOO_MANY_REQUESTS),
    "rearm": (PRECONDITION_FAILED,),
    "resend": ("ANSWER_LOST", "UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE"),
    "hold": ("INACTIVE_OWNER_OR_USER", "TRANSFER_REQUIRES_READ"),
    "gone": ("ENTITY_IS_DELETED", "NOT_FOUND"),
    "person": (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "REQUIRED_FIELD_MISSING",
        "FIELD_INTEGRITY_EXCEPTION",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "DUPLICATES_DETECTED",
        "ENTITY_IS_LOCKED",
    ),
    "pause": ("REQUEST_LIMIT_EXCEEDED",),
    "stop": ("LOGIN_REFUSED", "INVALID_SESSION_ID", "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY"),
}
"""What each of Salesforce's codes calls for; what is not named, and is no lack of access, goes to a person."""
_OF_CODE = {code: action for action, codes in CODES.items() for code in codes}
MODIFIED_MEANWHILE = (
    "An answer was lost and the account was modified since; whether a person set the owner back "
    "cannot be told. Nothing more was sent; a person should look."
)
_NESTED = ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER")


def action(answer: Answer) -> str:
    """What an answer calls for: `read` (done, see for yourself), `retry`, `rearm`, `resend`, `hold` (the receiver),
    `gone`, `pause` (the run goes on later), `stop` (the run, until a person has looked) or `person`."""
    if answer.is_lost:
        return "resend"
    if not answer.code:
        return "read"
    if answer.code.startswith("INSUFFICIENT_ACCESS"):
        return "stop"
    if answer.code in _NESTED:
        return "retry" if "UNABLE_TO_LOCK_ROW" in answer.message else "person"
    return _OF_CODE.get(answer.code, "person")


def answered(answer: Answer) -> State:
    """The state that an account enters with the answer, before it is read back."""
    return {"read": State.ACK, "resend": State.UNKNOWN}.get(action(answer), State.REFUSED)


@dataclass(frozen=True)
class Sent:
    """What went out for one account: its precondition, and what came back."""

    modified_at: datetime | None
    answer: Answer


@dataclass(frozen=True)
class Settled:
    """Where one account goes next: a state of the journal with what was found and why."""

    change: Change
    state: State
    found_owner_id: str | None = None
    code: str = ""
    sentence: str = ""


def settle(change: Change, sent: Sent, now: AccountNow | None, our_user_id: str) -> Settled:
    """Where the account goes, by its answer and by what was read back.

    What the org shows counts for more than what it answered. PLANNED and RETRY_WAIT mean that it is sent again. An
    account whose answer was lost and which was modified since is not: whether a person set the owner back after our
    write, nobody can tell.
    """
    answer, by_us = sent.answer, bool(now and our_user_id and now.modified_by == our_user_id)

    def ends(state: State, code: str = "", sentence: str = "") -> Settled:
        return Settled(change, state, now.owner_id if now else None, code, sentence)

    if now is None:
        return ends(State.GONE, "GONE", "The account was deleted or merged.")
    wanted = action(answer)
    was_lost = change.was_lost or wanted == "resend"
    if now.owner_id == change.new_owner_id:
        if wanted == "read" or was_lost or by_us:
            return ends(State.VERIFIED)
        return ends(State.SKIPPED_ALREADY, "", "Somebody gave the account to its new owner meanwhile.")
    if wanted == "read":
        return _undone(ends, now, change, by_us)
    if now.owner_id != change.old_owner_id:
        return ends(
            State.DRIFT, "OWNER_CHANGED", f"Read back with the owner {now.owner_id}: somebody changed it meanwhile."
        )
    if was_lost and sent.modified_at and now.modified_at != sent.modified_at:
        return ends(State.DRIFT, "MODIFIED_MEANWHILE", MODIFIED_MEANWHILE)
    if wanted == "retry":
        return ends(State.RETRY_WAIT, answer.code, answer.message)
    if wanted == "hold":
        return ends(State.HELD, answer.code, answer.message)
    if wanted in ("rearm", "resend", "pause"):
        return ends(State.PLANNED, answer.code, answer.message)
    return ends(State.FAILED_HUMAN, answer.code, answer.message)


def _undone(ends: Callable[..., Settled], now: AccountNow, change: Change, by_us: bool) -> Settled:
    if by_us:
        return ends(
            State.REVERTED_BY_AUTOMATION,
            "",
            f"Accepted, but read back with the owner {now.owner_id}: a rule, "
            "flow or trigger of the org set it otherwise. Nothing more was sent.",
        )
    back = "back " if now.owner_id == change.old_owner_id else ""
    return ends(
        State.DRIFT_AFTER_WRITE,
        "",
        f"Written, and then set {back}to {now.owner_id} by {now.modified_by}. Nothing more was sent.",
    )


def given_up(settled: Settled, answer: Answer) -> Settled:
    """How a change ends that was sent as often as `TRIES` allows, and still has its old owner."""
    state = {"rearm": State.DRIFT, "resend": State.UNKNOWN}.get(action(answer), State.FAILED_HUMAN)
    return Settled(settled.change, state, settled.found_owner_id, answer.code, answer.message)


def not_armed(change: Change, found: str | None) -> Settled:
    """How a change ends whose account is modified all the time, so that no precondition would hold."""
    return Settled(
        change,
        State.FAILED_HUMAN,
        found,
        "NOT_ARMED",
        "The account is being modified again and again. Nothing was written.",
    )


def deferred(change: Change, code: str = "", sentence: str = "") -> Settled:
    """How a change ends that was not tried: its receiver is full, or the run paused."""
    if code:
        return Settled(change, State.DEFERRED, None, code, f"The run was stopped: {sentence}")
    return Settled(
        change,
        State.DEFERRED,
        None,
        "RECEIVER_FULL",
        f"{change.new_owner_id} has no free seat until an account leaves their book. Nothing was written.",
    )
