"""The rows that a director is shown of a proposal: moves, accounts that may be dropped, accounts to ask for."""

from typing import NewType

import polars as pl

from assignment_assets.domain.assignment.drive_time import drive_minutes
from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import (
    ACCOUNTS,
    ELIGIBLE_POOL,
    FLAG,
    OVERFLOW,
    PROPOSED_BOOKS,
    REAL,
    REPS,
    TEXT,
    WHOLE,
)

ProposedMovesFrame = NewType("ProposedMovesFrame", pl.DataFrame)
EditableAccountsFrame = NewType("EditableAccountsFrame", pl.DataFrame)
CandidatesFrame = NewType("CandidatesFrame", pl.DataFrame)

MOVES: Query[ProposedMovesFrame] = Query(
    "review_packets/moves",
    (PROPOSED_BOOKS, OVERFLOW, ACCOUNTS, REPS),
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "state": TEXT,
        "from_id": TEXT,
        "from_name": TEXT,
        "to_id": TEXT,
        "to_name": TEXT,
        "is_to_field": FLAG,
        "value_cents": WHOLE,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        "keep_cost_imbalance": REAL,
        "keep_cost_minutes": REAL,
        "keep_cost_moves": REAL,
        "from_region": TEXT,
        "to_region": TEXT,
    },
)
EDITABLE: Query[EditableAccountsFrame] = Query(
    "review_packets/editable_accounts",
    (PROPOSED_BOOKS, ACCOUNTS, ELIGIBLE_POOL, REPS),
    ("account_id",),
    {
        "region": TEXT,
        "rep_id": TEXT,
        "rep_name": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "state": TEXT,
        "referral_status": TEXT,
        "opp_count": WHOLE,
        "bps": WHOLE,
        "tam_cents": WHOLE,
        "value_cents": WHOLE,
        "is_move": FLAG,
        "latitude": REAL,
        "longitude": REAL,
        "rep_latitude": REAL,
        "rep_longitude": REAL,
    },
)
CANDIDATES: Query[CandidatesFrame] = Query(
    "review_packets/candidates",
    (OVERFLOW, ACCOUNTS, ELIGIBLE_POOL, REPS),
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "state": TEXT,
        "owner_name": TEXT,
        "referral_status": TEXT,
        "value_cents": WHOLE,
    },
)


def by_value(rows: ProposedMovesFrame | CandidatesFrame) -> pl.DataFrame:
    """The rows, the most valuable account first."""
    return rows.sort("value_cents", "account_id", descending=[True, False])


def editable_rows(accounts: EditableAccountsFrame) -> pl.DataFrame:
    """The accounts with their drive time, book by book, the most valuable first."""
    minutes = drive_minutes("latitude", "longitude", "rep_latitude", "rep_longitude")
    return (
        accounts.with_columns(drive_minutes=minutes)
        .drop("latitude", "longitude", "rep_latitude", "rep_longitude")
        .sort("rep_name", "rep_id", "value_cents", "account_id", descending=[False, False, True, False])
    )
