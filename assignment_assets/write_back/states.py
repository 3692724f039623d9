"""The states of one record in one plan, the events that lead from state to state, and the log's words for them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

import polars as pl

from assignment_assets.domain.tables import MOMENT, TEXT, WHOLE, WRITE_BACK_LOG, Table


class State(StrEnum):
    """Where one record of a plan stands."""

    PLANNED = "PLANNED"  # to be judged and sent
    SKIPPED_ALREADY = "SKIPPED_ALREADY"  # had its new value before anything was sent
    DRIFT = "DRIFT"  # the value is no longer the one that was approved from
    DRIFT_RULE = "DRIFT_RULE"  # what hard rules compare is no longer what was approved
    GONE = "GONE"  # deleted or merged
    NOT_VISIBLE = "NOT_VISIBLE"  # not shown by the org, which does not call it deleted; looked for again
    HELD = "HELD"  # the receiver may not have it now
    DEFERRED = "DEFERRED"  # not tried: no seat, or the run paused
    INTENT = "INTENT"  # about to be sent, or sent and never heard of again
    ACK = "ACK"  # the org said yes
    UNKNOWN = "UNKNOWN"  # no answer
    REFUSED = "REFUSED"  # the org said no; what is done about it waits for reading back
    CALL_REFUSED = "CALL_REFUSED"  # the org refused the call as a whole, which says nothing of the record
    RETRY_WAIT = "RETRY_WAIT"  # to be sent again after a while
    FAILED_HUMAN = "FAILED_HUMAN"  # a person must look
    VERIFIED = "VERIFIED"  # read back with the new value that we wrote
    DRIFT_AFTER_WRITE = "DRIFT_AFTER_WRITE"  # written, then changed by a person before we read it back
    REVERTED_BY_AUTOMATION = "REVERTED_BY_AUTOMATION"  # written, then set otherwise by the org itself
    WITHDRAWN = "WITHDRAWN"  # the approval was taken back before it was written
    EXPORTED = "EXPORTED"  # went out in a file that people load by hand
    LOADED = "LOADED"  # a result file of the user's system says that it was loaded; nobody read it back
    CONFIRMED = "CONFIRMED"  # a person signed that it was loaded by hand; nobody read it back
    ACCEPTED = "ACCEPTED"  # set aside, and a person signed that the cycle goes on without it


FINAL = frozenset(
    {
        State.SKIPPED_ALREADY,
        State.DRIFT,
        State.DRIFT_RULE,
        State.GONE,
        State.VERIFIED,
        State.DRIFT_AFTER_WRITE,
        State.REVERTED_BY_AUTOMATION,
        State.WITHDRAWN,
        State.LOADED,
        State.CONFIRMED,
        State.ACCEPTED,
    }
)
"""Never left again within a plan."""
IN_FLIGHT = frozenset({State.INTENT, State.ACK, State.UNKNOWN, State.REFUSED, State.CALL_REFUSED})
"""Left only by reading back."""
READ_BACK = frozenset({State.VERIFIED, State.SKIPPED_ALREADY})
BY_HAND = frozenset({State.LOADED, State.CONFIRMED})

OUTCOMES = {
    State.SKIPPED_ALREADY: "skipped_already",
    State.DRIFT: "drift",
    State.DRIFT_RULE: "drift_rule",
    State.GONE: "gone",
    State.NOT_VISIBLE: "not_visible",
    State.HELD: "held",
    State.DEFERRED: "deferred",
    State.FAILED_HUMAN: "failed",
    State.ACCEPTED: "left_out",
    State.VERIFIED: "verified",
    State.LOADED: "loaded",
    State.CONFIRMED: "confirmed",
    State.DRIFT_AFTER_WRITE: "drift",
    State.REVERTED_BY_AUTOMATION: "drift",
    **dict.fromkeys(IN_FLIGHT, "unknown"),
}
"""The log's word for a state in which a run left a record; states that it does not leave behind have none."""
_CODES = {State.DRIFT_AFTER_WRITE: "CHANGED_AFTER_WRITE", State.REVERTED_BY_AUTOMATION: "REVERTED_BY_AUTOMATION"}


