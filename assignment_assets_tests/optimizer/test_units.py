import numpy as np
import pytest

from assignment_assets.optimizer.bounds import lower_bound
from assignment_assets.optimizer.landscape import Landscape, survey
from assignment_assets.optimizer.lattice import directions
from assignment_assets.optimizer.objectives import evaluate
from assignment_assets.optimizer.referring import price_lattice, referring_phase
from assignment_assets.optimizer.seats import select_seats
from assignment_assets.optimizer.units import Ground, Polish, Range, Walk, work
from assignment_assets_tests.optimizer.instances import draw_instance
from assignment_assets_tests.optimizer.test_diving import draw_whales


@pytest.fixture(scope="module")
def ground_and_extremes():
    instance = draw_instance(11, num_accounts=200, num_reps=8, seats=24, covered=0.7)
    phase, start = referring_phase(instance, select_seats(instance))
    landscape, extremes = survey(phase, start, np.random.default_rng(1))
    knee = landscape.guide(np.array([0.5, 0.25, 0.25]))
    return price_lattice(landscape, 4, knee, lambda done, of: None), extremes


def a_walk(extremes, is_fresh, seed=1):
    return Walk(7, np.full((4, 3), 1.0 / 3.0), extremes[0], extremes[1:], is_fresh, 8, (1, seed))


def test_a_walk_seldom_takes_what_neither_it_and_its_mates_have_nor_the_prices_ask_for(ground_and_extremes):
    ground, extremes = ground_and_extremes
    edges, choices = ground.landscape.phase.edges, ground.guide(7).choices
    cheapest = edges.reps[edges.state_start[edges.state] + choices.rank[choices.start[:-1]]]
    among, fresh = (work(ground, a_walk(extremes, is_fresh)).books for is_fresh in (False, True))
    assert among.shape == fresh.shape == (4, len(cheapest))
    assert (among != extremes[0]).any()
    known = np.vstack([extremes, cheapest[None, :]])
    strange, more_strange = ((~(books[:, None, :] == known[None, :, :]).any(axis=1)).mean() for books in (among, fresh))
    assert strange < 0.5 * more_strange


@pytest.mark.parametrize("is_fresh", [False, True])
def test_what_a_unit_says_of_its_books_is_what_they_are(ground_and_extremes, is_fresh):
    ground, extremes = ground_and_extremes
    for unit in (a_walk(extremes, is_fresh), Range((2, 4), extremes[0], 8, (3,)),
                 Polish(len(ground.directions) - 1, extremes[0], is_fresh, 100, (4,))):
        found = work(ground, unit)
        assert np.array_equal(found.objectives, evaluate(ground.landscape.phase, found.books))


def test_a_walk_without_mates_that_is_not_fresh_stays_where_it_is(ground_and_extremes):
    ground, extremes = ground_and_extremes
    first = work(ground, a_walk(extremes, False)).books[-1]
    again = work(ground, a_walk(extremes, False)._replace(start=first, mates=first[None, :]))
    unpriced = [rep not in reps_in_question(ground, 7, account) for account, rep in enumerate(first)]
    assert ((again.books == first) | np.array(unpriced)).all()


def reps_in_question(ground, place, account):
    edges, choices = ground.landscape.phase.edges, ground.guide(place).choices
    ranks = choices.rank[choices.start[account]:choices.start[account + 1]]
    return edges.reps[edges.state_start[edges.state[account]] + ranks]


def test_prices_between_two_neighbours_prove_a_bound(ground_and_extremes):
    ground, _ = ground_and_extremes
    landscape = ground.landscape
    one, other = (landscape.prove(direction) for direction in ([0.5, 0.3, 0.2], [0.5, 0.2, 0.3]))
    middle = np.array([0.5, 0.25, 0.25])
    between = landscape.prices_between(middle, one, other)
    best = lower_bound(landscape.phase, landscape.weighing(middle)).bound
    assert 0.9 * best < between.bound <= best * (1.0 + 1e-6)
    assert len(ground.duals) == len(directions(4)) + 1


def test_the_dive_in_the_first_polish_pays_where_single_accounts_weigh_much():
    least = {True: [], False: []}
    for seed in range(4):
        phase, start = draw_whales(seed)
        landscape, direction = Landscape(phase, np.zeros(3), np.array([10.0, 50.0, 50.0])), np.array([0.5, 0.25, 0.25])
        ground = Ground(landscape, direction[None, :], [landscape.prove(direction)])
        for is_first, found in least.items():
            polished = work(ground, Polish(0, start, is_first, 200, (seed, 1)))
            found.append((landscape.normalise(polished.objectives) @ direction).min() / ground.duals[0].bound)
    assert np.mean(least[True]) < np.mean(least[False])
    assert np.mean(least[True]) >= 1.0


def test_an_earlier_polish_of_the_same_kind_is_merged_and_a_poor_start_is_not(ground_and_extremes):
    ground, extremes = ground_and_extremes
    place = len(ground.directions) - 1
    first = work(ground, Polish(place, extremes[0], False, 400, (1,)))
    value = ground.landscape.normalise(first.objectives) @ ground.directions[place]
    second = work(ground, Polish(place, first.books[value.argmin()], False, 400, (2,)))
    assert (len(first.books), len(second.books)) == (1, 2)
