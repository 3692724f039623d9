import numpy as np
import pytest

from assignment_assets.optimizer.bounds.smoothing import near_columns, smoothed_value
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance

TEMPERATURE = 1e-4


def columns_of(longitudes, most, reach=np.inf, load_factor=1.0):
    """One account at 90 degrees west, one rep at each longitude; its columns by drive time alone."""
    reps = len(longitudes)
    instance = draw_instance(
        1,
        num_accounts=1,
        num_reps=reps,
        num_states=1,
        covered=1.1,
        seats=1,
        is_referring=[True],
        account_latitude=[40.0],
        account_longitude=[-90.0],
        rep_latitude=np.full(reps, 40.0),
        rep_longitude=np.array(longitudes),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing, room = weigh(phase, np.array([0.0, 1.0, 0.0])), np.zeros((reps, 3))
    columns = near_columns(
        phase.edges,
        weighing.costs,
        room,
        (np.zeros(reps), room),
        np.zeros(1, dtype=np.int32),
        np.full(1, load_factor),
        reach,
        most,
    )
    return phase, weighing, columns


def test_the_cheapest_edge_is_kept_where_dearer_ones_are_equal():
    _, _, columns = columns_of([-92.0, -92.0, -90.0, -100.0], most=2)
    assert columns.rep.tolist() == [0, 2]


def test_no_more_edges_than_the_most_and_none_beyond_the_reach():
    assert columns_of([-92.0, -92.0, -92.0, -92.0], most=3)[2].rep.tolist() == [0, 1, 2]
    assert columns_of([-90.0, -92.0, -100.0], most=3, reach=300.0)[2].rep.tolist() == [0, 1]


def test_the_reach_of_a_large_account_is_longer():
    assert columns_of([-90.0, -92.0, -100.0], most=3, reach=300.0, load_factor=5.0)[2].rep.tolist() == [0, 1, 2]


def test_at_a_low_temperature_the_smoothed_value_is_the_exact_one_and_the_cheapest_rep_takes_all():
    phase, weighing, columns = columns_of([-92.0, -90.0, -100.0], most=3)
    room = np.zeros((3, 3))
    value, seats, _ = smoothed_value(
        phase.edges, weighing.costs, room, np.zeros(1, dtype=np.int64), columns, np.zeros(3), room, TEMPERATURE
    )
    assert value == pytest.approx(phase.edges.minutes.min(), abs=1e-3)
    assert (seats + phase.edges.seats).tolist() == pytest.approx([0.0, 1.0, 0.0])
