"""Growth Strategy's decisions on held edits: two regions, one voice, so a third person decides."""

from dataclasses import dataclass
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.review.facts import REVIEW_EDITS, Edit, ReviewRepsFrame, person_key
from assignment_assets.domain.tables import (
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    FLAG,
    REVIEWED_BOOKS,
    TEXT,
    WHOLE,
    DecisionVerdictsFrame,
    EditVerdictsFrame,
    ReviewedBooksFrame,
    Table,
)

HeldEditDecisionsFrame = NewType("HeldEditDecisionsFrame", pl.DataFrame)
EntitlementsFrame = NewType("EntitlementsFrame", pl.DataFrame)
DECISIONS: Table[HeldEditDecisionsFrame] = Table(
    "decisions",
    ("decision_no", "receipt_no", "account_id", "rep_id", "decided_by"),
    {
        "decision_no": WHOLE,  # the decision's own receipt: the later one counts
        "receipt_no": WHOLE,
        "account_id": TEXT,
        "rep_id": TEXT,  # the held edit
        "decision": TEXT,  # accept, refuse
        "decided_by": TEXT,
        "note": TEXT,
        "is_signature_valid": FLAG,
    },
)
ENTITLEMENTS: Table[EntitlementsFrame] = Table("entitlements", ("person", "region"), {"person": TEXT, "region": TEXT})
Transfer = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """Verdicts and books with the decisions applied, and what came of each decision."""

    edit_verdicts: EditVerdictsFrame
    reviewed_books: ReviewedBooksFrame
    decision_verdicts: DecisionVerdictsFrame


def decide(
    reviewed_books: ReviewedBooksFrame,
    edit_verdicts: EditVerdictsFrame,
    decisions: HeldEditDecisionsFrame,
    reps: ReviewRepsFrame,
    entitlements: EntitlementsFrame,
) -> Decided:
    """Verdicts and books after Growth Strategy decided held edits; what nobody decided stays held.

    All decisions are taken together: two held edits that swap accounts between full books can both be accepted. Where
    acceptances would overfill a book, the latest is refused (rule `capacity`) and its edit stays held. Of several
    decisions on one edit the latest counts.

    Parameters
    ----------
    reviewed_books, edit_verdicts
        As `review.judge` gives them.
    decisions
        DECISIONS; `is_signature_valid` is what the identity check found.
    entitlements
        Who may sign for one of the two regions may decide.
    """
    facts = {row["rep_id"]: row for row in reps.to_dicts()}
    held = _held(edit_verdicts, reviewed_books)
    rows = DECISIONS.conform(decisions).to_dicts()
    may_sign = {(person_key(person), region) for person, region in entitlements.select("person", "region").iter_rows()}
    refusals: dict[int, tuple[str, str, str]] = {}
    latest: dict[Transfer, int] = {}
    for index, row in enumerate(rows):
        transfer = row["account_id"], row["rep_id"]
        refusal = _refusal(row, held.get(transfer, []), facts, may_sign)
        if refusal is not None:
            refusals[index] = "refused", *refusal
            continue
        if transfer in latest:
            refusals[latest[transfer]] = "ignored", "superseded", f"{row['decided_by']} decided this edit anew later."
        latest[transfer] = index
    owners = dict(reviewed_books.select("account_id", "reviewed_owner_id").iter_rows())
    refusals |= _overfilling({i: rows[i] for i in latest.values() if rows[i]["decision"] == "accept"}, owners, facts)
    counting = {t: rows[i] for t, i in latest.items() if i not in refusals}
    verdicts = [
        {
            **row,
            **dict(zip(("verdict", "rule", "message"), refusals.get(i, ("accepted", None, _done(row))), strict=True)),
        }
        for i, row in enumerate(rows)
    ]
    return Decided(
        edit_verdicts=_decided_edits(edit_verdicts, held, counting),
        reviewed_books=_decided_books(reviewed_books, held, counting),
        decision_verdicts=DECISION_VERDICTS.conform(
            pl.DataFrame(verdicts, schema={**DECISIONS.columns, **DECISION_VERDICTS.columns})
        ),
    )


def _held(edit_verdicts: EditVerdictsFrame, reviewed_books: ReviewedBooksFrame) -> dict[Transfer, list[Row]]:
    books = reviewed_books.filter(pl.col("review_change") != "withdrawn").select("account_id", "proposed_owner_id")
    rows = edit_verdicts.filter((pl.col("verdict") == "held") & (pl.col("edit_kind") == "add"))
    held: dict[Transfer, list[Row]] = {}
    for row in rows.join(books, on="account_id").sort("receipt_no", "row_no").to_dicts():
        held.setdefault((row["account_id"], row["rep_id"]), []).append(row)
    return held


