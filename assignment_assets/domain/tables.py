"""Every table of the warehouse: its columns and types, its key, whether rows are replaced or appended.

Units: `bps` in hundredths; money in cents, `_cents` in its name (whole numbers, so that sums
do not depend on the number of threads). Dates end in `_on`, UTC times without zone in `_at`,
minutes in `_minutes`. `cycle` is the first column of every stored table; frames in the rules leave it out.

An account's owner has one name a meaning:

    owner_id            who owns it in the source, as of the cycle
    rep_id              the rep whom a row is about: who holds, locks, is asked, is proposed
    member_id           the Inside Sales member who works it
    current_owner_id    `owner_id` beside another owner of the same row
    proposed_owner_id   whom the engine gives it to
    reviewed_owner_id   whom it goes to after the directors' review
    old_owner_id, new_owner_id   the ends of a move that is shown, signed and written
    found_owner_id      who owned it when it was written back
"""

from dataclasses import dataclass
from typing import Any, Generic, NewType, TypeVar, cast

import polars as pl

TEXT, WHOLE, REAL, FLAG, DATE = pl.String, pl.Int64, pl.Float64, pl.Boolean, pl.Date
MOMENT, TEXTS = pl.Datetime("us"), pl.List(pl.String)

ColumnType = pl.DataType | type[pl.DataType]
F = TypeVar("F", bound=pl.DataFrame)


