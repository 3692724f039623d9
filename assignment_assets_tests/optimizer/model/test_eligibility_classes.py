"""Coverage overrides in the optimiser: exact seats, books within what is allowed, states in the certificate."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from assignment_assets.optimizer.model.eligibility_classes import classes_of, plain_class
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.result.seat_certificate import certify_seats
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets.optimizer.solve import complete, solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance

SMALL = Settings(lattice_divisions=3, generations=2, offspring=6, burst_sweeps=20, knee_sweeps=100, front_points=12)


def draw_with_overrides(seed: int, **sizes) -> tuple[Instance, np.ndarray]:
    """An instance with some overrides, and bool[N, R]: who may hold which account."""
    plain = draw_instance(seed, **sizes)
    rng = np.random.default_rng([seed, 1])
    pairs = [(int(rng.integers(plain.num_accounts)), int(rng.integers(plain.num_reps))) for _ in range(8)]
    allowed = plain.covers.T[plain.account_state].copy()
    for account, rep in pairs:
        allowed[account, rep] = True
    classes = classes_of(plain.states, plain.account_state, plain.covers, pairs)
    return draw_instance(
        seed,
        states=classes.states,
        account_state=classes.account_class,
        covers=classes.covers,
        **{**sizes, "seats": plain.seats},
    ), allowed


def seat_lines(instance):
    selection = select_seats(instance)
    return certify_seats(instance, selection, selection.is_placed, selection.num_placed)


def largest_matching(allowed: np.ndarray, seats: np.ndarray) -> int:
    """Accounts to seats, one by one, without any class."""
    columns = np.repeat(allowed, seats, axis=1)
    return int((maximum_bipartite_matching(csr_array(columns), perm_type="column") >= 0).sum()) if columns.size else 0


@pytest.mark.parametrize("seed", range(40))
def test_with_overrides_as_many_are_placed_as_any_matching_places(seed):
    instance, allowed = draw_with_overrides(seed, num_accounts=40, num_reps=4, num_states=5, covered=0.35)
    assert (instance.covers.T[instance.account_state] == allowed).all()
    selection = select_seats(instance)
    assert selection.num_placed == largest_matching(allowed, instance.seats)
    lines = {line.metric: line for line in seat_lines(instance) if line.state is None}
    least = instance.num_accounts - selection.num_placed
    assert (lines["least_overflow"].bound if least else 0) == least


@pytest.mark.parametrize("seed", range(8))
def test_the_books_use_an_override_only_for_its_account(seed):
    instance, allowed = draw_with_overrides(seed, num_accounts=70, num_reps=5, num_states=5, covered=0.35, seats=12)
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    placed = np.flatnonzero(books.assignment >= 0)
    assert allowed[placed, books.assignment[placed]].all()
    assert books.num_placed == books.placed_bound == largest_matching(allowed, instance.seats)
    (line,) = [line for line in books.certificate if line.metric == "coverage_overrides"]
    state = plain_class(instance.states)[instance.account_state]
    assert line.value == (~instance.covers[books.assignment[placed], state[placed]]).sum()


def test_accounts_of_one_state_with_the_same_further_reps_share_a_class():
    covers = np.array([[True, False], [False, True], [False, False]])
    pairs = [(0, 2), (1, 2), (3, 0), (4, 1), (2, 1), (2, 1)]
    found = classes_of(["NY", "TX"], np.array([0, 0, 0, 1, 1]), covers, pairs)
    assert found.states == ("NY", "TX", "NY", "NY", "TX")
    assert found.account_class.tolist() == [3, 3, 2, 4, 1]
    assert found.covers[:, 2:].T.tolist() == [[True, True, False], [True, False, True], [True, True, False]]


def test_without_overrides_the_classes_are_the_states():
    covers = np.array([[True, False]])
    found = classes_of(["NY", "TX"], np.array([1, 0]), covers, [(1, 0)])
    assert found.states == ("NY", "TX")
    assert found.account_class.tolist() == [1, 0]
    assert (found.covers == covers).all()


def test_the_certificate_names_states_and_how_much_of_one_is_short_of_seats():
    covers = np.array([[True, False], [False, False]])
    classes = classes_of(["NY", "TX"], np.zeros(6, dtype=np.int32), covers, [(0, 1)])
    instance = draw_instance(
        1,
        num_accounts=6,
        num_reps=2,
        num_states=2,
        states=classes.states,
        account_state=classes.account_class,
        covers=classes.covers,
        seats=np.array([2, 4]),
    )
    lines = list(seat_lines(instance))
    assert [line.value for line in lines] == [3, 3, 3]
    assert lines[1].sentence.startswith("NY (5 of its 6 accounts) have 5 free accounts;")
    assert (lines[2].state, lines[2].sentence) == (
        "NY",
        "NY: 6 free accounts, 3 seats were left for it, 3 go to Inside Sales.",
    )
