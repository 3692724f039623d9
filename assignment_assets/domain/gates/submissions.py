"""Receipts as rows: what was returned to a gate, for the log of submissions and for the audit."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from assignment_assets.domain.gates.gates import Receipt
from assignment_assets.domain.tables import AUDIT_LOG, SUBMISSIONS, AuditLogFrame, SubmissionsFrame


def submission_rows(receipts: Iterable[Receipt]) -> SubmissionsFrame:
    """One row a receipt (SUBMISSIONS)."""
    rows = [
        {
            "gate": each.gate,
            "receipt_no": each.receipt_no,
            "person": each.person,
            "revision": each.revision,
            "digest": each.digest,
            "file_name": each.file_name,
            "received_at": each.received_at,
            "is_late": each.is_late,
            "verdict": each.verdict,
            "message": each.message,
        }
        for each in receipts
    ]
    return SUBMISSIONS.conform(pl.DataFrame(rows, schema=SUBMISSIONS.columns))


def audit_rows(receipts: Iterable[Receipt]) -> AuditLogFrame:
    """One row a receipt (AUDIT_LOG): who returned what, and what became of it."""
    rows = [
        {
            "at": each.received_at,
            "actor": each.person,
            "action": f"returned {each.gate}",
            "subject": f"receipt {each.receipt_no}",
            "digest": each.digest,
            "what": f"{each.verdict}: {each.file_name}",
            "why": each.rule or each.message,
        }
        for each in receipts
    ]
    return AUDIT_LOG.conform(pl.DataFrame(rows, schema=AUDIT_LOG.columns))


def unknown_actions(actions: Iterable[dict[str, Any]], audit: AuditLogFrame) -> AuditLogFrame:
    """Of what the pages wrote down, what AUDIT_LOG does not have yet."""
    subject = ("at", "actor", "action", "subject")
    known = set(audit.select(subject).iter_rows())
    rows = [row for row in actions if tuple(row[name] for name in subject) not in known]
    return AUDIT_LOG.conform(pl.DataFrame(rows, schema=AUDIT_LOG.columns))
