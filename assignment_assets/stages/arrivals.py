"""Stage 01, beside: which owners that were loaded by hand before the source now shows."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.routing.tables import DECISIONS
from assignment_assets.domain.setup.arrivals import ArrivalsInput, arrival_lines
from assignment_assets.domain.setup.arrivals import arrivals as judge_arrivals
from assignment_assets.domain.tables import ARRIVALS, REPS
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table, counts, handed_on, stage_asset


@stage_asset("setup", deps=["accounts", "reps", "run_config"])
def arrivals(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """What earlier cycles ended as loaded by hand, held against the owners read now: arrived, missing or gone.

    Nobody read these changes back. What did not arrive is listed and stops nothing: this cycle goes by the owners that
    the source shows.
    """
    cycle = context.partition_key
    routed = read_routing(warehouse.folder, DECISIONS).select("account_id", "decided_at")
    frame = judge_arrivals(ArrivalsInput.read(warehouse, cycle, routed))
    digests = warehouse.replace(cycle, [(ARRIVALS, frame)])
    names = dict(warehouse.table(cycle, REPS).select("rep_id", "name").iter_rows())
    said = "\n".join(arrival_lines(frame, names)) or "everything that was loaded by hand has arrived"
    return handed_on(
        frame,
        digests["arrivals"],
        **{
            "what did not arrive": dg.MetadataValue.md(said),
            "by cycle and arrival": counts(frame, "loaded_cycle", "arrival"),
            "not arrived": as_table(frame.filter(pl.col("arrival") != "arrived").head(50)),
        },
    )
