import numpy as np
import pytest

from assignment_assets.optimizer.bounds.lagrangian import edge_unit, lower_bound
from assignment_assets.optimizer.bounds.price_sensitivity import STIFFNESS, TOLERANCE, TYPICAL, stiffness
from assignment_assets.optimizer.bounds.smoothing import near_columns, smoothed_value
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets_tests.optimizer.rounding.test_diving import draw_whales

TEMPERATURE = 0.2


def every_column(phase, weighing, duals):
    room, everybody = phase.edges.room, np.arange(phase.num_accounts)
    return near_columns(
        phase.edges,
        weighing.costs,
        room,
        (duals.seat, duals.balance),
        everybody.astype(np.int32),
        np.ones(phase.num_accounts),
        np.inf,
        phase.num_reps,
    )


def slopes(phase, weighing, columns, price):
    """float64[R, K + 1]: the smoothed bound's slope in the prices (the seats' come last); loads in sizes."""
    edges, room = phase.edges, phase.edges.room
    _, in_seats, in_balance = smoothed_value(
        edges,
        weighing.costs,
        room,
        np.zeros(len(edges.rank), np.int64),
        columns,
        price[:, -1].copy(),
        price[:, :-1].copy(),
        TEMPERATURE * edge_unit(weighing),
    )
    return np.column_stack([in_balance / weighing.size, in_seats])


@pytest.mark.parametrize("seed", range(4))
def test_stiffness_inverts_what_the_slopes_of_the_smoothed_bound_change_by(seed):
    phase, _ = draw_whales(seed)
    weighing = weigh(phase, np.array([1.0, 0.02, 0.02]))
    duals = lower_bound(phase, weighing)
    found, expected = stiffness(phase, weighing, duals, np.zeros(phase.num_accounts, bool), TEMPERATURE)
    assert not expected.any()
    assert found == pytest.approx(found.T, abs=1e-9 * np.abs(found).max())
    width, excess = phase.num_measures + 1, weighing.costs.excess
    columns = every_column(phase, weighing, duals)
    price = np.column_stack([duals.balance, duals.seat])
    ceiling = np.column_stack([excess, np.full(phase.num_reps, TYPICAL * weighing.unit)])
    is_free = np.column_stack(
        [
            (price > TOLERANCE * ceiling)[:, :-1] & (duals.balance < (1.0 - TOLERANCE) * excess),
            duals.seat > TOLERANCE * ceiling[:, -1],
        ]
    ).ravel()
    assert is_free.sum() > 10
    scale = np.append(weighing.size, 1.0)
    step = 1e-4 * TEMPERATURE * edge_unit(weighing)
    for place in np.flatnonzero(is_free):
        up, down = price.copy(), price.copy()
        up.flat[place] += step / scale[place % width]
        down.flat[place] -= step / scale[place % width]
        falls = (slopes(phase, weighing, columns, down) - slopes(phase, weighing, columns, up)).ravel() / (2.0 * step)
        rep, k = divmod(place, width)
        reserve = phase.edges.seats[rep] if k == width - 1 else phase.edges.target[rep, k] / scale[k]
        falls[place] += STIFFNESS.soft * reserve / (ceiling.flat[place] * scale[k])
        answer = found @ np.where(is_free, falls, 0.0)
        assert answer == pytest.approx(np.eye(len(answer))[place], abs=2e-2)


def test_accounts_to_be_whole_are_expected_somewhere_and_do_not_answer():
    phase, _ = draw_whales(1)
    weighing = weigh(phase, np.array([1.0, 0.02, 0.02]))
    duals = lower_bound(phase, weighing)
    is_whole = np.arange(phase.num_accounts) < 50
    stiffer, expected = stiffness(phase, weighing, duals, is_whole, TEMPERATURE)
    softer, _ = stiffness(phase, weighing, duals, np.zeros_like(is_whole), TEMPERATURE)
    assert expected[:, -1].sum() == pytest.approx(50.0)
    assert (np.diag(stiffer) >= np.diag(softer) * (1.0 - 1e-6)).all()
    assert np.diag(stiffer).sum() > np.diag(softer).sum()
