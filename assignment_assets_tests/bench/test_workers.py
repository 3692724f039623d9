"""The benchmark of workers: a row for each kind, the same bytes in all of them."""

from assignment_assets.bench.instances import read_problem
from assignment_assets.bench.workers import bench_workers
from assignment_assets_tests.bench.problems import write_problem
from assignment_assets_tests.optimizer.test_solve import SMALL


def test_every_kind_of_workers_has_a_row_and_the_same_bytes(tmp_path):
    write_problem(tmp_path)
    rows = list(bench_workers(read_problem(tmp_path), SMALL, 2))
    assert [row["workers"] for row in rows] == ["alone", "2 processes", "Dask, 2 workers"]
    assert all(row["same_bytes"] and row["points"] > 1 for row in rows)
    assert rows[0]["speed_up"] == 1.0
    for row in rows:
        assert 0.0 < row["unit_seconds"] <= row["wall_seconds"]
        assert 1.0 <= row["most_speed_up"] <= 2.0
