import numpy as np
import pytest

from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.bounds.normalised_problem import NormalisedProblem
from assignment_assets.optimizer.improve.moves import local_optimum
from assignment_assets.optimizer.improve.survey import survey
from assignment_assets.optimizer.local_search.priced_candidates import disagreement, price_candidates
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.pareto import tasks
from assignment_assets.optimizer.pareto.search_params import SearchParams
from assignment_assets.optimizer.pareto.sweep import price_lattice
from assignment_assets.optimizer.pareto.tasks import Polish, Range, SharedProblem, Walk, work
from assignment_assets.optimizer.pareto.weight_lattice import directions
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.seats.feasible_start import fit_reserve
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.local_search.test_annealing import demand_feasible, draw_capped_phase
from assignment_assets_tests.optimizer.rounding.test_diving import draw_whales


@pytest.fixture(scope="module")
def shared_and_extremes():
    instance = draw_instance(11, num_accounts=200, num_reps=8, seats=24, covered=0.7)
    phase, start = referring_phase(instance, select_seats(instance))
    problem, extremes = survey(phase, start, np.random.default_rng(1))
    knee = price_candidates(problem, np.array([0.5, 0.25, 0.25]))
    return price_lattice(problem, 4, knee, lambda done, of: None), extremes


def a_walk(extremes, is_fresh, seed=1):
    return Walk(7, np.full((4, 3), 1.0 / 3.0), extremes[0], extremes[1:], is_fresh, 8, (1, seed))


def test_a_walk_seldom_takes_what_neither_it_and_its_mates_have_nor_the_prices_ask_for(shared_and_extremes):
    shared, extremes = shared_and_extremes
    edges, candidates = shared.problem.phase.edges, shared.priced(7).candidates
    cheapest = edges.reps[edges.state_start[edges.state] + candidates.rank[candidates.start[:-1]]]
    among, fresh = (work(shared, a_walk(extremes, is_fresh)).books for is_fresh in (False, True))
    assert among.shape == fresh.shape == (4, len(cheapest))
    assert (among != extremes[0]).any()
    known = np.vstack([extremes, cheapest[None, :]])
    strange, more_strange = ((~(books[:, None, :] == known[None, :, :]).any(axis=1)).mean() for books in (among, fresh))
    assert strange < 0.5 * more_strange


@pytest.mark.parametrize("is_fresh", [False, True])
def test_what_a_task_says_of_its_books_is_what_they_are(shared_and_extremes, is_fresh):
    shared, extremes = shared_and_extremes
    for task in (
        a_walk(extremes, is_fresh),
        Range((2, 4), extremes[0], 8, (3,)),
        Polish(len(shared.directions) - 1, extremes[0], is_fresh, 100, (4,)),
    ):
        found = work(shared, task)
        assert np.array_equal(found.objectives, evaluate(shared.problem.phase, found.books))


def test_a_walk_without_mates_that_is_not_fresh_stays_where_it_is(shared_and_extremes):
    shared, extremes = shared_and_extremes
    first = work(shared, a_walk(extremes, False)).books[-1]
    again = work(shared, a_walk(extremes, False)._replace(start=first, mates=extremes[:0]))
    assert (again.books == first).all()


def demand_rules(phase, books):
    for row in books:
        demand_feasible(phase, row, fit_reserve(phase, row))
        if phase.is_capped:
            revenue, room = (column[:, -1] for column in (phase.capped.amount, phase.capped.target))
            assert (np.bincount(row, revenue, minlength=phase.num_reps) <= room).all()


def drawn_problems():
    """Whales, reserved seats, caps of revenue: problems with a feasible start each."""
    for seed in range(3):
        instance = draw_instance(seed, num_accounts=200, num_reps=8, seats=24, covered=0.7)
        for phase, start in (
            draw_whales(seed),
            draw_capped_phase(seed)[:2],
            referring_phase(instance, select_seats(instance)),
        ):
            yield NormalisedProblem(phase, np.zeros(3), np.maximum(evaluate(phase, start)[0], 1e-6)), start


