"""A company small enough to reckon by hand, and the whole cycle that it went through.

Every account counts 10 opportunities, 5.00 BPS, $1,000 of TAM and $200 of value; a12 is a carve-out.

           before        proposed      reviewed (a director adds a05 to ann)
ann  (4)   a01 … a06     a01 … a04     a01 … a05
bob  (4)   a07 a08 a09   a05 … a08     a06 a07 a08
cat  (2)   a10           a09 a10       a09 a10
gus, who left: a11       –             –
gil (growers)            a11           a11
"""

import datetime as dt
import json

import polars as pl

from assignment_assets.domain.tables import TABLES

AS_OF, NOON = dt.date(2026, 11, 21), dt.datetime(2026, 11, 28, 12)
BEFORE = dict.fromkeys(("a01", "a02", "a03", "a04", "a05", "a06", "a12"), "ann")
BEFORE |= {"a07": "bob", "a08": "bob", "a09": "bob", "a10": "cat", "a11": "gus"}
PROPOSED = dict(zip((f"a{number:02}" for number in range(1, 11)), ["ann"] * 4 + ["bob"] * 4 + ["cat"] * 2, strict=True))
PLACES = {"ann": (40.7, -74.0), "bob": (41.9, -87.6), "cat": (34.0, -118.2)}


def frame(name: str, *rows: dict) -> pl.DataFrame:
    """Rows of a table; columns that are not named are null."""
    columns = TABLES[name].columns
    return pl.DataFrame([{column: row.get(column) for column in columns} for row in rows], schema=columns)


def tables() -> dict[str, pl.DataFrame]:
    """All tables of the cycle, through to the write-back."""
    return {**_sources(), **_assignment(), **_decisions(), **_trail()}


def _sources() -> dict[str, pl.DataFrame]:
    accounts = []
    for number, (account_id, owner_id) in enumerate(sorted(BEFORE.items())):
        latitude, longitude = PLACES[PROPOSED.get(account_id, "cat")]
        accounts.append(
            {
                "account_id": account_id,
                "name": f"Clinic {number + 1}",
                "owner_id": owner_id,
                "carve_out": "SUD" if account_id == "a12" else None,
                "state": "NY" if number < 8 else "CA",
                "latitude": latitude + number / 10,
                "longitude": longitude,
                "opp_count": 10,
                "bps": 500,
                "tam_cents": 100_000,
                "value_cents": 20_000,
            }
        )
    reps = [
        {
            "rep_id": rep_id,
            "name": rep_id.title(),
            "region": "West" if rep_id == "cat" else "East",
            "team": "field",
            "is_active": True,
            "capacity": capacity,
        }
        for rep_id, capacity in (("ann", 4), ("bob", 4), ("cat", 2))
    ]
    reps += [
        {"rep_id": "gus", "name": "Gus", "region": "East", "team": "field", "is_active": False, "capacity": 4},
        {"rep_id": "gil", "name": "Gil", "region": "Inside Sales", "team": "growers", "is_active": True},
    ]
    pool = [
        {"account_id": account_id, "standing": "out" if account_id == "a12" else "free"}
        for account_id in sorted(BEFORE)
    ]
    config = {
        "revision": 1,
        "mode": "open",
        "scope": "global",
        "as_of": AS_OF,
        "opened_by": "nora@example.com",
        "config_json": json.dumps({"book_size": 4, "seed": 7, "regions": []}),
        "config_digest": "c0ffee",
    }
    fault = {
        "table_name": "accounts",
        "record_id": "a99",
        "column_name": "tam",
        "row_no": 14,
        "found": "-5",
        "expected": "a non-negative amount",
        "remedy": "Correct it in the source.",
    }
    return {
        "accounts": frame("accounts", *accounts),
        "reps": frame("reps", *reps),
        "eligible_pool": frame("eligible_pool", *pool),
        "run_config": frame("run_config", config),
        "source_exceptions": frame("source_exceptions", fault),
    }


