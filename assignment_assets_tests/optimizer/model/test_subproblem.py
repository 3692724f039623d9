import numpy as np
import pytest

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.single_objective import least_moves
from assignment_assets.optimizer.model.objectives import book_loads, evaluate
from assignment_assets.optimizer.model.subproblem import subproblem
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.local_search.test_annealing import draw_capped_phase


def without_some(phase, start, seed):
    """Two assignments that differ where some accounts changed places, and which accounts are open between them."""
    generator = np.random.default_rng(seed)
    other, is_open = start.copy(), generator.random(len(start)) < 0.4
    for state in range(len(phase.edges.rank)):
        (mine,) = np.nonzero(is_open & (phase.edges.state == state))
        other[mine] = start[generator.permutation(mine)]
    return other, is_open


def half_fixed(seed):
    """A phase, what is left of it, two assignments, which accounts are open between them."""
    instance = draw_instance(seed, num_accounts=120, num_reps=7, seats=20, covered=0.7)
    phase, start = referring_phase(instance, select_seats(instance))
    other, is_open = without_some(phase, start, seed)
    return phase, subproblem(phase, np.where(is_open, -1, start).astype(np.int32)), start, other, is_open


@pytest.mark.parametrize("seed", range(20))
def test_the_objectives_of_what_is_left_are_those_of_the_whole(seed):
    phase, rest, start, other, is_open = half_fixed(seed)
    assert rest.num_accounts == is_open.sum()
    for books in (start, other):
        assert np.array_equal(evaluate(rest, books[is_open]), evaluate(phase, books))
        assert np.array_equal(book_loads(rest, books[is_open]), book_loads(phase, books))
        free = [
            part.edges.seats - np.bincount(placed, minlength=phase.num_reps)
            for part, placed in ((rest, books[is_open]), (phase, books))
        ]
        assert np.array_equal(*free)
    again = subproblem(rest, np.where(np.arange(rest.num_accounts) % 2, other[is_open], -1).astype(np.int32))
    assert np.array_equal(evaluate(again, other[is_open][::2]), evaluate(phase, np.where(is_open, other, start)))
    whole, left = (weigh(each, np.array([0.5, 0.3, 0.2])) for each in (phase, rest))
    assert left.costs.minute == whole.costs.minute and left.costs.move == whole.costs.move
    assert np.array_equal(left.costs.excess, whole.costs.excess)
    nobody = subproblem(phase, start)
    assert lower_bound(nobody, weigh(nobody, whole.weights)).bound == pytest.approx(
        float(evaluate(phase, start)[0] @ whole.weights), rel=1e-12
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_fewest_moves_of_what_is_left_count_those_that_are_fixed(seed):
    phase, rest, start, _, _ = half_fixed(seed)
    assert least_moves(phase) - 1e-9 <= least_moves(rest) <= evaluate(phase, start)[0, 2] + 1e-9


def test_a_cap_of_revenue_knows_what_is_fixed():
    phase, start, revenue, _ = draw_capped_phase(5)
    _, is_open = without_some(phase, start, 5)
    rest = subproblem(phase, np.where(is_open, -1, start).astype(np.int32))
    last = phase.num_measures
    fixed = np.bincount(start[~is_open], revenue[~is_open], phase.num_reps)
    assert fixed.any()
    assert np.array_equal(rest.capped.base[:, last], fixed)
    assert np.array_equal(rest.capped.target, phase.capped.target)
