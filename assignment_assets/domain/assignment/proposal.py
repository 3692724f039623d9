"""The whole proposal: what the optimiser found, what stays, and what has no seat, every account with its reason."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.assignment.families import family_notes, family_table
from assignment_assets.domain.assignment.moves import proposed_books
from assignment_assets.domain.assignment.overflow import inside_sales_queue
from assignment_assets.domain.assignment.unseated import overflow_reasons, unseated
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.setup.run_config import RunConfig


@dataclass(frozen=True)
class Proposal:
    """PROPOSED_BOOKS, OVERFLOW and FAMILIES, and how many accounts are where only a coverage override lets them be."""

    proposed: pl.DataFrame
    overflow: pl.DataFrame
    families: pl.DataFrame
    override_count: int


def propose(
    solved: pl.DataFrame,
    solved_families: pl.DataFrame,
    members: pl.DataFrame,
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    locks: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    config: RunConfig,
) -> Proposal:
    """Everybody's books as proposed, and Inside Sales queues for what has no seat.

    Parameters
    ----------
    solved, solved_families
        What the optimiser found (`optimizer.frames.books_frame`, `families_frame`).
    members
        As `families.families_of` gives them.
    accounts, pool, locks, books, reps
        Tables `accounts`, `eligible_pool`, `locks`, `current_books`, `reps`.
    """
    overrides = overrides_that_matter(config, pool, books)
    kept, rest = unseated(solved, locks, pool, books, free_seats(books, pool), overrides)
    families = family_table(members, solved_families, accounts, reps)
    notes = family_notes(members, families)
    proposed = proposed_books(solved, locks, pool, kept, reps, overrides, notes)
    return Proposal(
        proposed=proposed,
        overflow=overflow_reasons(inside_sales_queue(rest, books, config), rest, books, reps, overrides, notes),
        families=families,
        override_count=proposed.join(overrides, on=["account_id", "rep_id"], how="semi").height,
    )
