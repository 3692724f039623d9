"""Stage 04, out: each Regional Director's books before and after, with a reason on every move."""

from typing import Any

import dagster as dg

from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.review.review_packets import ReviewPacketsInput
from assignment_assets.domain.review.review_packets import review_packets as packets_to_review
from assignment_assets.io.gate_packets.reviews import issue_reviews
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, nothing_sent, packets_out, stage_asset
from assignment_assets.stages.intake import manifest_of

GATE = REVIEW_GATE.name


@stage_asset("review", deps=["proposed_books", "overflow"], kinds={"excel"})
def review_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult[Any]:
    """A workbook for every director whose reps' books change: one row a move, with From, To, reason and cost.

    A director may add or drop up to five accounts a rep book, each with a reason. Lies in
    `outbox/<cycle>/review_edits/<director>/`. Drafts send nothing.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    if config.mode == "draft":
        return nothing_sent("a draft sends nothing to people")
    packets = packets_to_review(ReviewPacketsInput.read(warehouse, cycle))
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, packets.addressees, config.review_days)
    manifest = issue_reviews(warehouse.folder, manifest, packets, config)
    return packets_out(warehouse.folder, manifest, **{"moves into each region": as_table(packets.summary())})
