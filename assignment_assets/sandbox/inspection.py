"""What can be told of an org from its folder alone, whether it is being served or not."""

from pathlib import Path

import polars as pl

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.hooks import WRITE_COLUMNS, writes
from assignment_assets.sandbox.schema import ACCOUNT
from assignment_assets.sandbox.state import DATABASE, OrgState


def is_loaded(state_dir: Path) -> bool:
    """Whether the org has accounts."""
    if not (state_dir / DATABASE).exists():
        return False
    state = OrgState(state_dir, OrgClock())
    try:
        return state.rows(f"SELECT count(*) FROM {ACCOUNT.table}")[0][0] > 0
    finally:
        state.close()


def write_log(state_dir: Path) -> pl.DataFrame:
    """Every value that really changed since the org was loaded, oldest first: the judge of what was written.

    `channel` is `api` for the REST API, `human` for edits made in the org's own pages, `cascade` for what the org
    deletes by itself after either, and `flow` for what its flow stamps.
    """
    state = OrgState(state_dir, OrgClock())
    try:
        schema = dict.fromkeys(WRITE_COLUMNS, pl.String) | {"write_no": pl.Int64}
        return pl.DataFrame(writes(state), schema=schema)
    finally:
        state.close()
