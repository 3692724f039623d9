from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.local_search import cyclic_exchange, worst_book_descent
from assignment_assets.optimizer.local_search.gap_decomposition import Dual
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
EVERY_GOAL, MOST_MOVES = 100, 4


def dual_of(phase, weights):
    weighing = weigh(phase, np.array(weights))
    duals = lower_bound(phase, weighing)
    return Dual(weighing.costs, phase.edges.room, duals.seat, duals.balance), weighing


def improve(step, phase, assignment, reserve, dual):
    if step is worst_book_descent:
        return worst_book_descent.descend(assignment, reserve, phase.searched, dual, -1.0, MOST_MOVES)
    return cyclic_exchange.descend(assignment, reserve, phase.searched, dual, 0.0, EVERY_GOAL)


@settings(max_examples=60, deadline=None)
@given(seeds, weights_of, st.sampled_from([worst_book_descent, cyclic_exchange]))
def test_every_rule_is_kept_and_the_delta_is_the_full_difference(seed, weights, step):
    phase, start = draw_phase(seed)
    dual, weighing = dual_of(phase, weights)
    result, reserve = start.copy(), fit_reserve(phase, start)
    delta, moves = improve(step, phase, result, reserve, dual)
    demand_feasible(phase, result, reserve)
    before, after = evaluate(phase, np.stack([start, result])) @ weighing.weights
    assert after - before == pytest.approx(delta, abs=1e-9)
    assert (delta < 0.0) == (moves > 0)


@settings(max_examples=40, deadline=None)
@given(seeds, weights_of, st.sampled_from([worst_book_descent, cyclic_exchange]))
def test_no_book_exceeds_its_revenue_cap(seed, weights, step):
    phase, start, revenue, room = draw_capped_phase(seed)
    result, reserve = start.copy(), fit_reserve(phase, start)
    improve(step, phase, result, reserve, dual_of(phase, weights)[0])
    demand_feasible(phase, result, reserve)
    assert (np.bincount(result, revenue, minlength=phase.num_reps) <= room).all()


def passed_on(assignment, accounts):
    """Each account in the next one's book, the last one in the first's."""
    changed = assignment.copy()
    changed[list(accounts)] = assignment[[*accounts[1:], accounts[0]]]
    return changed


@pytest.mark.parametrize("seed", range(12))
def test_a_descended_assignment_is_not_improved_by_any_exchange_or_shift_into_a_free_seat(seed):
    phase, start = draw_phase(seed)
    dual, weighing = dual_of(phase, [1.0, 0.3, 0.2])
    result, reserve = start.copy(), fit_reserve(phase, start)
    while improve(worst_book_descent, phase, result, reserve, dual)[1]:
        pass
    covered = phase.edges.rank[phase.edges.state] >= 0  # accounts × reps
    free = phase.edges.seats - np.bincount(result, minlength=phase.num_reps) - reserve.sum(axis=0)
    tried = [passed_on(result, pair) for pair in permutations(range(phase.num_accounts), 2)]
    for rep in np.flatnonzero(free > 0):
        for account in range(phase.num_accounts):
            tried.append(np.where(np.arange(phase.num_accounts) == account, rep, result))
    allowed = np.array([books for books in tried if covered[np.arange(len(books)), books].all()], dtype=np.int32)
    found = evaluate(phase, np.vstack([result[None], allowed])) @ weighing.weights
    assert found[0] <= found.min() + 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_when_no_cycle_helps_no_three_books_can_pass_on_an_account_that_is_misplaced(seed):
    phase, result = draw_phase(seed)
    dual, weighing = dual_of(phase, [0.2, 1.0, 0.5])
    reserve = fit_reserve(phase, result)
    while improve(cyclic_exchange, phase, result, reserve, dual)[1]:
        pass
    covered, cost = phase.edges.rank[phase.edges.state] >= 0, reduced_costs(phase, dual)
    now = evaluate(phase, result)[0] @ weighing.weights
    for accounts in permutations(range(phase.num_accounts), 3):
        changed, first = passed_on(result, accounts), accounts[0]
        if len(set(result[list(accounts)])) < 3 or not covered[np.arange(len(changed)), changed].all():
            continue
        if cost[first, changed[first]] < cost[first, result[first]]:
            assert evaluate(phase, changed)[0] @ weighing.weights >= now - 1e-9


def reduced_costs(phase, dual):
    """Cost at the dual prices, by account and rep; infinite where the rep does not cover the state."""
    edges, cost = phase.edges, np.full((phase.num_accounts, phase.num_reps), np.inf)
    for account, state in enumerate(edges.state):
        for place in range(edges.state_start[state], edges.state_start[state + 1]):
            rep = edges.reps[place]
            drive = edges.minutes[edges.start[account] + place - edges.state_start[state]]
            inside = np.minimum(edges.amount[account], dual.room[rep])
            cost[account, rep] = (
                dual.costs.minute * drive
                + dual.seat[rep]
                + dual.costs.move * (edges.owner[account] not in (-1, rep))
                + (dual.balance[rep] * inside + dual.costs.excess[rep] * (edges.amount[account] - inside)).sum()
            )
    return cost


@pytest.mark.parametrize("seed", range(4))
def test_equal_accounts_do_not_change_places_for_ever(seed):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(0, 3, 50)
    same = np.full(50, 40.0)
    instance = draw_instance(
        seed,
        num_accounts=50,
        num_reps=5,
        num_states=1,
        seats=10,
        covered=1.1,
        is_referring=np.ones(50, bool),
        account_latitude=same,
        account_longitude=-2.0 * same,
        measures=rng.integers(1, 90, (3, 3))[kinds],
    )
    phase, start = referring_phase(instance, select_seats(instance))
    dual, _ = dual_of(phase, [1e5, 1.0, 1.0])
    result, reserve = start.copy(), fit_reserve(phase, start)
    while improve(worst_book_descent, phase, result, reserve, dual)[1]:
        pass
    demand_feasible(phase, result, reserve)


def test_a_seat_that_is_kept_for_a_later_account_is_passed_on():
    """One referring account far from its rep; the near rep's only seat is kept for the other, whom both may take."""
    instance = draw_instance(
        1,
        num_accounts=2,
        num_reps=2,
        num_states=1,
        covered=1.1,
        seats=1,
        is_referring=[True, False],
        account_latitude=[40.0, 40.0],
        account_longitude=[-90.0, -90.0],
        rep_latitude=[40.0, 40.0],
        rep_longitude=[-90.0, -99.0],
    )
    phase, _ = referring_phase(instance, select_seats(instance))
    dual, _ = dual_of(phase, [0.0, 1.0, 0.0])
    result = np.array([1], dtype=np.int32)
    reserve = fit_reserve(phase, result)
    assert reserve.tolist() == [[1, 0]]
    _, moves = improve(worst_book_descent, phase, result, reserve, dual)
    assert (result.tolist(), reserve.tolist(), moves) == ([0], [[0, 1]], 1)
