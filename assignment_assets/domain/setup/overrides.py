"""Growth Strategy's named exceptions from covered states: which of them matter, and what they say."""

from typing import NewType

import polars as pl

from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import TEXT, AccountsFrame, CurrentBooksFrame, EligiblePoolFrame, Table

CoverageOverridesFrame = NewType("CoverageOverridesFrame", pl.DataFrame)
COVERAGE_OVERRIDES: Table[CoverageOverridesFrame] = Table(
    "coverage_overrides",
    ("account_id", "rep_id"),
    {
        "account_id": TEXT,
        "rep_id": TEXT,
        "reason": TEXT,
    },
)


def overrides_that_matter(
    config: RunConfig, accounts: AccountsFrame | EligiblePoolFrame, books: CurrentBooksFrame
) -> CoverageOverridesFrame:
    """The exceptions whose rep does not cover the account's state anyway; each pair once.

    Parameters
    ----------
    accounts
        account_id and state of every account.
    """
    return COVERAGE_OVERRIDES.conform(
        coverage_overrides(config)
        .unique(["account_id", "rep_id"], keep="first", maintain_order=True)
        .join(accounts.select("account_id", "state"), on="account_id")
        .join(books.select("rep_id", "covered_states"), on="rep_id")
        .filter(~pl.col("covered_states").list.contains(pl.col("state")).fill_null(False))
    )


def is_excepted(overrides: CoverageOverridesFrame, rep_column: str) -> pl.Expr:
    """Whether an override lets the rep of the row hold its account."""
    pairs = overrides.select(pl.concat_str("account_id", "rep_id", separator=" ").alias("pair"))["pair"]
    return pl.concat_str("account_id", rep_column, separator=" ").is_in(pairs.implode()).fill_null(False)


def coverage_overrides(config: RunConfig) -> CoverageOverridesFrame:
    """Growth Strategy's named exceptions from covered states, as a frame."""
    return COVERAGE_OVERRIDES.conform(pl.DataFrame(config.coverage_overrides, schema=COVERAGE_OVERRIDES.columns))
