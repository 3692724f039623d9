"""Stage 04, in: the books after the Regional Directors' edits, within ±5 a book."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.review.reviewed_books import ReviewInput, review
from assignment_assets.domain.tables import EDIT_VERDICTS, REVIEWED_BOOKS
from assignment_assets.io.intake.returned import returned_rows
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, counts, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import counting_receipts, tell
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.pictures import book_pictures

GATE = REVIEW_GATE.name


@stage_asset("review", deps=["proposed_books", "overflow", "review_packets", GATE])
def reviewed_books(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """The proposal after the directors' edits: up to five adds and five drops a book, hard rules kept.

    Every edit has a verdict in `edit_verdicts`: accepted, refused with the rule's name, or held until Growth
    Strategy decides. A director who returned nothing lets the proposal stand.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    receipts = counting_receipts(warehouse, cycle, GATE, config, clock)
    require_invariants(warehouse, cycle, "proposed_books")
    given = ReviewInput.read(warehouse, cycle)
    returned = returned_rows(warehouse.folder, receipts, lambda path: read_review(path).edits, "director")
    reviewed = review(returned, given, config)
    frame, verdicts = reviewed.reviewed_books, reviewed.edit_verdicts
    digests = warehouse.replace(cycle, [(REVIEWED_BOOKS, frame), (EDIT_VERDICTS, verdicts)])
    tell(warehouse, cycle, GATE, verdicts, "director")
    refused = verdicts.filter(pl.col("verdict") != "accepted").select("director", "verdict", "rule", "message")
    return handed_on(
        frame,
        digests["reviewed_books"],
        **{
            "reviews that count": len(receipts),
            "edits by verdict": counts(verdicts, "edit_kind", "verdict"),
            "changes": counts(frame, "review_change"),
            **book_pictures(
                accounts=given.proposal.accounts,
                reps=given.proposal.reps,
                books=given.proposal.books,
                proposed=given.proposal.proposed,
                overflow=given.proposal.overflow,
                reviewed=frame,
            ),
            "refused and held": as_table(refused.head(20)),
        },
    )
