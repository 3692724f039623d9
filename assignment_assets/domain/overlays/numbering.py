"""Numbers for changes and stamps: the same rows get the same numbers, whatever order they came in."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from assignment_assets.domain.overlays.tables import (
    OVERLAY_CHANGES,
    OVERLAY_STAMPS,
    OverlayChangesFrame,
    OverlayStampsFrame,
)

FOLLOWS_A_CHANGE = ("account", "open_opportunity", "repair")
"""Stamps that come of a change of their account, where the look has one."""


@dataclass(frozen=True)
class Numbers:
    """The next free numbers, and the look that takes them."""

    change_no: int
    stamp_no: int
    look_no: int
    at: datetime


def numbered(
    changes: OverlayChangesFrame, stamps: OverlayStampsFrame, numbers: Numbers
) -> tuple[OverlayChangesFrame, OverlayStampsFrame]:
    """A look's rows of all roles with their numbers: changes by role and account, stamps by role, object and record."""
    look_no = pl.lit(numbers.look_no, pl.Int64)
    changes = OVERLAY_CHANGES.shaped(
        changes.sort("role", "account_id").with_columns(
            change_no=pl.int_range(pl.len()).cast(pl.Int64) + numbers.change_no, look_no=look_no
        )
    )
    ordered = stamps.drop("change_no").sort("role", "object", "record_id")
    ordered = ordered.with_columns(
        stamp_no=pl.int_range(pl.len()).cast(pl.Int64) + numbers.stamp_no,
        look_no=look_no,
        decided_at=pl.lit(numbers.at, pl.Datetime("us")),
    )
    of_change = changes.select("role", "account_id", "change_no")
    joined = ordered.join(of_change, on=["role", "account_id"], how="left")
    follows = pl.col("why").is_in(FOLLOWS_A_CHANGE)
    joined = joined.with_columns(change_no=pl.when(follows).then("change_no"))
    return changes, OverlayStampsFrame(OVERLAY_STAMPS.shaped(joined).sort("stamp_no"))