@dataclass(frozen=True)
class Table(Generic[F]):
    """A table's name, key and columns; `is_log` tables are appended to and carry real times.

    `F` is what a frame with these columns is called in signatures, so that two tables cannot change places unseen.
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, ColumnType]
    is_log: bool = False

    def empty(self) -> F:
        """A frame without rows and with this table's columns."""
        return cast(F, pl.DataFrame(schema=self.columns))

    def widened(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame of an older version of this table with the columns that were added since, null."""
        newer = [pl.lit(None, dtype).alias(name) for name, dtype in self.columns.items() if name not in frame.columns]
        return frame.with_columns(newer)

    def shaped(self, frame: pl.DataFrame) -> F:
        """The frame with exactly this table's columns, in order and type; its rows stay in the order in which they are.

        Raises polars' own errors where a column is missing or cannot be cast: that is a broken contract.
        """
        return cast(F, frame.select(pl.col(name).cast(dtype) for name, dtype in self.columns.items()))

    def conform(self, frame: pl.DataFrame) -> F:
        """The frame as `shaped` gives it, sorted by this table's key."""
        return cast(F, self.shaped(frame).sort(self.key, nulls_last=False, maintain_order=True))


AccountsFrame = NewType("AccountsFrame", pl.DataFrame)
RepsFrame = NewType("RepsFrame", pl.DataFrame)
OpportunitiesFrame = NewType("OpportunitiesFrame", pl.DataFrame)
SourceExceptionsFrame = NewType("SourceExceptionsFrame", pl.DataFrame)
SourceProfileFrame = NewType("SourceProfileFrame", pl.DataFrame)
SourceChangesFrame = NewType("SourceChangesFrame", pl.DataFrame)
RunConfigFrame = NewType("RunConfigFrame", pl.DataFrame)
CurrentBooksFrame = NewType("CurrentBooksFrame", pl.DataFrame)
EligiblePoolFrame = NewType("EligiblePoolFrame", pl.DataFrame)
ArrivalsFrame = NewType("ArrivalsFrame", pl.DataFrame)
LocksFrame = NewType("LocksFrame", pl.DataFrame)
LockVerdictsFrame = NewType("LockVerdictsFrame", pl.DataFrame)
ReferringFrontFrame = NewType("ReferringFrontFrame", pl.DataFrame)
ReferringFrontBooksFrame = NewType("ReferringFrontBooksFrame", pl.DataFrame)
ChosenPointsFrame = NewType("ChosenPointsFrame", pl.DataFrame)
ProposedBooksFrame = NewType("ProposedBooksFrame", pl.DataFrame)
OverflowFrame = NewType("OverflowFrame", pl.DataFrame)
CertificateFrame = NewType("CertificateFrame", pl.DataFrame)
FamiliesFrame = NewType("FamiliesFrame", pl.DataFrame)
ReviewedBooksFrame = NewType("ReviewedBooksFrame", pl.DataFrame)
EditVerdictsFrame = NewType("EditVerdictsFrame", pl.DataFrame)
DecidedBooksFrame = NewType("DecidedBooksFrame", ReviewedBooksFrame)
DecisionVerdictsFrame = NewType("DecisionVerdictsFrame", pl.DataFrame)
SignOffPacketsFrame = NewType("SignOffPacketsFrame", pl.DataFrame)
RegionDigestsFrame = NewType("RegionDigestsFrame", pl.DataFrame)
ConflictsFrame = NewType("ConflictsFrame", pl.DataFrame)
SignOffVerdictsFrame = NewType("SignOffVerdictsFrame", pl.DataFrame)
ApprovedDiffFrame = NewType("ApprovedDiffFrame", pl.DataFrame)
WriteBackLogFrame = NewType("WriteBackLogFrame", pl.DataFrame)
SubmissionsFrame = NewType("SubmissionsFrame", pl.DataFrame)
CycleEventsFrame = NewType("CycleEventsFrame", pl.DataFrame)
AuditLogFrame = NewType("AuditLogFrame", pl.DataFrame)
"""What the frames of the tables are called in signatures."""

ACCOUNTS: Table[AccountsFrame] = Table(
    "accounts",
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "carve_out": TEXT,
        "owner_id": TEXT,
        "parent_id": TEXT,
        "state": TEXT,
        "postal_code": TEXT,
        "latitude": REAL,
        "longitude": REAL,
        "opp_count": WHOLE,
        "bps": WHOLE,
        "tam_cents": WHOLE,
        "value_cents": WHOLE,
        "revenue_cents": WHOLE,
        "tier": TEXT,
        "referrals_l3m": WHOLE,
        "referrals_l12m": WHOLE,
        "referrals_ever": WHOLE,
        "last_referral_on": DATE,
        "keep_with_owner": FLAG,
        "is_house": FLAG,
        "held_for_new_hire": FLAG,
        "co_owner_ids": TEXTS,
        "created_at": MOMENT,
    },
)
REPS: Table[RepsFrame] = Table(
    "reps",
    ("rep_id",),
    {
        "rep_id": TEXT,
        "name": TEXT,
        "email": TEXT,
        "region": TEXT,
        "director_email": TEXT,
        "team": TEXT,  # field, arm, growers, activators
        "is_active": FLAG,
        "on_leave_until": DATE,
        "started_on": DATE,
        "covered_states": TEXTS,
        "latitude": REAL,
        "longitude": REAL,
        "performance": REAL,
        "capacity": WHOLE,
        "source_id": TEXT,  # the id as the source has it, where no file could be named by it; null: rep_id
    },
)
OPPORTUNITIES: Table[OpportunitiesFrame] = Table(
    "opportunities",
    ("opportunity_id",),
    {
        "opportunity_id": TEXT,
        "account_id": TEXT,
        "owner_id": TEXT,
        "stage": TEXT,
        "amount_cents": WHOLE,
        "close_on": DATE,
        "is_closed": FLAG,
        "is_won": FLAG,
    },
)
SOURCE_EXCEPTIONS: Table[SourceExceptionsFrame] = Table(
    "source_exceptions",
    ("table_name", "record_id", "column_name"),
    {
        "table_name": TEXT,
        "record_id": TEXT,
        "column_name": TEXT,
        "row_no": WHOLE,
        "found": TEXT,
        "expected": TEXT,
        "remedy": TEXT,
        "owner_id": TEXT,  # who keeps an account whose row was left out; null where nobody is known to, or it stays
    },
)
SOURCE_PROFILE: Table[SourceProfileFrame] = Table(
    "source_profile",
    ("table_name", "line_no"),
    {
        "table_name": TEXT,
        "line_no": WHOLE,
        "kind": TEXT,  # what is told: one of `domain.sources.profile_table`
        "name": TEXT,  # which of that kind: a state of owners, a referral status, a column
        "unit": TEXT,  # rows, accounts, deals, reps, cells, cents
        "value": WHOLE,
        "record_id": TEXT,
        "sentence": TEXT,
    },
)
SOURCE_CHANGES: Table[SourceChangesFrame] = Table(
    "source_changes",
    ("line_no",),
    {
        "line_no": WHOLE,
        "table_name": TEXT,
        "figure": TEXT,
        "label": TEXT,
        "unit": TEXT,  # %, rows, cents
        "before": REAL,  # null where there is no earlier cycle, or it has no such figure
        "now": REAL,
        "jump_at": REAL,
        "jump_unit": TEXT,  # points, times
        "is_jump": FLAG,
        "previous_cycle": TEXT,
    },
)

