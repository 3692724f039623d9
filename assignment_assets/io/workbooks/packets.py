"""What goes into a workbook and what comes back out of one: the values that writers take and readers give.

Units in the frames are the engine's: `bps` in hundredths, `*_cents` in cents, minutes whole.
People see plain BPS and dollars.
"""

import hashlib
from dataclasses import dataclass, field, fields
from datetime import date, datetime

import polars as pl

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import Fault

ANSWERS = ("keep", "release")
EDIT_REASONS = ("morale", "disruption", "edge_case", "relationship")

LOCK_ROWS = {
    "account_id": pl.String,
    "name": pl.String,
    "state": pl.String,
    "referral_status": pl.String,  # l3m, dormant, never
    "referrals_l3m": pl.Int64,
    "referrals_l12m": pl.Int64,
    "referrals_ever": pl.Int64,
    "last_referral_on": pl.Date,
    "opp_count": pl.Int64,
    "bps": pl.Int64,
    "tam_cents": pl.Int64,
    "value_cents": pl.Int64,
    "drive_minutes": pl.Int64,
    "lock_kind": pl.String,  # an automatic lock, or null where the rep may answer
}
REVIEW_BOOKS = {
    "rep_id": pl.String,
    "name": pl.String,
    "capacity": pl.Int64,
    "accounts_before": pl.Int64,
    "accounts_after": pl.Int64,
    "opp_count_before": pl.Int64,
    "opp_count_after": pl.Int64,
    "bps_before": pl.Int64,
    "bps_after": pl.Int64,
    "tam_cents_before": pl.Int64,
    "tam_cents_after": pl.Int64,
    "value_cents_before": pl.Int64,
    "value_cents_after": pl.Int64,
    "drive_minutes_before": pl.Int64,
    "drive_minutes_after": pl.Int64,
}
REVIEW_MOVES = {
    "account_id": pl.String,
    "name": pl.String,
    "state": pl.String,
    "from_id": pl.String,
    "from_name": pl.String,
    "to_id": pl.String,
    "to_name": pl.String,
    "is_to_field": pl.Boolean,  # false: To is an Inside Sales member, undo puts the account back with From
    "value_cents": pl.Int64,
    "move_reason": pl.String,
    "reason_sentence": pl.String,
    "keep_cost_imbalance": pl.Float64,
    "keep_cost_minutes": pl.Float64,
    "keep_cost_moves": pl.Float64,
}
REVIEW_BOOKS_ROWS = {
    "rep_id": pl.String,
    "rep_name": pl.String,
    "account_id": pl.String,
    "name": pl.String,
    "state": pl.String,
    "referral_status": pl.String,
    "opp_count": pl.Int64,
    "bps": pl.Int64,
    "tam_cents": pl.Int64,
    "value_cents": pl.Int64,
    "drive_minutes": pl.Int64,
    "is_move": pl.Boolean,
}
REVIEW_CANDIDATES = {
    "account_id": pl.String,
    "name": pl.String,
    "state": pl.String,
    "owner_name": pl.String,
    "referral_status": pl.String,
    "value_cents": pl.Int64,
}
SIGN_OFF_MOVES = {
    "account_id": pl.String,
    "name": pl.String,
    "state": pl.String,
    "from_name": pl.String,
    "to_name": pl.String,
    "other_region": pl.String,
    "value_cents": pl.Int64,
    "move_reason": pl.String,
    "reason_sentence": pl.String,
    "is_held": pl.Boolean,
}

RETURNED_ANSWERS = {
    "row_no": pl.Int64,  # the row as the spreadsheet numbers it
    "account_id": pl.String,
    "answer": pl.String,
    "note": pl.String,
    "rule": pl.String,  # null, or why the row has no effect
    "message": pl.String,  # the sentence that goes with the rule
}
RETURNED_EDITS = {
    "row_no": pl.Int64,  # 1, 2, 3 … over Moves, Books and Adds: the order in which edits apply
    "where": pl.String,  # for people: "Moves, row 8"
    "edit_kind": pl.String,
    "rep_id": pl.String,
    "account_id": pl.String,
    "edit_reason": pl.String,
    "note": pl.String,
    "rule": pl.String,
    "message": pl.String,
}


@dataclass(frozen=True)
class LockPacket:
    """One rep's lock list: every account of theirs that is in the cycle's scope (`rows`: LOCK_ROWS)."""

    cycle: str
    revision: int
    code: str
    rep_id: str
    rep_name: str
    as_of: date
    deadline: datetime
    capacity: int
    rows: pl.DataFrame
    dormant_quota: int = 5
    never_referred_quota: int = 5


@dataclass(frozen=True)
class ReviewPacket:
    """One director's review: a row a rep (`books`: REVIEW_BOOKS), a row a move that touches those books
    (`moves`: REVIEW_MOVES), a row an editable account of theirs (`books_rows`: REVIEW_BOOKS_ROWS), and, to
    choose from, accounts in their states that no field rep would own (`candidates`: REVIEW_CANDIDATES)."""

    cycle: str
    revision: int
    code: str
    director: str
    director_name: str
    region: str
    as_of: date
    deadline: datetime
    books: pl.DataFrame
    moves: pl.DataFrame
    books_rows: pl.DataFrame
    candidates: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REVIEW_CANDIDATES))
    max_adds: int = 5
    max_drops: int = 5


@dataclass(frozen=True)
class SignOffPacket:
    """What a signer of one region is shown: its books (REVIEW_BOOKS), its moves (SIGN_OFF_MOVES), the
    digest that the signature covers, and the command that signs."""

    cycle: str
    revision: int
    code: str
    region: str
    signer: str
    as_of: date
    digest: str
    books: pl.DataFrame
    moves: pl.DataFrame
    how_to_sign: str


@dataclass(frozen=True)
class ReturnedLockList:
    """A lock list as it came back. `faults` make the file unusable as a whole; a row that cannot be used has
    its `rule` and `message` set. `rows` (RETURNED_ANSWERS) holds answered rows only; `blank_count` the rest."""

    code: str | None
    is_finished: bool
    rows: pl.DataFrame
    blank_count: int = 0
    faults: tuple[Fault, ...] = field(default=())


@dataclass(frozen=True)
class ReturnedReview:
    """A review as it came back: `edits` (RETURNED_EDITS), in the order in which they apply."""

    code: str | None
    is_finished: bool
    edits: pl.DataFrame
    blank_count: int = 0
    faults: tuple[Fault, ...] = field(default=())


def packet_content(packet: LockPacket | ReviewPacket | SignOffPacket, layout: str) -> str:
    """sha256 of all that a packet says, in a layout: equal for packets whose workbooks would be equal."""
    values = (getattr(packet, each.name) for each in fields(packet))
    texts = [
        table_digest(value.rename(_as_told)) if isinstance(value, pl.DataFrame) else repr(value) for value in values
    ]
    return hashlib.sha256("\x1f".join([layout, *texts]).encode()).hexdigest()


def _as_told(column: str) -> str:
    """A column as digests name it: a packet that went out before money had its unit in its name stays the same."""
    return column.replace("_cents", "")
