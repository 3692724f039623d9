"""Stage 03, phase 3 and the whole proposal: who gets which account, and why."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assignment_assets.domain.assignment.problem import (
    SOLVED_BOOKS,
    SOLVED_FAMILIES,
    ProposalInput,
    Solved,
    SolvedBooksFrame,
)
from assignment_assets.domain.assignment.proposal import Proposal, propose
from assignment_assets.domain.tables import CERTIFICATE, FAMILIES, OVERFLOW, PROPOSED_BOOKS, CertificateFrame
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.frames import books_frame, certificate_frame, families_frame, referring_assignment
from assignment_assets.optimizer.model.solution import Books
from assignment_assets.optimizer.solve import complete
from assignment_assets.stages.cycle import CYCLES, POOL, as_table, counts, frozen_config, table_metadata
from assignment_assets.stages.pictures import book_pictures, overflow_picture
from assignment_assets.stages.problem import problem_of
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
def proposal(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult[Any]]:
    """Completes the chosen point of the front with all other accounts, and places what has no seat."""
    cycle = context.partition_key
    config, given = frozen_config(warehouse, cycle), ProposalInput.read(warehouse, cycle)
    problem = given.problem
    instance, settings = problem_of(problem, config)
    solution = complete(instance, referring_assignment(given.chosen, instance), settings, progress_to(context))
    solved = Solved(
        SOLVED_BOOKS.conform(books_frame(solution, instance)),
        SOLVED_FAMILIES.conform(families_frame(solution, instance, problem.members)),
    )
    found = propose(solved, given, config)
    certificate = CERTIFICATE.conform(certificate_frame(solution))
    digests = warehouse.replace(
        cycle,
        [
            (PROPOSED_BOOKS, found.proposed),
            (OVERFLOW, found.overflow),
            (FAMILIES, found.families),
            (CERTIFICATE, certificate),
        ],
    )
    yield dg.MaterializeResult(
        asset_key="proposed_books",
        metadata=table_metadata(found.proposed, digests["proposed_books"])
        | _of_solution(solution, solved.books, certificate)
        | _of_proposal(found)
        | book_pictures(problem.accounts, problem.reps, problem.books, found.proposed, found.overflow),
    )
    yield dg.MaterializeResult(
        asset_key="overflow",
        metadata=table_metadata(found.overflow, digests["overflow"])
        | {
            "accounts by queue and reason": counts(found.overflow, "inside_sales_queue", "move_reason"),
            "overflow by state": overflow_picture(found.overflow, problem.accounts),
        },
    )


def _of_solution(solution: Books, solved: SolvedBooksFrame, certificate: CertificateFrame) -> dict[str, Any]:
    return {
        "placed by the optimiser": solution.num_placed,
        "proven largest number": solution.placed_bound,
        "kept out by revenue caps": int(solved["is_capped"].sum()),
        "certificate": as_table(certificate.select("phase", "metric", "state", "sentence").head(30)),
    }


def _of_proposal(found: Proposal) -> dict[str, Any]:
    return {
        "moves": int(found.proposed["is_move"].sum()),
        "coverage overrides used": found.override_count,
        "families by outcome": counts(found.families, "outcome"),
        "rows by phase and reason": counts(found.proposed, "phase", "move_reason"),
    }
