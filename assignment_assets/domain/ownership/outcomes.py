"""What a cycle has come to for each account, and the changes of owner that this makes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CYCLE_EVENTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    LOCKS,
    MOMENT,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    SOURCE_EXCEPTIONS,
    SUBMISSIONS,
    TEXT,
    WRITE_BACK_LOG,
    AccountsFrame,
    CycleEventsFrame,
    RepsFrame,
    SourceExceptionsFrame,
    Table,
)

CycleOutcomesFrame = NewType("CycleOutcomesFrame", pl.DataFrame)
ChangesFrame = NewType("ChangesFrame", pl.DataFrame)
CYCLE_OUTCOMES: Query[CycleOutcomesFrame] = Query(
    "ownership_changes/cycle_outcomes",
    (
        *(ACCOUNTS, PROPOSED_BOOKS, OVERFLOW, LOCKS, REVIEWED_BOOKS, DECIDED_BOOKS, EDIT_VERDICTS),
        *(DECISION_VERDICTS, APPROVED_DIFF, SIGN_OFF_VERDICTS, SUBMISSIONS, WRITE_BACK_LOG),
    ),
    ("account_id",),
    {
        "account_id": TEXT,
        "owner_before_id": TEXT,
        "proposed_owner_id": TEXT,
        "decided_owner_id": TEXT,
        "lock_kind": TEXT,
        "phase": TEXT,
        "inside_sales_queue": TEXT,
        "review_change": TEXT,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "director": TEXT,
        "edit_note": TEXT,
        "decided_by": TEXT,
        "approval": TEXT,
        "signed_by": TEXT,
        "signed_at": MOMENT,
        "written_from_id": TEXT,
        "written_owner_id": TEXT,
        "outcome": TEXT,
        "written_at": MOMENT,
    },
)
CHANGES: Table[ChangesFrame] = Table(
    "ownership_changes",
    ("account_id",),
    {
        "account_id": TEXT,
        "from_id": TEXT,
        "to_id": TEXT,
        "kind": TEXT,  # a word of KINDS
        "reason": TEXT,
        "sentence": TEXT,
        "decided_by": TEXT,
        "signed_by": TEXT,
        "signed_at": MOMENT,
        "at": MOMENT,  # when the new owner was there; null for what is only planned
        "source": TEXT,  # the cycle or the log that explains it
    },
)
"""One change of one account's owner, and what explains it."""
KINDS = {
    "proposed": "Proposed by the engine",
    "inside_sales": "To Inside Sales: no seat in the field",
    "edited": "Changed by a Regional Director",
    "decided": "A held edit, decided by Growth Strategy",
    "routed": "Routed between the quarters",
    "rolled_back": "Rolled back",
    "repaired": "Set back to what was approved",
    "locked": "Held by a lock",
    "kept": "Left with its owner",
    "outside": "Changed outside the engine",
}
"""Kind of a change → its words, in the order in which they are told."""
EDITED = ("added", "returned", "to_inside_sales")


