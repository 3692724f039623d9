"""Confidences: they sum to one with none, more evidence never takes any away, neighbours are found in one pass."""

from datetime import datetime, timedelta
from math import exp

import numpy as np
import polars as pl
import pytest

from assignment_assets.domain.overlays.activities.evidence import (
    CLOSE_DAYS,
    CONTACT_DAYS,
    EVIDENCE,
    confidences,
    first_look,
    second_look,
)
from assignment_assets.domain.overlays.activities.queries import CANDIDATES
from assignment_assets.domain.overlays.activities.rules import FIRST_LOOK, ActivityRules
from assignment_assets.domain.overlays.activities.weights import EvidenceWeights

DAWN = datetime(2026, 8, 1)


def candidate(activity_id="x", opportunity_id="o", **evidence):
    """A candidate about whom nothing is known but this."""
    silent = {
        **dict.fromkeys(("days_before", "days_after", "days_to_change"), 0.0),
        **dict.fromkeys(("type_lean", "role_lean", "person_lean"), 0.0),
        **dict.fromkeys(("is_on_team", "is_on_other_team", "is_other_named"), False),
        "named_count": 0,
        "contact_count": 0,
    }
    ids = {"activity_id": activity_id, "opportunity_id": opportunity_id, "person_id": "p", "happened_at": DAWN}
    return {**silent, **ids, **evidence}


def judged(*candidates, weights=FIRST_LOOK):
    """The candidates with their confidence at first look."""
    return confidences(first_look(CANDIDATES.rows.conform(pl.DataFrame(candidates, CANDIDATES.columns))), weights)


def test_every_weight_has_its_evidence():
    assert set(EVIDENCE) == set(EvidenceWeights.model_fields)


def test_without_weights_all_candidates_and_none_share_alike():
    found = judged(candidate(), candidate(opportunity_id="q"), weights=EvidenceWeights())
    assert found["confidence"].to_list() == pytest.approx([1 / 3, 1 / 3])
    assert found["none_confidence"].to_list() == pytest.approx([1 / 3, 1 / 3])


def test_confidences_are_log_odds_against_none():
    found = judged(candidate(is_on_team=True), weights=EvidenceWeights(on_team=2.0)).row(0, named=True)
    assert found["confidence"] == pytest.approx(exp(2) / (1 + exp(2)))


def test_scores_beyond_what_a_number_holds_give_confidences_all_the_same():
    for weight in (1e4, -1e4):
        found = judged(candidate(is_on_team=True), weights=EvidenceWeights(on_team=weight)).row(0, named=True)
        assert found["confidence"] == (1.0 if weight > 0 else 0.0)
        assert found["confidence"] + found["none_confidence"] == 1.0


@pytest.mark.parametrize(
    "more",
    [
        {"is_on_team": True},
        {"named_count": 1},
        {"days_to_own": 1.0},
        {"days_to_named": 1.0},
        {"days_to_contact": 1.0, "contact_count": 1},
        {"type_lean": 1.0},
    ],
)
def test_what_speaks_for_a_candidate_raises_its_confidence(more):
    plain, better = judged(candidate())["confidence"][0], judged(candidate(**more))["confidence"][0]
    assert better > plain


@pytest.mark.parametrize(
    "less", [{"is_on_other_team": True}, {"days_before": 20.0}, {"days_after": 20.0}, {"contact_id": "c"}]
)
def test_what_speaks_against_it_lowers_it(less):
    assert judged(candidate(**less))["confidence"][0] < judged(candidate())["confidence"][0]


def test_the_second_look_finds_the_nearest_confident_neighbour_on_either_side():
    rng = np.random.default_rng(3)
    many = [
        candidate(
            f"x{number:02}",
            str(rng.choice(["o", "q"])),
            person_id=str(rng.choice(["p", "r"])),
            contact_id=[None, "c", "d"][int(rng.integers(3))],
            happened_at=DAWN + timedelta(hours=int(rng.integers(400))),
            named_count=int(rng.integers(2)),
        )
        for number in range(40)
    ]
    first = judged(*many)
    second = second_look(first).sort("activity_id", "opportunity_id")
    known = first.sort("activity_id", "opportunity_id").to_dicts()
    for key, scale, name in (
        ("person_id", CLOSE_DAYS, "person_linked"),
        ("contact_id", CONTACT_DAYS, "contact_linked"),
    ):
        expected = [max((_worth(one, other, key, scale) for other in known), default=0.0) for one in known]
        assert second[name].to_list() == pytest.approx(expected)


def _worth(one, other, key, scale):
    is_alike = one["opportunity_id"] == other["opportunity_id"] and one[key] == other[key] and one[key] is not None
    if not is_alike or one["activity_id"] == other["activity_id"]:
        return 0.0
    days = abs(one["happened_at"] - other["happened_at"]) / timedelta(days=1)
    return other["confidence"] * exp(-days / scale)


@pytest.mark.parametrize(
    "wrong",
    [
        {"days_before_creation": -1},
        {"days_after_close": 366},
        {"duplicate_minutes": 1441},
        {"least_confidence": 0.49},
        {"least_confidence": 1.01},
        {"least": 0.9},
        {"first_look": {"on_teams": 1.0}},
    ],
)
def test_rules_out_of_range_or_unknown_are_refused(wrong):
    with pytest.raises(ValueError):
        ActivityRules.model_validate(wrong)