def test_every_task_keeps_the_rules():
    direction = np.array([0.5, 0.25, 0.25])
    for problem, start in drawn_problems():
        shared = SharedProblem(problem, direction[None, :], [problem.prove(direction)])
        polished = work(shared, Polish(0, start, True, 1700, (1,)))
        swept = work(shared, Range((0, 1), start, 8, (2,)))
        walks = [
            work(shared, Walk(0, np.full((4, 3), 1.0 / 3.0), start, polished.books, is_fresh, 8, (3,)))
            for is_fresh in (False, True)
        ]
        for found in (polished, swept, *walks):
            demand_rules(problem.phase, found.books)
            assert np.array_equal(found.objectives, evaluate(problem.phase, found.books))


def test_what_assignments_leave_open_is_fixed_as_the_first_has_it():
    """Some of them hold reps who are no candidates there, which no other takes over."""
    for problem, start in drawn_problems():
        priced = price_candidates(problem, np.array([0.5, 0.25, 0.25]))
        improved = local_optimum(problem, start, priced, np.random.default_rng(1))
        for first, second in ((start, improved), (improved, start)):
            part = disagreement(problem, priced, np.stack([first, second]))
            assert np.array_equal(part.whole(part.start[None, :])[0], first)
            assert np.array_equal(evaluate(part.problem.phase, part.start), evaluate(problem.phase, first))


def test_candidates_are_let_go_of_where_they_hold_too_much(shared_and_extremes, monkeypatch):
    shared, _ = shared_and_extremes
    fresh = SharedProblem(shared.problem, shared.directions, shared.duals)
    sizes = [fresh.priced(place).num_bytes for place in range(3)]
    params = SearchParams(candidate_bytes=max(sizes) + min(sizes))
    narrow, built = SharedProblem(shared.problem, shared.directions, shared.duals, params), []
    monkeypatch.setattr(tasks, "price_candidates", lambda *given: built.append(given) or price_candidates(*given))
    first = narrow.priced(0)
    assert narrow.priced(0) is first
    for place in (1, 2, 0):  # the third does not fit beside the others: the one not used for longest goes
        narrow.priced(place)
    assert len(built) == 4


def test_prices_between_two_neighbours_prove_a_bound(shared_and_extremes):
    shared, _ = shared_and_extremes
    problem = shared.problem
    one, other = (problem.prove(direction) for direction in ([0.5, 0.3, 0.2], [0.5, 0.2, 0.3]))
    middle = np.array([0.5, 0.25, 0.25])
    between = problem.prices_between(middle, one, other)
    best = lower_bound(problem.phase, problem.weighing(middle)).bound
    assert 0.9 * best < between.bound <= best * (1.0 + 1e-6)
    assert len(shared.duals) == len(directions(4)) + 1


def test_the_dive_in_the_first_polish_pays_where_single_accounts_weigh_much():
    least = {True: [], False: []}
    for seed in range(4):
        phase, start = draw_whales(seed)
        problem = NormalisedProblem(phase, np.zeros(3), np.array([10.0, 50.0, 50.0]))
        direction = np.array([0.5, 0.25, 0.25])
        shared = SharedProblem(problem, direction[None, :], [problem.prove(direction)])
        for is_first, found in least.items():
            polished = work(shared, Polish(0, start, is_first, 200, (seed, 1)))
            found.append((problem.normalise(polished.objectives) @ direction).min() / shared.duals[0].bound)
    assert np.mean(least[True]) < np.mean(least[False])
    assert np.mean(least[True]) >= 1.0


def test_an_earlier_polish_of_the_same_kind_is_merged_and_a_poor_start_is_not(shared_and_extremes):
    shared, extremes = shared_and_extremes
    place = len(shared.directions) - 1
    first = work(shared, Polish(place, extremes[0], False, 400, (1,)))
    value = shared.problem.normalise(first.objectives) @ shared.directions[place]
    second = work(shared, Polish(place, first.books[value.argmin()], False, 400, (2,)))
    assert (len(first.books), len(second.books)) == (1, 2)
