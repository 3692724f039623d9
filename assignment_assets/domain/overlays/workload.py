"""Who carries how much: a person's load in points against the role's capacity, and how evenly a role's is spread.

A point is what the role's `workload` says that an account, an open opportunity, $100,000 of what is open and a weekly
activity cost. An opportunity costs everybody who is on it its full points, because they all work on it; its amount is
shared out as the credit is, so that amounts add up.
"""

from typing import NewType

import polars as pl

from assignment_assets.domain.overlays.crm_seen import still_open
from assignment_assets.domain.overlays.roles import OverlayRole, Overlays
from assignment_assets.domain.overlays.tables import (
    OVERLAY_WORKLOAD,
    OpportunityRolesFrame,
    OverlayAccountsFrame,
    OverlayOpportunitiesFrame,
    OverlayPeopleFrame,
    OverlayWorkloadFrame,
)
from assignment_assets.domain.tables import REAL, TEXT, WHOLE, Table

CENTS_OF_100K = 100_000 * 100
ActivitiesAWeekFrame = NewType("ActivitiesAWeekFrame", pl.DataFrame)
ACTIVITIES_A_WEEK: Table[ActivitiesAWeekFrame] = Table(
    "activities_a_week", ("person_id",), {"person_id": TEXT, "weekly": REAL}
)
"""How many activities a person logs in a week, on average of the weeks that overlays.toml names."""
SpreadFrame = NewType("SpreadFrame", pl.DataFrame)
WORKLOAD_SPREAD: Table[SpreadFrame] = Table(
    "workload_spread",
    ("role",),
    {
        "role": TEXT,
        "people": WHOLE,  # active ones
        "average": REAL,  # points
        "deviation": REAL,  # standard deviation over the people, in points
        "least": REAL,
        "most": REAL,
        "over_capacity": WHOLE,  # people
        "held_by_inactive": WHOLE,  # accounts of people who are not active any more
    },
)


def overlay_workload(
    roles: Overlays,
    people: OverlayPeopleFrame,
    accounts: OverlayAccountsFrame,
    opportunities: OverlayOpportunitiesFrame,
    parts: OpportunityRolesFrame,
    activities: ActivitiesAWeekFrame,
) -> OverlayWorkloadFrame:
    """Table `overlay_workload`: one row a person of a role.

    People of a role are those who hold an account or are on an open opportunity in it, and the active ones of its
    `person_profiles`, who may hold nothing yet. Somebody whom the CRM does not know as a user counts as not active.
    """
    open_ones = still_open(opportunities)
    held = accounts.filter(pl.col("person_id").is_not_null()).group_by("role", "person_id").agg(accounts=pl.len())
    share = pl.col("amount_cents").fill_null(0) * pl.col("credit_share")
    carried = (
        parts.filter(pl.col("person_id").is_not_null())
        .join(open_ones.select("opportunity_id", "amount_cents"), on="opportunity_id")
        .group_by("role", "person_id")
        .agg(
            open_opportunities=pl.col("opportunity_id").n_unique(),
            open_amount_cents=share.round(0).cast(pl.Int64).sum(),
        )
    )
    known = people.select("person_id", "name", "profile", is_active=pl.col("is_active").fill_null(False))
    rows = [
        _of_role(name, role, known, held.filter(role=name), carried.filter(role=name), activities)
        for name, role in roles.roles.items()
    ]
    return OVERLAY_WORKLOAD.conform(pl.concat(rows))


def workload_spread(workload: OverlayWorkloadFrame) -> SpreadFrame:
    """A row a role: average, spread, and how many are over their capacity."""
    active, load = pl.col("is_active"), pl.col("load")
    mine = load.filter(active)
    return WORKLOAD_SPREAD.conform(
        workload.group_by("role").agg(
            people=active.sum(),
            average=mine.mean().round(4),
            deviation=mine.std(ddof=0).round(4),
            least=mine.min(),
            most=mine.max(),
            over_capacity=(load.gt(pl.col("capacity")) & active).sum(),
            held_by_inactive=pl.col("accounts").filter(~active).sum(),
        )
    )


def over_capacity(workload: OverlayWorkloadFrame) -> OverlayWorkloadFrame:
    """The people who carry more than their role's capacity, the fullest first."""
    full = workload.filter(pl.col("load") > pl.col("capacity"))
    return OVERLAY_WORKLOAD.shaped(full.sort("utilisation", "role", "person_id", descending=[True, False, False]))


def points(role: OverlayRole) -> pl.Expr:
    """A row's load by the role's measures, from the counts that are in it; 0 where it has none."""
    measure = role.workload
    return (
        measure.per_account * pl.col("accounts")
        + measure.per_open_opportunity * pl.col("open_opportunities")
        + measure.per_100k_open * pl.col("open_amount_cents") / CENTS_OF_100K
        + measure.per_weekly_activity * pl.col("weekly_activities")
    ).round(4)


def _of_role(
    name: str,
    role: OverlayRole,
    people: pl.DataFrame,
    held: pl.DataFrame,
    carried: pl.DataFrame,
    activities: ActivitiesAWeekFrame,
) -> pl.DataFrame:
    expected = people.filter(pl.col("is_active") & pl.col("profile").is_in(role.person_profiles)).select("person_id")
    everybody = pl.concat([held.select("person_id"), carried.select("person_id"), expected]).unique().sort("person_id")
    counted = (
        everybody.join(people, on="person_id", how="left")
        .join(held.drop("role"), on="person_id", how="left")
        .join(carried.drop("role"), on="person_id", how="left")
        .join(activities.rename({"weekly": "weekly_activities"}), on="person_id", how="left")
        .with_columns(
            pl.col("accounts", "open_opportunities", "open_amount_cents", "weekly_activities").fill_null(0),
            role=pl.lit(name),
            name=pl.coalesce("name", "person_id"),
            is_active=pl.col("is_active").fill_null(False),
            capacity=pl.lit(role.workload.capacity),
        )
        .with_columns(load=points(role))
    )
    return OVERLAY_WORKLOAD.shaped(counted.with_columns(utilisation=(pl.col("load") / pl.col("capacity")).round(4)))
