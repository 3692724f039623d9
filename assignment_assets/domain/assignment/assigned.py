"""The proposal as one frame: every account of the pool once, with its current and its new owner."""

import polars as pl

COSTS = ("keep_cost_imbalance", "keep_cost_minutes", "keep_cost_moves")


def assigned(proposed: pl.DataFrame, overflow: pl.DataFrame) -> pl.DataFrame:
    """account_id, current_owner_id, new_owner_id, owner_kind, is_locked, is_move, reason and cost of keeping.

    Parameters
    ----------
    proposed, overflow
        Tables `proposed_books` and `overflow`.
    """
    common = (
        "account_id",
        "current_owner_id",
        "new_owner_id",
        "owner_kind",
        "is_locked",
        "is_move",
        "move_reason",
        "reason_sentence",
        *COSTS,
    )
    held = proposed.with_columns(new_owner_id="rep_id", owner_kind=pl.lit("field"), is_locked=pl.col("phase") == "lock")
    worked = overflow.with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in COSTS),
        new_owner_id="member_id",
        owner_kind=pl.lit("inside_sales"),
        is_locked=pl.lit(False),
    )
    return pl.concat([held.select(common), worked.select(common)]).sort("account_id")
