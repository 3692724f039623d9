"""States, ZIP codes, countries and coordinates as others write them: read right, or refused in words."""

import polars as pl
import pytest

from assignment_assets_tests.io.sources.exports import (
    NUM_ACCOUNTS,
    cell,
    exceptions,
    export,
    notes,
    read,
    refusal,
    whole,
)


@pytest.mark.parametrize("states", ["CA, WA", "CA/WA", "CA WA", "California; Washington", "ca | wa", "CA and WA"])
def test_a_reps_states_are_told_apart_by_any_usual_sign(tmp_path, states):
    snapshot = read(export(tmp_path, reps=cell("States", states)))
    assert snapshot.reps.filter(pl.col("rep_id") == "u0")["covered_states"].to_list() == [["CA", "WA"]]


def test_zeros_that_a_spreadsheet_took_come_back_and_it_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=whole("Billing Zip/Postal Code", lambda zip_code: f"{int(zip_code)}.0")))
    assert set(snapshot.accounts["postal_code"]) == {"10021", "07030", "02115", "92101", "78701", "99201"}
    assert f"ZIP codes completed: {NUM_ACCOUNTS} (10021.0 read as 10021, 7030.0 read as 07030" in notes(snapshot)


def abroad(number, row):
    """Two accounts of Italy, whose province looks like a state."""
    home = row | {"Billing Country": "United States"}
    italy = row | {"Billing Country": "Italy", "Billing State/Province": "MI", "Billing Zip/Postal Code": "20121"}
    return italy if number < 2 else home


def test_accounts_abroad_are_left_out_by_name_and_are_no_faults(tmp_path):
    snapshot = read(export(tmp_path, accounts=abroad))
    assert exceptions(snapshot) == [
        ("A-0000", "country", 2, "Italy, MI, 20121"),
        ("A-0001", "country", 3, "Italy, MI, 20121"),
    ]
    assert snapshot.totals["accounts"].faulty == 0
    assert "2 opportunities belong to accounts that were left out" in notes(snapshot, "opportunities")


@pytest.mark.parametrize(("text", "kind"), [("ON", "a Canadian province"), ("AE", "a military post")])
def test_what_stands_for_a_state_and_is_none_is_named(tmp_path, text, kind):
    snapshot = read(export(tmp_path, accounts=cell("Billing State/Province", text)))
    assert exceptions(snapshot) == [("A-0000", "state", 2, f"{text} ({kind})")]


def placed(latitude, longitude):
    """A change that gives every account coordinates of Manhattan, those of ZIP code 10021 as asked."""

    def change(number, row):
        is_east = row["Billing Zip/Postal Code"] == "10021"
        return row | {"Latitude": latitude if is_east else "", "Longitude": longitude if is_east else ""}

    return change


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        ("-73.96", "40.77", "they are swapped"),
        ("40.77", "73.96", "the minus is missing"),
        ("34.05", "-118.24", "coordinates within 400 km of ZIP code 10021"),
    ],
)
def test_coordinates_that_contradict_the_zip_code_are_found_and_those_of_the_zip_code_count(
    tmp_path, latitude, longitude, said
):
    columns = {"latitude": '"Latitude"', "longitude": '"Longitude"'}
    snapshot = read(export(tmp_path, accounts=placed(latitude, longitude), columns=columns))
    assert snapshot.exceptions.height == 20
    assert said in snapshot.exceptions["expected"][0]
    east = snapshot.accounts.filter(pl.col("postal_code") == "10021")
    assert (round(east["latitude"][0]), round(east["longitude"][0])) == (41, -74)


def test_a_state_that_is_not_the_zip_codes_is_listed_and_counts(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Billing State/Province", "TX")))
    assert exceptions(snapshot) == [("A-0000", "state", 2, "TX with ZIP code 10021")]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0000")["state"].to_list() == ["TX"]


def test_a_country_with_digits_is_no_country(tmp_path):
    snapshot = read(
        export(tmp_path, accounts=lambda number, row: row | {"Billing Country": "10021" if not number else ""})
    )
    assert exceptions(snapshot) == [("A-0000", "country", 2, "10021")]
    assert snapshot.totals["accounts"].faulty == 1


@pytest.mark.parametrize("name", ["U S A", "United States (US)", "Vereinigte Staaten", "EE.UU.", "us", "N/A"])
def test_the_country_of_the_reps_is_known_by_its_usual_names(tmp_path, name):
    snapshot = read(export(tmp_path, accounts=lambda number, row: row | {"Billing Country": name}))
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)


