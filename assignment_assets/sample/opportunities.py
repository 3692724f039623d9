"""Generated opportunities: a handful on some accounts, a few of them open and closing soon."""

from datetime import date

import numpy as np
import polars as pl

from assignment_assets.domain.tables import OPPORTUNITIES
from assignment_assets.sample.record_ids import OPPORTUNITY, record_ids

OPEN_STAGES = ["Prospecting", "Qualification", "Proposal", "Negotiation"]


def generate_opportunities(accounts: pl.DataFrame, seed: int, as_of: date) -> pl.DataFrame:
    """Opportunities of `accounts` in the columns of the opportunities table.

    About a fifth of the accounts has some. One in six is open and closes between 20 days before `as_of`
    (overdue) and 150 days after it; the others closed in the two years before. Amounts are cents.
    """
    rng = np.random.default_rng([seed, 3])
    is_referring = (accounts["referrals_l12m"] > 0).to_numpy()
    has_some = rng.random(accounts.height) < np.where(is_referring, 0.4, 0.14)
    per_account = np.where(has_some, 1 + rng.poisson(0.7, size=accounts.height), 0)
    account = np.repeat(np.arange(accounts.height), per_account)
    count = len(account)
    is_closed = rng.random(count) > 1 / 6
    is_won = is_closed & (rng.random(count) < 0.42)
    days = np.where(is_closed, -rng.integers(1, 730, size=count), rng.integers(-20, 150, size=count))
    amount = accounts["tam_cents"].to_numpy()[account] / 10_000 * rng.uniform(0.02, 0.3, size=count)
    stage = np.where(
        is_won,
        "Closed Won",
        np.where(is_closed, "Closed Lost", np.array(OPEN_STAGES)[rng.integers(len(OPEN_STAGES), size=count)]),
    )
    frame = (
        accounts[account]
        .select("account_id", "owner_id")
        .with_columns(
            pl.Series("opportunity_id", record_ids(OPPORTUNITY, count)),
            pl.Series("stage", stage),
            pl.Series("amount_cents", np.round(amount).astype(int) * 10_000),
            pl.Series("days", days),
            pl.Series("is_closed", is_closed),
            pl.Series("is_won", is_won),
        )
        .with_columns(close_on=pl.lit(as_of) + pl.duration(days="days"))
    )
    return OPPORTUNITIES.conform(frame)