def _assignment() -> dict[str, pl.DataFrame]:
    books = [
        {
            "account_id": account_id,
            "rep_id": rep_id,
            "phase": "lock" if account_id == "a01" else "value",
            "current_owner_id": BEFORE[account_id],
            "is_move": BEFORE[account_id] != rep_id,
            "drive_minutes": 30,
        }
        for account_id, rep_id in PROPOSED.items()
    ]
    front = [
        {
            "point": 0,
            "referring_imbalance": 5.0,
            "drive_minutes": 90.0,
            "moves_pct": 40.0,
            "worst_book": 12.0,
            "is_knee": False,
            "is_chosen": False,
        },
        {
            "point": 1,
            "referring_imbalance": 8.0,
            "drive_minutes": 60.0,
            "moves_pct": 30.0,
            "worst_book": 15.0,
            "is_knee": True,
            "is_chosen": True,
        },
        {
            "point": 2,
            "referring_imbalance": 20.0,
            "drive_minutes": 50.0,
            "moves_pct": 10.0,
            "worst_book": 33.0,
            "is_knee": False,
            "is_chosen": False,
        },
    ]
    line = {
        "line_no": 1,
        "phase": "value",
        "metric": "placed",
        "value": 9.0,
        "bound": 9.0,
        "gap_pct": 0.0,
        "sentence": "9 accounts are placed; no books could place more.",
    }
    overflow = {
        "account_id": "a11",
        "inside_sales_queue": "growers",
        "member_id": "gil",
        "current_owner_id": "gus",
        "is_move": True,
    }
    return {
        "locks": frame("locks", {"account_id": "a01", "rep_id": "ann", "lock_kind": "l3m_referrer"}),
        "referring_front": frame("referring_front", *front),
        "proposed_books": frame("proposed_books", *books),
        "overflow": frame("overflow", overflow),
        "certificate": frame("certificate", line),
    }


def _decisions() -> dict[str, pl.DataFrame]:
    reviewed = [
        {
            "account_id": account_id,
            "current_owner_id": BEFORE[account_id],
            "proposed_owner_id": rep_id,
            "reviewed_owner_id": "ann" if account_id == "a05" else rep_id,
            "review_change": "added" if account_id == "a05" else "none",
            "is_move": account_id in ("a06", "a09", "a11"),
        }
        for account_id, rep_id in (PROPOSED | {"a11": "gil"}).items()
    ]
    edit = {
        "receipt_no": 1,
        "director": "dora@example.com",
        "row_no": 2,
        "edit_kind": "add",
        "rep_id": "ann",
        "account_id": "a05",
        "edit_reason": "relationship",
        "verdict": "accepted",
    }
    refused = edit | {
        "row_no": 3,
        "rep_id": "cat",
        "account_id": "a06",
        "verdict": "refused",
        "rule": "covered_states",
        "message": "Cat does not cover NY.",
    }
    digests = [
        {"region": "East", "move_count": 2, "held_count": 0, "digest": "d-east"},
        {"region": "West", "move_count": 1, "held_count": 0, "digest": "d-west"},
    ]
    signature = {
        "receipt_no": 1,
        "region": "East",
        "signed_by": "mara@example.com",
        "decision": "approve",
        "digest": "d-east",
        "verdict": "accepted",
    }
    approved = {
        "sign_off_no": 1,
        "region": "East",
        "account_id": "a06",
        "old_owner_id": "ann",
        "new_owner_id": "bob",
        "reason_sentence": "Evens out opportunities.",
        "status": "approved",
        "signed_by": "mara@example.com",
    }
    deferred = approved | {
        "account_id": "a11",
        "old_owner_id": "gus",
        "new_owner_id": "gil",
        "status": "deferred",
        "deferred_because": "Gil is full until West signs.",
    }
    return {
        "reviewed_books": frame("reviewed_books", *reviewed),
        "edit_verdicts": frame("edit_verdicts", edit, refused),
        "region_digests": frame("region_digests", *digests),
        "sign_off_verdicts": frame("sign_off_verdicts", signature),
        "approved_diff": frame("approved_diff", approved, deferred),
    }


def _trail() -> dict[str, pl.DataFrame]:
    first = {
        "sign_off_no": 1,
        "account_id": "a06",
        "attempt": 1,
        "old_owner_id": "ann",
        "new_owner_id": "bob",
        "outcome": "failed",
        "error": "record locked",
    }
    event = {"event_no": 1, "event": "opened", "revision": 1, "actor": "nora@example.com", "at": NOON}
    file = {
        "gate": "lock_lists",
        "receipt_no": 1,
        "person": "ann",
        "file_name": "keep.xlsx",
        "received_at": NOON,
        "is_late": True,
        "verdict": "refused",
        "message": "The file is for another cycle.",
    }
    return {
        "write_back_log": frame("write_back_log", first, first | {"attempt": 2, "outcome": "verified", "error": None}),
        "cycle_events": frame("cycle_events", event),
        "submissions": frame("submissions", file),
    }
