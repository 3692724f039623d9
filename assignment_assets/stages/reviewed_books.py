"""Stage 04, in: the books after the Regional Directors' edits, within ±5 a book."""

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.assigned import assigned, review_books, review_reps
from assignment_assets.domain.assignment.overflow import place
from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.review.facts import REVIEW_EDITS
from assignment_assets.domain.review.rule import Bounds, judge
from assignment_assets.domain.setup.eligible_pool import withdrawn
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
)
from assignment_assets.io.intake.look import archived
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import counting_receipts, tell
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.pictures import book_pictures

GATE = REVIEW_GATE.name


@stage_asset("review", deps=["proposed_books", "overflow", "review_packets", GATE])
def reviewed_books(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult:
    """The proposal after the directors' edits: up to five adds and five drops a book, hard rules kept.

    Every edit has a verdict in `edit_verdicts`: accepted, refused with the rule's name, or held until Growth
    Strategy decides. A director who returned nothing lets the proposal stand.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    receipts = counting_receipts(warehouse, cycle, GATE, config, clock)
    require_invariants(warehouse, cycle, "proposed_books")
    accounts, pool, books, reps, proposed, overflow = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW
    )
    returned = [
        read_review(archived(warehouse.folder, receipt)).edits.with_columns(
            receipt_no=pl.lit(receipt.receipt_no).cast(pl.Int64), director=pl.lit(receipt.person)
        )
        for receipt in receipts
    ]
    edits = pl.concat([REVIEW_EDITS.empty(), *returned], how="diagonal_relaxed")
    unusable = edits.filter(pl.col("rule").is_not_null()) if returned else edits
    rows = assigned(proposed, overflow)
    review = review_books(rows, pool, books)
    claims = warehouse.query("eligible_pool/open_claims", (ELIGIBLE_POOL, RUN_CONFIG, CYCLE_EVENTS), cycle=cycle)
    taken = withdrawn(claims, config.scope).rename({"detail": "other_cycle"})
    to_place = pool.join(
        review.filter((pl.col("owner_kind") == "field") & ~pl.col("is_locked")).select("account_id"), on="account_id"
    ).rename({"owner_id": "current_owner_id"})
    verdicts = judge(
        REVIEW_EDITS.conform(edits.filter(pl.col("rule").is_null()) if returned else edits),
        review,
        review_reps(books, reps, free_seats(books, pool)),
        place(to_place, books, config),
        bounds=Bounds(config.max_adds, config.max_drops),
        coverage_overrides=coverage_overrides(config),
        withdrawn=taken,
    )
    judged = verdicts.edit_verdicts
    if unusable.height:
        judged = pl.concat([judged, EDIT_VERDICTS.conform(unusable.with_columns(verdict=pl.lit("refused")))])
    digests = warehouse.replace(cycle, [(REVIEWED_BOOKS, verdicts.reviewed_books), (EDIT_VERDICTS, judged)])
    tell(warehouse, cycle, GATE, judged, "director")
    refused = judged.filter(pl.col("verdict") != "accepted").select("director", "verdict", "rule", "message")
    return handed_on(
        verdicts.reviewed_books,
        digests["reviewed_books"],
        **{
            "reviews that count": len(receipts),
            "edits by verdict": counts(judged, "edit_kind", "verdict"),
            "changes": counts(verdicts.reviewed_books, "review_change"),
            **book_pictures(accounts, reps, books, proposed, overflow, verdicts.reviewed_books),
            "refused and held": as_table(refused.head(20)),
        },
    )
