"""The warehouse's versions; what a cycle publishes has the same tables, and the same version."""

import polars as pl

from assignment_assets.domain.regions import FORMER_NO_REGION, NO_REGION
from assignment_assets.domain.tables import TABLES
from assignment_assets.io.schema.columns import duckdb_types
from assignment_assets.io.schema.steps import Step, Store

CALLED_NOW = {FORMER_NO_REGION: NO_REGION}
STEPS = (
    Step(
        "decision_verdicts say the number of the decision",
        ("alter table if exists decision_verdicts add column if not exists decision_no bigint",),
        mark="decision_verdicts.decision_no",
    ),
    Step(
        "points of the front that a person has chosen, and conflicts before sign-off",
        (
            "create table if not exists chosen_points "
            "(cycle varchar not null, point bigint, chosen_by varchar, note varchar, price varchar)",
            "create table if not exists conflicts "
            "(cycle varchar not null, region varchar, conflict varchar, kind varchar, severity varchar, "
            "account_id varchar, rep_id varchar, sentence varchar, resolved_by varchar, resolution varchar)",
        ),
        mark="conflicts",
    ),
    Step(
        "families that stay in one book",
        (
            "create table if not exists families "
            "(cycle varchar not null, family_id varchar, name varchar, member_count bigint, anchor_rep_id varchar, "
            "outcome varchar, rep_id varchar, sentence varchar)",
        ),
        mark="families",
    ),
    Step("the file says its version"),
    Step(
        "imbalance is called so everywhere, and moves without a field rep are of no_region",
        renamed={
            "referring_front": {"referring_balance": "referring_imbalance"},
            "proposed_books": {"keep_cost_balance": "keep_cost_imbalance"},
        },
        reworded={
            "sign_off_packets": {"region": CALLED_NOW, "other_region": CALLED_NOW},
            **{
                table: {"region": CALLED_NOW}
                for table in ("region_digests", "conflicts", "sign_off_verdicts", "approved_diff")
            },
        },
    ),
    Step(
        "money says its unit: cents",
        renamed={
            "accounts": {"tam": "tam_cents", "value": "value_cents", "revenue": "revenue_cents"},
            "opportunities": {"amount": "amount_cents"},
        },
    ),
    Step(
        "what was read of the sources, left out and completed is kept with the cycle",
        (
            "create table if not exists source_profile "
            "(cycle varchar not null, table_name varchar, line_no bigint, kind varchar, row_count bigint, "
            "sentence varchar)",
        ),
    ),
    Step(
        "an account whose row was left out stays with its owner",
        ("alter table if exists source_exceptions add column if not exists owner_id varchar",),
    ),
    Step(
        "the profile of the sources has every figure in long form, and the watched ones stand beside the last cycle's",
        (
            "alter table if exists source_profile add column if not exists name varchar",
            "alter table if exists source_profile add column if not exists unit varchar",
            "alter table if exists source_profile add column if not exists record_id varchar",
            "create table if not exists source_changes "
            "(cycle varchar not null, line_no bigint, table_name varchar, figure varchar, label varchar, unit varchar, "
            "before double, now double, jump_at double, jump_unit varchar, is_jump boolean, previous_cycle varchar)",
        ),
        renamed={"source_profile": {"row_count": "value"}},
    ),
    Step(
        "which owners that were loaded by hand have arrived",
        (
            "create table if not exists arrivals "
            "(cycle varchar not null, account_id varchar, loaded_cycle varchar, outcome varchar, loaded_at timestamp, "
            "old_owner_id varchar, expected_owner_id varchar, found_owner_id varchar, arrival varchar)",
        ),
    ),
    Step(
        "reps whose id could not name a file keep it beside their key",
        ("alter table if exists reps add column if not exists source_id varchar",),
    ),
)
WAREHOUSE = Store(
    "warehouse",
    STEPS,
    {name: duckdb_types({"cycle": pl.String, **table.columns}) for name, table in TABLES.items()},
)