def _refusal(
    row: Row, edits: list[Row], facts: dict[str, Row], may_sign: set[tuple[str, str]]
) -> tuple[str, str] | None:
    if not row["is_signature_valid"]:
        return "bad_signature", f"The signature is not {row['decided_by']}'s. Sign the decision with your own key."
    if row["receipt_no"] not in {edit["receipt_no"] for edit in edits}:
        return "not_held", (
            f"Account {row['account_id']} for rep {row['rep_id']} (receipt {row['receipt_no']}) is no held edit;"
            " there is nothing to decide."
        )
    ends = edits[0]["rep_id"], edits[0]["proposed_owner_id"]
    regions = {facts[rep_id]["region"] for rep_id in ends if rep_id in facts}
    if not any((person_key(row["decided_by"]), region) in may_sign for region in regions):
        named = " or ".join(sorted(str(region) for region in regions))
        return "not_entitled", f"{row['decided_by']} may not sign for {named}; one of the two is needed to decide."
    return None


def _overfilling(
    accepted: dict[int, Row], owners: dict[str, str], facts: dict[str, Row]
) -> dict[int, tuple[str, str, str]]:
    """Refusals of the latest acceptances by which books would be overfull at the end."""
    loads = {rep_id: rep["fixed_count"] for rep_id, rep in facts.items()}
    for owner_id in owners.values():
        loads[owner_id] = loads.get(owner_id, 0) + 1
    for row in accepted.values():
        loads[owners[row["account_id"]]] -= 1
        loads[row["rep_id"]] += 1
    refusals = {}
    standing = sorted(accepted)
    while overfull := [i for i in standing if loads[accepted[i]["rep_id"]] > facts[accepted[i]["rep_id"]]["capacity"]]:
        row, rep = accepted[overfull[-1]], facts[accepted[overfull[-1]]["rep_id"]]
        refusals[overfull[-1]] = (
            "refused",
            "capacity",
            (
                f"{rep['name']}'s book would hold {loads[rep['rep_id']]} of {rep['capacity']} accounts; the edit stays"
                " held. Accept the edit that frees the seat together with it, or refuse this one."
            ),
        )
        standing.remove(overfull[-1])
        loads[row["rep_id"]] -= 1
        loads[owners[row["account_id"]]] += 1
    return refusals


def _done(row: Row) -> str:
    verb = {"accept": "accepted", "refuse": "refused"}[row["decision"]]
    note = f": {row['note'].strip()}" if row["note"] and row["note"].strip() else ""
    return f"{verb} by {row['decided_by']}{note}"


def _decided_edits(
    edit_verdicts: EditVerdictsFrame, held: dict[Transfer, list[Row]], counting: dict[Transfer, Row]
) -> EditVerdictsFrame:
    rows = []
    for row in edit_verdicts.to_dicts():
        transfer = row["account_id"], row["rep_id"]
        if row["verdict"] == "held" and transfer in held and transfer in counting:
            decision = counting[transfer]
            verdict = "accepted" if decision["decision"] == "accept" else "refused"
            row |= {"verdict": verdict, "rule": "growth_strategy", "message": f"Held, then {_done(decision)}."}
        rows.append(row)
    return EDIT_VERDICTS.conform(pl.DataFrame(rows, schema=EDIT_VERDICTS.columns))


def _decided_books(
    reviewed_books: ReviewedBooksFrame, held: dict[Transfer, list[Row]], counting: dict[Transfer, Row]
) -> ReviewedBooksFrame:
    accepted = {t: decision for t, decision in counting.items() if decision["decision"] == "accept"}
    edits = {t: Edit(**{name: held[t][0][name] for name in REVIEW_EDITS.columns}) for t in accepted}
    rows = [
        (*t, edit.edit_reason, f"{edit.because}; {_done(accepted[t])}", edit.receipt_no) for t, edit in edits.items()
    ]
    names = ["account_id", "taker_id", "taker_reason", "taker_sentence", "taker_receipt_no"]
    schema = {name: pl.Int64 if name == "taker_receipt_no" else pl.String for name in names}
    books = reviewed_books.join(pl.DataFrame(rows, schema=schema, orient="row"), on="account_id", how="left")
    is_taken = pl.col("taker_id").is_not_null()
    books = books.with_columns(
        reviewed_owner_id=pl.coalesce("taker_id", "reviewed_owner_id"),
        review_change=pl.when(is_taken).then(pl.lit("added")).otherwise("review_change"),
        move_reason=pl.coalesce("taker_reason", "move_reason"),
        reason_sentence=pl.coalesce("taker_sentence", "reason_sentence"),
        receipt_no=pl.coalesce("taker_receipt_no", "receipt_no"),
    )
    is_move = pl.col("reviewed_owner_id").ne_missing(pl.col("current_owner_id"))
    return REVIEWED_BOOKS.conform(books.with_columns(is_move=pl.when(is_taken).then(is_move).otherwise("is_move")))
