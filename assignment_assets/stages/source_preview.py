"""What a cycle would start from, drawn by the rules of the cycle's own stages; nothing is kept."""

from datetime import date

import polars as pl

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
from assignment_assets.io.warehouse.in_memory import InMemory

CYCLE = "preview"


def preview(snapshot: Snapshot, as_of: date) -> Profile:
    """The profile of a snapshot under the default run config of that day."""
    return profile_under(snapshot, RunConfig(as_of=as_of.isoformat()))


def profile_under(snapshot: Snapshot, config: RunConfig) -> Profile:
    """The profile of a snapshot under a run config."""
    tables: dict[str, pl.DataFrame] = {
        ACCOUNTS.name: snapshot.accounts,
        REPS.name: snapshot.reps,
        OPPORTUNITIES.name: snapshot.opportunities,
        SOURCE_EXCEPTIONS.name: snapshot.exceptions,
    }
    books = current_books(CurrentBooksInput.read(InMemory(tables), CYCLE), config)
    tables |= {CURRENT_BOOKS.name: books}
    pool = eligible_pool(EligiblePoolInput.read(InMemory(tables), CYCLE, config), config)
    tables |= {ELIGIBLE_POOL.name: pool}
    locks = lock_candidates(LocksInput.read(InMemory(tables), CYCLE, config).facts, config)
    return profile(snapshot, books, pool, locks["lock_kind"], config.as_of, config.placeholder_owner_ids)
