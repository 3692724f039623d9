"""Growth Strategy's decisions on held edits: one voice of two directors, so a third person decides."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.tables import FLAG, TEXT, WHOLE, Table

DECISIONS = Table("decisions", ("receipt_no", "account_id", "rep_id"), {
    "receipt_no": WHOLE, "account_id": TEXT, "rep_id": TEXT,
    "decision": TEXT,  # accept, refuse
    "decided_by": TEXT, "note": TEXT, "is_signature_valid": FLAG,
})
DECISION_VERDICTS = Table("decision_verdicts", ("receipt_no", "account_id", "rep_id"), {
    "receipt_no": WHOLE, "account_id": TEXT, "rep_id": TEXT, "decision": TEXT, "decided_by": TEXT,
    "verdict": TEXT,  # accepted, refused, ignored
    "rule": TEXT, "message": TEXT,
})


@dataclass(frozen=True)
class Decided:
    """Verdicts and books with the decisions applied, and a verdict for every decision."""

    edit_verdicts: pl.DataFrame
    reviewed_books: pl.DataFrame
    decision_verdicts: pl.DataFrame


def decide(
    reviewed_books: pl.DataFrame,
    edit_verdicts: pl.DataFrame,
    decisions: pl.DataFrame,
    reps: pl.DataFrame,
    entitlements: pl.DataFrame,
) -> Decided:
    """Books and verdicts after Growth Strategy decided held edits (DECISIONS; `entitlements`: person, region)."""
    raise NotImplementedError
