"""Which conflicts are resolved: by a rule when they are found, or by a signer who takes one on and says why."""

from typing import NewType

import polars as pl

from assignment_assets.domain.review.facts import person_key
from assignment_assets.domain.review.held_edits import EntitlementsFrame
from assignment_assets.domain.tables import CONFLICTS, FLAG, TEXT, WHOLE, ConflictsFrame, Table

ConflictDecisionsFrame = NewType("ConflictDecisionsFrame", pl.DataFrame)
CONFLICT_DECISIONS: Table[ConflictDecisionsFrame] = Table(
    "conflict_decisions",
    ("receipt_no", "conflict"),
    {
        "receipt_no": WHOLE,
        "conflict": TEXT,
        "decided_by": TEXT,
        "note": TEXT,
        "is_signature_valid": FLAG,
    },
)


def resolve(
    conflicts: ConflictsFrame, decisions: ConflictDecisionsFrame, entitlements: EntitlementsFrame
) -> ConflictsFrame:
    """The conflicts, those resolved by a person marked with who and why.

    Parameters
    ----------
    decisions
        One counts where its signature is true, its note says why, and the person may sign for a
        region of the conflict.
    """
    may_sign = {(person_key(person), region) for person, region in entitlements.select("person", "region").iter_rows()}
    regions: dict[str, set[str]] = {}
    for conflict, region in conflicts.select("conflict", "region").iter_rows():
        regions.setdefault(conflict, set()).add(region)
    by_person = {
        row["conflict"]: (row["decided_by"], row["note"].strip())
        for row in CONFLICT_DECISIONS.conform(decisions).to_dicts()
        if row["is_signature_valid"]
        and (row["note"] or "").strip()
        and any((person_key(row["decided_by"]), region) in may_sign for region in regions.get(row["conflict"], ()))
    }
    rows = [
        row
        | (
            {"resolved_by": by_person[row["conflict"]][0], "resolution": by_person[row["conflict"]][1]}
            if row["resolved_by"] is None and row["conflict"] in by_person
            else {}
        )
        for row in conflicts.to_dicts()
    ]
    return CONFLICTS.conform(pl.DataFrame(rows, schema=CONFLICTS.columns))


def severe_open(conflicts: ConflictsFrame) -> dict[str, int]:
    """Region → how many severe conflicts nobody and no rule has resolved; regions without one are left out."""
    rows = conflicts.filter((pl.col("severity") == "severe") & pl.col("resolved_by").is_null())
    return dict(rows.group_by("region").len().sort("region").iter_rows())
