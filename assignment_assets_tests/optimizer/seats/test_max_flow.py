import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from assignment_assets.optimizer.result.seat_certificate import certify_seats
from assignment_assets.optimizer.seats.max_flow import seat_by_state, select_seats, usable_pairs
from assignment_assets_tests.optimizer.instances import draw_instance


def seat_lines(instance):
    selection = select_seats(instance)
    return certify_seats(instance, selection, selection.is_placed, selection.num_placed)


def largest_flow(instance):
    """Source → accounts' states → reps → sink, by scipy."""
    states, reps = instance.num_states, instance.num_reps
    matrix = np.zeros((states + reps + 2, states + reps + 2), dtype=np.int32)
    matrix[0, 1 : states + 1] = np.bincount(instance.account_state, minlength=states)
    matrix[1 : states + 1, states + 1 : -1] = instance.covers.T * 10_000
    matrix[states + 1 : -1, -1] = instance.seats
    return maximum_flow(csr_array(matrix), 0, states + reps + 1).flow_value


def best_score(instance, score):
    """The linear programme of the transversal matroid: the largest sum of `score` over accounts that fit."""
    edges = [
        (i, r)
        for i in range(instance.num_accounts)
        for r in range(instance.num_reps)
        if instance.covers[r, instance.account_state[i]]
    ]
    if not edges:
        return 0.0
    rows = np.zeros((instance.num_accounts + instance.num_reps, len(edges)))
    for column, (account, rep) in enumerate(edges):
        rows[account, column] = rows[instance.num_accounts + rep, column] = 1
    limits = np.concatenate([np.ones(instance.num_accounts), instance.seats])
    return -linprog([-score[i] for i, _ in edges], A_ub=rows, b_ub=limits, method="highs").fun


@pytest.mark.parametrize("seed", range(60))
def test_the_selection_is_as_large_as_the_maximum_flow_and_as_good_as_the_linear_programme(seed):
    instance = draw_instance(seed, num_accounts=25, num_reps=3 + seed % 3, num_states=4)
    selection = select_seats(instance)
    assert selection.num_placed == largest_flow(instance)
    score = 1e6 + 1e4 * instance.is_referring + instance.value / 10
    assert score[selection.is_placed].sum() == pytest.approx(best_score(instance, score))
    assert (selection.flow.sum(axis=0) <= instance.seats).all()
    assert (
        selection.flow.sum(axis=1)
        == np.bincount(instance.account_state[selection.is_placed], minlength=instance.num_states)
    ).all()
    assert not selection.flow[~instance.covers.T].any()


@pytest.mark.parametrize("seed", range(40))
def test_the_cut_proves_the_least_overflow(seed):
    instance = draw_instance(seed, num_accounts=40, num_reps=4, num_states=5)
    lines = {line.metric: line for line in seat_lines(instance) if line.state is None}
    least = instance.num_accounts - largest_flow(instance)
    assert (lines["least_overflow"].bound if least else 0) == least
    assert lines["placed"].value == instance.num_accounts - least


def test_a_state_that_nobody_covers_is_named():
    covers = np.ones((2, 3), dtype=bool)
    covers[:, 1] = False
    instance = draw_instance(3, num_reps=2, covers=covers, seats=30)
    sentences = [line.sentence for line in seat_lines(instance) if line.state == "S1"]
    assert sentences and "nobody covers the state" in sentences[0]


def test_of_equal_accounts_the_smaller_id_is_seated():
    instance = draw_instance(
        3, num_accounts=5, num_reps=1, num_states=1, seats=2, covered=1.1, is_referring=np.ones(5), value=np.ones(5)
    )
    assert select_seats(instance).is_placed.tolist() == [True, True, False, False, False]


def test_seating_by_state_is_a_maximum_flow():
    covers = np.array([[True, True], [True, False]])
    flow = seat_by_state(np.array([3, 2]), covers, np.array([3, 2]))
    assert flow.sum() == 5
    assert flow.tolist() == [[1, 2], [2, 0]]


@pytest.mark.parametrize("seed", range(60))
def test_a_pair_is_usable_exactly_when_somebody_may_sit_there_and_nobody_loses_a_seat(seed):
    instance = draw_instance(seed, num_accounts=40, num_reps=5, num_states=5, seats=7, covered=0.5)
    selection = select_seats(instance)
    demand = selection.flow.sum(axis=1)
    for rep, state in zip(*np.nonzero(instance.covers), strict=True):
        seats, others = instance.seats.copy(), demand.copy()
        fits = seats[rep] > 0 and others[state] > 0
        if fits:
            seats[rep] -= 1
            others[state] -= 1
            fits = seat_by_state(others, instance.covers.copy(), seats).sum() == others.sum()
        if demand[state]:
            assert selection.usable[rep, state] == fits
    assert not (selection.usable & ~instance.covers).any()


def test_a_pair_that_would_cost_a_seat_is_not_usable():
    """Two states, two reps; only the first rep covers the second state, whose heads fill the first rep's seats."""
    covers, flow = np.array([[True, True], [True, False]]), np.array([[0, 2], [3, 0]])
    assert usable_pairs(covers, flow, np.array([3, 3])).tolist() == [[False, True], [True, False]]
    assert usable_pairs(covers, flow, np.array([4, 3])).tolist() == [[True, True], [True, False]]
