"""The benchmark of workers: a row for each kind, the same bytes in all of them."""

from dataclasses import replace

from assignment_assets.bench.instances import read_problem
from assignment_assets.bench.workers import Clocked, bench_workers
from assignment_assets_tests.bench.problems import write_problem
from assignment_assets_tests.optimizer.test_solve import SMALL


def test_every_kind_of_workers_has_a_row_and_the_same_bytes(tmp_path):
    write_problem(tmp_path)
    rows = list(bench_workers(read_problem(tmp_path), replace(SMALL, offspring=60, burst_sweeps=100), 2))
    assert [row["workers"] for row in rows] == ["alone", "2 processes", "Dask, 2 workers"]
    assert all(row["same_bytes"] and row["points"] > 1 for row in rows)
    assert rows[0]["speed_up"] == 1.0
    assert 0.0 < rows[0]["of_it_units"] <= rows[0]["cpu_seconds"]
    assert 1.0 <= rows[0]["most_speed_up"] <= 2.0


def test_the_longest_unit_limits_what_workers_can_save():
    clocked = Clocked()
    clocked.batches = [[3.0, 1.0, 1.0, 1.0], [5.0, 1.0], [2.0]]
    assert clocked.saved_by(2) == 3.0 + 1.0 + 0.0
    assert clocked.saved_by(1) == 0.0
