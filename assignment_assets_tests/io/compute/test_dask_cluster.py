"""Units of work on a real Dask cluster of this machine."""

import socket

import pytest
from distributed import LocalCluster

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.compute.dask_cluster import DaskWorkers
from assignment_assets.optimizer.solve import solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.pareto.test_workers import as_bytes
from assignment_assets_tests.optimizer.test_solve import SMALL


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, dashboard_address="127.0.0.1:0", host="127.0.0.1"
    ) as started:
        yield started


def test_a_cluster_gives_the_bytes_of_one_process(cluster):
    instance = draw_instance(5, num_accounts=150, num_reps=6, seats=20, covered=0.7)
    with DaskWorkers(cluster.scheduler_address) as workers:
        assert str(workers).startswith("2 workers of the Dask cluster at tcp://127.0.0.1:")
        spread = as_bytes(solve_referring(instance, SMALL, workers=workers))
    assert spread == as_bytes(solve_referring(instance, SMALL))


def test_answers_come_in_the_order_of_the_units_and_faults_as_they_are(cluster):
    with DaskWorkers(cluster.scheduler_address) as workers:
        handle = workers.share(100)
        assert list(workers.map(divmod, handle, [7, 3, 9, 3])) == [(14, 2), (33, 1), (11, 1), (33, 1)]
        with pytest.raises(ZeroDivisionError):
            list(workers.map(divmod, handle, [7, 0]))


def test_an_address_without_a_scheduler_is_refused_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(SourceUnavailable, match="no scheduler answers there, expected a scheduler"),
            DaskWorkers(address, timeout=1),
        ):
            pass
    with (
        pytest.raises(InvalidInput, match="an address such as tcp://scheduler:8786"),
        DaskWorkers("nonsense://x", timeout=1),
    ):
        pass


def test_a_scheduler_without_workers_is_refused():
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", host="127.0.0.1") as empty,
        pytest.raises(SourceUnavailable, match="has no workers"),
        DaskWorkers(empty.scheduler_address, timeout=1),
    ):
        pass
