import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.moves import round_by_auction
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.rounding.auction import AUCTION, seat_by_auction
from assignment_assets.optimizer.seats.max_flow import seat_by_state, select_seats
from assignment_assets_tests.optimizer.instances import draw_instance


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_what_the_auction_seats_is_covered_and_no_book_is_above_its_seats(seed):
    instance = draw_instance(seed, num_accounts=50, num_reps=5, num_states=4, seats=6, covered=0.6)
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.ones(3))
    found = seat_by_auction(phase, weighing, lower_bound(phase, weighing))
    edges = phase.edges
    assert (edges.rank[edges.state, found] >= 0).all()
    assert (np.bincount(found, minlength=phase.num_reps) <= edges.seats).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31))
def test_rounded_prices_leave_every_later_head_a_seat(seed):
    instance = draw_instance(seed, num_accounts=50, num_reps=5, num_states=4, seats=6, covered=0.6)
    phase, start = referring_phase(instance, select_seats(instance))
    problem = NormalisedProblem(phase, np.zeros(3), np.maximum(evaluate(phase, start)[0], 1e-6))
    found = round_by_auction(problem, price_candidates(problem, np.full(3, 1 / 3)), start, np.random.default_rng(seed))
    demand, free = phase.reserve.sum(axis=1), phase.edges.seats - np.bincount(found, minlength=phase.num_reps)
    assert (phase.edges.rank[phase.edges.state, found] >= 0).all()
    assert (free >= 0).all()
    assert seat_by_state(demand, instance.covers.copy(), free).sum() == demand.sum()


@pytest.mark.parametrize("seed", range(20))
def test_by_drive_time_alone_it_is_within_its_step_of_the_best_seating(seed):
    """One seat an account, every seat taken: the best is an assignment problem that scipy solves."""
    instance = draw_instance(
        seed, num_accounts=30, num_reps=6, num_states=1, seats=5, covered=1.1, is_referring=np.ones(30)
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.array([0.0, 1.0, 0.0]))
    found = seat_by_auction(phase, weighing, lower_bound(phase, weighing))
    minutes = phase.edges.minutes.reshape(30, 6)[:, np.repeat(np.arange(6), 5)].astype(float)
    best = minutes[linear_sum_assignment(minutes)].mean()
    assert evaluate(phase, found)[0, 1] <= best + AUCTION.bid_step * weighing.unit * phase.num_accounts + 1e-9
