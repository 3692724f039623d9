"""The approved diff: what may be written now, and which gains wait for a seat."""

from collections import Counter
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.placed import GIVEN_BACK, LEFT_ALONE
from assignment_assets.domain.reading import Query
from assignment_assets.domain.sign_off.verdicts import SignedRegionsFrame
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CURRENT_BOOKS,
    REPS,
    TEXT,
    WHOLE,
    WRITE_BACK_LOG,
    ApprovedDiffFrame,
    SignOffPacketsFrame,
)

OwnedNowFrame = NewType("OwnedNowFrame", pl.DataFrame)
OWNED_NOW: Query[OwnedNowFrame] = Query(
    "approved_diff/owned_now",
    (CURRENT_BOOKS, REPS, ACCOUNTS, WRITE_BACK_LOG),
    ("rep_id",),
    {
        "rep_id": TEXT,
        "name": TEXT,
        "owned_count": WHOLE,
        "capacity": WHOLE,
    },
)
GIVEN_UP = (*LEFT_ALONE, "held", GIVEN_BACK)
"""Outcomes of a write that has ended: the account keeps the owner that it was found with, or has that one again."""
_LISTED = 5
Row = dict[str, Any]


def approve(
    packets: SignOffPacketsFrame,
    signed: SignedRegionsFrame,
    approved: ApprovedDiffFrame,
    owned_now: OwnedNowFrame,
    *,
    sign_off_no: int,
    verified: frozenset[str] = frozenset(),
    given_up: frozenset[str] = frozenset(),
) -> ApprovedDiffFrame:
    """Rows to append to the approved diff under `sign_off_no`; none when nothing changed.

    A signed region does not wait for the others; a move between regions waits for both, and appears under the region
    that signed last. Approvals are taken together, losses and gains: a receiver's load is what they own now, with all
    approved moves that are not written yet and all that would be approved here. Where that is above capacity, gains
    are deferred until it is not: those that take no seat-bound rep's account first, then the last by account id.
    A deferred gain of one is a loss that another waits for, so this repeats until no book overflows.
    A deferred row is appended again only when what it waits for has changed, and as approved once a seat is there.
    What was approved and not written is taken back (status `revoked`) while one of its regions has to sign again.

    Parameters
    ----------
    packets
        As they stand now; accounts withdrawn since are not in them.
    approved
        As appended so far.
    owned_now
        Field reps, how many accounts of the waterfall each owns right now, and their capacity.
    sign_off_no
        The number of this append, above all earlier ones.
    verified
        Accounts whose approved move is written and read back: `owned_now` has them.
    given_up
        Accounts whose approved move ended without a write (drift, gone, held, left out): `owned_now` stands for them.
    """
    latest = {row["account_id"]: row for row in approved.sort("sign_off_no").to_dicts()}
    moves = _moves(packets, signed)
    candidates = {
        account_id: move
        for account_id, move in moves.items()
        if not (move["unsigned"] or move["is_held"] or _is_same(latest.get(account_id, {}), move, "approved"))
    }
    ended = verified | given_up
    standing = {
        account_id: row for account_id, row in latest.items() if row["status"] == "approved" and account_id not in ended
    }
    unsigned = {
        account_id: row for account_id, row in standing.items() if moves.get(account_id, {"unsigned": []})["unsigned"]
    }
    settled = unsigned.keys() | candidates.keys()
    pending = [row for account_id, row in standing.items() if account_id not in settled]
    reps = {row["rep_id"]: row for row in OWNED_NOW.rows.conform(owned_now).to_dicts()}
    loads: Counter[str] = Counter({rep_id: rep["owned_count"] for rep_id, rep in reps.items()})
    for move in [*pending, *candidates.values()]:
        loads[move["old_owner_id"]] -= 1
        loads[move["new_owner_id"]] += 1
    deferred = _defer(candidates, reps, loads)
    waits = {
        account_id: _because(candidates[account_id]["new_owner_id"], reps, loads, moves, candidates, deferred)
        for account_id in deferred
    }
    rows = [
        {
            **row,
            "sign_off_no": sign_off_no,
            "status": "revoked",
            "deferred_because": f"{' and '.join(sorted(moves[account_id]['unsigned']))} must sign again",
        }
        for account_id, row in sorted(unsigned.items())
    ]
    for account_id, move in sorted(candidates.items()):
        because = waits.get(account_id)
        before = latest.get(account_id, {})
        if because is None or not (_is_same(before, move, "deferred") and before["deferred_because"] == because):
            status = "approved" if because is None else "deferred"
            rows.append({**move, "sign_off_no": sign_off_no, "status": status, "deferred_because": because})
    return APPROVED_DIFF.conform(pl.DataFrame(rows, schema=APPROVED_DIFF.columns))


