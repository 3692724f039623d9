import polars as pl
import pytest

from assignment_assets.report import headlines as headlines
from assignment_assets.report.balance import balance
from assignment_assets.report.books import loads
from assignment_assets.report.waterfall import waterfall


def test_the_waterfall_is_told_as_far_as_it_has_come(tables):
    told = headlines.of_waterfall(waterfall(tables))
    unwritten = {name: frame for name, frame in tables.items() if name != "write_back_log"}

    assert told == "11 of 12 accounts were in the pool; 1 has its new owner"
    assert headlines.of_waterfall(waterfall(unwritten)).endswith("1 owner change is approved")
    assert headlines.of_waterfall(waterfall({"accounts": tables["accounts"]})) == (
        "12 accounts read; the pool has not been drawn yet"
    )
    assert headlines.of_waterfall(waterfall({})) == "No accounts have been read yet"


def test_balance_is_told_from_before_to_the_latest_books(owned, reps):
    assert headlines.of_balance(balance(owned, reps)) == "Imbalance of opportunities falls from 20.0% to 10.0%"
    unchanged = owned.drop("reviewed").with_columns(proposed="before")
    assert headlines.of_balance(balance(unchanged, reps)).startswith("Imbalance of opportunities stays level")
    assert "no field reps' books" in headlines.of_balance(balance(owned, reps.clear()))


def test_the_chosen_point_is_told_with_all_it_costs(tables):
    assert headlines.of_front(tables["referring_front"]) == (
        "Chosen of 3 points: 8.0% imbalance, 60 min mean drive, 30.0% change owner"
    )
    undecided = tables["referring_front"].with_columns(is_chosen=pl.lit(False))
    assert "none is chosen yet" in headlines.of_front(undecided)
    assert headlines.of_front(undecided.clear()) == "There is no front to choose from"


def test_a_book_above_its_capacity_is_told_and_a_full_one_is_not(owned, reps):
    before, proposed, reviewed = (loads(owned, state, reps) for state in ("before", "proposed", "reviewed"))

    assert headlines.of_sizes(before, proposed) == "No book is above capacity; 1 was before"
    assert headlines.of_sizes(before, reviewed) == "1 book is above capacity; 1 was before"


def test_overflow_names_the_state_with_the_most(tables):
    overflow, accounts = tables["overflow"], tables["accounts"]

    assert headlines.of_overflow(overflow, accounts) == "1 account goes to Inside Sales; CA has the most (1)"
    assert headlines.of_overflow(overflow.clear(), accounts).startswith("Every account of the pool")


def test_drive_minutes_are_told_by_the_account_half_way(report):
    assert headlines.of_drive_minutes(report.drive_minutes) == (
        "Half of the accounts are within 30 min of their rep; before it was 2 h 00 min"
    )
    assert headlines.of_drive_minutes(report.drive_minutes.clear()) == "No drive times are known yet"


def test_the_radius_of_a_book_is_the_distance_from_its_centre(owned, reps):
    # Two accounts two degrees apart on a meridian lie one degree, 69.1 miles, from their centre.
    two = owned.head(2).with_columns(latitude=pl.Series([40.0, 42.0]), longitude=-80.0, before=pl.lit("ann"))

    assert headlines.book_radius_miles(two, "before", reps) == pytest.approx(3959 * 3.14159265 / 180, rel=1e-3)
    assert headlines.book_radius_miles(owned.clear(), "before", reps) is None


def test_the_map_counts_who_changes_owner(owned, reps):
    assert headlines.of_map(owned, reps).startswith("3 of 11 accounts change owner; ")
    assert headlines.of_map(owned.clear(), reps) == "There are no accounts to put on the map"
