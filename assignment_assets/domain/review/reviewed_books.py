"""The books after the Regional Directors' reviews: what was returned, judged against the proposal."""

from collections.abc import Sequence

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.review.facts import REVIEW_EDITS
from assignment_assets.domain.review.inputs import fallback, review_books, review_reps
from assignment_assets.domain.review.rule import Bounds, Verdicts, judge
from assignment_assets.domain.setup.eligible_pool import taken_over
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import EDIT_VERDICTS

RETURNED = {**REVIEW_EDITS.columns, "rule": pl.String, "message": pl.String}


def review(
    returned: Sequence[pl.DataFrame],
    pool: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    proposed: pl.DataFrame,
    overflow: pl.DataFrame,
    claims: pl.DataFrame,
    config: RunConfig,
) -> Verdicts:
    """A verdict for every edit that was returned, and the books that result.

    An edit that could not be read (it has a `rule` already) is refused with that rule and takes no part.

    Parameters
    ----------
    returned
        The reviews that count, each with the columns of RETURNED.
    pool, books, reps, proposed, overflow
        Tables `eligible_pool`, `current_books`, `reps`, `proposed_books`, `overflow`.
    claims
        What other open cycles free too (``sql/eligible_pool/open_claims.sql``).
    """
    edits = pl.concat([pl.DataFrame(schema=RETURNED), *returned], how="diagonal_relaxed")
    shown = review_books(assigned(proposed, overflow), pool, books)
    verdicts = judge(
        REVIEW_EDITS.conform(edits.filter(pl.col("rule").is_null())),
        shown,
        review_reps(books, reps, pool),
        fallback(shown, pool, books, config),
        bounds=Bounds(config.max_adds, config.max_drops),
        coverage_overrides=coverage_overrides(config),
        withdrawn=taken_over(claims, config.scope),
    )
    unusable = edits.filter(pl.col("rule").is_not_null()).with_columns(verdict=pl.lit("refused"))
    return Verdicts(pl.concat([verdicts.edit_verdicts, EDIT_VERDICTS.conform(unusable)]), verdicts.reviewed_books)
