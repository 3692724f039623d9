"""The ±5 rule: a verdict for every edit of the Regional Directors, and the books that result.

Judged once, when the gate closes, as a pure function of each person's latest submission.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Bounds:
    """How many accounts people may add to and drop from one rep's book, over all reviews together."""

    max_adds: int = 5
    max_drops: int = 5


@dataclass(frozen=True)
class Verdicts:
    """What a review came to: a verdict for every edit (EDIT_VERDICTS), every account once (REVIEWED_BOOKS)."""

    edit_verdicts: pl.DataFrame
    reviewed_books: pl.DataFrame


def judge(
    edits: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    fallback: pl.DataFrame,
    *,
    bounds: Bounds = Bounds(),
    coverage_overrides: pl.DataFrame | None = None,
    withdrawn: pl.DataFrame | None = None,
) -> Verdicts:
    """A verdict for every edit and the books after review; frames as in `review_facts`.

    Parameters
    ----------
    edits
        REVIEW_EDITS: each person's latest submission only.
    books
        REVIEW_BOOKS: every account of the cycle's pool, locks and overflow included, with its proposed owner.
    reps
        REVIEW_REPS: field reps and Inside Sales members; `fixed_count` is what counts in a rep's capacity
        and is not in `books`.
    fallback
        FALLBACK: for every unlocked account in a field book, the Inside Sales member who takes it at need.
    coverage_overrides
        COVERAGE_OVERRIDES: named exceptions from covered states.
    withdrawn
        WITHDRAWN: accounts that a narrower open cycle has taken over.
    """
    raise NotImplementedError


def withdraw(reviewed_books: pl.DataFrame, withdrawn: pl.DataFrame) -> pl.DataFrame:
    """Reviewed books in which the accounts of `withdrawn` (WITHDRAWN) stay with their current owner."""
    raise NotImplementedError
