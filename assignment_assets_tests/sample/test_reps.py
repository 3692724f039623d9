from datetime import date, timedelta

import polars as pl
import pytest

from assignment_assets.sample import AS_OF, geography
from assignment_assets.sample.reps import INSIDE_SALES, PLACEHOLDER_OWNER_ID, UNCOVERED_STATES, generate_reps

PLACES = pl.DataFrame(
    {
        "state": ["TX"] * 3 + ["PR", "GU", "OH"],
        "latitude": [29.8, 32.8, 30.3, 18.4, 13.5, None],
        "longitude": [-95.4, -96.8, -97.7, -66.0, 144.8, None],
    }
)


def field(reps: pl.DataFrame) -> pl.DataFrame:
    return reps.filter(pl.col("team") == "field")


def is_contiguous(states: list[str]) -> bool:
    reached, frontier = {states[0]}, [states[0]]
    while frontier:
        neighbours = set(geography.states()[frontier.pop()].neighbours) & set(states) - reached
        reached |= neighbours
        frontier.extend(neighbours)
    return reached == set(states)


def test_each_field_rep_covers_one_to_six_contiguous_states(company):
    for states in field(company.reps)["covered_states"]:
        assert 1 <= len(states) <= 6
        assert is_contiguous(states.to_list())
        assert states.to_list() == sorted(set(states))


def test_nobody_covers_the_three_states_left_out_and_somebody_every_other(company):
    covered = set(field(company.reps)["covered_states"].explode())
    assert covered == set(geography.states()) - UNCOVERED_STATES


def test_field_reps_live_where_the_custom_is(company):
    reps, cities = field(company.reps), geography.metros()
    away = geography.miles(
        reps["latitude"].to_numpy()[:, None],
        reps["longitude"].to_numpy()[:, None],
        cities["latitude"].to_numpy(),
        cities["longitude"].to_numpy(),
    ).min(axis=1)
    assert away.max() < 45


def test_there_are_new_starters_people_on_leave_and_people_who_have_left(company):
    reps = field(company.reps)
    ramping = reps.filter(pl.col("capacity").is_not_null())
    assert ramping.height == 6
    assert ((ramping["capacity"] > 0) & (ramping["capacity"] < 100)).all()
    assert (ramping["started_on"] > AS_OF - timedelta(days=155)).all()
    assert reps.filter(pl.col("on_leave_until") > AS_OF).height == 2
    assert reps.filter(~pl.col("is_active")).height == 4
    assert reps["performance"].null_count() == 2
    assert not (reps["started_on"] > AS_OF).any()


def test_five_regions_have_a_director_each_and_e_mail_goes_nowhere(company):
    pairs = company.reps.select("region", "director_email").unique()
    assert set(pairs["region"]) == {*geography.regions(), INSIDE_SALES}
    assert len(geography.regions()) == 5
    assert pairs["director_email"].n_unique() == 6
    assert company.reps["email"].str.ends_with("@example.com").all()
    assert company.reps["email"].n_unique() == company.reps.height


def test_inside_sales_has_three_to_five_members_a_queue_who_cover_no_states(company):
    office = company.reps.filter(pl.col("team").is_in(["arm", "growers", "activators"]))
    assert office["team"].value_counts()["count"].is_between(3, 5).all()
    assert (office["covered_states"].list.len() == 0).all()
    assert company.reps.filter(pl.col("team") == "placeholder")["rep_id"].to_list() == [PLACEHOLDER_OWNER_ID]


def test_reps_for_a_file_with_territories_and_gaps_live_on_the_mainland():
    reps = field(generate_reps(PLACES, 5, 2, AS_OF))
    assert reps.filter("is_active").height == 5
    assert set(reps["region"]) <= set(geography.regions())
    assert "TX" in set(reps["covered_states"].explode())


@pytest.mark.parametrize("num_reps", [1, 7, 40])
def test_the_number_of_active_field_reps_is_the_number_asked_for(num_reps):
    reps = generate_reps(geography.zip_centroids(), num_reps, 5, date(2026, 1, 15))
    assert field(reps).filter("is_active").height == num_reps
