"""The checker: it agrees with an honest dump, and every kind of lie is found."""

import json
import shutil

import polars as pl
import pytest

from assignment_assets.bench.check import check_dump
from assignment_assets.bench.cycle import run_cycle
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets_tests.bench.problems import write_problem


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problem")
    write_problem(folder)
    run_cycle(folder, Settings.from_preset("quick", knee_sweeps=200, generations=1), folder / "dump")
    return folder / "dump"


@pytest.fixture
def dump(honest, tmp_path):
    return shutil.copytree(honest, tmp_path / "dump")


def broken(folder, with_bounds=False):
    """What the checker says does not hold."""
    return [line["what"] for line in check_dump(folder, with_bounds) if not line["holds"]]


def test_an_honest_dump_holds_bounds_included(honest):
    lines = check_dump(honest, with_bounds=True)
    assert broken(honest, with_bounds=True) == []
    assert sum("linear programme" in line["what"] for line in lines) == 2


def test_the_files_have_the_promised_columns(honest):
    columns = {path.stem: pl.read_parquet(path).columns for path in honest.glob("*.parquet")}
    assert columns == {
        "accounts": [
            "account",
            "state",
            "referring",
            "locked_rep",
            "owner",
            "opp_count",
            "bps",
            "tam",
            "value",
            "latitude",
            "longitude",
        ],
        "reps": ["rep", "capacity", "share", "performance", "covered_states", "latitude", "longitude"],
        "edges": ["account", "rep", "minutes"],
        "assignment": ["account", "rep", "phase"],
        "front": ["point", "f1", "f2", "f3", "chosen"],
    }
    phases = pl.read_parquet(honest / "assignment.parquet")["phase"]
    assert set(phases) <= {"referring", "value", "lock", "overflow"}
    assert pl.read_parquet(honest / "reps.parquet")["share"].sum() == pytest.approx(1.0)


def rewrite(folder, name, change):
    path = folder / f"{name}.parquet"
    change(pl.read_parquet(path)).write_parquet(path)


def test_an_account_taken_out_of_its_book_is_found(dump):
    first = pl.read_parquet(dump / "assignment.parquet").filter(pl.col("phase") == "value")["account"][0]
    rewrite(
        dump,
        "assignment",
        lambda frame: frame.with_columns(
            rep=pl.when(pl.col("account") == first).then(None).otherwise("rep"),
            phase=pl.when(pl.col("account") == first).then(pl.lit("overflow")).otherwise("phase"),
        ),
    )
    assert {f"accounts placed, against the {what}" for what in ("certificate", "largest flow")} <= set(broken(dump))


def test_a_moved_lock_is_found(dump):
    rewrite(dump, "accounts", lambda frame: frame.with_columns((pl.col("locked_rep") + 1) % 5))
    assert "locked accounts that moved" in broken(dump)


def test_a_smaller_capacity_is_found(dump):
    rewrite(dump, "reps", lambda frame: frame.with_columns(pl.col("capacity") - 5))
    assert "accounts above a book's capacity" in broken(dump)


def test_a_territory_that_was_ignored_is_found(dump):
    rewrite(dump, "reps", lambda frame: frame.with_columns(pl.col("covered_states").list.slice(1)))
    assert "accounts outside their rep's states" in broken(dump)


def test_other_minutes_are_found(dump):
    rewrite(dump, "edges", lambda frame: frame.with_columns(pl.col("minutes") + 1))
    assert broken(dump) == ["minutes off the formula"]


def test_other_loads_are_found(dump):
    rewrite(dump, "accounts", lambda frame: frame.with_columns(bps=pl.col("bps") ** 2))
    assert {"referring balance", "referring weighted"} <= set(broken(dump))


def test_a_bound_that_is_too_good_is_found(dump):
    path = dump / "certificate.json"
    content = json.loads(path.read_text())
    for line in content["lines"]:
        if line["metric"] == "weighted":
            line["bound"] = line["bound"] * 0.5 + line["value"] * 0.5 + 1e-3
    path.write_text(json.dumps(content))
    assert any("linear programme" in what for what in broken(dump, with_bounds=True))


def test_a_beaten_point_of_the_front_is_found(dump):
    rewrite(
        dump,
        "front",
        lambda frame: pl.concat(
            [frame, frame.tail(1).with_columns(pl.col("f1", "f2", "f3") + 1, chosen=pl.lit(False))]
        ),
    )
    assert broken(dump) == ["points of the front that another one beats"]


def test_without_edges_the_formula_is_enough(dump):
    (dump / "edges.parquet").unlink()
    assert broken(dump) == []