RUN_CONFIG: Table[RunConfigFrame] = Table(
    "run_config",
    ("revision",),
    {
        "revision": WHOLE,
        "mode": TEXT,
        "scope": TEXT,
        "as_of": DATE,
        "opened_by": TEXT,
        "config_json": TEXT,
        "config_digest": TEXT,
    },
)
CURRENT_BOOKS: Table[CurrentBooksFrame] = Table(
    "current_books",
    ("rep_id",),
    {
        "rep_id": TEXT,
        "team": TEXT,
        "region": TEXT,
        "is_active": FLAG,
        "is_on_leave": FLAG,
        "is_receiver": FLAG,
        "receiver_reason": TEXT,
        "capacity": WHOLE,
        "covered_states": TEXTS,
        "account_count": WHOLE,
        "referrals_l12m": WHOLE,
        "is_churned": FLAG,
        "is_non_productive": FLAG,
    },
)
ELIGIBLE_POOL: Table[EligiblePoolFrame] = Table(
    "eligible_pool",
    ("account_id",),
    {
        "account_id": TEXT,
        "standing": TEXT,  # free, fixed, out
        "reason": TEXT,
        "detail": TEXT,
        "owner_id": TEXT,
        "state": TEXT,
        "referral_status": TEXT,  # l3m, dormant, never
        "is_referring": FLAG,
        "is_unowned": FLAG,
    },
)

ARRIVALS: Table[ArrivalsFrame] = Table(
    "arrivals",
    ("account_id",),
    {
        "account_id": TEXT,
        "loaded_cycle": TEXT,
        "outcome": TEXT,  # loaded, confirmed
        "loaded_at": MOMENT,
        "old_owner_id": TEXT,
        "expected_owner_id": TEXT,
        "found_owner_id": TEXT,
        "arrival": TEXT,  # arrived, missing, gone
    },
)

LOCKS: Table[LocksFrame] = Table(
    "locks",
    ("account_id",),
    {
        "account_id": TEXT,
        "rep_id": TEXT,
        "lock_kind": TEXT,
        "receipt_no": WHOLE,
    },
)
LOCK_VERDICTS: Table[LockVerdictsFrame] = Table(
    "lock_verdicts",
    ("rep_id", "row_no", "account_id", "lock_kind"),
    {
        "rep_id": TEXT,
        "receipt_no": WHOLE,
        "row_no": WHOLE,
        "account_id": TEXT,
        "lock_kind": TEXT,
        "verdict": TEXT,
        "rule": TEXT,
        "message": TEXT,
    },
)

