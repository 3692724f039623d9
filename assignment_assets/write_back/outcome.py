"""What an answer of the org means, what is done about it, and the line that the log gets."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.owner_desk import PRECONDITION_FAILED, AccountNow, Answer
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.preflight import Verdict

TRIES = {"retry": 5, "rearm": 3, "resend": 3}
"""How often a change is sent again: after a lock, after a modification in between, after a lost answer."""
_ACTIONS = {
    "retry": ("UNABLE_TO_LOCK_ROW", "API_TEMPORARILY_UNAVAILABLE", "QUERY_TIMEOUT"),
    "rearm": (PRECONDITION_FAILED,),
    "resend": ("ANSWER_LOST", "UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE"),
    "hold": ("INACTIVE_OWNER_OR_USER", "TRANSFER_REQUIRES_READ"),
    "stop": ("REQUEST_LIMIT_EXCEEDED", "LOGIN_REFUSED", "INVALID_SESSION_ID", "MALFORMED_ID",
             "INVALID_CROSS_REFERENCE_KEY"),
}
_OF_CODE = {code: action for action, codes in _ACTIONS.items() for code in codes}


@dataclass(frozen=True)
class Settled:
    """How one attempt at a change ended: a row of the log."""

    change: Change
    outcome: str
    found_owner_id: str | None = None
    code: str = ""
    sentence: str = ""
    written_at: datetime | None = None
    verified_at: datetime | None = None

    @property
    def has_moved(self) -> bool:
        """Whether the account now has its new owner."""
        return self.outcome in ("verified", "skipped_already")


def action(answer: Answer) -> str:
    """What an answer calls for: `read` (done, see for yourself), `retry`, `rearm`, `resend`, `hold`, `stop` (the
    whole run) or `person` (validation, duplicates, locks by approval, and every code we do not know)."""
    if answer.is_lost:
        return "resend"
    if not answer.code:
        return "read"
    if answer.code.startswith("INSUFFICIENT_ACCESS"):
        return "stop"
    return _OF_CODE.get(answer.code, "person")


def settle(
    change: Change, answer: Answer, now: AccountNow | None, sent_at: datetime, read_at: datetime
) -> Settled | None:
    """How the change ended, by its answer and by what was read back; null where it is to be sent again.

    What the org shows counts for more than what it answered: with its new owner an account is verified, with
    neither the old nor the new one it has drifted.
    """
    if now is None:
        return Settled(change, "gone", None, "GONE", "The account was deleted or merged.", sent_at, read_at)
    found = now.owner_id
    if found == change.new_owner_id:
        return Settled(change, "verified", found, "", "", sent_at, read_at)
    if found != change.old_owner_id:
        sentence = f"Read back with the owner {found}: somebody changed it meanwhile."
        return Settled(change, "drift", found, "OWNER_CHANGED", sentence, sent_at, read_at)
    wanted = action(answer)
    if wanted in TRIES:
        return None
    if wanted == "read":
        sentence = "Accepted, but read back with the old owner: something in the org set it back."
        return Settled(change, "failed", found, "REVERTED", sentence, sent_at, read_at)
    outcome = "held" if wanted == "hold" else "failed"
    return Settled(change, outcome, found, answer.code, answer.message, sent_at, read_at)


def given_up(change: Change, answer: Answer, sent_at: datetime) -> Settled:
    """How a change ends that was sent as often as `TRIES` allows, or cannot be read back any more."""
    outcome = {"rearm": "drift", "read": "unknown", "resend": "unknown"}.get(action(answer), "failed")
    code = answer.code or "NOT_READ_BACK"
    return Settled(change, outcome, None, code, answer.message or "The org could not be read afterwards.", sent_at)


def not_armed(change: Change, found: str | None) -> Settled:
    """How a change ends whose account is modified all the time, so that no precondition would hold."""
    return Settled(change, "failed", found, "NOT_ARMED", "The account is being modified again and again. "
                   "Nothing was written.")


def deferred(change: Change, stopped_by: Answer | None) -> Settled:
    """How a change ends that was not tried: its receiver is full, or the run was stopped."""
    if stopped_by:
        return Settled(change, "deferred", None, stopped_by.code, f"The run was stopped: {stopped_by.message}")
    return Settled(change, "deferred", None, "RECEIVER_FULL", f"{change.new_owner_id} has no free seat until an "
                   "account leaves their book. Nothing was written.")


def refused(change: Change, verdict: Verdict, now: AccountNow | None, read_at: datetime) -> Settled:
    """How a change ends that was not sent."""
    is_there = verdict.outcome in ("verified", "skipped_already")
    return Settled(change, verdict.outcome, now.owner_id if now else None, verdict.code, verdict.sentence,
                   None, read_at if is_there else None)


def log_rows(settled: list[Settled]) -> pl.DataFrame:
    """The rows of `write_back_log` for these ends."""
    rows = [
        {
            "sign_off_no": each.change.sign_off_no, "account_id": each.change.account_id,
            "attempt": each.change.attempt, "old_owner_id": each.change.old_owner_id,
            "new_owner_id": each.change.new_owner_id, "found_owner_id": each.found_owner_id, "outcome": each.outcome,
            "error_code": each.code or None, "error": each.sentence or None, "written_at": each.written_at,
            "verified_at": each.verified_at,
        }
        for each in settled
    ]
    return WRITE_BACK_LOG.conform(pl.DataFrame(rows, schema=WRITE_BACK_LOG.columns))
