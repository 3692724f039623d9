"""The books after the Regional Directors' reviews: what was returned, judged against the proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.reading import Readable
from assignment_assets.domain.review.facts import REVIEW_EDITS, WITHDRAWN, ReviewBooksFrame, ReviewRepsFrame
from assignment_assets.domain.review.inputs import PEOPLE, REVIEWABLE, Proposal, fallback
from assignment_assets.domain.review.rule import Bounds, Verdicts, judge
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS, OpenClaimsFrame, taken_over
from assignment_assets.domain.setup.overrides import coverage_overrides
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import EDIT_VERDICTS

RETURNED = {**REVIEW_EDITS.columns, "rule": pl.String, "message": pl.String}


@dataclass(frozen=True)
class ReviewInput:
    """What returned reviews are judged against."""

    proposal: Proposal
    reviewable: ReviewBooksFrame
    people: ReviewRepsFrame
    claims: OpenClaimsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                proposal=Proposal.through(reader),
                reviewable=reader.answer(REVIEWABLE),
                people=reader.answer(PEOPLE),
                claims=reader.answer(OPEN_CLAIMS),
            )


def review(returned: Sequence[pl.DataFrame], given: ReviewInput, config: RunConfig) -> Verdicts:
    """A verdict for every edit that was returned, and the books that result.

    An edit that could not be read (it has a `rule` already) is refused with that rule and takes no part.

    Parameters
    ----------
    returned
        The reviews that count, each with the columns of RETURNED.
    """
    edits = pl.concat([pl.DataFrame(schema=RETURNED), *returned], how="diagonal_relaxed")
    verdicts = judge(
        REVIEW_EDITS.conform(edits.filter(pl.col("rule").is_null())),
        given.reviewable,
        given.people,
        fallback(given.reviewable, given.proposal.pool, given.proposal.books, config),
        bounds=Bounds(config.max_adds, config.max_drops),
        coverage_overrides=coverage_overrides(config),
        withdrawn=WITHDRAWN.conform(taken_over(given.claims, config.scope)),
    )
    unusable = edits.filter(pl.col("rule").is_not_null()).with_columns(verdict=pl.lit("refused"))
    all_verdicts = pl.concat([verdicts.edit_verdicts, EDIT_VERDICTS.conform(unusable)])
    return Verdicts(EDIT_VERDICTS.conform(all_verdicts), verdicts.reviewed_books)
