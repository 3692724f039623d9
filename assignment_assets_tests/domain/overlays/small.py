"""Frames of the overlay log written down in a test: a row says what matters, everything else is null."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.overlays.roles import Overlays, overlays
from assignment_assets.domain.tables import Table

BEGIN = datetime(2026, 10, 1, 9, 0)
CSM = {
    "label": "customer-success manager",
    "account_field": "Csm_Account__c",
    "opportunity_field": "Csm__c",
    "truth": "files",
    "source": "csm.toml",
    "override_profiles": ["Operations"],
    "manager_email": "lead@example.com",
    "hand_over": ["Renewals", "Open tickets"],
    "workload": {"per_account": 1.0, "per_open_opportunity": 0.5, "per_weekly_activity": 0.2, "capacity": 4.0},
}
SA = {
    "label": "solutions architect",
    "account_field": "Sa_Account__c",
    "opportunity_field": "Sa__c",
    "truth": "crm",
    "travels": "copy_at_creation",
    "override_profiles": ["Operations"],
    "manager_email": "sa.lead@example.com",
    "supporting": {"primary_share": 0.6},
    "workload": {"per_account": 0.0, "per_open_opportunity": 1.0, "per_100k_open": 2.0, "capacity": 10.0},
}
PEOPLE = [
    {"person_id": "u1", "name": "Uma One", "email": "uma@example.com", "profile": "Success", "is_active": True},
    {"person_id": "u2", "name": "Ugo Two", "email": "ugo@example.com", "profile": "Success", "is_active": True},
    {"person_id": "u3", "name": "Ute Three", "email": "ute@example.com", "profile": "Success", "is_active": False},
    {"person_id": "op", "name": "Olga Ops", "email": "olga@example.com", "profile": "Operations", "is_active": True},
    {"person_id": "we", "name": "Engine", "email": "engine@example.com", "profile": "Integration", "is_active": True},
]


def roles(**changes) -> Overlays:
    """The two roles of these tests; `csm__…` and `sa__…` change an entry of one."""
    both = {"csm": dict(CSM), "sa": dict(SA)}
    for name, value in changes.items():
        role, _, entry = name.partition("__")
        both[role][entry] = value
    return overlays({"roles": both})


def rows(table: Table, *facts: dict) -> pl.DataFrame:
    """A table's frame."""
    whole = [dict.fromkeys(table.columns) | each for each in facts]
    return table.conform(pl.DataFrame(whole, schema=table.columns, orient="row"))


def at(hours: float) -> datetime:
    """So many hours after these tests begin."""
    return BEGIN + timedelta(hours=hours)
