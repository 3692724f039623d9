"""Stage 02, in: who keeps what before anything is redistributed."""

import dagster as dg
import polars as pl

from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.locks import free_seats, lock_candidates, settle
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    LOCKS,
    OPPORTUNITIES,
)
from assignment_assets.io.intake.look import archived
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import counting_receipts, tell
from assignment_assets.stages.invariants import require_invariants

GATE = LOCK_GATE.name
PICKS = {
    "rep_id": pl.String,
    "receipt_no": pl.Int64,
    "row_no": pl.Int64,
    "account_id": pl.String,
    "answer": pl.String,
    "rule": pl.String,
    "message": pl.String,
}


@stage_asset("locks", deps=["eligible_pool", "opportunities", "current_books", "lock_packets", GATE])
def locks(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult:
    """The accounts that stay with their owner: last-three-months referrers, protected ones, then the reps' picks.

    Never more than a rep's capacity. A rep who returned nothing keeps the automatic locks only. Every row that a
    rep returned has a verdict in `lock_verdicts`.
    """
    cycle = context.partition_key
    require_invariants(warehouse, cycle, "eligible_pool")
    config = frozen_config(warehouse, cycle)
    receipts = counting_receipts(warehouse, cycle, GATE, config, clock)
    accounts, opportunities, pool, books = warehouse.tables(
        cycle, ACCOUNTS, OPPORTUNITIES, ELIGIBLE_POOL, CURRENT_BOOKS
    )
    candidates = lock_candidates(accounts, opportunities, pool, books, config)
    returned = [
        read_lock_list(archived(warehouse.folder, receipt)).rows.with_columns(
            rep_id=pl.lit(receipt.person), receipt_no=pl.lit(receipt.receipt_no).cast(pl.Int64)
        )
        for receipt in receipts
    ]
    rows = pl.concat([pl.DataFrame(schema=PICKS), *returned], how="diagonal_relaxed")
    frame, verdicts = settle(candidates, rows.filter(pl.col("rule").is_null()), free_seats(books, pool), config)
    unusable = rows.filter(pl.col("rule").is_not_null()).with_columns(lock_kind=pl.lit(""), verdict=pl.lit("refused"))
    verdicts = LOCK_VERDICTS.conform(pl.concat([verdicts, unusable.select(list(LOCK_VERDICTS.columns))]))
    digests = warehouse.replace(cycle, [(LOCKS, frame), (LOCK_VERDICTS, verdicts)])
    tell(warehouse, cycle, GATE, verdicts, "rep_id")
    return handed_on(
        frame,
        digests["locks"],
        **{
            "lists that count": len(receipts),
            "locks by kind": counts(frame, "lock_kind"),
            "verdicts": counts(verdicts, "verdict", "rule"),
        },
    )
