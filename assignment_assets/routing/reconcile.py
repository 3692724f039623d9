"""What other systems hand over, kept beside the log; customers nobody works for; the pilot beside the rest."""

from datetime import datetime
from pathlib import Path

import polars as pl

from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.routing.outcomes import MOVED, Beside
from assignment_assets.domain.routing.owners_since import OWNERS_SINCE
from assignment_assets.domain.routing.pilot import comparison, covers, home_states
from assignment_assets.domain.routing.reconciliation import ShadowAccountsInput, shadow_accounts
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    PILOT_COMPARISON,
    SHADOW_ACCOUNTS,
    WRITES,
    PilotComparisonFrame,
    ShadowAccountsFrame,
)
from assignment_assets.domain.routing.views import KpisInput, kpis
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sources.supplements import Supplements
from assignment_assets.routing.log import RoutingLog, Transaction


def take_in(log: RoutingLog, supplements: Supplements) -> None:
    """Puts what was handed over in place of what was there; tables that nobody hands over any more are emptied."""
    with log.open() as transaction:
        for name, table in SUPPLEMENTS.items():
            frame = supplements.frames[name] if name in supplements.frames else table.empty()
            if frame.height or transaction.table(table).height:
                transaction.replace(table, frame)


def beside(transaction: Transaction, folder: DataFolder) -> Beside:
    """What was handed over, and whose owner changed when: by routing, or by a cycle's write-back."""
    logs = [pl.read_parquet(path) for path in sorted(folder.root.glob("published/*/write_back_log.parquet"))]
    written = pl.concat([WRITES.conform(transaction.table(WRITES)), *(WRITE_BACK_LOG.conform(each) for each in logs)])
    settled = written.filter(
        pl.col("outcome").is_in(READ_BACK)
        & pl.col("old_owner_id").ne_missing(pl.col("new_owner_id"))
        & pl.col("old_owner_id").is_not_null()
    )
    path = owners_since_file(folder)
    since = OWNERS_SINCE.conform(pl.read_parquet(path)) if path.is_file() else OWNERS_SINCE.empty()
    return Beside.read(transaction, MOVED.conform(settled.rename({"verified_at": "moved_at"})), since)


def owners_since_file(folder: DataFolder) -> Path:
    """What became of written owners, as it was last looked at."""
    return folder.root / "write_back" / "owners_since.parquet"


def reconcile(log: RoutingLog, rules: RoutingRules, now: datetime) -> ShadowAccountsFrame:
    """Table `shadow_accounts` as of the last poll."""
    with log.open() as transaction:
        found = shadow_accounts(ShadowAccountsInput.read(transaction, rules.shadow_days, now.date()))
        transaction.replace(SHADOW_ACCOUNTS, found)
    return found


def compare_pilot(log: RoutingLog, rules: RoutingRules, now: datetime) -> PilotComparisonFrame:
    """Table `pilot_comparison`: the KPIs of the pilot's accounts and owners beside the rest; empty without one."""
    with log.open() as transaction:
        found = PILOT_COMPARISON.empty()
        if rules.pilot.is_on:
            given = KpisInput.read(transaction, rules, beside(transaction, log.folder))
            is_in = covers(home_states(rules.pilot, given.reps), "owner_region", "state")
            found = comparison(*(kpis(given.narrowed(side), rules, now) for side in (is_in, ~is_in)))
        if found.height or transaction.table(PILOT_COMPARISON).height:
            transaction.replace(PILOT_COMPARISON, found)
    return found
