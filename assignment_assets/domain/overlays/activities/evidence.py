"""What speaks for a candidate as numbers, the confidence that follows from all of them together, and its words.

A candidate's score is the sum of its evidence, each times its weight; "none of them" scores 0. Confidences are the
softmax over the candidates and none, as in a conditional logit (McFadden 1974): opportunities that explain an activity
equally well share what there is.

There are two looks. The second knows how confident the first was about other activities of the same person, or with the
same contact, around that time: who spoke of a deal on Monday most likely writes about it on Tuesday.
"""

import polars as pl

from assignment_assets.domain.overlays.activities.queries import CandidatesFrame
from assignment_assets.domain.overlays.activities.weights import EvidenceWeights

CLOSE_DAYS, CONTACT_DAYS = 4.0, 14.0
"""Days after which nearness is worth e times less: to a change or work of the same person, to work with a contact."""
DIGITS = 6
"""Of a confidence; the last bits of a sum depend on how many threads added it up."""

_REAL = pl.Float64


def _nearness(days: str, scale: float = CLOSE_DAYS) -> pl.Expr:
    return (-pl.col(days) / scale).exp().fill_null(0.0)


EVIDENCE: dict[str, pl.Expr] = {
    "always": pl.lit(1.0),
    "before_creation": (pl.col("days_before") > 0).cast(_REAL),
    "weeks_before": pl.col("days_before") / 7,
    "weeks_after": pl.col("days_after") / 7,
    "near_change": _nearness("days_to_change"),
    "far_from_change": pl.col("days_to_change").log1p(),
    "on_team": pl.col("is_on_team").cast(_REAL),
    "team_lean": pl.col("is_on_team").cast(_REAL) * pl.col("role_lean"),
    "on_other_team": pl.col("is_on_other_team").cast(_REAL),
    "named": (pl.col("named_count") > 0).cast(_REAL),
    "named_twice": (pl.col("named_count") > 1).cast(_REAL),
    "other_named": pl.col("is_other_named").cast(_REAL),
    "near_own": _nearness("days_to_own"),
    "near_named": _nearness("days_to_named"),
    "near_contact": _nearness("days_to_contact", CONTACT_DAYS),
    "known_contact": pl.col("days_to_contact").is_not_null().cast(_REAL),
    "contact_count": pl.col("contact_count").log1p(),
    "no_contact": pl.col("contact_id").is_null().cast(_REAL),
    "type_lean": pl.col("type_lean"),
    "role_lean": pl.col("role_lean"),
    "person_lean": pl.col("person_lean"),
    "person_linked": pl.col("person_linked"),
    "contact_linked": pl.col("contact_linked"),
}
"""Weight → what it is multiplied by."""


def first_look(candidates: CandidatesFrame) -> pl.DataFrame:
    """The candidates, with nothing known of other links."""
    return candidates.with_columns(person_linked=pl.lit(0.0), contact_linked=pl.lit(0.0))


def second_look(judged: pl.DataFrame) -> pl.DataFrame:
    """The candidates, with what is known of other links once they were `judged`: between 0 and 1 each."""
    ordered = judged.sort("opportunity_id", "happened_at", "activity_id")
    return ordered.with_columns(
        person_linked=_nearest_linked("person_id", CLOSE_DAYS),
        contact_linked=_nearest_linked("contact_id", CONTACT_DAYS),
    ).drop("confidence", "none_confidence")


def _nearest_linked(key: str, scale: float) -> pl.Expr:
    """The best of confidence times nearness among the other activities of that key with the same candidate.

    One pass over rows in the order of time: the best of all earlier ones at this moment is a running maximum of
    log confidence + time, and so backwards for the later ones.
    """
    at = (pl.col("happened_at").dt.epoch("ms") - pl.col("happened_at").min().dt.epoch("ms")) / 86_400_000 / scale
    known = pl.col("confidence").log()
    earlier = (known + at).cum_max().shift(1) - at
    later = (known - at).cum_max(reverse=True).shift(-1) + at
    best = pl.max_horizontal(earlier, later).exp().fill_null(0.0).over("opportunity_id", key)
    return pl.when(pl.col(key).is_null()).then(0.0).otherwise(best)


def confidences(looked: pl.DataFrame, weights: EvidenceWeights) -> pl.DataFrame:
    """Each candidate with its `confidence`, and the `none_confidence` of its activity; together an activity's are 1."""
    counts = weights.model_dump()
    scored = looked.with_columns(score=pl.sum_horizontal(counts[name] * each for name, each in EVIDENCE.items()))
    top = pl.max_horizontal(pl.col("score").max().over("activity_id"), pl.lit(0.0))
    raised = scored.with_columns(share=(pl.col("score") - top).exp(), none=(-top).exp())
    total = pl.col("share").sum().over("activity_id") + pl.col("none")
    return raised.with_columns(
        confidence=(pl.col("share") / total).round(DIGITS), none_confidence=(pl.col("none") / total).round(DIGITS)
    ).drop("score", "share", "none")


def judged(candidates: CandidatesFrame, first: EvidenceWeights, second: EvidenceWeights) -> pl.DataFrame:
    """Each candidate with its confidence after both looks."""
    return confidences(second_look(confidences(first_look(candidates), first)), second)


def in_words() -> pl.Expr:
    """What speaks for and against a candidate, in words."""
    whole = pl.col("days_to_change").round(0).cast(pl.Int64)
    life = (
        pl.when(pl.col("days_before") > 0)
        .then(pl.format("{} days before its creation", pl.col("days_before").ceil().cast(pl.Int64)))
        .when(pl.col("days_after") > 0)
        .then(pl.format("{} days after its close", pl.col("days_after").ceil().cast(pl.Int64)))
        .otherwise(pl.format("in its life, {} days from a change of it", whole))
    )
    team = pl.when("is_on_team").then(pl.lit("person on its team")).otherwise(pl.lit("person not on its team"))
    named = (
        pl.when(pl.col("named_count") > 0)
        .then(pl.lit("named in the subject"))
        .when("is_other_named")
        .then(pl.lit("another one named in the subject"))
    )
    own = pl.when(pl.col("days_to_own") <= CLOSE_DAYS).then(pl.lit("work of the person on it within days"))
    met = (
        pl.when(pl.col("days_to_contact") <= CONTACT_DAYS)
        .then(pl.lit("work with the contact on it within two weeks"))
        .when(pl.col("contact_id").is_not_null() & pl.col("days_to_contact").is_null())
        .then(pl.lit("no work with the contact on it"))
    )
    return pl.concat_str([life, team, named, own, met], separator=", ", ignore_nulls=True)
