"""What a cycle would start from, drawn by the cycle's own stages in a warehouse that is thrown away."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from assignment_assets.domain.lock_facts import LocksInput
from assignment_assets.domain.locks import lock_candidates
from assignment_assets.domain.setup.current_books import CurrentBooksInput, current_books
from assignment_assets.domain.setup.eligible_pool import EligiblePoolInput, eligible_pool
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sources.contract import Snapshot
from assignment_assets.domain.sources.figures import Profile
from assignment_assets.domain.sources.profile import profile
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    OPPORTUNITIES,
    REPS,
    SOURCE_EXCEPTIONS,
)
from assignment_assets.io.warehouse.warehouse import Warehouse

CYCLE = "preview"


def preview(snapshot: Snapshot, as_of: date) -> Profile:
    """The profile of a snapshot under the default run config of that day."""
    config = RunConfig(as_of=as_of.isoformat())
    with TemporaryDirectory(prefix="assignment-") as folder:
        warehouse = Warehouse(database=str(Path(folder) / "warehouse.duckdb"))
        warehouse.replace(
            CYCLE,
            [
                (ACCOUNTS, snapshot.accounts),
                (REPS, snapshot.reps),
                (OPPORTUNITIES, snapshot.opportunities),
                (SOURCE_EXCEPTIONS, snapshot.exceptions),
            ],
        )
        books = current_books(CurrentBooksInput.read(warehouse, CYCLE), config)
        warehouse.replace(CYCLE, [(CURRENT_BOOKS, books)])
        pool = eligible_pool(EligiblePoolInput.read(warehouse, CYCLE, config), config)
        warehouse.replace(CYCLE, [(ELIGIBLE_POOL, pool)])
        locks = lock_candidates(LocksInput.read(warehouse, CYCLE, config).facts, config)
    return profile(snapshot, books, pool, locks["lock_kind"], config.as_of, config.placeholder_owner_ids)
