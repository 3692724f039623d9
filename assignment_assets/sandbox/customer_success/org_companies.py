"""The companies that go with a loaded org: each of its accounts that somebody of customer success looks after."""

from pathlib import Path

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success.companies import Entry
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM
from assignment_assets.sandbox.schema import ACCOUNT, USER
from assignment_assets.sandbox.state import OrgState

LOOKED_AFTER = f"""
SELECT account."Id", csm."Email", csm."Name", account."Name"
FROM {ACCOUNT.table} AS account JOIN {USER.table} AS csm ON csm."Id" = account."{ACCOUNT_CSM}"
WHERE account."IsDeleted" = 0 ORDER BY 1
"""


def companies_of(state_dir: Path) -> list[Entry]:
    """What the system is to begin with so that it agrees with the org in `state_dir`."""
    state = OrgState(state_dir, OrgClock())
    try:
        return [Entry(*row) for row in state.rows(LOOKED_AFTER)]
    finally:
        state.close()
