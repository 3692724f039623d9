"""The proposal as one frame: every account of the pool once, with its current and its new owner."""

from typing import NewType

import polars as pl

from assignment_assets.domain.tables import FLAG, REAL, TEXT, OverflowFrame, ProposedBooksFrame, Table

COSTS = ("keep_cost_imbalance", "keep_cost_minutes", "keep_cost_moves")

AssignedFrame = NewType("AssignedFrame", pl.DataFrame)
ASSIGNED: Table[AssignedFrame] = Table(
    "assigned",
    ("account_id",),
    {
        "account_id": TEXT,
        "current_owner_id": TEXT,
        "new_owner_id": TEXT,
        "owner_kind": TEXT,  # field, inside_sales
        "is_locked": FLAG,
        "is_move": FLAG,
        "move_reason": TEXT,
        "reason_sentence": TEXT,
        **dict.fromkeys(COSTS, REAL),
    },
)


def assigned(proposed: ProposedBooksFrame, overflow: OverflowFrame) -> AssignedFrame:
    """Every account of the pool with its current and its new owner, the reason and what keeping would cost."""
    held = proposed.with_columns(new_owner_id="rep_id", owner_kind=pl.lit("field"), is_locked=pl.col("phase") == "lock")
    worked = overflow.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in COSTS),
        new_owner_id="member_id",
        owner_kind=pl.lit("inside_sales"),
        is_locked=pl.lit(False),
    )
    columns = list(ASSIGNED.columns)
    return ASSIGNED.conform(pl.concat([held.select(columns), worked.select(columns)]))
