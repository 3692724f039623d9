"""What other systems hand over, kept beside the log; customers nobody works for; the pilot beside the rest."""

from datetime import datetime

import polars as pl

from assignment_assets.domain.routing.candidates import SETTLED
from assignment_assets.domain.routing.outcomes import MOVED, Beside
from assignment_assets.domain.routing.pilot import comparison, covers, home_states
from assignment_assets.domain.routing.reconciliation import shadow_accounts
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ANSWERS,
    DECISIONS,
    PILOT_COMPARISON,
    POLLS,
    SEEN_ACCOUNTS,
    SEEN_REPS,
    SHADOW_ACCOUNTS,
    WRITES,
)
from assignment_assets.domain.routing.views import kpis
from assignment_assets.domain.sources.supplements import ACTIVITIES, SUPPLEMENTS
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.sources.supplements import Supplements
from assignment_assets.routing.log import RoutingLog, Transaction


def take_in(log: RoutingLog, supplements: Supplements) -> None:
    """Puts what was handed over in place of what was there; tables that nobody hands over any more are emptied."""
    with log.open() as transaction:
        for name, table in SUPPLEMENTS.items():
            frame = supplements.frames[name] if name in supplements.frames else table.empty()
            if frame.height or transaction.rows(table).height:
                transaction.replace(table, frame)


def beside(transaction: Transaction, folder: DataFolder) -> Beside:
    """What was handed over, and whose owner changed when: by routing, or by a cycle's write-back."""
    logs = [pl.read_parquet(path) for path in sorted(folder.root.glob("published/*/write_back_log.parquet"))]
    written = pl.concat([WRITES.conform(transaction.rows(WRITES)), *(WRITE_BACK_LOG.conform(each) for each in logs)])
    settled = written.filter(
        pl.col("outcome").is_in(SETTLED)
        & pl.col("old_owner_id").ne_missing(pl.col("new_owner_id"))
        & pl.col("old_owner_id").is_not_null()
    )
    moved = settled.select(
        account_id=pl.col("account_id").cast(MOVED["account_id"]),
        moved_at=pl.col("verified_at").cast(MOVED["moved_at"]),
    )
    began: datetime | None = transaction.rows(POLLS).select(pl.col("polled_at").min()).item()
    frames = {name: rows for name, table in SUPPLEMENTS.items() if (rows := transaction.rows(table)).height}
    return Beside(frames, moved, began.date() if began else None)


def activities(transaction: Transaction) -> pl.DataFrame | None:
    """The activities handed over; null where there are none."""
    rows = transaction.rows(ACTIVITIES)
    return rows if rows.height else None


def reconcile(log: RoutingLog, rules: RoutingRules, now: datetime) -> pl.DataFrame:
    """Table `shadow_accounts` as of the last poll."""
    with log.open() as transaction:
        handed_over = beside(transaction, log.folder).frames
        accounts, reps = transaction.rows(SEEN_ACCOUNTS), transaction.rows(SEEN_REPS)
        found = shadow_accounts(accounts, reps, handed_over, rules.shadow_days, now.date())
        transaction.replace(SHADOW_ACCOUNTS, found)
    return found


def compare_pilot(log: RoutingLog, rules: RoutingRules, now: datetime) -> pl.DataFrame:
    """Table `pilot_comparison`: the KPIs of the pilot's accounts and owners beside the rest; empty without one."""
    with log.open() as transaction:
        found: pl.DataFrame = PILOT_COMPARISON.empty()
        if rules.pilot.is_on:
            regions = transaction.rows(SEEN_REPS).select(owner_id="rep_id", region="region")
            accounts = transaction.rows(SEEN_ACCOUNTS).join(regions, on="owner_id", how="left")
            is_in = covers(home_states(rules.pilot, transaction.rows(SEEN_REPS)), "region", "state")
            known = beside(transaction, log.folder)
            found = comparison(
                *(
                    _kpis_of(transaction, accounts.filter(side).drop("region"), known, rules, now)
                    for side in (is_in, ~is_in)
                )
            )
        if found.height or transaction.rows(PILOT_COMPARISON).height:
            transaction.replace(PILOT_COMPARISON, found)
    return found


def _kpis_of(
    transaction: Transaction, accounts: pl.DataFrame, known: Beside, rules: RoutingRules, now: datetime
) -> pl.DataFrame:
    ids = accounts.select("account_id")
    owners = transaction.rows(SEEN_REPS).join(accounts, left_on="rep_id", right_on="owner_id", how="semi")
    decisions = transaction.rows(DECISIONS).join(ids, on="account_id", how="semi")
    writes = transaction.rows(WRITES).join(ids, on="account_id", how="semi")
    answers = transaction.rows(ANSWERS).join(ids, on="account_id", how="semi")
    return kpis(accounts, owners, decisions, writes, answers, rules, now, known.narrowed(ids))