@dataclass(frozen=True)
class Event:
    """One line of the journal: a record of a plan enters a state.

    Attributes
    ----------
    plan_id, account_id
        `account_id` is the record that is changed, in plans of overlays an opportunity, too; it is empty where the
        event is about the plan as a whole (`PLAN_EVENTS`).
    attempt
        Counts the runs that left the record somewhere.
    found_owner_id, modified_at
        What the org showed, in the field that is changed and of the record; with an intent, the precondition that goes
        out with it.
    code, sentence
        Salesforce's code or our own, and why.
    at
        UTC without zone.
    """

    plan_id: str
    account_id: str
    attempt: int
    state: str
    at: datetime
    found_owner_id: str | None = None
    modified_at: datetime | None = None
    code: str = ""
    sentence: str = ""


PLAN_EVENTS = (
    *("PLAN", "APPROVED", "STARTED", "PAUSED", "FINISHED", "JOB", "ROLLED_BACK", "RESULTS", "SIGNED"),
    *("PRECONDITION", "PERMITTED", "RETRY", "ACCEPT", "DISCARDED", "HEAD_KEPT", "JOURNAL_ACCEPTED"),
    *("SNAPSHOT", "LOOKED", "GO_ON"),
)
JournalFrame = NewType("JournalFrame", pl.DataFrame)
JOURNAL: Table[JournalFrame] = Table(
    "write_back_journal",
    ("seq",),
    {
        "seq": WHOLE,
        "plan_id": TEXT,
        "account_id": TEXT,
        "attempt": WHOLE,
        "state": TEXT,
        "at": MOMENT,
        "found_owner_id": TEXT,
        "modified_at": MOMENT,
        "code": TEXT,
        "sentence": TEXT,
        "hash": TEXT,
    },
    is_log=True,
)


def log_rows(rows: pl.DataFrame, events: pl.DataFrame, sign_off_nos: dict[str, int]) -> pl.DataFrame:
    """The rows of `write_back_log` that the journal's events of some plans come to: one a record and attempt.

    Parameters
    ----------
    rows
        plan_id, account_id, old_owner_id, new_owner_id.
    events
        JOURNAL in order.
    sign_off_nos
        plan_id → its sign-off; plans that are not named give no row.
    """
    about = events.filter((pl.col("account_id") != "") & pl.col("plan_id").is_in(list(sign_off_nos)))
    key = ["plan_id", "account_id", "attempt"]
    written = (
        about.filter(pl.col("state").is_in([State.INTENT, *BY_HAND])).group_by(key).agg(written_at=pl.col("at").last())
    )
    last = about.group_by(key, maintain_order=True).last().filter(pl.col("state").is_in(list(OUTCOMES)))
    is_read_back = pl.col("state").is_in(list(READ_BACK))
    state, is_by_hand = pl.col("state"), pl.col("state").is_in(list(BY_HAND))
    table = (
        last.join(rows, on=["plan_id", "account_id"])
        .join(written, on=key, how="left")
        .with_columns(
            sign_off_no=pl.col("plan_id").replace_strict(sign_off_nos, default=0, return_dtype=WHOLE),
            outcome=state.replace_strict(OUTCOMES, return_dtype=TEXT),
            error_code=pl.when((pl.col("code") == "") | is_by_hand)
            .then(state.replace_strict(_CODES, default=None, return_dtype=TEXT))
            .otherwise(pl.col("code")),
            error=pl.when((pl.col("sentence") != "") & ~is_by_hand).then(pl.col("sentence")),
            verified_at=pl.when(is_read_back).then(pl.col("at")),
        )
    )
    return WRITE_BACK_LOG.conform(table)
