"""Tables that other systems may hand over beside the CRM: billing, product usage, renewals, forecasts, activities.

None of them is needed. What they would show says "no source" where they are not there. Money in cents.
"""

from typing import Any, NewType

import polars as pl

from assignment_assets.domain.tables import DATE, FLAG, MOMENT, TEXT, WHOLE, Table

BillingFrame = NewType("BillingFrame", pl.DataFrame)
UsageFrame = NewType("UsageFrame", pl.DataFrame)
RenewalsFrame = NewType("RenewalsFrame", pl.DataFrame)
ForecastsFrame = NewType("ForecastsFrame", pl.DataFrame)
ActivitiesFrame = NewType("ActivitiesFrame", pl.DataFrame)

BILLING: Table[BillingFrame] = Table(
    "billing",
    ("customer_key",),
    {
        "customer_key": TEXT,  # the billing system's own
        "account_id": TEXT,  # the CRM's, where billing knows it
        "name": TEXT,
        "amount_cents": WHOLE,
        "last_invoice_on": DATE,
    },
)
USAGE: Table[UsageFrame] = Table(
    "usage",
    ("customer_key",),
    {
        "customer_key": TEXT,
        "account_id": TEXT,
        "name": TEXT,
        "events": WHOLE,
        "last_used_on": DATE,
    },
)
RENEWALS: Table[RenewalsFrame] = Table(
    "renewals", ("account_id", "due_on"), {"account_id": TEXT, "due_on": DATE, "is_renewed": FLAG}
)
FORECASTS: Table[ForecastsFrame] = Table(
    "forecasts",
    ("period_on", "rep_id"),
    {
        "period_on": DATE,  # the period's last day
        "rep_id": TEXT,
        "forecast_amount_cents": WHOLE,
        "amount_cents": WHOLE,
    },
)
ACTIVITIES: Table[ActivitiesFrame] = Table(
    "activities",
    ("account_id", "rep_id", "happened_at"),
    {
        "account_id": TEXT,
        "rep_id": TEXT,
        "happened_at": MOMENT,
    },
)
SUPPLEMENTS: dict[str, Table[Any]] = {table.name: table for table in (BILLING, USAGE, RENEWALS, FORECASTS, ACTIVITIES)}
IDS = ("account_id", "rep_id")
NEEDED = {
    "billing": ("customer_key",),
    "usage": ("customer_key",),
    "renewals": ("account_id", "due_on", "is_renewed"),
    "forecasts": ("period_on", "forecast_amount", "amount"),
    "activities": ("account_id", "happened_at"),
}
"""Fields without which a row says nothing: such rows are left out and counted."""
