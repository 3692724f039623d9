"""The bar of activity links in short, and the checker and the fit that it stands on."""

import numpy as np
import polars as pl
import pytest

from assignment_assets.bench.activity_links import ACTIVITIES, SEEDS, activity_links_rows
from assignment_assets.bench.activity_truth import calibration_error, figures
from assignment_assets.bench.activity_weights import COMPANIES, FIRST_SEED, WORKS, fit, read
from assignment_assets.domain.overlays.activities.evidence import first_look
from assignment_assets.domain.overlays.activities.links import ActivityLinks, activity_links
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.weights import EvidenceWeights
from assignment_assets.sample.activities import generate_activities
from assignment_assets.sample.deals import Work


@pytest.fixture(scope="module")
def work():
    """A few hundred activities."""
    return generate_activities(400, 12)


@pytest.fixture(scope="module")
def found(work):
    """Their links."""
    rules = ActivityRules()
    return activity_links(read(work, rules), rules)


def test_each_row_of_the_bar_is_met_in_short():
    rows = list(activity_links_rows(short=True))
    assert {name for name, _, _, met in rows if met is not None} == {
        *(f"activities, {name}" for name in ("precision", "recall", "calibration_error", "answer_error")),
        "activities, counted_twice",
        f"activities, {ACTIVITIES:,} linked",
    }
    assert [row for row in rows if row[3] is False] == []


def test_nothing_that_is_judged_was_fitted_to():
    assert not set(SEEDS) & set(range(FIRST_SEED, FIRST_SEED + COMPANIES))
    assert Work() not in WORKS


def test_the_truth_itself_is_wholly_right_and_counts_everything(work, found):
    truth = found.links.drop("opportunity_id").join(work.truth, on="activity_id")
    once = truth.with_columns(
        counts=pl.col("activity_id") == pl.col("activity_id").min().over("event_no"),
        confidence=pl.lit(1.0),
        how=pl.lit("window"),
    )
    told = figures(work, ActivityLinks(once.select(found.links.columns), found.candidates))
    assert (told.precision, told.recall, told.counted_twice, told.lost, told.answer_error) == (1, 1, 0, 0, 0)


def test_the_checker_sees_what_is_wrong_what_is_missing_and_what_counts_twice(work, found):
    right = figures(work, found)
    all_counted = found.links.with_columns(counts=pl.lit(True))
    assert figures(work, ActivityLinks(all_counted, found.candidates)).counted_twice > right.counted_twice
    elsewhere = found.links.with_columns(
        opportunity_id=pl.when(pl.col("opportunity_id").is_not_null()).then(pl.lit("z"))
    )
    told = figures(work, ActivityLinks(elsewhere, found.candidates))
    assert (told.precision, told.recall) == (0, 0)
    none_count = found.links.with_columns(counts=pl.lit(False))
    assert figures(work, ActivityLinks(none_count, found.candidates)).lost == work.truth["event_no"].n_unique()


def test_the_calibration_error_is_how_far_confidence_is_from_being_right():
    sure = pl.DataFrame({"confidence": [0.95] * 10, "is_right": [True] * 9 + [False]})
    assert calibration_error(sure) == pytest.approx(0.05)
    assert calibration_error(sure.with_columns(is_right=pl.lit(False))) == pytest.approx(0.95)
    assert calibration_error(sure.head(0)) == 0


def test_the_fit_finds_the_weights_that_rows_were_drawn_with():
    rng = np.random.default_rng(8)
    work = generate_activities(2_500, 1_500)
    look = first_look(read(work, ActivityRules()).candidates)
    is_on_team = rng.random(look.height) < 0.5
    score = -1.0 + 2.0 * is_on_team + rng.gumbel(size=look.height)
    none = look.select("activity_id").unique(maintain_order=True)
    none = none.with_columns(none=rng.gumbel(size=none.height))
    drawn = look.with_columns(score=score, is_on_team=is_on_team).join(none, on="activity_id", maintain_order="left")
    best = pl.max_horizontal(pl.col("score").max().over("activity_id"), "none")
    others = [name for name in EvidenceWeights.model_fields if name not in ("always", "on_team")]
    weights = fit([drawn.with_columns(is_true=pl.col("score") == best)], others)
    assert weights.always == pytest.approx(-1.0, abs=0.25)
    assert weights.on_team == pytest.approx(2.0, abs=0.25)
