"""Drive minutes: whole, estimated from the great circle, the same in packets as in the optimiser."""

import numpy as np
import polars as pl

from assignment_assets.domain.assignment.drive_time import LONGEST_MINUTES, drive_minutes, with_drive_minutes
from assignment_assets.optimizer.model.drive_time import edge_minutes
from assignment_assets_tests.company import tiny


def minutes(*points):
    """Minutes of (latitude, longitude, other latitude, other longitude)."""
    frame = pl.DataFrame(list(points), schema=dict.fromkeys("abcd", pl.Float64), orient="row")
    return frame.select(drive_minutes("a", "b", "c", "d")).to_series()


def test_next_door_takes_the_handling_only():
    assert minutes((32.8, -96.8, 32.8, -96.8)).to_list() == [5]


def test_dallas_to_oklahoma_city_is_an_estimate_of_some_four_and_a_half_hours():
    """190 miles as the crow flies × 1.25 ÷ 52 an hour, and 5 minutes."""
    (found,) = minutes((32.78, -96.80, 35.47, -97.52))
    assert 270 <= found <= 285


def test_a_missing_place_gives_no_minutes():
    assert minutes((None, -96.8, 32.8, -96.8)).to_list() == [None]
    rows = pl.DataFrame({"rep_id": ["ana", "zoe"], "latitude": [32.8, 32.8], "longitude": [-96.8, -96.8]})
    assert with_drive_minutes(rows, tiny().reps)["drive_minutes"].to_list() == [5, None]


def test_the_far_side_of_the_earth_is_bounded():
    assert 0 < minutes((40.0, -100.0, -40.0, 80.0)).item() <= LONGEST_MINUTES


def test_the_optimiser_counts_the_same_minutes():
    draw = np.random.default_rng(7)
    latitude, longitude = draw.uniform(25, 49, 400), draw.uniform(-124, -67, 400)
    rep_latitude, rep_longitude = draw.uniform(25, 49, 5), draw.uniform(-124, -67, 5)
    found = edge_minutes(
        np.zeros(400, dtype=np.int32),
        *map(np.radians, (latitude, longitude, rep_latitude, rep_longitude)),
        np.array([0, 5]),
        np.arange(5),
        np.arange(0, 2001, 5),
    ).reshape(400, 5)
    for number in range(5):
        here = zip(latitude, longitude, [rep_latitude[number]] * 400, [rep_longitude[number]] * 400, strict=True)
        assert minutes(*here).to_list() == found[:, number].tolist()