REFERRING_FRONT: Table[ReferringFrontFrame] = Table(
    "referring_front",
    ("point",),
    {
        "point": WHOLE,
        "referring_imbalance": REAL,
        "drive_minutes": REAL,
        "moves_pct": REAL,
        "worst_book": REAL,
        "is_knee": FLAG,
        "is_chosen": FLAG,
    },
)
REFERRING_FRONT_BOOKS: Table[ReferringFrontBooksFrame] = Table(
    "referring_front_books",
    ("point", "account_id"),
    {
        "point": WHOLE,
        "account_id": TEXT,
        "rep_id": TEXT,
    },
)
CHOSEN_POINTS: Table[ChosenPointsFrame] = Table(
    "chosen_points",
    ("point",),
    {
        "point": WHOLE,
        "chosen_by": TEXT,
        "note": TEXT,
        "price": TEXT,  # against the knee, in words
    },
)
PROPOSED_BOOKS: Table[ProposedBooksFrame] = Table(
    "proposed_books",
    ("account_id",),
    {
        "account_id": TEXT,
        "rep_id": TEXT,
        "phase": TEXT,  # lock, referring, value
        "current_owner_id": TEXT,
        "is_move": FLAG,
        "drive_minutes": WHOLE,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "runner_up_rep_id": TEXT,
        "keep_cost_imbalance": REAL,
        "keep_cost_minutes": REAL,
        "keep_cost_moves": REAL,
        "tie_note": TEXT,
    },
)
OVERFLOW: Table[OverflowFrame] = Table(
    "overflow",
    ("account_id",),
    {
        "account_id": TEXT,
        "inside_sales_queue": TEXT,  # arm, growers, activators
        "member_id": TEXT,
        "current_owner_id": TEXT,
        "is_move": FLAG,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
    },
)
CERTIFICATE: Table[CertificateFrame] = Table(
    "certificate",
    ("line_no",),
    {
        "line_no": WHOLE,
        "phase": TEXT,  # seats, families, referring, value
        "metric": TEXT,
        "state": TEXT,
        "value": REAL,
        "bound": REAL,
        "gap_pct": REAL,
        "sentence": TEXT,
    },
)

FAMILIES: Table[FamiliesFrame] = Table(
    "families",
    ("family_id",),
    {
        "family_id": TEXT,  # the account at the top of the parents
        "name": TEXT,
        "member_count": WHOLE,  # free accounts; what is kept elsewhere is not counted
        "anchor_rep_id": TEXT,  # who keeps others of the family
        "outcome": TEXT,  # whole, split, no_book, no_seat
        "rep_id": TEXT,
        "sentence": TEXT,
    },
)

REVIEWED_BOOKS: Table[ReviewedBooksFrame] = Table(
    "reviewed_books",
    ("account_id",),
    {
        "account_id": TEXT,
        "current_owner_id": TEXT,
        "proposed_owner_id": TEXT,
        "reviewed_owner_id": TEXT,
        "review_change": TEXT,  # none, added, returned, to_inside_sales, withdrawn
        "is_move": FLAG,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "receipt_no": WHOLE,
    },
)
EDIT_VERDICTS: Table[EditVerdictsFrame] = Table(
    "edit_verdicts",
    ("receipt_no", "row_no", "edit_kind", "account_id"),
    {
        "receipt_no": WHOLE,
        "director": TEXT,
        "row_no": WHOLE,
        "edit_kind": TEXT,  # add, drop
        "rep_id": TEXT,
        "account_id": TEXT,
        "edit_reason": TEXT,
        "note": TEXT,
        "verdict": TEXT,  # accepted, refused, held
        "rule": TEXT,
        "message": TEXT,
    },
)

