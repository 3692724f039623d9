"""For teams that load by hand: what still waits of the plans, and what result files say of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.tables import TEXT, WHOLE
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.result_files import Told
from assignment_assets.write_back.states import BY_HAND, FINAL, IN_FLIGHT, Event, State
from assignment_assets.write_back.writer import Tools

WAITING = {
    "plan_id": TEXT,
    "account_id": TEXT,
    "old_owner_id": TEXT,
    "new_owner_id": TEXT,
    "sign_off_no": WHOLE,
    "state": TEXT,
    "attempt": WHOLE,
    "sentence": TEXT,
}
"""A change that has not ended: its plan, its last state (PLANNED before the first) and the words that came with it."""


@dataclass(frozen=True)
class TakenIn:
    """What came of result files: accounts loaded, refused with words, and those that were left as they are."""

    loaded: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    other_owner: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def waiting(journal: Journal, plans: Iterable[Plan]) -> pl.DataFrame:
    """The changes of the plans that have not ended (WAITING), by account."""
    frames = [pl.DataFrame(schema=WAITING)]
    for plan in plans:
        frames.append(
            journal.rows(plan.plan_id)
            .drop("state")
            .join(journal.account_states(plan.plan_id), on="account_id", how="left")
            .join(_last_words(journal, plan), on="account_id", how="left")
            .filter(~pl.col("state").is_in(list(FINAL)).fill_null(False))
            .with_columns(
                pl.col("state").fill_null(State.PLANNED),
                pl.col("attempt").fill_null(0),
                plan_id=pl.lit(plan.plan_id),
                sign_off_no=pl.lit(plan.sign_off_no, WHOLE),
            )
            .select(pl.col(name).cast(dtype) for name, dtype in WAITING.items())
        )
    return pl.concat(frames).sort("account_id")


def note_exported(journal: Journal, rows: pl.DataFrame, tools: Tools, file: str) -> None:
    """Notes which changes (WAITING) went out in a file; what is in flight to an org keeps its state."""
    out = rows.filter(~pl.col("state").is_in([*IN_FLIGHT, State.EXPORTED]))
    journal.record(events_of(out, State.EXPORTED, tools.clock(), sentence=file))
    journal.commit()


def note_withdrawn(journal: Journal, rows: pl.DataFrame, tools: Tools) -> None:
    """Notes that these changes (WAITING) are not to be loaded any more."""
    journal.record(
        events_of(rows, State.WITHDRAWN, tools.clock(), sentence="The approval was taken back, or the cycle is over.")
    )
    journal.commit()


def take_in(
    journal: Journal, plans: Sequence[Plan], told: Told, tools: Tools, expected: dict[str, set[str]] | None = None
) -> TakenIn:
    """Takes what result files say into the journal.

    A success in an org is the org's yes, and verified by reading back with the next run, as every row is; elsewhere
    it ends the change as loaded. An error goes to a person, with the system's words, and its change goes on waiting.

    Parameters
    ----------
    expected
        Account → the spellings of its approved owner, where a file of successes says who owns it now.
    """
    left = {row["account_id"]: row for row in waiting(journal, plans).iter_rows(named=True)}
    gone, ended = _ended(journal, plans)
    known = told.accounts & left.keys()
    wrong = {
        account
        for account, owner in told.loaded.items()
        if account in known and owner and expected and owner not in expected.get(account, {owner})
    }
    success = State.LOADED if tools.org_id else State.ACK
    loaded = sorted((told.loaded.keys() & known) - wrong)
    refused = {account: told.refused[account] for account in sorted(told.refused.keys() & known)}
    at = tools.clock()
    events = [_event(left[account], success, at, "BY_HAND", "") for account in loaded]
    events += [
        _event(left[account], State.FAILED_HUMAN, at, "DATA_LOADER" if not tools.org_id else "RESULT_FILE", words)
        for account, words in refused.items()
        if (left[account]["state"], left[account]["sentence"]) != (State.FAILED_HUMAN, words)
    ]
    journal.record(events)
    finish(journal, events, tools)
    return TakenIn(
        loaded,
        refused,
        sorted(wrong),
        sorted(told.accounts & (ended - gone)),
        sorted(told.loaded.keys() & gone - left.keys()),
        sorted(told.accounts - left.keys() - ended - gone),
    )


def exported(journal: Journal, plans: Iterable[Plan]) -> pl.DataFrame:
    """plan_id and account_id of every change that went out in a file: of an earlier plan it says nothing of a later."""
    events = journal.events([plan.plan_id for plan in plans])
    return events.filter(pl.col("state") == State.EXPORTED).select("plan_id", "account_id").unique()


def by_hand(journal: Journal, plans: Iterable[Plan]) -> dict[str, int]:
    """How many changes of the plans ended as confirmed and as loaded, by state."""
    states = [journal.account_states(plan.plan_id)["state"] for plan in plans]
    return {str(state): sum(int((each == state).sum()) for each in states) for state in sorted(BY_HAND)}


def finish(journal: Journal, events: Iterable[Event], tools: Tools) -> None:
    """Makes what was recorded durable; each plan that was given something ends its run, so that the log takes it up."""
    if tools.org_id:
        plans = dict.fromkeys(event.plan_id for event in events)
        journal.record(Event(plan_id, "", 0, "FINISHED", tools.clock(), code="BY_HAND") for plan_id in plans)
    journal.commit()


def _ended(journal: Journal, plans: Iterable[Plan]) -> tuple[set[str], set[str]]:
    """Accounts whose approval was taken back, and all that have ended."""
    gone, ended = set(), set()
    for plan in plans:
        states = journal.account_states(plan.plan_id)
        gone |= set(states.filter(pl.col("state") == State.WITHDRAWN)["account_id"])
        ended |= set(states.filter(pl.col("state").is_in(list(FINAL)))["account_id"])
    return gone, ended


def _last_words(journal: Journal, plan: Plan) -> pl.DataFrame:
    events = journal.events([plan.plan_id]).filter(pl.col("account_id") != "")
    return events.group_by("account_id").agg(pl.col("sentence").last())


def events_of(rows: pl.DataFrame, state: State, at: datetime, code: str = "", sentence: str = "") -> list[Event]:
    """The events by which changes (WAITING) enter a state."""
    return [_event(row, state, at, code, sentence) for row in rows.iter_rows(named=True)]


def _event(row: dict[str, Any], state: State, at: datetime, code: str, sentence: str) -> Event:
    """An event of the next attempt where a run has ended with the account, else of the same."""
    attempt = row["attempt"] + (row["state"] == State.FAILED_HUMAN) or 1
    return Event(row["plan_id"], row["account_id"], attempt, state, at, code=code, sentence=sentence)
