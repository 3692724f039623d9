"""Who works in a stage, what its log hears, and that the front of a cycle does not depend on it."""

from types import SimpleNamespace

import pytest
from distributed import LocalCluster

from assignment_assets.domain.assignment.problem import ProblemInput
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.tables import REFERRING_FRONT
from assignment_assets.io.settings import OptimizerSetting, read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.optimizer.frames import front_frame
from assignment_assets.optimizer.pareto.progress import Progress
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets.stages.cycle import frozen_config
from assignment_assets.stages.problem import problem_of
from assignment_assets.stages.search import chosen_workers, paced
from assignment_assets_tests.company import account, tiny
from assignment_assets_tests.rehearsal import Cycle, settle_in


def test_the_log_hears_every_few_seconds_and_the_end_of_each_step():
    heard, now = [], SimpleNamespace(seconds=0.0)
    hear = paced(lambda told: heard.append((told.step, told.done)), lambda: now.seconds)
    for step in ("prices", "evolution"):
        for done in range(1, 31):
            now.seconds += 0.5
            hear(Progress("referring", step, done, 30))
    assert heard == [
        ("prices", 10),
        ("prices", 20),
        ("prices", 30),
        ("evolution", 10),
        ("evolution", 20),
        ("evolution", 30),
    ]


def test_a_cycle_whose_units_go_to_a_cluster_has_the_front_of_one_process(tmp_path, monkeypatch):
    more = [account(f"x{number:02}", ("ana", "ben", "max", "iris")[number % 4]) for number in range(30)]
    folder = settle_in(tmp_path, tmp_path / "dagster", monkeypatch)
    cycle = Cycle(folder).source(tiny(*more)).open(book_size=14)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1") as cluster:
        settings = tmp_path / "settings.toml"
        settings.write_text(f'{settings.read_text()}[optimizer]\ndask = "{cluster.scheduler_address}"\n')
        cycle.propose()
        assert cluster.scheduler.transition_counter > 0
    warehouse = Warehouse(database=str(folder.warehouse))
    alone = solve_referring(*problem_of(ProblemInput.read(warehouse, cycle.name), frozen_config(warehouse, cycle.name)))
    assert alone.num_points > 1
    assert cycle.table(REFERRING_FRONT).equals(front_frame(alone, chosen=alone.knee))
    assert not (folder.checkpoints(cycle.name) / "referring.npz").exists()


def test_who_works_is_said():
    said = []
    with chosen_workers(OptimizerSetting(), said.append):
        pass
    with chosen_workers(OptimizerSetting(processes=3), said.append) as workers:
        assert workers.count == 3
    assert said == ["this process does all units of work", "units of work go to 3 processes of this machine"]


def test_processes_are_at_least_one(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text("[optimizer]\nprocesses = 0\n")
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(path))
    with pytest.raises(InvalidInput, match="processes"):
        read_settings()
