"""What a write-back takes of what is approved: the changes in force, with what hard rules used of each account."""

from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import ACCOUNTS, APPROVED_DIFF, TEXT, WHOLE, ApprovedDiffFrame

ApprovedAccountsFrame = NewType("ApprovedAccountsFrame", ApprovedDiffFrame)
AccountsByOwnerFrame = NewType("AccountsByOwnerFrame", pl.DataFrame)

APPROVED_ACCOUNTS: Query[ApprovedAccountsFrame] = Query(
    "write_back_plans/approved_accounts",
    (APPROVED_DIFF, ACCOUNTS),
    APPROVED_DIFF.key,
    APPROVED_DIFF.columns | {"state": TEXT, "carve_out": TEXT, "parent_id": TEXT},
)
ACCOUNTS_BY_OWNER: Query[AccountsByOwnerFrame] = Query(
    "write_back_dry_run/accounts_by_owner",
    (ACCOUNTS,),
    ("owner_id",),
    {"owner_id": TEXT, "account_count": WHOLE},
)