@pytest.mark.parametrize(("state", "postal_code"), [("ON", "M5V 2T6"), ("", "SW1A 1AA")])
def test_a_postal_code_of_another_country_is_abroad_where_no_country_is_given(tmp_path, state, postal_code):
    def change(number, row):
        there = {"Billing State/Province": state, "Billing Zip/Postal Code": postal_code}
        return row | there if number < 5 else row

    snapshot = read(export(tmp_path, accounts=change))
    assert (snapshot.accounts.height, snapshot.totals["accounts"].faulty) == (NUM_ACCOUNTS - 5, 0)
    assert snapshot.exceptions["found"][0] == ", ".join(filter(None, (state, postal_code)))


def test_six_digits_are_no_zip_code(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Billing Zip/Postal Code", "110001")))
    assert exceptions(snapshot) == [("A-0000", "latitude", 2, "nothing")]


@pytest.mark.parametrize(("text", "told"), [("NY 10021", "10021"), ("9011234", "00901-1234")])
def test_zip_codes_with_their_state_or_without_two_zeros_are_read(tmp_path, text, told):
    change = cell("Billing Zip/Postal Code", text)
    assert read(export(tmp_path, accounts=change)).accounts["postal_code"][0] == told


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ("Washington, D.C., NY", ["DC", "NY"]),
        ("NY or NJ or MA", ["NY", "NJ", "MA"]),
        ("New York, New Jersey and Massachusetts", ["NY", "NJ", "MA"]),
        ("New York New Jersey West Virginia", ["NY", "NJ", "WV"]),
        ("NY; NY; NJ", ["NY", "NJ"]),
        ("US-NY, US-NJ", ["NY", "NJ"]),
        ("N.Y. + M.A.", ["NY", "MA"]),
        ("\u2022 NY \u2022 NJ", ["NY", "NJ"]),
        ("NY - NJ", ["NY", "NJ"]),
        ("IN OR WA", ["IN", "OR", "WA"]),
        ("WA, or, id", ["WA", "OR", "ID"]),
        ("NY, NJ, or MA", ["NY", "NJ", "MA"]),
    ],
)
def test_a_list_of_states_is_read_as_its_writer_meant_it(tmp_path, states, told):
    snapshot = read(export(tmp_path, reps=cell("States", states)))
    assert snapshot.reps.filter(pl.col("rep_id") == "u0")["covered_states"].to_list() == [told]


@pytest.mark.parametrize("states", ["ny or nj", "NY OR NJ OR MA", "NY-NJ", "All", "Northeast", "NYNJMA"])
def test_a_list_of_states_that_can_be_read_in_two_ways_stops(tmp_path, states):
    assert "covered_states of u0" in refusal(export(tmp_path, reps=cell("States", states)))


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [("40.77", "73.96", "the minus is missing"), ("-73.96", "40.77", "swapped"), ("51.5", "-0.1", "coordinates in NY")],
)
def test_coordinates_off_the_map_are_faults_where_no_zip_code_tells_better(tmp_path, latitude, longitude, said):
    def change(number, row):
        places = (
            {"Latitude": latitude, "Longitude": longitude} if not number else {"Latitude": "40.8", "Longitude": "-74"}
        )
        return row | places | ({} if number else {"Billing Zip/Postal Code": ""})

    columns = {"latitude": '"Latitude"', "longitude": '"Longitude"'}
    snapshot = read(export(tmp_path, accounts=change, columns=columns))
    assert said in snapshot.exceptions.filter(pl.col("record_id") == "A-0000")["expected"][0]
    assert "A-0000" not in snapshot.accounts["account_id"]


@pytest.mark.parametrize("spelling", ["EAST", "East!", " east"])
def test_a_region_in_another_spelling_is_the_same_region_and_it_is_said(tmp_path, spelling):
    snapshot = read(export(tmp_path, reps=cell("Region", spelling)))
    assert snapshot.reps["region"].to_list() == ["East"] * 3 + ["West"] * 3
    assert f"Regions in another spelling: {spelling.strip()} is East" in notes(snapshot, "reps")
