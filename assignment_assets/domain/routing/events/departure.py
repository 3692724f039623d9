"""A leaver's book in one pass: most accounts to the optimiser, pipeline to the director, low tiers to the pool."""

from datetime import datetime
from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    DEPARTURE_WAYS,
    DEPARTURES,
    EVENTS,
    SEEN_ACCOUNTS,
    SEEN_OPPORTUNITIES,
    SEEN_REPS,
    DeparturesFrame,
    DepartureWaysFrame,
)
from assignment_assets.domain.tables import DATE, TEXT, WHOLE

WHY = {
    "director": "an open deal is under way: the director hands it over in person",
    "territory_pool": "low tier: waits for the next new hire with Inside Sales",
    "optimiser": "redistributed by territory and balance",
}
DepartingBooksFrame = NewType("DepartingBooksFrame", pl.DataFrame)
DEPARTING_BOOKS: Query[DepartingBooksFrame] = Query(
    "departures/departing_books",
    (SEEN_ACCOUNTS, SEEN_REPS, SEEN_OPPORTUNITIES),
    ("rep_id", "account_id"),
    {
        "rep_id": TEXT,
        "account_id": TEXT,
        "state": TEXT,
        "tier": TEXT,
        "value_cents": WHOLE,
        "referrals_l12m": WHOLE,
        "referrals_ever": WHOLE,
        "open_deals": WHOLE,
        "open_amount_cents": WHOLE,
        "next_close_on": DATE,
        "director_email": TEXT,
    },
)
WAYS_OF_LEAVERS: Query[DepartureWaysFrame] = Query(
    "departures/departure_ways",
    (DEPARTURES, EVENTS, SEEN_ACCOUNTS, SEEN_REPS),
    DEPARTURE_WAYS.key,
    DEPARTURE_WAYS.columns,
)
"""The rows of `departure_ways` as of the last poll."""


def departure_plan(books: DepartingBooksFrame, rules: RoutingRules, now: datetime) -> DeparturesFrame:
    """Table `departures`: the way of every account of the leavers' books, carve-outs apart.

    Active pipeline goes first: such an account is flagged for the director, and redistributed with the rest so
    that it has an owner the same day. Then the low tiers: they wait in the territory pool. The rest goes to the
    optimiser.
    """
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
    planned = books.with_columns(way=way, detected_at=pl.lit(now))
    return DEPARTURES.conform(planned.with_columns(why=pl.col("way").replace_strict(WHY, return_dtype=pl.String)))
