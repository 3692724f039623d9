"""Signed decisions as rows: what counts of Growth Strategy's files, kind by kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from assignment_assets.domain.review.held_edits import DECISIONS, HeldEditDecisionsFrame
from assignment_assets.domain.sign_off.decisions import ConflictDecision, Decision, HeldEditDecision, SignOff
from assignment_assets.domain.sign_off.resolution import CONFLICT_DECISIONS, ConflictDecisionsFrame
from assignment_assets.domain.sign_off.verdicts import SIGN_OFFS, SignOffsFrame
from assignment_assets.domain.tables import SignOffVerdictsFrame


@dataclass(frozen=True)
class SignedFile:
    """One file: its receipt, what it says, and whether the signature is the person's over exactly that."""

    receipt_no: int
    content: dict[str, Any]
    decision: Decision
    is_signature_valid: bool


def held_edit_decisions(files: Iterable[SignedFile]) -> HeldEditDecisionsFrame:
    """What was decided on held edits."""
    rows = [
        {
            "decision_no": file.receipt_no,
            "receipt_no": file.decision.receipt_no,
            "account_id": file.decision.account_id,
            "rep_id": file.decision.rep_id,
            "decision": file.decision.decision,
            "decided_by": file.decision.signed_by,
            "note": file.decision.note,
            "is_signature_valid": file.is_signature_valid,
        }
        for file in files
        if isinstance(file.decision, HeldEditDecision)
    ]
    return DECISIONS.conform(pl.DataFrame(rows, schema=DECISIONS.columns))


def conflict_decisions(files: Iterable[SignedFile]) -> ConflictDecisionsFrame:
    """Which conflicts people have taken on."""
    rows = [
        {
            "receipt_no": file.receipt_no,
            "conflict": file.decision.conflict,
            "decided_by": file.decision.signed_by,
            "note": file.decision.note,
            "is_signature_valid": file.is_signature_valid,
        }
        for file in files
        if isinstance(file.decision, ConflictDecision)
    ]
    return CONFLICT_DECISIONS.conform(pl.DataFrame(rows, schema=CONFLICT_DECISIONS.columns))


def sign_offs(files: Iterable[SignedFile]) -> SignOffsFrame:
    """Which regions were approved or rejected."""
    rows = [
        {
            "receipt_no": file.receipt_no,
            "region": file.decision.region,
            "signed_by": file.decision.signed_by,
            "decision": file.decision.decision,
            "digest": file.decision.digest,
            "note": file.decision.note,
            "is_signature_valid": file.is_signature_valid,
        }
        for file in files
        if isinstance(file.decision, SignOff)
    ]
    return SIGN_OFFS.conform(pl.DataFrame(rows, schema=SIGN_OFFS.columns))


def accepted_sign_offs(
    files: Iterable[SignedFile], verdicts: SignOffVerdictsFrame
) -> list[tuple[dict[str, Any], SignOff]]:
    """Content and decision of the sign-offs that were accepted, in the order of their receipts."""
    accepted = set(verdicts.filter(pl.col("verdict") == "accepted").select("receipt_no", "region").iter_rows())
    return [
        (file.content, file.decision)
        for file in sorted(files, key=lambda file: file.receipt_no)
        if isinstance(file.decision, SignOff) and (file.receipt_no, file.decision.region) in accepted
    ]
