from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.bounds.single_objective import least_imbalance, least_moves
from assignment_assets.optimizer.improve.moves import burst
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance


def draw_phase(seed):
    instance = draw_instance(seed, num_accounts=60, num_reps=6, num_states=5, seats=7, covered=0.5)
    return referring_phase(instance, select_seats(instance))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31))
def test_no_books_beat_the_bounds_of_balance_alone_and_moves_alone(seed):
    phase, start = draw_phase(seed)
    if phase.num_accounts == 0:
        return
    generator = np.random.default_rng(seed)
    problem = NormalisedProblem(phase, np.zeros(3), np.maximum(evaluate(phase, start)[0], 1.0))
    for direction in (np.array([1.0, 0.001, 0.001]), np.array([0.001, 0.001, 1.0])):
        found = burst(problem, start, price_candidates(problem, direction), 200, 0.5, generator)
        balance, _, moves = evaluate(phase, found)[0]
        assert balance >= least_imbalance(phase) - 1e-9
        assert moves >= least_moves(phase) - 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_the_bound_of_moves_is_that_of_the_prices_or_better(seed):
    """Moves alone are a transport problem, whose Lagrangian bound is never above the optimum found on states."""
    phase, _ = draw_phase(seed)
    assert least_moves(phase) >= lower_bound(phase, weigh(phase, np.array([0.0, 0.0, 1.0]))).bound - 1e-6


def test_a_state_with_one_rep_must_overload_that_book():
    """Rep 0 alone covers state 0 and its eight accounts of one; rep 1 has the other two: 30 % sit in the wrong book."""
    instance = draw_instance(
        1,
        num_accounts=10,
        num_reps=2,
        num_states=2,
        seats=10,
        base_load=np.zeros((2, 4)),
        weight=np.array([1, 1]),
        covers=np.array([[True, True], [False, True]]),
        account_state=np.array([0] * 8 + [1] * 2),
        is_referring=np.ones(10),
        measures=np.ones((10, 3), dtype=int),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    assert least_imbalance(phase) == pytest.approx(30.0)


def test_reserved_seats_count_in_the_least_moves():
    """Both accounts belong to rep 0, who has two seats, one of which a later account of their state needs: rep 1 has
    one."""
    instance = draw_instance(
        1,
        num_accounts=3,
        num_reps=2,
        num_states=2,
        seats=np.array([2, 1]),
        covers=np.array([[True, True], [True, False]]),
        account_state=np.array([0, 0, 1]),
        is_referring=np.array([True, True, False]),
        owner=np.zeros(3, dtype=int),
        has_owner=np.ones(3),
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    assert least_moves(phase) == pytest.approx(50.0)
    assert least_moves(replace(phase, reserve=np.zeros_like(phase.reserve))) == 0.0
