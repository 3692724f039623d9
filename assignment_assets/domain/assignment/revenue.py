"""Revenue caps of books: whose cap is what, and the check that nothing placed takes a book above it."""

from collections.abc import Mapping
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.setup.eligible_pool import HoldingsFrame
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import TEXT, WHOLE, AccountsFrame, CurrentBooksFrame, Table

CENTS = 100
RevenueCapsFrame = NewType("RevenueCapsFrame", pl.DataFrame)
REVENUE_CAPS: Table[RevenueCapsFrame] = Table("revenue_caps", ("rep_id",), {"rep_id": TEXT, "revenue_cap_cents": WHOLE})


def cap_of(common: int, single: Mapping[str, int], rep_id: str) -> int:
    """The revenue cap of a rep's book: the common one or a lower one of their own; 0 where there is none."""
    return min((cap for cap in (common, single.get(rep_id, 0)) if cap), default=0)


def is_above(revenue: Any, cap: Any) -> Any:
    """Whether a book's revenue is above its cap, both in cents, as numbers or as columns; a cap of 0 is none."""
    return (cap > 0) & (revenue > cap)


def revenue_caps(config: RunConfig, books: CurrentBooksFrame) -> RevenueCapsFrame:
    """The receivers' caps (cents) that hold for the optimiser; without rows where they are not enforced."""
    receivers = books.filter("is_receiver")["rep_id"].sort()
    common, single = config.revenue_cap, config.revenue_caps
    rows = [(rep_id, CENTS * cap_of(common, single, rep_id)) for rep_id in receivers if config.enforce_revenue_cap]
    frame = pl.DataFrame(rows, schema=REVENUE_CAPS.columns, orient="row")
    return REVENUE_CAPS.conform(frame.filter(pl.col("revenue_cap_cents") > 0))


def within_revenue_caps(
    given: HoldingsFrame, kept: HoldingsFrame, accounts: AccountsFrame, caps: RevenueCapsFrame
) -> pl.DataFrame:
    """Books that what was placed takes above their cap: rep_id, revenue_cents, kept_revenue_cents, revenue_cap_cents.

    A book whose locked and fixed accounts alone are above the cap may get nothing.

    Parameters
    ----------
    given
        What the optimiser placed.
    kept
        What stays with the rep whatever is proposed, locked or fixed.
    """
    facts = accounts.select("account_id", pl.col("revenue_cents").fill_null(0))

    def summed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
        return (
            rows.join(facts, on="account_id")
            .group_by("rep_id")
            .agg(pl.col("revenue_cents").sum().alias(name), pl.len().alias(f"{name}_count"))
        )

    books = (
        caps.join(summed(given, "given"), on="rep_id", how="left")
        .join(summed(kept, "kept_revenue_cents"), on="rep_id", how="left")
        .fill_null(0)
    )
    books = books.with_columns(revenue_cents=pl.col("given") + pl.col("kept_revenue_cents"))
    cap = pl.col("revenue_cap_cents")
    is_kept_above = is_above(pl.col("kept_revenue_cents"), cap) & (pl.col("given_count") == 0)
    return (
        books.filter(is_above(pl.col("revenue_cents"), cap) & ~is_kept_above)
        .select("rep_id", "revenue_cents", "kept_revenue_cents", "revenue_cap_cents")
        .sort("rep_id")
    )
