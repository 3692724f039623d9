"""The accounts as of the last poll beside who owns them, and those that nobody active owns."""

from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.routing.tables import SEEN_ACCOUNTS, SEEN_REPS
from assignment_assets.domain.tables import FLAG, MOMENT, TEXT, WHOLE

AccountOwnersFrame = NewType("AccountOwnersFrame", pl.DataFrame)
WithoutOwnerFrame = NewType("WithoutOwnerFrame", pl.DataFrame)
ACCOUNT_OWNERS: Query[AccountOwnersFrame] = Query(
    "routing_kpis/account_owners",
    (SEEN_ACCOUNTS, SEEN_REPS),
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "carve_out": TEXT,
        "state": TEXT,
        "postal_code": TEXT,
        "value_cents": WHOLE,
        "revenue_cents": WHOLE,
        "owner_id": TEXT,
        "owner_name": TEXT,
        "owner_team": TEXT,
        "owner_region": TEXT,
        "is_owner_active": FLAG,
        "is_covered": FLAG,
    },
)
"""The owner's columns are null where the source does not know the owner."""
WITHOUT_OWNER: Query[WithoutOwnerFrame] = Query(
    "routing_summary/without_owner",
    (SEEN_ACCOUNTS, SEEN_REPS),
    ("account_id",),
    {"account_id": TEXT, "created_at": MOMENT},
)
