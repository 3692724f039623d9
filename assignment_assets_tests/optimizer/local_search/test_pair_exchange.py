from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.improve.descents import DESCENT
from assignment_assets.optimizer.local_search.candidates import CandidateParams, nearest_candidates
from assignment_assets.optimizer.local_search.exchange_candidates import pair_up
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.local_search.gap_decomposition import Dual
from assignment_assets.optimizer.local_search.pair_exchange import descend
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.feasible_start import fit_reserve
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.local_search.test_annealing import (
    demand_feasible,
    draw_capped_phase,
    draw_phase,
    weights_of,
)

seeds = st.integers(0, 2**31)
SIZES, TOGETHER = st.sampled_from([1, 3, 16]), st.sampled_from([1, 2, 3])
plans = st.builds(ExchangePlan, st.just(1.0), st.just(0.0), SIZES, TOGETHER, st.just(5), st.just(0.01))


def exchange_books(phase, assignment, reserve, weighing, plan, word):
    duals = lower_bound(phase, weighing)
    candidates, _ = nearest_candidates(phase, weighing.costs, duals, CandidateParams(per_account=100.0))
    return descend(
        assignment,
        reserve,
        phase.searched,
        candidates,
        pair_up(phase.edges, candidates),
        Dual(weighing.costs, phase.edges.room, duals.seat, duals.balance),
        plan,
        np.uint64(word),
    )


@settings(max_examples=60, deadline=None)
@given(seeds, weights_of, plans)
def test_an_exchange_of_pairs_keeps_every_rule_and_its_delta_is_the_full_difference(seed, weights, plan):
    phase, start = draw_phase(seed)
    weighing = weigh(phase, np.array(weights))
    result, reserve = start.copy(), fit_reserve(phase, start)
    delta, splits = exchange_books(phase, result, reserve, weighing, plan, seed + 1)
    demand_feasible(phase, result, reserve)
    before, after = evaluate(phase, np.stack([start, result])) @ weighing.weights
    assert after - before == pytest.approx(delta, abs=1e-9)
    assert (delta < 0.0) == (splits > 0)


@settings(max_examples=40, deadline=None)
@given(seeds, weights_of, st.sampled_from(DESCENT.rising))
def test_on_the_way_from_prices_every_rule_is_kept(seed, weights, plan):
    phase, start = draw_phase(seed)
    result, reserve = start.copy(), fit_reserve(phase, start)
    exchange_books(phase, result, reserve, weigh(phase, np.array(weights)), plan, seed + 1)
    demand_feasible(phase, result, reserve)


@settings(max_examples=40, deadline=None)
@given(seeds, weights_of, plans)
def test_no_book_exceeds_its_revenue_cap_when_pairs_exchange(seed, weights, plan):
    phase, start, revenue, room = draw_capped_phase(seed)
    result, reserve = start.copy(), fit_reserve(phase, start)
    exchange_books(phase, result, reserve, weigh(phase, np.array(weights)), plan, seed + 1)
    demand_feasible(phase, result, reserve)
    assert (np.bincount(result, revenue, minlength=phase.num_reps) <= room).all()


@pytest.mark.parametrize("seed", range(30))
def test_two_books_of_three_seats_exchange_as_well_as_trying_everything_does(seed):
    num_accounts = 4 + seed % 3
    instance = draw_instance(
        seed,
        num_accounts=num_accounts,
        num_reps=2,
        num_states=1,
        seats=3,
        covered=1.1,
        is_referring=np.ones(num_accounts, bool),
    )
    phase, start = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.array([1.0, 0.2, 0.1]))
    result = start.copy()
    exchange_books(phase, result, fit_reserve(phase, start), weighing, ExchangePlan(1.0, 0.0, 3, 3, 5), seed)
    everything = np.array(
        [books for books in product((0, 1), repeat=phase.num_accounts) if max(np.bincount(books, minlength=2)) <= 3],
        dtype=np.int32,
    )
    best = (evaluate(phase, everything) @ weighing.weights).min()
    assert evaluate(phase, result)[0] @ weighing.weights == pytest.approx(best, abs=1e-9)


def test_the_same_word_exchanges_the_same_way():
    phase, start = draw_phase(5)
    weighing = weigh(phase, np.ones(3))
    found = [start.copy(), start.copy()]
    for result in found:
        exchange_books(phase, result, fit_reserve(phase, start), weighing, DESCENT.rising[0], 9)
    assert found[0].tobytes() == found[1].tobytes()