def _moves(packets: SignOffPacketsFrame, signed: SignedRegionsFrame) -> dict[str, Row]:
    """Each move once, with the region that signed last, its signature, and the regions that have not signed."""
    signatures = {row["region"]: row for row in signed.to_dicts()}
    moves: dict[str, Row] = {}
    for row in packets.sort("account_id", "region").to_dicts():
        move = moves.setdefault(row["account_id"], {**row, "unsigned": [], "receipt_no": -1})
        signature = signatures.get(row["region"])
        if signature is None:
            move["unsigned"].append(row["region"])
        elif signature["receipt_no"] >= move["receipt_no"]:
            move |= {name: signature[name] for name in ("region", "receipt_no", "signed_by", "digest")}
    return moves


def _is_same(row: Row, move: Row, status: str) -> bool:
    """Whether the last row of an account, empty where there is none, has this status and says this move."""
    return row.get("status") == status and all(row[end] == move[end] for end in ("old_owner_id", "new_owner_id"))


def _defer(candidates: dict[str, Row], reps: dict[str, Row], loads: Counter[str]) -> set[str]:
    """Accounts whose gain waits; `loads` is brought up to date."""
    deferred: set[str] = set()
    gains: dict[str, list[str]] = {}
    for account_id, move in candidates.items():
        gains.setdefault(move["new_owner_id"], []).append(account_id)
    for accounts in gains.values():
        accounts.sort(key=lambda account_id: (candidates[account_id]["old_owner_id"] not in reps, account_id))
    while overfull := sorted(r for r in gains if r in reps and gains[r] and loads[r] > reps[r]["capacity"]):
        for rep_id in overfull:
            while gains[rep_id] and loads[rep_id] > reps[rep_id]["capacity"]:
                account_id = gains[rep_id].pop()
                deferred.add(account_id)
                loads[rep_id] -= 1
                loads[candidates[account_id]["old_owner_id"]] += 1
    return deferred


def _because(
    rep_id: str,
    reps: dict[str, Row],
    loads: Counter[str],
    moves: dict[str, Row],
    candidates: dict[str, Row],
    deferred: set[str],
) -> str:
    """What a deferred gain of the rep waits for: the accounts that have yet to leave the book, and who must sign."""
    waits = []
    for account_id, move in sorted(moves.items()):
        if move["old_owner_id"] != rep_id:
            continue
        if move["unsigned"]:
            waits.append(f"{account_id} ({' and '.join(sorted(move['unsigned']))} not signed)")
        elif move["is_held"]:
            waits.append(f"{account_id} (held edit)")
        elif account_id in deferred and account_id in candidates:
            waits.append(f"{account_id} (deferred itself)")
    rep = reps[rep_id]
    full = f"{rep['name']}'s book holds {loads[rep_id]} of {rep['capacity']} accounts with all that is approved"
    if not waits:
        return f"{full}, and no other move would free a seat"
    more = f" and {len(waits) - _LISTED} more" if len(waits) > _LISTED else ""
    return f"{full}; waits for these to leave it: {', '.join(waits[:_LISTED])}{more}"


def in_force(approved: ApprovedDiffFrame) -> pl.DataFrame:
    """The last row of each account where it says approved: what may be written, or has been."""
    latest = approved.sort("sign_off_no").group_by("account_id", maintain_order=True).last()
    return latest.filter(pl.col("status") == "approved").select(approved.columns)


def revoke(
    approved: ApprovedDiffFrame, signed: SignedRegionsFrame, written: frozenset[str], *, sign_off_no: int
) -> ApprovedDiffFrame:
    """Rows that take back what was approved under a digest that no longer stands (status `revoked`).

    Parameters
    ----------
    approved
        As appended so far.
    signed
        As they stand now.
    written
        Accounts whose write ended, one way or the other: these are not taken back.
    sign_off_no
        The number of this append.
    """
    stale = in_force(approved).join(signed.select("region", "digest"), on=["region", "digest"], how="anti")
    return APPROVED_DIFF.conform(
        stale.filter(~pl.col("account_id").is_in(sorted(written))).with_columns(
            sign_off_no=pl.lit(sign_off_no, pl.Int64),
            status=pl.lit("revoked"),
            deferred_because=pl.lit("the region's packet changed after it was signed; it must be signed again"),
        )
    )
