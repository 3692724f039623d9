"""Stage 01: each rep's book as it is now, who receives, which books are churned or non-productive."""

from typing import Any

import dagster as dg

from assignment_assets.domain.setup.current_books import CurrentBooksInput
from assignment_assets.domain.setup.current_books import current_books as judge_books
from assignment_assets.domain.tables import CURRENT_BOOKS
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import counts, frozen_config, handed_on, stage_asset


@stage_asset("setup", deps=["accounts", "reps", "source_exceptions", "run_config"])
def current_books(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """One row a rep: capacity, covered states, book size now, and whether they receive accounts in this cycle.

    Books whose owner has left are marked churned; books far below the field's referrals per account non-productive.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    frame = judge_books(CurrentBooksInput.read(warehouse, cycle), config)
    digests = warehouse.replace(cycle, [(CURRENT_BOOKS, frame)])
    return handed_on(
        frame,
        digests["current_books"],
        **{
            "receivers": int(frame["is_receiver"].sum()),
            "seats": int(frame.filter("is_receiver")["capacity"].sum()),
            "who receives, and why not": counts(frame, "team", "receiver_reason"),
            "churned books": int(frame["is_churned"].sum()),
            "non-productive books": int(frame["is_non_productive"].sum()),
        },
    )
