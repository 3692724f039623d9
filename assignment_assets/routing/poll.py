"""One look at the source: what changed, what happened, who needs an owner; all of it in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.domain.routing.acceptance import lapsed
from assignment_assets.domain.routing.candidates import (
    CHANGED_FAMILIES,
    ChangedFamiliesFrame,
    NewAccountsInput,
    new_accounts,
)
from assignment_assets.domain.routing.events.detect import PollSnapshot, detect, owners_meet
from assignment_assets.domain.routing.latest_decisions import AWAITING_ANSWER
from assignment_assets.domain.routing.reps_in_force import in_force
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ANSWERS,
    EVENTS,
    EXCEPTIONS,
    NEW_ACCOUNTS,
    POLLS,
    SEEN_ACCOUNTS,
    SEEN_OPPORTUNITIES,
    SEEN_REPS,
    EventsFrame,
    NewAccountsFrame,
)
from assignment_assets.domain.sign_off.standing import Acceptance
from assignment_assets.domain.tables import TEXT, RepsFrame
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sources.changes import ChangeReader, Changes
from assignment_assets.routing.claims import claimed
from assignment_assets.routing.log import RoutingLog, Transaction


@dataclass(frozen=True)
class Polled:
    """What one poll brought: the candidates, the events, how many rows had changed."""

    poll_no: int
    candidates: NewAccountsFrame
    events: EventsFrame
    changed_rows: int


def poll(
    log: RoutingLog,
    reader: ChangeReader,
    rules: RoutingRules,
    answers: list[Acceptance],
    now: datetime,
    families_from: Mapping[str, date] | None = None,
) -> Polled:
    """Reads what changed since the last poll, and notes events, answers and the accounts that need an owner.

    Accounts that are free in an open cycle get their owner there, and are left alone.

    The first poll reads everything and notes no events: there is nothing to compare with. Records created from
    then on are new.

    Parameters
    ----------
    families_from
        `merged` or `re_parented` → the first day of the policy that lets routing settle such events.
    """
    with log.open() as transaction:
        last = _last(transaction)
    since = last["watermark"] - timedelta(minutes=rules.overlap_minutes) if last else None
    changes = reader.read(since, now)
    with log.open() as transaction:
        if _last(transaction) != last:
            raise WarehouseBusy("routing: another poll ended meanwhile, expected one at a time. Run it again.")
        before = _seen(transaction, last["polled_at"]) if last else None
        if before is not None:
            changes = replace(changes, reps=in_force(RepsFrame(changes.reps), before.reps, changes.unread))
        _merge(transaction, changes, before)
        after = _seen(transaction, now)
        number = last["poll_no"] + 1 if last else 1
        events = detect(before, after, changes.gone, number, now) if before else EVENTS.empty()
        transaction.append(EVENTS, events)
        _note_families(transaction, events, now)
        note_exceptions(transaction, [("unread_rep", each.rep_id, each.sentence) for each in changes.unread], now)
        _fold_answers(transaction, answers, after.reps, now)
        routes_from = last["routes_from"] if last else now
        families = _families(transaction.table(EVENTS), families_from or {})
        asked = new_accounts(NewAccountsInput.read(transaction, families), rules, routes_from, now)
        candidates = NewAccountsFrame(asked.join(claimed(log.folder), on="account_id", how="anti"))
        transaction.append(NEW_ACCOUNTS, candidates)
        row = {
            "poll_no": number,
            "polled_at": now,
            "watermark": changes.watermark,
            "routes_from": routes_from,
            "account_count": changes.accounts.height,
            "rep_count": changes.reps.height,
            "opportunity_count": changes.opportunities.height,
            "event_count": events.height,
        }
        transaction.append(POLLS, pl.DataFrame([row], schema=POLLS.columns))
    _tell_unread(log.folder, changes, now)
    counts = changes.accounts.height + changes.reps.height + changes.opportunities.height
    return Polled(number, candidates, events, counts)


def _tell_unread(folder: DataFolder, changes: Changes, now: datetime) -> None:
    """Management's alert on rows of reps that cannot be read; the file says so where there is none left."""
    path = folder.root / "alerts" / "reps.txt"
    if not changes.unread and not path.is_file():
        return
    lines = [f"{each.rep_id}: {each.sentence}" for each in changes.unread] or ["every rep's row can be read."]
    write_whole(path, "\n".join([f"As of {now:%Y-%m-%d %H:%M} UTC:", *lines]) + "\n")


