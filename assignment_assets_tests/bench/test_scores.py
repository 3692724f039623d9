"""Hypervolume and gaps against hand-made bounds, and a scale that survives the trip to another process."""

import json

import numpy as np
import pytest

from assignment_assets.bench.scores import Scale, shared_scale, volume_above


def test_the_volume_above_one_plane_is_the_cube_without_a_corner():
    assert volume_above(np.array([[1 / 3, 1 / 3, 1 / 3]]), np.array([1 / 3])) == pytest.approx(1 - 1 / 6)


def test_no_points_score_nothing():
    scale = Scale(np.zeros(3), np.ones(3), np.full(3, 1 / 3), 0.8, 0.1)
    assert scale.score(np.empty((0, 3))) == {"hv_ratio": 0.0, "knee_raw_pct": None, "knee_strict_pct": None}


def test_the_raw_gap_counts_the_ideal_point_and_the_strict_one_does_not():
    scale = Scale(np.full(3, 1.0), np.full(3, 2.0), np.full(3, 1 / 3), 1.0, 0.5)
    scored = scale.score(np.array([[1.6, 1.6, 1.6], [1.9, 1.9, 1.1]]))
    assert scored["knee_strict_pct"] == pytest.approx(20.0)
    assert scored["knee_raw_pct"] == pytest.approx(100.0 * (1.6 / 1.5 - 1.0), abs=1e-4)
    assert scale.knee(np.array([[1.9, 1.9, 1.1], [1.6, 1.6, 1.6]])) == 1


def test_a_scale_is_the_same_after_json():
    scale = Scale(np.array([0.1, 0.2, 0.3]), np.ones(3), np.full(3, 1 / 3), 0.8, 0.1, "reference.json")
    again = Scale.of_json(json.loads(json.dumps(scale.as_json())))
    points = np.array([[0.3, 0.4, 0.5], [0.2, 0.6, 0.9]])
    assert again.score(points) == scale.score(points)
    assert again.source == "reference.json"


def test_a_reference_without_bounds_gives_no_scale():
    assert shared_scale({"least_overflow": 3}) is None
