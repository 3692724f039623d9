"""Revenue caps in the optimiser: no book above its cap, near an exact solver's count, a bound that holds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.extensions.relaxation import relax
from assignment_assets.optimizer.model.extensions import Families, RevenueCaps
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.seats.cap_bound import most_within_caps
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets.optimizer.solve import complete, solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance

CANDIDATES_PER_ACCOUNT = (
    "account_state",
    "is_referring",
    "measures",
    "value",
    "owner",
    "has_owner",
    "account_latitude",
    "account_longitude",
)
SMALL = Settings(lattice_divisions=2, generations=1, offspring=4, burst_sweeps=10, knee_sweeps=50, front_points=8)
SEEDS = st.integers(0, 2**32 - 1)
SOMETIMES = settings(max_examples=10, deadline=None, derandomize=True, database=None)


def with_caps(seed: int, tightness: float = 0.7, **sizes) -> Instance:
    """Caps that leave books about `tightness` of the revenue that they would have if it were spread evenly."""
    rng = np.random.default_rng([seed, 3])
    instance = draw_instance(seed, **{"num_accounts": 40, "num_reps": 4, "num_states": 4, "covered": 0.6, **sizes})
    revenue = np.exp(rng.normal(10, 1, instance.num_accounts)).astype(np.int64)
    fair = revenue.sum() / max(instance.num_reps, 1) * tightness
    room = (rng.uniform(0.5, 1.5, instance.num_reps) * fair).astype(np.int64)
    return replace(instance, caps=RevenueCaps(revenue, room, room, np.zeros(instance.num_reps)))


def most_placed(instance: Instance) -> int:
    """Accounts with a seat within caps, by an exact solver."""
    pairs = [
        (i, r)
        for i in range(instance.num_accounts)
        for r in range(instance.num_reps)
        if instance.covers[r, instance.account_state[i]]
    ]
    if not pairs:
        return 0
    n, r = instance.num_accounts, instance.num_reps
    limits = np.zeros((n + 2 * r, len(pairs)))
    for column, (account, rep) in enumerate(pairs):
        limits[account, column] = limits[n + rep, column] = 1
        limits[n + r + rep, column] = instance.caps.revenue[account]
    above = np.concatenate([np.ones(n), instance.seats, instance.caps.room])
    found = milp(
        -np.ones(len(pairs)),
        constraints=LinearConstraint(limits, -np.inf, above),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
    )
    return round(-found.fun)


def both_phases(instance: Instance):
    front = solve_referring(instance, SMALL)
    return front, complete(instance, front.assignments[front.knee], SMALL)


def demand_within(instance: Instance, assignment: np.ndarray) -> None:
    placed = np.flatnonzero(assignment >= 0)
    revenue = np.bincount(assignment[placed], instance.caps.revenue[placed], minlength=instance.num_reps)
    assert (revenue <= instance.caps.room).all()
    assert (np.bincount(assignment[placed], minlength=instance.num_reps) <= instance.seats).all()
    assert instance.covers[assignment[placed], instance.account_state[placed]].all()


@SOMETIMES
@given(SEEDS, st.sampled_from([0.2, 0.7, 1.0, 3.0]))
def test_no_point_and_no_book_is_above_a_cap(seed, tightness):
    instance = with_caps(seed, tightness)
    front, books = both_phases(instance)
    for row in front.assignments:
        whole = np.full(instance.num_accounts, -1)
        whole[instance.referring_accounts] = row
        demand_within(instance, whole)
    demand_within(instance, books.assignment)
    assert books.num_placed <= books.placed_bound
    assert ((books.phase > 0) == (books.assignment >= 0)).all()
    assert ((books.drive_minutes >= 0) == (books.assignment >= 0)).all()
    assert (front.objectives >= front.ideal - 1e-9).all()
    for line in books.certificate:
        if line.phase != "seats" and line.bound is not None:
            assert line.value >= line.bound - 1e-9


def test_as_many_are_placed_as_an_exact_solver_places_or_nearly():
    instances = [with_caps(seed, 0.6, seats=20, is_referring=np.ones(40)) for seed in range(40)]
    ours = [relax(instance, SMALL).selection.num_placed for instance in instances]
    best = [most_placed(instance) for instance in instances]
    bounds = [most_within_caps(instance) for instance in instances]
    assert all(mine <= most <= bound for mine, most, bound in zip(ours, best, bounds, strict=True))
    assert sum(ours) >= 0.98 * sum(best)
    assert sum(bounds) <= 1.03 * sum(best)


@pytest.mark.parametrize("seed", range(12))
def test_of_the_others_nearly_as_many_are_placed_as_an_exact_solver_places_beside_the_referring_ones(seed):
    instance = with_caps(seed, 0.8, seats=20)
    _, books = both_phases(instance)
    assert most_placed(instance) <= books.placed_bound
    first = np.flatnonzero(instance.is_referring & (books.assignment >= 0))
    others = np.flatnonzero(~instance.is_referring)
    caps = instance.caps
    room = caps.room - np.bincount(books.assignment[first], caps.revenue[first], minlength=4).astype(np.int64)
    rest = replace(
        instance,
        caps=None,
        seats=instance.seats - np.bincount(books.assignment[first], minlength=4),
        account_ids=[instance.account_ids[row] for row in others],
        **{name: getattr(instance, name)[others] for name in CANDIDATES_PER_ACCOUNT},
    )
    rest = replace(rest, caps=RevenueCaps(caps.revenue[others], room, room, np.zeros(4)))
    assert books.num_placed - len(first) >= most_placed(rest) - 1


def test_caps_that_bind_nowhere_cost_no_placement():
    instance = with_caps(3, 50.0)
    _, books = both_phases(instance)
    assert books.num_placed == books.placed_bound == select_seats(instance).num_placed
    assert not books.is_capped.any()


def test_what_is_left_out_has_a_seat_that_its_revenue_does_not_fit_or_no_seat():
    instance = with_caps(5, 0.4, seats=15)
    _, books = both_phases(instance)
    left = np.flatnonzero(books.assignment < 0)
    assert len(left)
    placed = np.flatnonzero(books.assignment >= 0)
    spare = instance.caps.room - np.bincount(
        books.assignment[placed], instance.caps.revenue[placed], minlength=instance.num_reps
    )
    free = instance.seats - np.bincount(books.assignment[placed], minlength=instance.num_reps)
    for row in left:
        able = instance.covers[:, instance.account_state[row]] & (free > 0)
        assert books.is_capped[row] == able.any()
        assert (spare[able] < instance.caps.revenue[row]).all()
    lines = {line.metric: line for line in books.certificate}
    assert lines["kept_out_by_revenue"].value == books.is_capped.sum() > 0
    assert 0 < lines["fullest_of_revenue"].value <= 100.0


def test_an_owner_without_room_for_it_is_named_as_the_reason():
    """Both accounts are owned by the first rep, whose cap holds one of them."""
    caps = RevenueCaps(np.array([60, 60]), np.array([100, 100]), np.array([100, 100]), np.zeros(2))
    instance = draw_instance(
        1,
        num_accounts=2,
        num_reps=2,
        num_states=1,
        covered=1.1,
        seats=5,
        caps=caps,
        owner=np.zeros(2),
        has_owner=np.ones(2),
        is_referring=np.ones(2),
    )
    _, books = both_phases(instance)
    assert sorted(books.assignment.tolist()) == [0, 1]
    assert sorted(books.explanations.keep_blocked.tolist()) == ["", "capped"]


def test_a_book_above_its_cap_by_what_it_keeps_is_named_with_the_amount():
    caps = RevenueCaps(np.array([60]), np.array([0, 100]), np.array([5_000, 100]), np.array([123_400, 0]))
    instance = draw_instance(
        1, num_accounts=1, num_reps=2, num_states=1, covered=1.1, seats=np.array([0, 5]), caps=caps
    )
    _, books = both_phases(instance)
    assert books.assignment.tolist() == [1]
    (line,) = [line for line in books.certificate if line.metric == "kept_above_cap"]
    assert line.sentence == ("What r000 keeps is $1,234 above the revenue cap of $50 already; nothing is added to it.")


@SOMETIMES
@given(SEEDS)
def test_families_are_whole_within_caps(seed):
    plain = with_caps(seed, 0.8, covered=0.8)
    member = np.full(plain.num_accounts, -1)
    member[:12] = np.repeat(np.arange(4), 3)
    instance = replace(plain, families=Families(member, np.full(4, -1), may_split=False))
    _, books = both_phases(instance)
    demand_within(instance, books.assignment)
    for family, (outcome, rep) in enumerate(zip(books.families.outcome, books.families.rep, strict=True)):
        held = set(books.assignment[member == family].tolist())
        assert held == {rep} if outcome == "whole" else held == {-1}


def test_the_same_seed_gives_the_same_books_within_caps():
    (_, first), (_, again) = both_phases(with_caps(4, 0.5)), both_phases(with_caps(4, 0.5))
    assert first.assignment.tobytes() == again.assignment.tobytes()
    assert first.certificate == again.certificate


DEGENERATE = {
    "no reps": {"num_reps": 0},
    "no accounts": {"num_accounts": 0},
    "one rep": {"num_reps": 1},
    "no seats": {"seats": 0},
    "nobody covers any state": {"covered": -1.0},
    "none referring": {"is_referring": np.zeros(40)},
    "all referring": {"is_referring": np.ones(40)},
    "weightless": {"measures": np.zeros((40, 3)), "value": np.zeros(40)},
}


@pytest.mark.parametrize("case", DEGENERATE)
@pytest.mark.parametrize("tightness", [0.0, 0.6])
def test_a_degenerate_instance_with_caps_gets_an_answer(case, tightness):
    instance = with_caps(9, tightness, **DEGENERATE[case])
    _, books = both_phases(instance)
    demand_within(instance, books.assignment)
    assert books.num_placed <= books.placed_bound
    assert np.isfinite(books.objectives).all()


def test_a_choice_that_is_no_point_of_the_front_is_refused():
    instance = with_caps(6, 0.4, seats=15, covered=1.1)
    front = solve_referring(instance, SMALL)
    row = front.assignments[front.knee].copy()
    row[:] = np.where(row >= 0, int(np.argmin(instance.caps.room)), -1)
    with pytest.raises(InvalidInput, match=r"a point of this cycle's front|books above their seats"):
        complete(instance, row, SMALL)


def test_caps_of_another_instance_are_refused():
    with pytest.raises(InvalidInput, match=r"3 figures[\s\S]*-5"):
        draw_instance(
            1,
            num_accounts=4,
            num_reps=2,
            caps=RevenueCaps(np.array([0, 4, 1]), np.array([9, -5]), np.zeros(2), np.zeros(2)),
        )