DECIDED_BOOKS: Table[DecidedBooksFrame] = Table("decided_books", REVIEWED_BOOKS.key, REVIEWED_BOOKS.columns)
DECISION_VERDICTS: Table[DecisionVerdictsFrame] = Table(
    "decision_verdicts",
    ("decision_no", "receipt_no", "account_id", "rep_id", "decided_by"),
    {
        "decision_no": WHOLE,
        "receipt_no": WHOLE,
        "account_id": TEXT,
        "rep_id": TEXT,
        "decision": TEXT,
        "decided_by": TEXT,
        "verdict": TEXT,  # accepted, refused, ignored
        "rule": TEXT,
        "message": TEXT,
    },
)
SIGN_OFF_PACKETS: Table[SignOffPacketsFrame] = Table(
    "sign_off_packets",
    ("region", "account_id"),
    {
        "region": TEXT,
        "account_id": TEXT,
        "other_region": TEXT,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "is_held": FLAG,
    },
)
REGION_DIGESTS: Table[RegionDigestsFrame] = Table(
    "region_digests",
    ("region",),
    {
        "region": TEXT,
        "move_count": WHOLE,
        "held_count": WHOLE,
        "digest": TEXT,
    },
)
CONFLICTS: Table[ConflictsFrame] = Table(
    "conflicts",
    ("region", "conflict"),
    {
        "region": TEXT,
        "conflict": TEXT,
        "kind": TEXT,
        "severity": TEXT,  # severe, warning, notice
        "account_id": TEXT,
        "rep_id": TEXT,
        "sentence": TEXT,
        "resolved_by": TEXT,  # rule, a person's e-mail address, or null
        "resolution": TEXT,
    },
)
SIGN_OFF_VERDICTS: Table[SignOffVerdictsFrame] = Table(
    "sign_off_verdicts",
    ("receipt_no", "region"),
    {
        "receipt_no": WHOLE,
        "region": TEXT,
        "signed_by": TEXT,
        "decision": TEXT,
        "digest": TEXT,
        "verdict": TEXT,
        "rule": TEXT,
        "message": TEXT,
    },
)
APPROVED_DIFF: Table[ApprovedDiffFrame] = Table(
    "approved_diff",
    ("sign_off_no", "account_id"),
    {
        "sign_off_no": WHOLE,
        "region": TEXT,
        "account_id": TEXT,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "status": TEXT,  # approved, deferred
        "deferred_because": TEXT,
        "signed_by": TEXT,
        "digest": TEXT,
    },
)
WRITE_BACK_LOG: Table[WriteBackLogFrame] = Table(
    "write_back_log",
    ("sign_off_no", "account_id", "attempt"),
    {
        "sign_off_no": WHOLE,
        "account_id": TEXT,
        "attempt": WHOLE,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,
        "found_owner_id": TEXT,
        # verified, skipped_already, loaded, confirmed, drift, drift_rule, gone, held, left_out, not_visible, deferred,
        # failed, unknown, given_back (by a rollback; its row tells of the way back)
        "outcome": TEXT,
        "error_code": TEXT,
        "error": TEXT,
        "written_at": MOMENT,
        "verified_at": MOMENT,
    },
    is_log=True,
)

SUBMISSIONS: Table[SubmissionsFrame] = Table(
    "submissions",
    ("gate", "receipt_no"),
    {
        "gate": TEXT,
        "receipt_no": WHOLE,
        "person": TEXT,
        "revision": WHOLE,
        "digest": TEXT,
        "file_name": TEXT,
        "received_at": MOMENT,
        "is_late": FLAG,
        "verdict": TEXT,
        "message": TEXT,
    },
    is_log=True,
)
CYCLE_EVENTS: Table[CycleEventsFrame] = Table(
    "cycle_events",
    ("event_no",),
    {
        "event_no": WHOLE,
        "event": TEXT,
        "revision": WHOLE,
        "from_stage": TEXT,
        "actor": TEXT,
        "reason": TEXT,
        "at": MOMENT,
    },
    is_log=True,
)
AUDIT_LOG: Table[AuditLogFrame] = Table(
    "audit_log",
    ("at", "actor", "action", "subject"),
    {
        "at": MOMENT,
        "actor": TEXT,
        "action": TEXT,
        "subject": TEXT,
        "digest": TEXT,
        "what": TEXT,
        "why": TEXT,
    },
    is_log=True,
)

TABLES: dict[str, Table[Any]] = {table.name: table for table in list(globals().values()) if isinstance(table, Table)}
