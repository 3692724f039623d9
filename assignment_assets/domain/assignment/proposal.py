"""The whole proposal: what the optimiser found, what stays, and what has no seat, every account with its reason."""

from dataclasses import dataclass

from assignment_assets.domain.assignment.families import family_notes, family_table
from assignment_assets.domain.assignment.moves import proposed_books
from assignment_assets.domain.assignment.overflow import inside_sales_queue
from assignment_assets.domain.assignment.problem import ProposalInput, Solved
from assignment_assets.domain.assignment.unseated import overflow_reasons, unseated
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import FamiliesFrame, OverflowFrame, ProposedBooksFrame


@dataclass(frozen=True)
class Proposal:
    """The proposed books, and how many accounts are where only a coverage override lets them be."""

    proposed: ProposedBooksFrame
    overflow: OverflowFrame
    families: FamiliesFrame
    override_count: int


def propose(solved: Solved, given: ProposalInput, config: RunConfig) -> Proposal:
    """Everybody's books as proposed, and Inside Sales queues for what has no seat."""
    problem = given.problem
    books, reps = problem.books, problem.reps
    overrides = overrides_that_matter(config, problem.pool, books)
    kept, rest = unseated(solved.books, problem, given.seats, overrides)
    families = family_table(problem.members, solved.families, problem.accounts, reps)
    notes = family_notes(problem.members, families)
    proposed = proposed_books(solved.books, problem, kept, overrides, notes)
    return Proposal(
        proposed=proposed,
        overflow=overflow_reasons(inside_sales_queue(rest, books, config), rest, books, reps, overrides, notes),
        families=families,
        override_count=proposed.join(overrides, on=["account_id", "rep_id"], how="semi").height,
    )
