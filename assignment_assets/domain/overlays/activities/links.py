"""The links themselves: every activity once, with its opportunity or none, how that was found and how sure it is."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl

from assignment_assets.domain.overlays.activities.evidence import in_words, judged
from assignment_assets.domain.overlays.activities.queries import (
    CANDIDATES,
    MENTIONED,
    PLACES,
    SURVIVORS,
    CandidatesFrame,
    Ledger,
)
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.tables import (
    ACTIVITY_CANDIDATES,
    ACTIVITY_LINKS,
    MENTIONS,
    PLACED_ACTIVITIES,
    SURVIVING_OPPORTUNITIES,
    ActivityCandidatesFrame,
    ActivityLinksFrame,
    PlacedActivitiesFrame,
)


@dataclass(frozen=True)
class ActivityLinksInput:
    """Every activity where it was logged, and for those on accounts the opportunities that they may belong to."""

    places: PlacedActivitiesFrame
    candidates: CandidatesFrame

    @classmethod
    def read(cls, ledger: Ledger, rules: ActivityRules, as_of: date) -> Self:
        """From what was handed over as of a day; the three tables on the way are put into the ledger."""
        ledger.replace(SURVIVING_OPPORTUNITIES, ledger.answer(SURVIVORS))
        places = ledger.answer(PLACES, duplicate_minutes=rules.duplicate_minutes)
        ledger.replace(PLACED_ACTIVITIES, places)
        ledger.replace(MENTIONS, ledger.answer(MENTIONED))
        candidates = ledger.answer(
            CANDIDATES,
            as_of=as_of,
            days_before_creation=rules.days_before_creation,
            days_after_close=rules.days_after_close,
        )
        return cls(places, candidates)


@dataclass(frozen=True)
class ActivityLinks:
    """The links, and the candidates of every activity that had some."""

    links: ActivityLinksFrame
    candidates: ActivityCandidatesFrame


def activity_links(given: ActivityLinksInput, rules: ActivityRules) -> ActivityLinks:
    """Tables `activity_links` and `activity_candidates`: one row an activity, whatever is wrong with it.

    Logged on an opportunity: it is that one, or the one that it was merged into. On an account: the likeliest candidate
    if its confidence reaches `least_confidence`, else none, and the likeliest is the runner-up. A second row about a
    call goes with the row that counts.
    """
    ranked = _ranked(judged(given.candidates, rules.first_look, rules.second_look))
    return ActivityLinks(
        ACTIVITY_LINKS.conform(_links(given.places, ranked, rules)), ACTIVITY_CANDIDATES.conform(ranked)
    )


def _ranked(candidates: pl.DataFrame) -> pl.DataFrame:
    ordered = candidates.sort("activity_id", "confidence", "opportunity_id", descending=[False, True, False])
    place = pl.int_range(1, pl.len() + 1).over("activity_id")
    return ordered.with_columns(place=place, evidence=in_words())


def _links(places: PlacedActivitiesFrame, ranked: pl.DataFrame, rules: ActivityRules) -> pl.DataFrame:
    first, second = (
        ranked.filter(place=place).select("activity_id", opportunity_id="opportunity_id", confidence="confidence")
        for place in (1, 2)
    )
    whole = ranked.group_by("activity_id").agg(
        candidate_count=pl.len(), none_confidence=pl.col("none_confidence").first()
    )
    rows = (
        places.join(whole, on="activity_id", how="left")
        .join(first, on="activity_id", how="left", suffix="_first")
        .join(second, on="activity_id", how="left", suffix="_second")
        .rename({"confidence": "confidence_first"})
    )
    is_logged = pl.col("how") != "account"
    is_linked = ~is_logged & (pl.col("confidence_first").fill_null(0.0) >= rules.least_confidence)
    # without a candidate it belongs to none for sure, unless it could not be judged at all
    nobody = pl.when(pl.col("finding").eq_missing("incomplete")).then(0.0).otherwise(1.0)
    own = rows.with_columns(
        opportunity_id=pl.when(is_linked).then("opportunity_id_first").otherwise("opportunity_id"),
        how=pl.when(is_linked).then(pl.lit("window")).otherwise("how"),
        confidence=pl.when(is_logged)
        .then(rules.logged_confidence)
        .when(is_linked)
        .then("confidence_first")
        .otherwise(pl.coalesce("none_confidence", nobody)),
        runner_up_id=pl.when(is_linked).then("opportunity_id_second").otherwise("opportunity_id_first"),
        runner_up_confidence=pl.when(is_linked).then("confidence_second").otherwise("confidence_first"),
        candidate_count=pl.col("candidate_count").fill_null(0),
        counts=pl.col("duplicate_of").is_null(),
    )
    whole_call = own.with_columns(duplicate_of=_counting(places))
    kept = own.select("opportunity_id", "how", "confidence", duplicate_of="activity_id")
    both = whole_call.join(kept, on="duplicate_of", how="left", suffix="_kept")
    return both.with_columns(
        pl.when("counts").then(name).otherwise(f"{name}_kept").alias(name)
        for name in ("opportunity_id", "how", "confidence")
    )


def _counting(places: PlacedActivitiesFrame) -> pl.Expr:
    """The row that counts where one repeats a row that repeats another; each is nearer an opportunity than the last."""
    repeats = dict(
        places.filter(pl.col("duplicate_of").is_not_null()).select("activity_id", "duplicate_of").iter_rows()
    )
    counting = {}
    for activity_id, kept in repeats.items():
        while kept in repeats:
            kept = repeats[kept]
        counting[activity_id] = kept
    return pl.col("activity_id").replace_strict(counting, default=None, return_dtype=pl.String)
