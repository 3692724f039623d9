"""Stage 03, phase 2: the best trade-offs for the referring accounts."""

import dagster as dg

from assignment_assets.domain.tables import REFERRING_FRONT, REFERRING_FRONT_BOOKS
from assignment_assets.io.warehouse import Warehouse
from assignment_assets.optimizer.frames import front_books_frame, front_frame
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets.report.pictures import front as draw_front
from assignment_assets.report.pictures import markdown
from assignment_assets.stages.cycle import as_table, frozen_config, handed_on, stage_asset
from assignment_assets.stages.invariants import require_promises
from assignment_assets.stages.problem import problem, progress_to


@stage_asset(
    "assignment", deps=["locks", "current_books", "eligible_pool"], owner="team:data-science", kinds={"python"}
)
def referring_front(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult:
    """The trade-offs to choose from: how evenly referring accounts can be spread, against drive time and moves.

    Each point is a complete set of books for the referring accounts that no other point beats in all three. The
    knee under the configured weights is marked; a person may choose another point.
    """
    cycle = context.partition_key
    require_promises(warehouse, cycle, "locks")
    instance, settings = problem(warehouse, cycle, frozen_config(warehouse, cycle))
    front = solve_referring(instance, settings, progress_to(context))
    frame = front_frame(front, chosen=front.knee)
    digests = warehouse.replace(
        cycle, [(REFERRING_FRONT, frame), (REFERRING_FRONT_BOOKS, front_books_frame(front, instance))]
    )
    return handed_on(
        frame,
        digests["referring_front"],
        **{
            "points": front.num_points,
            "knee": as_table(frame.filter("is_knee")),
            "front": dg.MetadataValue.md(markdown(draw_front(frame), "the front")),
        },
    )
