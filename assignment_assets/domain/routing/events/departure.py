"""A leaver's book in one pass: most accounts to the optimiser, pipeline to the director, low tiers to the pool."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import DEPARTURE_WAYS, DEPARTURES

WHY = {
    "director": "an open deal is under way: the director hands it over in person",
    "territory_pool": "low tier: waits for the next new hire with Inside Sales",
    "optimiser": "redistributed by territory and balance",
}


def departure_plan(
    accounts: pl.DataFrame,
    reps: pl.DataFrame,
    opportunities: pl.DataFrame,
    rep_ids: list[str],
    rules: RoutingRules,
    now: datetime,
) -> pl.DataFrame:
    """Table `departures`: the way of every account of the leavers' books, carve-outs apart.

    Active pipeline goes first: such an account is flagged for the director, and redistributed with the rest so
    that it has an owner the same day. Then the low tiers: they wait in the territory pool. The rest goes to the
    optimiser.
    """
    deals = (
        opportunities.filter(~pl.col("is_closed"))
        .group_by("account_id")
        .agg(
            open_deals=pl.len(), open_amount_cents=pl.col("amount_cents").sum(), next_close_on=pl.col("close_on").min()
        )
    )
    leavers = reps.select(owner_id="rep_id", director_email="director_email")
    never_referred = pl.col("referrals_ever") == 0
    is_low = pl.col("tier").is_in(rules.low_tiers).fill_null(False)
    if rules.low_value:
        is_low |= never_referred & (pl.col("value_cents") <= rules.low_value)
    way = (
        pl.when(pl.col("open_deals") > 0)
        .then(pl.lit("director"))
        .when(is_low & (pl.col("referrals_l12m") == 0))
        .then(pl.lit("territory_pool"))
        .otherwise(pl.lit("optimiser"))
    )
    books = accounts.filter(pl.col("owner_id").is_in(rep_ids) & pl.col("carve_out").is_null())
    planned = (
        books.join(deals, on="account_id", how="left")
        .join(leavers, on="owner_id", how="left")
        .with_columns(pl.col("open_deals").fill_null(0), pl.col("open_amount_cents").fill_null(0))
        .with_columns(way=way)
    )
    return DEPARTURES.conform(
        planned.with_columns(rep_id="owner_id", detected_at=pl.lit(now), why=pl.col("way").replace_strict(WHY))
    )


def departure_ways(
    departures: pl.DataFrame, events: pl.DataFrame, accounts: pl.DataFrame, reps: pl.DataFrame
) -> pl.DataFrame:
    """Table `departure_ways`: a row a leaver, how many accounts went which way, and how many are theirs still.

    Parameters
    ----------
    departures
        Table `departures`: the way of every account.
    accounts
        The accounts as of the last poll.
    """
    counted = departures.group_by("rep_id").agg(
        pl.len().alias("accounts"),
        *((pl.col("way") == way).sum().alias(way) for way in WHY),
        pl.col("open_deals").sum(),
        pl.col("open_amount_cents").sum(),
        pl.col("detected_at").max(),
        pl.col("director_email").first(),
    )
    cycles = (
        events.filter(pl.col("kind") == "departure")
        .sort("detected_at")
        .group_by(rep_id="subject_id")
        .agg(pl.col("cycle").last())
    )
    held = accounts.filter(pl.col("carve_out").is_null()).group_by(rep_id="owner_id").agg(still_theirs=pl.len())
    joined = (
        counted.join(cycles, on="rep_id", how="left")
        .join(held, on="rep_id", how="left")
        .join(reps.select("rep_id", "name", "region"), on="rep_id", how="left")
    )
    return DEPARTURE_WAYS.conform(joined.with_columns(pl.col("still_theirs").fill_null(0)))
