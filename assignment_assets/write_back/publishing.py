"""What of the journal people, pages and sensors read: Parquet copies, the sealed head, where the write-back stands."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.placed import GIVEN_BACK
from assignment_assets.domain.tables import TEXT, WRITE_BACK_LOG
from assignment_assets.io.durable import write_whole
from assignment_assets.write_back.canary import LOOKED
from assignment_assets.write_back.document import PLAN_ROWS
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.refusal_groups import RefusalGroup, groups_of
from assignment_assets.write_back.second_look import SecondLook
from assignment_assets.write_back.states import State, log_rows
from assignment_assets.write_back.witnesses import anchor_file
from assignment_assets.write_back.writer import Progress

STATE_FILE = "write_back_state.json"
JOURNAL_FILE, PLANS_FILE = "write_back_journal.parquet", "write_back_plans.parquet"


@dataclass(frozen=True)
class WriteBackState:
    """Where a cycle's write-back stands; `state` is writing, paused or finished.

    `resume_at` is when a paused run goes on by itself; empty where a person must look first.
    """

    state: str
    at: str
    plan_id: str = ""
    code: str = ""
    sentence: str = ""
    resume_at: str = ""
    ended: int = 0
    row_count: int = 0

    @classmethod
    def of(cls, progress: Progress, at: datetime, state: str) -> "WriteBackState":
        """The standing that a run's progress comes to."""
        pause = progress.pause
        code, sentence = (pause.code, pause.sentence) if pause else ("", "")
        return cls(
            state,
            at.isoformat(),
            progress.plan_id,
            code,
            sentence,
            progress.resume_at.isoformat() if progress.resume_at else "",
            progress.ended,
            progress.row_count,
        )


def ended_log_rows(journal: Journal, cycle: str) -> pl.DataFrame:
    """The rows of `write_back_log` that the journal comes to.

    A plan whose run has not ended is left out: what it has in flight is not known yet.
    """
    plans = [
        plan
        for plan in journal.plans(cycle)
        if plan.kind == "owners" and _has_ended(journal.last_plan_event(plan.plan_id, "STARTED", "PAUSED", "FINISHED"))
    ]
    rows = [journal.rows(plan.plan_id).with_columns(plan_id=pl.lit(plan.plan_id)) for plan in plans]
    if not rows:
        return WRITE_BACK_LOG.empty()
    sign_off_nos = {plan.plan_id: plan.sign_off_no for plan in plans}
    log = log_rows(pl.concat(rows), journal.events(plan.plan_id for plan in plans), sign_off_nos)
    return WRITE_BACK_LOG.conform(pl.concat([log, _given_back(journal, cycle, log)]))


def _given_back(journal: Journal, cycle: str, log: pl.DataFrame) -> pl.DataFrame:
    """What rollbacks have written, as the attempt after the last one of each account's sign-off."""
    last = log.group_by("account_id", maintain_order=True).last().select("account_id", "sign_off_no", "attempt")
    parts = [WRITE_BACK_LOG.empty()]
    for plan in journal.plans(cycle):
        if plan.kind == "rollback":
            events = journal.events([plan.plan_id]).filter(pl.col("state") == State.VERIFIED)
            done = events.select("account_id", "found_owner_id", written_at="at", verified_at="at")
            rows = journal.rows(plan.plan_id).select("account_id", "old_owner_id", "new_owner_id")
            given = done.join(rows, on="account_id").join(last, on="account_id")
            why = pl.lit(plan.why, TEXT)
            told = given.with_columns(pl.col("attempt") + 1, outcome=pl.lit(GIVEN_BACK), error_code=None, error=why)
            parts.append(WRITE_BACK_LOG.conform(told))
    return pl.concat(parts)


def _has_ended(event: Mapping[str, Any] | None) -> bool:
    return event is not None and event["state"] in ("PAUSED", "FINISHED")


def publish_state(folder: Path, state: WriteBackState) -> None:
    """Writes the standing into the cycle's published folder."""
    write_whole(folder / STATE_FILE, json.dumps(asdict(state)))


def read_state(folder: Path) -> WriteBackState | None:
    """The standing as it was published, or None before the first write."""
    path = folder / STATE_FILE
    return WriteBackState(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def publish(journal: Journal, journal_path: Path, folder: Path, cycle: str) -> None:
    """Publishes the cycle's events and plan rows, and the head of the whole journal."""
    plans = journal.plans(cycle)
    events = journal.events(plan.plan_id for plan in plans)
    rows = [
        journal.rows(plan.plan_id).select(
            pl.lit(plan.plan_id).alias("plan_id"),
            pl.lit(plan.kind).alias("kind"),
            pl.lit(plan.sign_off_no, pl.Int64).alias("sign_off_no"),
            *PLAN_ROWS,
        )
        for plan in plans
    ]
    write_whole(folder / JOURNAL_FILE, events.write_parquet)
    if rows:
        write_whole(folder / PLANS_FILE, pl.concat(rows).write_parquet)
    publish_head(journal, journal_path)


def publish_head(journal: Journal, journal_path: Path) -> None:
    """Publishes the head beside the journal."""
    write_whole(anchor_file(journal_path), json.dumps(journal.anchor()))


def waiting_groups(folder: Path) -> list[RefusalGroup]:
    """The groups of published accounts that wait for a person, the largest first."""
    if not (folder / PLANS_FILE).is_file():
        return []
    return groups_of(pl.read_parquet(folder / PLANS_FILE), _last_events(folder))


def _last_events(folder: Path) -> pl.DataFrame:
    events = pl.read_parquet(folder / JOURNAL_FILE).filter(pl.col("account_id") != "").sort("seq")
    return events.group_by("plan_id", "account_id", maintain_order=True).last()


def plan_states(folder: Path) -> dict[str, Counter[str]]:
    """Each published plan with its accounts by state; of a plan that was discarded all are."""
    if not (folder / PLANS_FILE).is_file():
        return {}
    rows = pl.read_parquet(folder / PLANS_FILE).select("plan_id", "account_id")
    last = _last_events(folder).select("plan_id", "account_id", "state")
    table = rows.join(last, on=["plan_id", "account_id"], how="left").with_columns(pl.col("state").fill_null("PLANNED"))
    ended = set(pl.read_parquet(folder / JOURNAL_FILE).filter(pl.col("state") == "DISCARDED")["plan_id"])
    states = pl.when(pl.col("plan_id").is_in(sorted(ended))).then(pl.lit("DISCARDED")).otherwise("state")
    grouped = table.with_columns(states.alias("state")).group_by("plan_id", maintain_order=True)
    return {plan_id: Counter(part["state"]) for (plan_id,), part in grouped}


def second_looks(folder: Path) -> dict[str, SecondLook]:
    """Each published plan whose first batch was looked at again, with what was found."""
    if not (folder / JOURNAL_FILE).is_file():
        return {}
    events = pl.read_parquet(folder / JOURNAL_FILE).filter(pl.col("state") == LOOKED).sort("seq")
    return {plan_id: SecondLook.of(text) for plan_id, text in events.select("plan_id", "sentence").iter_rows()}


def exported_count(folder: Path) -> int:
    """How many changes of a cycle are out in files that people load by hand, and have not ended."""
    return sum(counts[State.EXPORTED] for counts in plan_states(folder).values())
