"""Public sizes and real places: how many, who covers what, and what is said when the file is missing."""

import json

import polars as pl
import pytest

from assignment_assets.bench import cases
from assignment_assets.bench.instances import draw_problem
from assignment_assets.bench.memory import peak_mb
from assignment_assets.bench.public import time_to_gap
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.seats.max_flow import select_seats


def test_the_small_public_case_seats_every_account_and_any_rep_may_hold_it():
    problem = cases.draw_public("public-small", 11)
    instance = problem.instance
    assert (instance.num_accounts, instance.num_reps, set(instance.seats)) == (7_619, 48, {160})
    assert instance.covers.all() and instance.is_referring.all()
    assert select_seats(instance).num_placed == 7_619
    assert problem.accounts["owner"].null_count() / 7_619 == pytest.approx(0.2, abs=0.03)


def test_a_public_case_is_solved_to_its_gap_with_the_seconds_to_it(monkeypatch):
    monkeypatch.setitem(cases.PUBLIC, "public-small", (300, 12, 26))
    row = time_to_gap(cases.draw_public("public-small", 12), seed=1)
    json.dumps(row)
    assert row["edges"] == 3_600
    assert row["reached_gap"] == (row["gap_raw_pct"] <= 0.5)
    assert [rung["proposals_an_account"] for rung in row["curve"]] == sorted(
        rung["proposals_an_account"] for rung in row["curve"]
    )
    assert all(rung["gap_raw_pct"] >= 0.0 for rung in row["curve"])


@pytest.fixture
def hospitals(tmp_path, monkeypatch):
    """Eighty hospitals in two states, one of them closed and one with unknown beds."""
    count = 80
    pl.DataFrame(
        {
            "status": ["CLOSED", *["OPEN"] * (count - 1)],
            "state": ["TX", "OK"] * (count // 2),
            "zip": ["1234"] * count,
            "city": ["Somewhere"] * count,
            "beds": ["40", "-999", *["120"] * (count - 2)],
            "latitude": [str(32 + row / 40) for row in range(count)],
            "longitude": [str(-97 - row / 50) for row in range(count)],
        }
    ).write_csv(tmp_path / "hospitals.csv")
    monkeypatch.setenv("HOSPITALS_FILE", str(tmp_path / "hospitals.csv"))


def test_hospitals_keep_their_places_and_their_beds_are_the_market(hospitals):
    problem = cases.draw_hospitals(11)
    assert problem.accounts.height == 79
    assert problem.instance.num_reps == 60
    assert sorted(problem.accounts["tam"].unique()) == [0, 120 * 2_000_000]
    assert problem.accounts["latitude"].max() == pytest.approx(32 + 79 / 40)


def test_without_the_file_the_variable_is_named(monkeypatch):
    monkeypatch.delenv("HOSPITALS_FILE", raising=False)
    with pytest.raises(InvalidInput, match="HOSPITALS_FILE"):
        cases.draw_hospitals(11)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_any_seed_gives_a_problem_with_both_phases(seed):
    problem = draw_problem("S", seed)
    selection = select_seats(problem.instance)
    placed = selection.is_placed
    assert 0 < (placed & problem.instance.is_referring).sum() < placed.sum()
    assert (problem.instance.seats >= 0).all()


def test_the_peak_is_at_least_what_was_just_needed():
    ballast = bytearray(64 * 2**20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    assert peak_mb() >= 64