@dataclass(frozen=True)
class CycleHistory:
    """One cycle as the history of owners reads it; `is_over` where nothing more can come of it."""

    cycle: str
    as_of: date
    is_draft: bool
    read_at: datetime
    ended_at: datetime
    is_over: bool
    accounts: AccountsFrame
    reps: RepsFrame
    exceptions: SourceExceptionsFrame
    outcomes: CycleOutcomesFrame

    @classmethod
    def read(cls, readable: Readable, cycle: str, *, with_drafts: bool) -> Self | None:
        """The cycle's rows; None where it has not got as far as a run config, has read no account, or is a draft and
        drafts do not count."""
        with readable.reading(cycle) as reader:
            configs, events = reader.table(RUN_CONFIG), reader.table(CYCLE_EVENTS)
            is_draft = configs.height > 0 and configs["mode"][-1] == "draft"
            if not (configs.height and events.height) or (is_draft and not with_drafts):
                return None
            accounts = reader.table(ACCOUNTS)
            if accounts.is_empty():
                return None
            return cls(
                cycle=cycle,
                as_of=configs["as_of"][-1],
                is_draft=is_draft,
                read_at=_read_at(events),
                ended_at=events["at"][-1],
                is_over=events["event"][-1] in FINISHED_EVENTS,
                accounts=accounts,
                reps=reader.table(REPS),
                exceptions=reader.table(SOURCE_EXCEPTIONS),
                outcomes=reader.answer(CYCLE_OUTCOMES),
            )

    @property
    def owners(self) -> pl.DataFrame:
        """account_id, owner_id: whose each account was that it read, rows that were left out included."""
        read = self.accounts.select("account_id", "owner_id")
        left_out = self.exceptions.filter(pl.col("table_name") == "accounts").drop_nulls(["record_id", "owner_id"])
        kept = left_out.select("owner_id", account_id="record_id").unique("account_id", maintain_order=True)
        return pl.concat([read, kept.select(read.columns).join(read, on="account_id", how="anti")])

    @property
    def is_planned(self) -> bool:
        """Whether its books are what it would come to, not what was written."""
        return self.is_draft or not self.is_over


def _read_at(events: CycleEventsFrame) -> datetime:
    """When the cycle read its sources last."""
    readings = events.filter((pl.col("event") == "opened") | (pl.col("from_stage") == "sources"))
    moment: datetime = (readings if readings.height else events)["at"][-1]
    return moment


def written_changes(history: CycleHistory) -> ChangesFrame:
    """The changes of owner that the cycle has written and read back."""
    rows = _told(history).filter(pl.col("written_owner_id").is_not_null())
    return CHANGES.conform(
        rows.with_columns(
            from_id=pl.col("written_from_id"),
            to_id=pl.col("written_owner_id"),
            at=pl.col("written_at").fill_null(history.ended_at),
        )
    )


def planned_changes(history: CycleHistory) -> ChangesFrame:
    """The changes of owner that the cycle would make as it stands, written or not."""
    rows = _told(history).with_columns(
        to_id=_planned_owner(), from_id=pl.col("owner_before_id"), at=pl.col("written_at")
    )
    return CHANGES.conform(rows.filter(pl.col("to_id").is_not_null() & pl.col("to_id").ne_missing(pl.col("from_id"))))


def told(history: CycleHistory) -> ChangesFrame:
    """What the cycle says of every account that it dealt with, those that stay included."""
    return CHANGES.conform(
        _told(history).with_columns(to_id=_planned_owner(), from_id=pl.col("owner_before_id"), at=pl.col("written_at"))
    )


def _planned_owner() -> pl.Expr:
    return pl.coalesce("written_owner_id", "decided_owner_id", "proposed_owner_id")


def _told(history: CycleHistory) -> pl.DataFrame:
    edit, note = pl.col("review_change").is_in(EDITED), pl.col("edit_note").str.strip_chars().fill_null("")
    stays = _planned_owner().eq_missing(pl.col("owner_before_id"))
    sentence = pl.col("reason_sentence").fill_null("")
    has_news = (note != "") & edit & ~sentence.str.contains(note, literal=True)
    return history.outcomes.with_columns(
        kind=pl.when(edit & pl.col("decided_by").is_not_null())
        .then(pl.lit("decided"))
        .when(edit)
        .then(pl.lit("edited"))
        .when(pl.col("lock_kind").is_not_null())
        .then(pl.lit("locked"))
        .when(stays)
        .then(pl.lit("kept"))
        .when(pl.col("inside_sales_queue").is_not_null())
        .then(pl.lit("inside_sales"))
        .otherwise(pl.lit("proposed")),
        reason=pl.when(edit).then(pl.col("move_reason")).otherwise(pl.coalesce("lock_kind", "move_reason")),
        sentence=pl.when(has_news).then(sentence + " Note: " + note).otherwise(sentence).replace("", None),
        decided_by=pl.when(edit).then(pl.coalesce("decided_by", "director")),
        source=pl.lit(history.cycle),
    )
