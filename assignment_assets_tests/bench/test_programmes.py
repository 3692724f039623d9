"""Exact solvers as peers: on a small problem both prove the same optimum, and nobody is below it."""

import numpy as np
import pytest

from assignment_assets.bench.contest import Contest, TimeIsUp
from assignment_assets.bench.instances import read_problem
from assignment_assets.bench.methods import METHODS
from assignment_assets.bench.peers import run_greedy
from assignment_assets.bench.programmes import columns_of, run_cp_sat, run_highs
from assignment_assets.bench.scores import own_scale
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.bench.problems import write_problem


@pytest.fixture(scope="module")
def contest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("problem")
    write_problem(folder, count=36)
    instance = read_problem(folder).instance
    phase, start = referring_phase(instance, select_seats(instance))
    scale = own_scale(phase, start, np.array([0.5, 0.25, 0.25]), divisions=2)

    def enter(seconds=30.0):
        return Contest(phase, start, scale, Settings.from_preset("quick"), seconds, 7, folder)

    return enter


def test_highs_and_cp_sat_prove_the_same_knee(contest):
    found = {}
    for run in (run_highs, run_cp_sat, run_greedy):
        entered = contest()
        run(entered)
        found[run] = entered.scale.score(entered.archive.objectives)["knee_strict_pct"]
    assert found[run_highs] == pytest.approx(found[run_cp_sat], abs=1e-3)
    assert found[run_greedy] >= found[run_highs] - 1e-3 >= -2e-3


def test_the_seconds_and_the_memory_of_cp_sat_are_those_of_its_own_process(contest):
    entered = contest()
    run_cp_sat(entered)
    assert entered.clock.elsewhere > 0.0
    assert entered.helper_mb > 20
    assert len(entered.archive) > 1


@pytest.mark.parametrize("method", METHODS)
def test_nobody_goes_on_once_the_time_is_up(contest, method):
    entered = contest(seconds=0.0)
    with pytest.raises(TimeIsUp):
        METHODS[method](entered)


def test_columns_name_every_pair_in_the_order_of_the_minutes(contest):
    phase = contest().phase
    account, rep = columns_of(phase)
    assert len(account) == len(phase.edges.minutes)
    assert (phase.edges.rank[phase.edges.state[account], rep] >= 0).all()
    assert len({*zip(account.tolist(), rep.tolist(), strict=True)}) == len(account)