def _families(events: EventsFrame, since: Mapping[str, date]) -> ChangedFamiliesFrame:
    """account_id and kind of the families' events that nobody has settled and a policy covers."""
    first_day = pl.col("kind").replace_strict(dict(since), default=None, return_dtype=pl.Date)
    waiting = owners_meet(events).filter(pl.col("cycle").is_null() & (pl.col("detected_at").dt.date() >= first_day))
    return CHANGED_FAMILIES.conform(waiting.select("kind", account_id="subject_id"))


def _last(transaction: Transaction) -> dict[str, Any] | None:
    polls = transaction.table(POLLS)
    return polls.row(-1, named=True) if polls.height else None


def _seen(transaction: Transaction, at: datetime) -> PollSnapshot:
    return PollSnapshot(
        transaction.table(SEEN_ACCOUNTS), transaction.table(SEEN_REPS), transaction.table(SEEN_OPPORTUNITIES), at.date()
    )


def _merge(transaction: Transaction, changes: Changes, before: PollSnapshot | None) -> None:
    if changes.is_whole:
        transaction.replace(SEEN_ACCOUNTS, changes.accounts)
        transaction.replace(SEEN_REPS, changes.reps)
        transaction.replace(SEEN_OPPORTUNITIES, changes.opportunities)
        return
    transaction.merge(SEEN_ACCOUNTS, changes.accounts)
    if before is None or not before.reps.equals(changes.reps):
        transaction.replace(SEEN_REPS, changes.reps)
    transaction.merge(SEEN_OPPORTUNITIES, changes.opportunities)
    transaction.forget(SEEN_ACCOUNTS, sorted(changes.gone))
    transaction.forget(SEEN_OPPORTUNITIES, list(changes.gone_opportunities))


def _note_families(transaction: Transaction, events: EventsFrame, now: datetime) -> None:
    """Families in which two owners meet: one account each, for the exception queue."""
    split = owners_meet(events)
    note_exceptions(
        transaction,
        [
            ("family_split", row["subject_id"], f"{row['kind']}: {row['evidence']}")
            for row in split.iter_rows(named=True)
        ],
        now,
    )


def note_exceptions(transaction: Transaction, found: list[tuple[str, str, str]], now: datetime) -> None:
    """Appends (kind, subject, why) to the exception queue; what stands there already is not repeated."""
    standing = transaction.table(EXCEPTIONS)
    known = set(standing.select("kind", "subject_id", "why").iter_rows())
    new = [each for each in dict.fromkeys(found) if each not in known]
    rows = [
        {"exception_no": standing.height + number, "at": now, "kind": kind, "subject_id": subject, "why": why}
        for number, (kind, subject, why) in enumerate(new, 1)
    ]
    transaction.append(EXCEPTIONS, pl.DataFrame(rows, schema=EXCEPTIONS.columns))


def _fold_answers(transaction: Transaction, answers: list[Acceptance], reps: pl.DataFrame, now: datetime) -> None:
    """Notes the owners' answers that came in time, then whose time is over."""
    emails = {rep_id: (email or "").lower() for rep_id, email in reps.select("rep_id", "email").iter_rows()}
    waiting = {row["decision_no"]: row for row in transaction.answer(AWAITING_ANSWER).iter_rows(named=True)}
    rows = []
    for answer in answers:
        asked = waiting.get(answer.decision_no)
        if asked is None or asked["accept_by"] <= now or asked["new_owner_id"] != answer.rep_id:
            continue
        if emails.get(answer.rep_id) == answer.signed_by.lower():
            waiting.pop(answer.decision_no)
            rows.append(
                {
                    "decision_no": answer.decision_no,
                    "account_id": asked["account_id"],
                    "rep_id": answer.rep_id,
                    "answer": answer.answer,
                    "at": now,
                    "note": answer.note,
                }
            )
    transaction.append(ANSWERS, pl.DataFrame(rows, schema=ANSWERS.columns))
    transaction.append(ANSWERS, lapsed(transaction.answer(AWAITING_ANSWER), now))


def owners_written(transaction: Transaction, moved: pl.DataFrame) -> None:
    """Puts the owners that were read back into what was seen, ahead of the next poll.

    Parameters
    ----------
    moved
        account_id, new_owner_id.
    """
    if moved.height:
        accounts = transaction.table(SEEN_ACCOUNTS).join(
            moved.select(pl.col("account_id").cast(TEXT), pl.col("new_owner_id").cast(TEXT)), on="account_id"
        )
        transaction.merge(SEEN_ACCOUNTS, accounts.with_columns(owner_id="new_owner_id").drop("new_owner_id"))
