from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.stages import BoundParams
from assignment_assets.optimizer.model.phase import opened
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance


def linear_programme(phase, weighing):
    """The weighted relaxation in full, with the whale lift, by HiGHS."""
    edges, costs = phase.edges, weighing.costs
    num_reps, num_measures = edges.base.shape
    columns, cost = [], []
    room = np.maximum(edges.target - edges.base, 0.0)
    for account in range(phase.num_accounts):
        state = edges.state[account]
        for rank, rep in enumerate(edges.reps[edges.state_start[state] : edges.state_start[state + 1]]):
            beyond = np.maximum(edges.amount[account] - room[rep], 0.0)
            owner = edges.owner[account]
            cost.append(
                costs.minute * edges.minutes[edges.start[account] + rank]
                + costs.move * (0 <= owner != rep)
                + (costs.excess[rep] * beyond).sum()
            )
            columns.append((account, rep, edges.amount[account] - beyond))
    demand = phase.reserve.sum(axis=1)
    later = [
        (s, r) for s in np.flatnonzero(demand) for r in edges.reps[edges.state_start[s] : edges.state_start[s + 1]]
    ]
    count = len(columns) + len(later) + num_reps * num_measures
    equal, equal_to = np.zeros((phase.num_accounts + len(demand), count)), np.ones(phase.num_accounts + len(demand))
    below, below_to = np.zeros((num_reps * (1 + num_measures), count)), np.zeros(num_reps * (1 + num_measures))
    equal_to[phase.num_accounts :] = demand
    below_to[:num_reps] = edges.seats
    below_to[num_reps:] = (edges.target - edges.base).ravel()
    for column, (account, rep, inside) in enumerate(columns):
        equal[account, column] = below[rep, column] = 1
        below[num_reps + rep * num_measures : num_reps + (rep + 1) * num_measures, column] = inside
    for column, (state, rep) in enumerate(later, len(columns)):
        equal[phase.num_accounts + state, column] = below[rep, column] = 1
    first = len(columns) + len(later)
    below[num_reps + np.arange(num_reps * num_measures), first + np.arange(num_reps * num_measures)] = -1
    objective = np.concatenate([cost, np.zeros(len(later)), costs.excess.ravel()])
    ceiling = np.full(count, np.inf)
    above = np.maximum(edges.base - edges.target, 0.0).ravel()
    solved = linprog(
        objective,
        A_ub=below,
        b_ub=below_to,
        A_eq=equal,
        b_eq=equal_to,
        bounds=np.column_stack([np.concatenate([np.zeros(first), above]), ceiling]),
        method="highs",
    )
    assert solved.status == 0
    return solved.fun + weighing.constant


@pytest.mark.parametrize("seed", range(60))
def test_the_bound_never_exceeds_the_linear_programme_and_comes_near_it(seed):
    instance = draw_instance(seed, num_accounts=60, num_reps=5, num_states=4, seats=9, covered=0.6)
    phase, _ = referring_phase(instance, select_seats(instance))
    assert phase.num_accounts > 0
    rng = np.random.default_rng(seed)
    for weights in (rng.dirichlet(np.ones(3)) * [5.0, 1.0, 1.0], np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])):
        weighing = weigh(phase, weights)
        exact, bound = linear_programme(phase, weighing), lower_bound(phase, weighing).bound
        assert bound <= exact + 1e-7 * max(1.0, abs(exact))
        assert bound >= 0.98 * exact - 0.06


@pytest.mark.parametrize("seed", range(20))
def test_any_prices_give_a_bound(seed):
    instance = draw_instance(seed, num_accounts=40, num_reps=4, num_states=3, seats=7, covered=0.7)
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.array([1.0, 0.1, 0.1]))
    rough = lower_bound(phase, weighing, roughly=True)
    assert rough.bound <= linear_programme(phase, weighing) + 1e-9
    assert (rough.seat >= 0).all()
    assert (rough.balance <= weighing.costs.excess + 1e-15).all()


@pytest.mark.parametrize("seed", range(20))
def test_pairs_that_would_cost_a_later_seat_change_nothing_but_the_size_of_the_programme(seed):
    instance = draw_instance(seed, num_accounts=60, num_reps=5, num_states=4, seats=9, covered=0.6)
    phase, _ = referring_phase(instance, select_seats(instance))
    weighing = weigh(phase, np.array([2.0, 1.0, 1.0]))
    assert linear_programme(phase, weighing) == pytest.approx(linear_programme(opened(phase, instance), weighing))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("medium_and_huge", [(0, 10**9), (0, 0)], ids=["medium", "huge"])
def test_the_schedules_of_larger_phases_come_near_the_linear_programme_too(seed, medium_and_huge):
    params = BoundParams(medium=medium_and_huge[0], huge=medium_and_huge[1])
    instance = draw_instance(seed, num_accounts=300, num_reps=8, num_states=5, seats=30, covered=0.6)
    phase, _ = referring_phase(instance, select_seats(instance))
    phase = replace(phase, reserve=np.zeros_like(phase.reserve))
    weighing = weigh(phase, np.array([3.0, 1.0, 1.0]))
    exact = linear_programme(phase, weighing)
    assert 0.97 * exact <= lower_bound(phase, weighing, params=params).bound <= exact * (1.0 + 1e-7)
    assert 0.9 * exact <= lower_bound(phase, weighing, roughly=True, params=params).bound <= exact * (1.0 + 1e-7)
