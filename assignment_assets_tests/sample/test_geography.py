import numpy as np
import polars as pl
import pytest

from assignment_assets.sample import geography


def test_neighbourhood_goes_both_ways():
    states = geography.states()
    assert len(states) == 51
    assert all(state.code in states[other].neighbours for state in states.values() for other in state.neighbours)


def test_every_city_of_the_list_is_found_among_the_zip_codes():
    assert geography.metros().height == 90
    assert geography.metros()["latitude"].null_count() == 0


def test_distances_are_those_of_the_atlas():
    chicago_to_dallas = geography.miles(np.array([41.88]), np.array([-87.63]), np.array([32.78]), np.array([-96.80]))
    assert chicago_to_dallas[0] == pytest.approx(803, abs=5)


def test_custom_follows_the_residents_of_each_state():
    weights = pl.DataFrame({"state": geography.zip_centroids()["state"], "weight": geography.zip_weights()})
    share = dict(weights.group_by("state").agg(pl.col("weight").sum()).iter_rows())
    everyone = sum(state.population for state in geography.states().values())
    assert share["CA"] == pytest.approx(geography.states()["CA"].population / everyone, rel=0.001)
    assert share["WY"] == pytest.approx(geography.states()["WY"].population / everyone, rel=0.001)
    assert weights["weight"].min() > 0
