"""What an answer of the org means, and what is done about it once the record has been read back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from assignment_assets.io.salesforce.field_changes import ANSWER_LOST, Answer, RecordNow
from assignment_assets.write_back.codes import INACTIVE_OWNER, action
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.states import State

TRIES = {"retry": 5, "rearm": 3, "resend": 3, "doubt": 1}
"""How often a change is sent again: after a lock, after a modification in between, after a lost answer, after a
refusal without a code."""
SINGLY_FROM = 4
"""From this retry on a change is sent in a call of its own."""
MODIFIED_MEANWHILE = (
    "An answer was lost and the record was modified since; whether a person set it back "
    "cannot be told. Nothing more was sent; a person should look."
)
NOT_VISIBLE = "NOT_VISIBLE"
NOT_WRITTEN = "NOT_WRITTEN"
ACCEPTED_AND_NOT_WRITTEN = (
    "Accepted, and not written: the {kind} has not been modified since before. Something between the engine and the "
    "org answers in its place, or the org passes the field over."
)
AGAIN = (State.PLANNED, State.RETRY_WAIT)
"""States of a change that is sent again."""
_SENT_AGAIN = ("rearm", "resend", "doubt", "pause", "stop")


def answered(answer: Answer) -> State:
    """The state that a change enters with the answer, before it is read back."""
    if answer.is_lost or action(answer) == "resend":
        return State.UNKNOWN
    if answer.is_whole:
        return State.CALL_REFUSED
    return State.REFUSED if answer.code else State.ACK


@dataclass(frozen=True)
class Sent:
    """What went out for one change: its precondition, and what came back."""

    modified_at: datetime | None
    answer: Answer


@dataclass(frozen=True)
class Settled:
    """Where one change goes next: a state of the journal with what was found and why."""

    change: Change
    state: State
    found_owner_id: str | None = None
    code: str = ""
    sentence: str = ""


def settle(
    change: Change,
    sent: Sent,
    now: RecordNow | None,
    our_user_id: str,
    *,
    is_gone: bool = False,
    is_receiver_active: bool = False,
) -> Settled:
    """Where the change goes, by its answer and by what was read back.

    What the org shows counts for more than what it answered. PLANNED and RETRY_WAIT mean that it is sent again. A
    change whose answer was lost and whose record was modified since is not: whether a person set the value back after
    our write, nobody can tell. One that was accepted and whose record has not been modified since was not written. A
    record that is not shown is gone only where the org itself calls it deleted or merged (`is_gone`); else what was
    sent stays open until it is seen again. A code that holds the receiver is a person's matter where the receiver is
    active after all: something else that the write touches has an inactive owner.
    """
    answer, by_us = sent.answer, bool(now and our_user_id and now.modified_by == our_user_id)

    def ends(state: State, code: str = "", sentence: str = "") -> Settled:
        return Settled(change, state, now.value if now else None, code, sentence)

    wanted = action(answer)
    if now is None:
        return out_of_sight(change, is_gone=is_gone, may_be_written=wanted == "read" or answer.is_lost)
    was_lost = change.was_lost or answered(answer) is State.UNKNOWN
    if now.value == change.new:
        if wanted == "read" or was_lost or (by_us and wanted != "rearm"):
            return ends(State.VERIFIED)
        return ends(State.SKIPPED_ALREADY, "", f"Somebody gave the {change.kind} to its new {change.noun} meanwhile.")
    if wanted == "read" and now.value == change.expected and now.modified_at == sent.modified_at:
        return ends(State.FAILED_HUMAN, NOT_WRITTEN, ACCEPTED_AND_NOT_WRITTEN.format(kind=change.kind))
    if wanted == "read":
        return _undone(ends, now, change, by_us)
    if now.value != change.expected:
        return ends(
            State.DRIFT,
            f"{change.noun.upper()}_CHANGED",
            f"Read back with the {change.noun} {now.value}: somebody changed it meanwhile.",
        )
    if was_lost and sent.modified_at and now.modified_at != sent.modified_at:
        return ends(State.DRIFT, "MODIFIED_MEANWHILE", MODIFIED_MEANWHILE)
    if wanted == "retry":
        return ends(State.RETRY_WAIT, answer.code, answer.message)
    if wanted == "hold" and not (answer.code == INACTIVE_OWNER and is_receiver_active):
        return ends(State.HELD, answer.code, answer.message)
    if wanted in _SENT_AGAIN:
        return ends(State.PLANNED, answer.code, answer.message)
    return ends(State.FAILED_HUMAN, answer.code, answer.message)


def _undone(ends: Callable[..., Settled], now: RecordNow, change: Change, by_us: bool) -> Settled:
    if by_us:
        return ends(
            State.REVERTED_BY_AUTOMATION,
            "",
            f"Accepted, but read back with the {change.noun} {now.value}: a rule, flow or trigger of the org, or "
            "another tool that logs in as our user, set it otherwise. Nothing more was sent.",
        )
    back = "back " if now.value == change.expected else ""
    return ends(
        State.DRIFT_AFTER_WRITE,
        "",
        f"Written, and then set {back}to {now.value} by {now.modified_by}. Nothing more was sent.",
    )


def given_up(settled: Settled, answer: Answer) -> Settled:
    """How a change ends that was sent as often as `TRIES` allows, and whose record still has its old value.

    Of a call that was lost as a whole nothing is known; a row that the org answered for, time and again, is a
    person's matter.
    """
    if action(answer) == "rearm":
        state = State.DRIFT
    else:
        state = State.UNKNOWN if answer.code == ANSWER_LOST else State.FAILED_HUMAN
    return Settled(settled.change, state, settled.found_owner_id, answer.code, answer.message)


def out_of_sight(change: Change, *, is_gone: bool, may_be_written: bool = False) -> Settled:
    """How a change ends for this run whose record the org does not show."""
    if is_gone:
        return Settled(change, State.GONE, None, "GONE", f"The {change.kind} was deleted or merged.")
    rest = (
        "Whether it was written is read as soon as it is visible again."
        if may_be_written
        else "Nothing was written; it is looked for again with the next run."
    )
    return Settled(
        change,
        State.UNKNOWN if may_be_written else State.NOT_VISIBLE,
        None,
        NOT_VISIBLE,
        f"The integration user does not see the {change.kind}, and the org does not call it deleted. {rest}",
    )


def not_armed(change: Change, found: str | None) -> Settled:
    """How a change ends whose record is modified all the time, so that no precondition would hold."""
    return Settled(
        change,
        State.FAILED_HUMAN,
        found,
        "NOT_ARMED",
        f"The {change.kind} is being modified again and again. Nothing was written.",
    )


def held_back(change: Change, because: Settled) -> Settled:
    """How a change ends that was not sent because its receiver is held."""
    return Settled(change, State.HELD, None, because.code, because.sentence)


def deferred(change: Change, code: str = "", sentence: str = "") -> Settled:
    """How a change ends that was not tried: its receiver is full, or the run paused."""
    if code:
        return Settled(change, State.DEFERRED, None, code, f"The run was stopped: {sentence}")
    return Settled(
        change,
        State.DEFERRED,
        None,
        "RECEIVER_FULL",
        f"{change.new} has no free seat until an account leaves their book. Nothing was written.",
    )
