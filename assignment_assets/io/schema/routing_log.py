"""The routing log's versions; its Parquet copies have the same."""

from assignment_assets.domain.routing.tables import TABLES
from assignment_assets.io.schema.columns import duckdb_types
from assignment_assets.io.schema.steps import Step, Store

OF_ACCOUNTS = {"tam": "tam_cents", "value": "value_cents", "revenue": "revenue_cents"}
STEPS = (
    Step(
        "passes say when they ended",
        ("create table if not exists passes (ended_at timestamp)",),
        mark="passes",
    ),
    Step(
        "families and twins with two owners; where a leaver's accounts go",
        (
            "create table if not exists hierarchy_conflicts "
            "(kind varchar, account_id varchar, name varchar, state varchar, owner_id varchar, region varchar, "
            "value bigint, other_account_id varchar, other_name varchar, other_owner_id varchar, "
            "other_region varchar, other_value bigint, crosses_regions boolean, evidence varchar, remedy varchar)",
            "create table if not exists departure_ways "
            "(rep_id varchar, name varchar, region varchar, director_email varchar, detected_at timestamp, "
            "cycle varchar, accounts bigint, optimiser bigint, director bigint, territory_pool bigint, "
            "open_deals bigint, open_amount bigint, still_theirs bigint)",
        ),
        mark="hierarchy_conflicts",
    ),
    Step(
        "weekly activity in the workload; customers nobody works for; the pilot beside the rest",
        (
            "alter table if exists workload add column if not exists weekly_activity bigint",
            "create table if not exists shadow_accounts "
            "(source varchar, customer_key varchar, customer_name varchar, account_id varchar, matched_by varchar, "
            "owner_id varchar, owner_name varchar, finding varchar, last_on date, amount bigint, sentence varchar)",
            "create table if not exists pilot_comparison "
            "(kpi varchar, unit varchar, pilot double, rest double, difference double, sentence varchar)",
        ),
        mark="workload.weekly_activity",
    ),
    Step("the file says its version"),
    Step(
        "money says its unit: cents",
        renamed={
            "seen_accounts": OF_ACCOUNTS,
            "seen_opportunities": {"amount": "amount_cents"},
            "new_accounts": OF_ACCOUNTS,
            "departures": {"value": "value_cents", "open_amount": "open_amount_cents"},
            "departure_ways": {"open_amount": "open_amount_cents"},
            "hierarchy_conflicts": {"value": "value_cents", "other_value": "other_value_cents"},
            "shadow_accounts": {"amount": "amount_cents"},
            "billing": {"amount": "amount_cents"},
            "forecasts": {"forecast_amount": "forecast_amount_cents", "amount": "amount_cents"},
        },
    ),
    Step(
        "reps whose id could not name a file keep it beside their key",
        ("alter table if exists seen_reps add column if not exists source_id varchar",),
    ),
)
ROUTING_LOG = Store("routing log", STEPS, {name: duckdb_types(table.columns) for name, table in TABLES.items()})
