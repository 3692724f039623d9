"""Stage 03, phase 3 and the whole proposal: who gets which account, and why."""

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.families import families_of, family_notes, family_table
from assignment_assets.domain.assignment.moves import proposed_books as explain_books
from assignment_assets.domain.assignment.overflow import place
from assignment_assets.domain.assignment.unseated import overflow as explain_overflow
from assignment_assets.domain.assignment.unseated import unseated
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CERTIFICATE,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    FAMILIES,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REFERRING_FRONT,
    REFERRING_FRONT_BOOKS,
    REPS,
)
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.frames import books_frame, certificate_frame, families_frame, referring_assignment
from assignment_assets.optimizer.solve import complete
from assignment_assets.stages.cycle import CYCLES, POOL, as_table, counts, frozen_config, table_metadata
from assignment_assets.stages.pictures import book_pictures, overflow_picture
from assignment_assets.stages.problem import problem
from assignment_assets.stages.search import progress_to

SPECS = {
    "proposed_books": "Every account that a rep keeps or gets, with the reason, the runner-up and what keeping the "
    "current owner would have cost. No rep holds more than their capacity or an account outside their states.",
    "overflow": "Accounts without a seat: the Inside Sales queue and member who works each; none goes unworked.",
}


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            name,
            deps=["referring_front", "locks", "eligible_pool", "current_books"],
            group_name="assignment",
            description=text,
            partitions_def=CYCLES,
            kinds={"duckdb", "python"},
            owners=["team:data-science"],
            tags={"stage": "03"},
        )
        for name, text in SPECS.items()
    ],
    pool=POOL,
)
def proposal(context: dg.AssetExecutionContext, warehouse: Warehouse):
    """Completes the chosen point of the front with all other accounts, and places what has no seat."""
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    instance, settings = problem(warehouse, cycle, config)
    accounts, front, front_books, pool, held, books, reps = warehouse.tables(
        cycle, ACCOUNTS, REFERRING_FRONT, REFERRING_FRONT_BOOKS, ELIGIBLE_POOL, LOCKS, CURRENT_BOOKS, REPS
    )
    chosen = front.filter("is_chosen")["point"].item()
    solution = complete(
        instance,
        referring_assignment(front_books.filter(pl.col("point") == chosen), instance),
        settings,
        progress_to(context),
    )
    solved = books_frame(solution, instance)
    overrides = overrides_that_matter(config, pool, books)
    kept, rest = unseated(solved, held, pool, books, free_seats(books, pool), overrides)
    members = families_of(accounts, pool, held, books)
    families = family_table(members, families_frame(solution, instance, members), accounts, reps)
    notes = family_notes(members, families)
    proposed = explain_books(solved, held, pool, kept, reps, overrides, notes)
    left = explain_overflow(place(rest, books, config), rest, books, reps, overrides, notes)
    certificate = certificate_frame(solution)
    pairs = [(PROPOSED_BOOKS, proposed), (OVERFLOW, left), (CERTIFICATE, certificate), (FAMILIES, families)]
    digests = warehouse.replace(cycle, pairs)
    yield dg.MaterializeResult(
        asset_key="proposed_books",
        metadata=table_metadata(proposed, digests["proposed_books"])
        | {
            "placed by the optimiser": solution.num_placed,
            "proven largest number": solution.placed_bound,
            "moves": int(proposed["is_move"].sum()),
            "coverage overrides used": proposed.join(overrides, on=["account_id", "rep_id"], how="semi").height,
            "families by outcome": counts(families, "outcome"),
            "kept out by revenue caps": int(solved["is_capped"].sum()),
            "rows by phase and reason": counts(proposed, "phase", "move_reason"),
            **book_pictures(accounts, reps, books, proposed, left),
            "certificate": as_table(certificate.select("phase", "metric", "state", "sentence").head(30)),
        },
    )
    yield dg.MaterializeResult(
        asset_key="overflow",
        metadata=table_metadata(left, digests["overflow"])
        | {
            "accounts by queue and reason": counts(left, "inside_sales_queue", "move_reason"),
            "overflow by state": overflow_picture(left, accounts),
        },
    )
