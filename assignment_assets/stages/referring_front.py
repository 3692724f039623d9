"""Stage 03, phase 2: the best trade-offs for the referring accounts."""

from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.choice import ChosenPoint, chosen_row, price, read_choice
from assignment_assets.domain.assignment.problem import ProblemInput
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import CHOSEN_POINTS, REFERRING_FRONT, REFERRING_FRONT_BOOKS
from assignment_assets.io.durable import read_json
from assignment_assets.io.folders import engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.frames import front_books_frame, front_frame
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets.report.pictures import front as draw_front
from assignment_assets.report.pictures import markdown
from assignment_assets.stages.cycle import as_table, frozen_config, handed_on, stage_asset
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.pictures import write_front_page
from assignment_assets.stages.problem import problem_of
from assignment_assets.stages.search import checkpoints_of, chosen_workers, progress_to


@stage_asset(
    "assignment", deps=["locks", "current_books", "eligible_pool"], owner="team:data-science", kinds={"python"}
)
def referring_front(context: dg.AssetExecutionContext, warehouse: Warehouse) -> dg.MaterializeResult[Any]:
    """The trade-offs to choose from: how evenly referring accounts can be spread, against drive time and moves.

    Each point is a complete set of books for the referring accounts that no other point beats in all three. The
    knee under the configured weights is marked; a person may choose another point.
    """
    cycle = context.partition_key
    require_invariants(warehouse, cycle, "locks")
    config = frozen_config(warehouse, cycle)
    instance, settings = problem_of(ProblemInput.read(warehouse, cycle), config)
    checkpoints = checkpoints_of(context, warehouse, instance, settings)
    with chosen_workers(read_settings().optimizer, context.log.info) as workers:
        front = solve_referring(instance, settings, progress_to(context), workers, checkpoints)
    chosen = chosen_row(REFERRING_FRONT.conform(front_frame(front, chosen=front.knee)), _choice(warehouse, cycle))
    frame = REFERRING_FRONT.conform(front_frame(front, chosen=chosen["point"].item()))
    digests = warehouse.replace(
        cycle,
        [
            (REFERRING_FRONT, frame),
            (REFERRING_FRONT_BOOKS, front_books_frame(front, instance)),
            (CHOSEN_POINTS, chosen),
        ],
    )
    checkpoints.forget()
    return handed_on(
        frame,
        digests["referring_front"],
        **{
            "points": front.num_points,
            "knee": as_table(frame.filter("is_knee")),
            "chosen": as_table(chosen),
            "every point, and its price against the knee": as_table(
                frame.with_columns(price=pl.Series([price(frame, point) for point in frame["point"]], dtype=pl.String))
            ),
            "front": dg.MetadataValue.md(markdown(draw_front(frame), "the front")),
            "interactive front": dg.MetadataValue.path(str(write_front_page(warehouse.folder, cycle, frame))),
        },
    )


def _choice(warehouse: Warehouse, cycle: str) -> ChosenPoint | None:
    """The signed choice of a point, where somebody made one."""
    content = read_json(warehouse.folder.inbox(cycle, "chosen_point") / "choice.json")
    if content is None:
        return None
    person = str(content.get("chosen_by", ""))
    return read_choice(content, signer_token(engine_key(), person), person, read_settings().signers)
