"""How writes ended: the last line of the log on each account, and the approved diff held against it."""

from typing import NewType

import polars as pl

from assignment_assets.domain.reading import Query
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    REGION_DIGESTS,
    SIGN_OFF_VERDICTS,
    TEXT,
    WHOLE,
    WRITE_BACK_LOG,
)

LastOutcomesFrame = NewType("LastOutcomesFrame", pl.DataFrame)
ApprovalOutcomesFrame = NewType("ApprovalOutcomesFrame", pl.DataFrame)
UnsignedRegionsFrame = NewType("UnsignedRegionsFrame", pl.DataFrame)

LAST_OUTCOMES: Query[LastOutcomesFrame] = Query(
    "write_back_log/last_outcomes", (WRITE_BACK_LOG,), ("account_id",), WRITE_BACK_LOG.columns
)
APPROVAL_OUTCOMES: Query[ApprovalOutcomesFrame] = Query(
    "write_back_log/approvals_and_outcomes",
    (APPROVED_DIFF, WRITE_BACK_LOG),
    ("sign_off_no", "account_id"),
    {"sign_off_no": WHOLE, "account_id": TEXT, "status": TEXT, "outcome": TEXT},
)
UNSIGNED_REGIONS: Query[UnsignedRegionsFrame] = Query(
    "write_back_log/unsigned_regions",
    (REGION_DIGESTS, SIGN_OFF_VERDICTS),
    ("region",),
    {"region": TEXT, "move_count": WHOLE, "held_count": WHOLE},
)
