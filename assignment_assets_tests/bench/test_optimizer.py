import json

import numpy as np
import polars as pl
import pytest

from assignment_assets.bench.optimizer import bench_optimizer
from assignment_assets.bench.scores import Scale, volume_above
from assignment_assets_tests.optimizer.instances import draw_instance


def write_problem(folder, seed=3):
    """A company of five reps as the two files that `read_problem` takes."""
    drawn = draw_instance(seed, num_accounts=90, num_reps=5, num_states=4, covered=0.7)
    locked = np.arange(90) % 7 == 0
    owner = pl.Series(drawn.owner).replace(-1, None)
    pl.DataFrame({
        "account": np.arange(90, dtype=np.int32), "state": [drawn.states[s] for s in drawn.account_state],
        "latitude": drawn.account_latitude, "longitude": drawn.account_longitude, "owner": owner,
        "opp_count": drawn.measures[:, 0], "bps": drawn.measures[:, 1], "tam": drawn.measures[:, 2],
        "value": drawn.value, "referring": drawn.is_referring, "locked": locked & owner.is_not_null().to_numpy(),
    }).write_parquet(folder / "accounts.parquet")
    pl.DataFrame({
        "rep": np.arange(5, dtype=np.int32), "latitude": drawn.rep_latitude, "longitude": drawn.rep_longitude,
        "covered_states": [[s for s, able in zip(drawn.states, row, strict=True) if able] for row in drawn.covers],
        "performance": drawn.performance, "capacity": np.full(5, 16),
    }).write_parquet(folder / "reps.parquet")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problem")
    write_problem(folder)
    rows = bench_optimizer(instance=folder, cpu_seconds=0.3, preset="quick", with_peers=True, dump=folder / "dump")
    return list(rows), folder / "dump"


def test_every_method_is_scored_and_none_beats_the_bounds(measured):
    rows, _ = measured
    scored = [row for row in rows if "hv_ratio" in row]
    assert {row["method"] for row in scored} == {
        "ours", "pymoo as it comes", "pymoo, eligible only, repaired", "greedy", "HiGHS MILP"}
    for row in scored:
        assert 0.0 <= row["hv_ratio"] <= 1.0
        assert row["knee_strict_pct"] is None or row["knee_strict_pct"] >= -1e-6
    json.dumps(rows)


def test_a_dump_lets_anyone_compute_the_objectives_again(measured):
    rows, folder = measured
    accounts, reps, edges, assignment, front = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("accounts", "reps", "edges", "assignment", "front"))
    assert assignment["account"].to_list() == accounts["account"].to_list()
    assert front["chosen"].sum() == 1
    placed = assignment.filter(pl.col("phase") == "referring").join(edges, on=["account", "rep"])
    assert placed["minutes"].mean() == pytest.approx(front.filter("chosen")["f2"].item())
    owned = assignment.filter(pl.col("phase") == "referring").join(accounts, on="account").filter(
        pl.col("owner").is_not_null())
    assert 100 * (owned["rep"] != owned["owner"]).mean() == pytest.approx(front.filter("chosen")["f3"].item())
    books = assignment.filter(pl.col("rep").is_not_null()).group_by("rep").len()
    assert (books.join(reps, on="rep")["len"] <= books.join(reps, on="rep")["capacity"]).all()
    in_book = assignment.filter(pl.col("phase").is_in(["lock", "referring"])).join(accounts, on="account")
    excess = []
    for measure in ("opp_count", "bps", "tam"):
        load = reps.select("rep").join(in_book.group_by("rep").agg(pl.col(measure).sum()), on="rep", how="left")
        load = load[measure].fill_null(0)
        excess.append(100 * (load - load.mean()).clip(lower_bound=0).sum() / load.sum())
    assert np.mean(excess) == pytest.approx(front.filter("chosen")["f1"].item())
    cycle = next(row for row in rows if row["kind"] == "cycle")
    assert cycle["placed"] == cycle["placed_bound"] == (assignment["phase"].is_in(["referring", "value"])).sum()


def test_the_volume_above_one_plane_is_the_cube_without_a_corner():
    assert volume_above(np.array([[1 / 3, 1 / 3, 1 / 3]]), np.array([1 / 3])) == pytest.approx(1 - 1 / 6)


def test_no_points_score_nothing():
    scale = Scale(np.zeros(3), np.ones(3), np.full(3, 1 / 3), 0.8, 0.1)
    assert scale.score(np.empty((0, 3))) == {"hv_ratio": 0.0, "knee_raw_pct": None, "knee_strict_pct": None}
