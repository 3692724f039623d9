from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.bounds.dual import exact_value
from assignment_assets.optimizer.bounds.lagrangian import lower_bound, prices_again
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.moves import round_by_auction, round_by_diving
from assignment_assets.optimizer.local_search.priced_candidates import price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.rounding.diving import Batch, DiveParams, dive
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
FEW = DiveParams((Batch(1, 0.1), Batch(3, 0.05)))


def draw_whales(seed):
    """Loads with a heavy tail, any rep for any account, hardly a seat to spare."""
    rng = np.random.default_rng([seed, 1])
    instance = draw_instance(
        seed,
        num_accounts=400,
        num_reps=8,
        num_states=2,
        seats=51,
        covered=1.1,
        is_referring=np.ones(400),
        base_load=np.zeros((8, 4), int),
        weight=np.full(8, 100),
        measures=np.ceil(np.exp(rng.normal(6.0, 1.5, (400, 3)))).astype(int),
    )
    return referring_phase(instance, select_seats(instance))


@settings(max_examples=40, deadline=None)
@given(seeds, weights_of)
def test_who_is_seated_is_covered_and_no_book_is_above_its_seats(seed, weights):
    phase, _ = draw_phase(seed)
    weighing = weigh(phase, np.array(weights))
    found, _ = dive(phase, weighing, lower_bound(phase, weighing), FEW)
    seated = np.flatnonzero(found >= 0)
    assert (phase.edges.rank[phase.edges.state[seated], found[seated]] >= 0).all()
    assert (np.bincount(found[seated], minlength=phase.num_reps) <= phase.edges.seats).all()


@settings(max_examples=40, deadline=None)
@given(seeds, st.booleans())
def test_a_dive_ends_with_every_rule_kept_and_every_later_head_seated(seed, is_capped):
    phase, start = draw_capped_phase(seed)[:2] if is_capped else draw_phase(seed)
    problem = NormalisedProblem(phase, np.zeros(3), np.maximum(evaluate(phase, start)[0], 1e-6))
    found, priced = round_by_diving(
        problem, price_candidates(problem, np.full(3, 1 / 3)), start, np.random.default_rng(seed)
    )
    demand_feasible(phase, found, fit_reserve(phase, found))
    if is_capped:
        revenue, room = phase.capped.amount[:, -1], phase.capped.target[:, -1]
        assert (np.bincount(found, revenue, minlength=phase.num_reps) <= room).all()
    assert (np.diff(priced.candidates.start) >= 1).all()


@pytest.mark.parametrize("seed", range(8))
def test_its_bound_holds_for_the_books_it_ends_with_and_is_not_below_the_phases_own(seed):
    phase, _ = draw_whales(seed)
    weighing = weigh(phase, np.array([0.5, 0.01, 0.01]))
    duals = lower_bound(phase, weighing)
    found, after = dive(phase, weighing, duals, FEW)
    assert (found >= 0).all()
    objective = float(evaluate(phase, found)[0] @ weighing.weights)
    assert duals.bound * (1.0 - 1e-3) <= after.bound <= objective + 1e-9


def test_large_accounts_that_are_placed_first_unbalance_less():
    rounded, dived = [], []
    for seed in range(8):
        phase, start = draw_whales(seed)
        problem = NormalisedProblem(phase, np.zeros(3), np.array([10.0, 1000.0, 1000.0]))
        priced = price_candidates(problem, np.array([0.5, 0.25, 0.25]))
        rounded.append(evaluate(phase, round_by_auction(problem, priced, start, np.random.default_rng(seed)))[0, 0])
        dived.append(evaluate(phase, round_by_diving(problem, priced, start, np.random.default_rng(seed))[0])[0, 0])
    assert np.mean(dived) < 0.8 * np.mean(rounded)


def test_the_same_phase_gives_the_same_books_and_prices():
    phase, _ = draw_whales(3)
    weighing = weigh(phase, np.ones(3))
    duals = lower_bound(phase, weighing)
    one, other = dive(phase, weighing, duals), dive(phase, weighing, duals)
    assert (one[0] == other[0]).all()
    assert one[1].bound == other[1].bound
    assert (one[1].balance == other[1].balance).all()


def test_a_phase_with_too_many_prices_is_only_rounded():
    phase, _ = draw_whales(3)
    weighing = weigh(phase, np.ones(3))
    duals = lower_bound(phase, weighing)
    assert dive(phase, weighing, duals, DiveParams(most_prices=31))[1] is duals
    assert dive(phase, weighing, duals, DiveParams(most_prices=32))[1] is not duals


def test_an_account_that_no_book_has_a_seat_for_stays_without():
    phase, _ = draw_whales(5)
    seats = np.zeros_like(phase.edges.seats)
    seats[2] = 3
    phase = replace(phase, edges=phase.edges._replace(seats=seats))
    weighing = weigh(phase, np.ones(3))
    found, _ = dive(phase, weighing, lower_bound(phase, weighing, roughly=True), DiveParams((Batch(1, 0.1),)))
    assert sorted(found[found >= 0]) == [2, 2, 2]


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_prices_found_again_prove_no_less_than_those_given_and_a_bound(seed):
    phase, start = draw_phase(seed)
    weighing = weigh(phase, np.ones(3))
    duals = lower_bound(phase, weighing)
    room = np.maximum(phase.edges.target - phase.edges.base, 0.0)
    before = (
        exact_value(
            phase.edges, weighing.costs, room, np.zeros(len(phase.edges.rank), np.int64), duals.seat, duals.balance
        )
        + weighing.constant
    )
    again = prices_again(phase, weighing, duals).bound
    assert before - 1e-9 <= again <= evaluate(phase, start)[0].sum() + 1e-9


def test_small_accounts_are_left_to_the_auction():
    phase, _ = draw_whales(3)
    weighing = weigh(phase, np.array([0.5, 0.01, 0.01]))
    duals = lower_bound(phase, weighing)
    share = (phase.edges.amount / phase.edges.target[0]).mean(axis=1)
    assert dive(phase, weighing, duals, DiveParams(small_account=1.01 * share.max()))[1] is duals
    assert dive(phase, weighing, duals, DiveParams(small_account=0.99 * share.max()))[1] is not duals
