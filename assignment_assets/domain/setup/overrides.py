"""Growth Strategy's named exceptions from covered states: which of them matter, and what they say."""

import polars as pl

from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import TEXT, Table

COVERAGE_OVERRIDES = Table(
    "coverage_overrides",
    ("account_id", "rep_id"),
    {
        "account_id": TEXT,
        "rep_id": TEXT,
        "reason": TEXT,
    },
)


def overrides_that_matter(config: RunConfig, accounts: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """account_id, rep_id, reason: the exceptions whose rep does not cover the account's state anyway; each pair once.

    Parameters
    ----------
    accounts
        account_id and state of every account, such as tables `accounts` or `eligible_pool`.
    books
        Table `current_books`.
    """
    return (
        coverage_overrides(config)
        .unique(["account_id", "rep_id"], keep="first", maintain_order=True)
        .join(accounts.select("account_id", "state"), on="account_id")
        .join(books.select("rep_id", "covered_states"), on="rep_id")
        .filter(~pl.col("covered_states").list.contains(pl.col("state")).fill_null(False))
        .select("account_id", "rep_id", "reason")
        .sort("account_id", "rep_id")
    )


def is_excepted(overrides: pl.DataFrame, rep_column: str) -> pl.Expr:
    """Whether an override lets the rep of the row hold its account."""
    pairs = overrides.select(pl.concat_str("account_id", "rep_id", separator=" ").alias("pair"))["pair"]
    return pl.concat_str("account_id", rep_column, separator=" ").is_in(pairs.implode()).fill_null(False)


def coverage_overrides(config: RunConfig) -> pl.DataFrame:
    """Growth Strategy's named exceptions from covered states, as a frame."""
    return pl.DataFrame(config.coverage_overrides, schema=COVERAGE_OVERRIDES.columns)
