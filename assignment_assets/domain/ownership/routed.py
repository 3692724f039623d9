"""What changed owners between the quarters and after a write: routed accounts, rollbacks and repairs."""

from typing import NewType

import polars as pl

from assignment_assets.domain.ownership.outcomes import CHANGES, ChangesFrame
from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.tables import DECISIONS, WRITES, NewAccountsFrame
from assignment_assets.domain.tables import MOMENT, TEXT, WHOLE

RoutedMovesFrame = NewType("RoutedMovesFrame", pl.DataFrame)
ROUTED_MOVES: Query[RoutedMovesFrame] = Query(
    "ownership_changes/routed_moves",
    (DECISIONS, WRITES),
    ("decision_no",),
    {
        "decision_no": WHOLE,
        "account_id": TEXT,
        "old_owner_id": TEXT,
        "new_owner_id": TEXT,
        "rule": TEXT,
        "evidence": TEXT,
        "policy_digest": TEXT,
        "decided_at": MOMENT,
        "written_at": MOMENT,
    },
)
ROUTING = "routing"
UNDOING = {
    "rollback": ("rolled_back", "Rolled back to the owner before the cycle."),
    "repair": ("repaired", "Set back to the owner whom the cycle had approved."),
}
"""Kind of a plan → the kind of change that it makes, and its sentence."""


def routed_changes(moves: RoutedMovesFrame) -> ChangesFrame:
    """The changes of owner that routing has written."""
    evidence = pl.col("evidence").fill_null("").str.strip_chars_end(". ")
    return CHANGES.shaped(
        moves.select(
            "account_id",
            from_id="old_owner_id",
            to_id="new_owner_id",
            kind=pl.lit("routed"),
            reason="rule",
            sentence=pl.when(evidence == "").then(None).otherwise(evidence + "."),
            decided_by=pl.lit("the routing rules"),
            signed_by=pl.lit("standing policy ") + pl.col("policy_digest").str.head(12),
            signed_at="decided_at",
            at="written_at",
            source=pl.lit(ROUTING),
        ).sort("at", maintain_order=True)
    )


def undoing_changes(cycle: str, rows: pl.DataFrame, events: pl.DataFrame) -> ChangesFrame:
    """The changes of owner that a cycle's rollbacks and repairs have written.

    Parameters
    ----------
    rows
        The cycle's published plans: plan_id, kind, account_id, old and new owner.
    events
        Its published journal: seq, plan_id, account_id, state, at, code.
    """
    ended = events.filter((pl.col("account_id") != "") & (pl.col("state") == "VERIFIED"))
    ended = ended.sort("seq").group_by("plan_id", "account_id", maintain_order=True).agg(pl.col("at").last())
    approved = events.filter((pl.col("account_id") == "") & (pl.col("state") == "APPROVED")).sort("seq")
    approved = approved.group_by("plan_id", maintain_order=True).agg(
        signed_by=pl.col("code").last(), signed_at=pl.col("at").last()
    )
    undone = rows.filter(pl.col("kind").is_in(list(UNDOING))).join(ended, on=["plan_id", "account_id"])
    undone = undone.join(approved, on="plan_id", how="left").sort("at", maintain_order=True)
    plan_kind = pl.col("kind")
    return CHANGES.shaped(
        undone.select(
            "account_id",
            "signed_by",
            "signed_at",
            "at",
            from_id="old_owner_id",
            to_id="new_owner_id",
            kind=plan_kind.replace_strict({kind: told for kind, (told, _) in UNDOING.items()}, return_dtype=TEXT),
            reason=pl.lit(None, TEXT),
            sentence=plan_kind.replace_strict({kind: said for kind, (_, said) in UNDOING.items()}, return_dtype=TEXT),
            decided_by=pl.lit(None, TEXT),
            source=pl.lit(cycle),
        )
    )


def sightings(seen: NewAccountsFrame) -> pl.DataFrame:
    """Accounts as the routing log saw them come: account_id, owner_id and `at`, in the order of seeing."""
    return seen.select("account_id", "owner_id", at="seen_at").sort("at", maintain_order=True)
