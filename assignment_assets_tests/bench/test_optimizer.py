"""The optimiser's benchmark: every method in a process of its own, scored by bounds that none beats."""

import json
import shutil

import numpy as np
import pytest

from assignment_assets.bench import methods
from assignment_assets.bench.check import check_dump
from assignment_assets.bench.optimizer import RacePlan, bench_optimizer, standard_plans
from assignment_assets.bench.table import as_text
from assignment_assets_tests.bench.problems import write_problem


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problem")
    write_problem(folder)
    plan = RacePlan(instance=folder, cpu_seconds=0.4, preset="quick", methods=("ours", "CP-SAT"), dump=folder / "dump")
    return list(bench_optimizer(plan)), folder / "dump"


def test_every_method_is_scored_and_none_beats_the_bounds(measured):
    rows, _ = measured
    assert not [row for row in rows if {"failed", "skipped"} & row.keys()]
    scored = [row for row in rows if row["kind"] == "referring"]
    assert [(row["method"], row["seats"]) for row in scored] == [
        ("ours", "alone"),
        ("CP-SAT", "alone"),
        ("ours", "reserved"),
    ]
    for row in scored:
        assert 0.0 < row["hv_ratio"] <= 1.0
        assert row["knee_strict_pct"] >= row["knee_raw_pct"] >= -1e-6
        assert row["violations"] == 0
        assert row["peak_mb"] >= row["loaded_mb"] > 0
        assert set(row["cv"]) == set(row["max_min"]) == {"opp_count", "bps", "tam"}
        assert row["curve"][-1]["hv_ratio"] == row["hv_ratio"]
    assert scored[-1]["seats_lost"] == 0
    json.dumps(rows)


def test_our_bounds_are_reported_apart_from_every_method(measured):
    rows, _ = measured
    bounds = [row for row in rows if row["kind"] == "bounds"]
    assert [row["seats"] for row in bounds] == ["alone", "reserved"]
    assert all(row["own_knee_bound_raw"] <= row["knee_bound_raw"] * (1 + 1e-9) for row in bounds)


def test_a_cycle_tells_its_steps_and_places_all_that_can_be(measured):
    rows, folder = measured
    cycle = rows[-1]
    assert cycle["placed"] == cycle["placed_bound"]
    assert cycle["violations"] == cycle["seats_lost"] == 0
    assert {"referring bounds", "value bounds", "value books"} <= set(cycle["steps"])
    spent = sum(step["cpu_seconds"] for step in cycle["steps"].values())
    assert spent == pytest.approx(cycle["front_cpu_seconds"] + cycle["books_cpu_seconds"], abs=0.05)
    assert all(line["holds"] for line in check_dump(folder))


def test_the_points_of_a_race_can_be_computed_again(measured, tmp_path):
    _, folder = measured
    copied = shutil.copytree(folder, tmp_path / "dump")
    assert sorted(path.stem for path in copied.glob("races/*.json")) == ["CP-SAT-alone", "ours-alone", "ours-reserved"]
    books = copied / "races/ours-alone.npz"
    with np.load(books) as stored:
        account, rep = stored["account"], stored["rep"].copy()
    rep[0, 0] = (rep[0, 0] + 1) % 5
    np.savez_compressed(books, account=account, rep=rep)
    broken = [line["what"] for line in check_dump(copied) if not line["holds"]]
    assert any(what.startswith("ours-alone: largest difference") for what in broken)
    assert not any(what.startswith("CP-SAT") for what in broken)


def test_the_table_has_a_row_for_every_method(measured):
    rows, _ = measured
    text = as_text([*rows, {"kind": "referring", "problem": "p", "method": "CP-SAT", "skipped": "not installed"}])
    lines = text.splitlines()
    assert sum(" alone     CP-SAT " in line for line in lines) >= 1
    assert "p, CP-SAT: not installed" in lines
    heading = next(place for place, line in enumerate(lines) if "strict %" in line)
    assert {len(line) for line in lines[heading : heading + 3]} == {len(lines[heading])}


def test_without_or_tools_the_line_says_what_to_install(monkeypatch):
    monkeypatch.setattr(methods.programmes, "has_cp_sat", lambda: False)
    assert "assignment-assets[bench]" in methods.why_not("CP-SAT", 10)
    assert methods.why_not("HiGHS", 10) is None
    assert "2,000,000 edges" in methods.why_not("HiGHS", 2_000_000)


def test_a_failing_process_is_a_row_that_says_why(tmp_path):
    write_problem(tmp_path)
    (row,) = [
        row
        for row in bench_optimizer(
            RacePlan(instance=tmp_path, methods=(), preset="quick", dump=tmp_path / "accounts.parquet")
        )
        if row["kind"] == "cycle"
    ]
    assert "accounts.parquet" in row["failed"]


def test_the_standard_plans_take_what_is_there(tmp_path):
    (tmp_path / "S0").mkdir()
    names = [plan.name for plan in standard_plans(11, 1.0, "quick", tmp_path, hospitals=False)]
    assert names == ["S-11", "M-11", "L-11", "S0", "public-small-11", "public-large-11"]
    assert [plan.name for plan in standard_plans(11, 1.0, "quick", None, hospitals=True)][-1] == "hospitals-11"
