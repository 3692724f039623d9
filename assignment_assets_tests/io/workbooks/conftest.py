"""A rep with eight accounts and a director with two books: small enough to follow by hand."""

from datetime import date, datetime

import polars as pl
import pytest

from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.io.workbooks.lock_list import write_lock_list
from assignment_assets.io.workbooks.packets import (
    LOCK_ROWS,
    REVIEW_BOOKS,
    REVIEW_BOOKS_ROWS,
    REVIEW_CANDIDATES,
    REVIEW_MOVES,
    SIGN_OFF_MOVES,
    LockPacket,
    ReviewPacket,
    SignOffPacket,
)
from assignment_assets.io.workbooks.review_book import write_review_book

KEY = b"a key of the tests"
REP, RD = "005000000000001AAA", "rd@example.com"
CODE = packet_code(KEY, "2026q4-global", 1, "lock_lists", REP)
REVIEW_CODE = packet_code(KEY, "2026q4-global", 1, "review_edits", RD)
AS_OF, DEADLINE = date(2026, 10, 1), datetime(2026, 10, 8, 17)
L3M, HOUSE = "001000000000001AAA", "001000000000002AAA"
DORMANT = ["001000000000a1bAAA", "001000000000A1bAAE", "001000000000A1BAAU"]
NEVER = ["001000000000004AAA", "001000000000005AAA", "001000000000006AAA"]


def lock_row(account_id, status, lock_kind=None, **changes):
    row = {
        "account_id": account_id,
        "name": f"Clinic {account_id[-6:]}",
        "state": "TX",
        "referral_status": status,
        "referrals_l3m": int(status == "l3m"),
        "referrals_l12m": 2 * (status != "never"),
        "referrals_ever": 7 * (status != "never"),
        "last_referral_on": None if status == "never" else date(2026, 3, 9),
        "opp_count": 3,
        "bps": 1250,
        "tam_cents": 123_456_78,
        "value_cents": 99_99,
        "drive_minutes": 41,
        "lock_kind": lock_kind,
    }
    return row | changes


def lock_packet(extra=(), **changes):
    rows = [
        lock_row(L3M, "l3m", "l3m_referrer"),
        lock_row(HOUSE, "dormant", "house"),
        *(lock_row(each, "dormant") for each in DORMANT),
        *(lock_row(each, "never") for each in NEVER),
        *extra,
    ]
    fields = {
        "cycle": "2026q4-global",
        "revision": 1,
        "code": CODE,
        "rep_id": REP,
        "rep_name": "Ann Lee",
        "as_of": AS_OF,
        "deadline": DEADLINE,
        "capacity": 100,
        "rows": pl.DataFrame(rows, schema=LOCK_ROWS),
    }
    return LockPacket(**fields | changes)


ANN, BO = ("005000000000001AAA", "Ann Lee"), ("005000000000002AAA", "Bo Chen")
MOVED, LOST, KEPT = "001000000000011AAA", "001000000000012AAA", "001000000000013AAA"
CANDIDATE = "001000000000014AAA"


def book_row(rep):
    measures = {name: 100 for name in REVIEW_BOOKS if name.endswith(("_before", "_after"))}
    return {"rep_id": rep[0], "name": rep[1], "capacity": 100} | measures


def move_row(account_id, to, is_to_field=True):
    return {
        "account_id": account_id,
        "name": "=1+1",
        "state": "TX",
        "from_id": ANN[0],
        "from_name": ANN[1],
        "to_id": to[0],
        "to_name": to[1],
        "is_to_field": is_to_field,
        "value_cents": 5_000_00,
        "move_reason": "balance",
        "reason_sentence": "Bo Chen is nearer.",
        "keep_cost_imbalance": 0.25,
        "keep_cost_minutes": 12.0,
        "keep_cost_moves": -0.01,
    }


def review_packet(**changes):
    rows = [
        {
            "rep_id": rep[0],
            "rep_name": rep[1],
            "account_id": account_id,
            "name": "@Clinic",
            "state": "TX",
            "referral_status": "dormant",
            "opp_count": 1,
            "bps": 50,
            "tam_cents": 100,
            "value_cents": 100,
            "drive_minutes": 9,
            "is_move": is_move,
        }
        for rep, account_id, is_move in ((BO, MOVED, True), (ANN, KEPT, False))
    ]
    candidates = [
        {
            "account_id": CANDIDATE,
            "name": "Cedar",
            "state": "TX",
            "owner_name": "Kim",
            "referral_status": "never",
            "value_cents": 100,
        }
    ]
    fields = {
        "cycle": "2026q4-global",
        "revision": 1,
        "code": REVIEW_CODE,
        "director": RD,
        "director_name": "Rita Dunn",
        "region": "South",
        "as_of": AS_OF,
        "deadline": DEADLINE,
        "books": pl.DataFrame([book_row(ANN), book_row(BO)], schema=REVIEW_BOOKS),
        "moves": pl.DataFrame(
            [move_row(MOVED, BO), move_row(LOST, ("005000000000009AAA", "Kim"), False)], schema=REVIEW_MOVES
        ),
        "books_rows": pl.DataFrame(rows, schema=REVIEW_BOOKS_ROWS),
        "candidates": pl.DataFrame(candidates, schema=REVIEW_CANDIDATES),
    }
    return ReviewPacket(**fields | changes)


def sign_off_packet():
    moves = [
        {
            "account_id": MOVED,
            "name": "=1+1",
            "state": "TX",
            "from_name": "Ann Lee",
            "to_name": "Bo Chen",
            "other_region": "",
            "value_cents": 5_000_00,
            "move_reason": "balance",
            "reason_sentence": "nearer",
            "is_held": False,
        }
    ]
    return SignOffPacket(
        "2026q4-global",
        1,
        "code",
        "South",
        "gs@example.com",
        AS_OF,
        "ab" * 32,
        review_packet().books,
        pl.DataFrame(moves, schema=SIGN_OFF_MOVES),
        "assignment sign-off …",
    )


@pytest.fixture
def sent(tmp_path):
    """The lock list as it was sent."""
    path = tmp_path / "sent.xlsx"
    write_lock_list(lock_packet(), path)
    return path


@pytest.fixture
def sent_review(tmp_path):
    """The review book as it was sent."""
    path = tmp_path / "review.xlsx"
    write_review_book(review_packet(), path)
    return path
