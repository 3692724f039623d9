"""Families in the optimiser: whole in one book, honest where they cannot be, near an exact solver's count."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.bounds.lagrangian import lower_bound
from assignment_assets.optimizer.extensions.families import keep_together
from assignment_assets.optimizer.extensions.relaxation import relax, relaxed_phases
from assignment_assets.optimizer.model.extensions import Families
from assignment_assets.optimizer.model.instance import Instance
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets.optimizer.seats.residual_flow import ResidualFlow
from assignment_assets.optimizer.solve import complete, solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance

SMALL = Settings(lattice_divisions=2, generations=1, offspring=4, burst_sweeps=10, knee_sweeps=50, front_points=8)
SEEDS = st.integers(0, 2**32 - 1)
SOMETIMES = settings(max_examples=10, deadline=None, derandomize=True, database=None)


def with_families(seed: int, may_split: bool = False, **sizes) -> Instance:
    """A third of the accounts in families of two to four, some of them with an anchor."""
    rng = np.random.default_rng([seed, 2])
    instance = draw_instance(seed, **{"num_accounts": 40, "num_reps": 4, "num_states": 4, **sizes})
    member, family = np.full(instance.num_accounts, -1), 0
    shuffled = rng.permutation(instance.num_accounts)
    for begin in range(0, instance.num_accounts // 3, 4):
        size = int(rng.integers(2, 5))
        member[shuffled[begin : begin + size]] = family
        family += 1
    anchor = np.where(rng.random(family) < 0.2, rng.integers(0, max(instance.num_reps, 1), family), -1)
    return replace(instance, families=Families(member, anchor if instance.num_reps else np.full(family, -1), may_split))


def most_placed(instance: Instance) -> int:
    """Accounts with a seat when families go whole or not at all, by an exact solver."""
    families, columns, limits = instance.families, [], []
    groups = [np.flatnonzero(families.member == f) for f in range(families.num_families)]
    singles = [np.array([row]) for row in np.flatnonzero(families.member < 0)]
    anchors = [*families.anchor, *[-1] * len(singles)]
    for number, (rows, anchor) in enumerate(zip([*groups, *singles], anchors, strict=True)):
        able = instance.covers[:, instance.account_state[rows]].all(axis=1)
        columns += [(number, rep, len(rows)) for rep in np.flatnonzero(able) if anchor in (-1, rep) and len(rows)]
    if not columns:
        return 0
    limits = np.zeros((len(anchors) + instance.num_reps, len(columns)))
    for column, (number, rep, size) in enumerate(columns):
        limits[number, column] = 1
        limits[len(anchors) + rep, column] = size
    above = np.concatenate([np.ones(len(anchors)), instance.seats])
    found = milp(
        [-size for _, _, size in columns],
        constraints=LinearConstraint(limits, -np.inf, above),
        integrality=np.ones(len(columns)),
        bounds=Bounds(0, 1),
    )
    return round(-found.fun)


def demand_whole(instance: Instance, books) -> None:
    """Every family has the end that it is said to have."""
    families, outcomes = instance.families, books.families
    for family, (outcome, rep) in enumerate(zip(outcomes.outcome, outcomes.rep, strict=True)):
        held = set(books.assignment[families.member == family].tolist())
        if outcome == "whole":
            assert held == {rep}
            assert families.anchor[family] in (-1, rep)
        elif outcome in ("no_book", "no_seat"):
            assert held <= {-1}
        else:
            assert families.may_split


@SOMETIMES
@given(SEEDS, st.booleans())
def test_families_are_whole_and_every_hard_rule_holds(seed, may_split):
    instance = with_families(seed, may_split, covered=0.6)
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    demand_whole(instance, books)
    placed = np.flatnonzero(books.assignment >= 0)
    assert (np.bincount(books.assignment[placed], minlength=instance.num_reps) <= instance.seats).all()
    assert instance.covers[books.assignment[placed], instance.account_state[placed]].all()
    assert books.num_placed <= books.placed_bound == select_seats(instance).num_placed
    assert (front.objectives >= front.ideal - 1e-9).all()
    for line in books.certificate:
        if line.phase in ("referring", "value") and line.bound is not None:
            assert line.value >= line.bound - 1e-9


def test_as_many_are_placed_as_an_exact_solver_places_in_nearly_every_case():
    ours = [relax(with_families(seed), SMALL).selection.num_placed for seed in range(60)]
    best = [most_placed(with_families(seed)) for seed in range(60)]
    assert all(mine <= most for mine, most in zip(ours, best, strict=True))
    assert sum(mine == most for mine, most in zip(ours, best, strict=True)) >= 50
    assert sum(ours) >= 0.99 * sum(best)


@pytest.mark.parametrize("seed", range(30))
def test_the_flow_of_the_rest_stays_a_largest_one(seed):
    instance = draw_instance(seed, num_accounts=50, num_reps=5, num_states=5, covered=0.5)
    rng, rest = np.random.default_rng(seed), ResidualFlow(instance, select_seats(instance).flow)
    left, seats = np.ones(instance.num_accounts, dtype=bool), instance.seats.copy()
    for _ in range(6):
        rows = rng.choice(np.flatnonzero(left), 3, replace=False)
        heads = np.bincount(instance.account_state[rows], minlength=instance.num_states)
        able = np.flatnonzero(instance.covers[:, heads > 0].all(axis=1) & (seats >= 3))
        rep = int(able[0]) if len(able) else -1
        rest.give(rest.without(heads, rep))
        left[rows] = False
        seats[rep] -= 3 if rep >= 0 else 0
        others = draw_instance(
            seed, num_accounts=50, num_reps=5, num_states=5, covered=0.5, covers=instance.covers, seats=seats
        )
        order = np.flatnonzero(left)
        alone = replace(
            others,
            **{
                name: getattr(others, name)[order]
                for name in (
                    "account_state",
                    "is_referring",
                    "measures",
                    "value",
                    "owner",
                    "has_owner",
                    "account_latitude",
                    "account_longitude",
                )
            },
            account_ids=[others.account_ids[row] for row in order],
        )
        assert rest.seated == select_seats(alone).num_placed
        assert (rest.flow.sum(axis=0) <= seats).all()
        assert not rest.flow[~instance.covers.T].any()


def test_the_bounds_are_those_of_the_problem_without_families():
    instance = with_families(3, num_accounts=60, seats=20, covered=0.8)
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    relaxation = relax(instance, SMALL)
    (phase, start), _ = relaxed_phases(relaxation, books.assignment)
    assert (start == books.assignment[phase.accounts]).all()
    proven = [line for line in books.certificate if line.phase == "referring" and line.metric == "drive_minutes"]
    assert proven[0].bound == pytest.approx(lower_bound(phase, weigh(phase, np.array([0.0, 1.0, 0.0]))).bound)


def test_a_family_with_a_kept_member_goes_to_who_keeps_it():
    families = Families(np.array([0, 0, -1, -1]), np.array([1]))
    instance = draw_instance(1, num_accounts=4, num_reps=2, num_states=1, covered=1.1, seats=2, families=families)
    relaxation = relax(instance, SMALL)
    assert relaxation.families.outcome == ("whole",)
    assert relaxation.families.rep.tolist() == [1]


@pytest.mark.parametrize(("may_split", "outcome", "placed"), [(True, "split", 3), (False, "no_book", 1)])
def test_a_family_that_fits_nowhere_whole_is_split_or_overflows_as_asked(may_split, outcome, placed):
    covers = np.array([[True, False], [False, True]])
    families = Families(np.array([0, 0, -1]), np.array([-1]), may_split)
    instance = draw_instance(
        1,
        num_accounts=3,
        num_reps=2,
        num_states=2,
        covers=covers,
        seats=5,
        account_state=np.array([0, 1, 1]),
        families=families,
    )
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    assert books.families.outcome == (outcome,)
    assert (books.num_placed, books.placed_bound) == (placed, 3)
    assert any(line.phase == "families" and line.metric == outcome for line in books.certificate)


def test_what_keeping_its_owner_would_cost_is_told_as_if_the_member_were_free():
    families = Families(np.array([0, 0, -1, -1]), np.array([1]))
    instance = draw_instance(
        1,
        num_accounts=4,
        num_reps=2,
        num_states=1,
        covered=1.1,
        seats=4,
        families=families,
        owner=np.array([0, 0, 0, 0]),
        has_owner=np.ones(4),
    )
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    assert books.assignment[:2].tolist() == [1, 1]
    assert books.explanations.keep_blocked[:2].tolist() == ["", ""]
    assert books.explanations.runner_up[:2].tolist() == [0, 0]
    assert books.explanations.keep_moves[:2].tolist() == [-1.0, -1.0]


@pytest.mark.parametrize(("value", "other"), [([1, 1, 90, 80], "no_book"), ([1, 50, 40, 40], "no_seat")])
def test_a_family_ranks_as_its_best_member(value, other):
    """Two seats: the pair with a referring member has them, though the other pair is worth more."""
    families = Families(np.array([0, 0, 1, 1]), np.array([-1, -1]), may_split=False)
    instance = draw_instance(
        1,
        num_accounts=4,
        num_reps=1,
        num_states=1,
        covered=1.1,
        seats=2,
        families=families,
        is_referring=np.array([1, 0, 0, 0]),
        value=np.array(value),
    )
    assert relax(instance, SMALL).families.outcome == ("whole", other)


def test_the_same_seed_gives_the_same_families():
    first, again = (keep_together(with_families(5, covered=0.8), SMALL) for _ in range(2))
    assert first[1].is_placed.tobytes() == again[1].is_placed.tobytes()
    assert first[2].outcome == again[2].outcome
    assert first[2].rep.tobytes() == again[2].rep.tobytes()


DEGENERATE = {
    "no reps": {"num_reps": 0},
    "no accounts": {"num_accounts": 0},
    "one rep": {"num_reps": 1},
    "no seats": {"seats": 0},
    "nobody covers any state": {"covered": -1.0},
    "seats for all": {"seats": 100, "covered": 1.1},
    "none referring": {"is_referring": np.zeros(40)},
    "all referring": {"is_referring": np.ones(40)},
    "weightless accounts": {"measures": np.zeros((40, 3)), "value": np.zeros(40)},
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_a_degenerate_instance_with_families_gets_an_answer(case):
    instance = with_families(9, **DEGENERATE[case])
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    demand_whole(instance, books)
    assert np.isfinite(books.objectives).all()


def test_all_accounts_may_be_one_family():
    instance = draw_instance(
        4,
        num_accounts=12,
        num_reps=3,
        num_states=1,
        covered=1.1,
        seats=12,
        families=Families(np.zeros(12), np.array([-1])),
    )
    front = solve_referring(instance, SMALL)
    books = complete(instance, front.assignments[front.knee], SMALL)
    assert len(set(books.assignment.tolist())) == 1
    assert books.num_placed == 12


def test_families_of_another_instance_are_refused():
    with pytest.raises(InvalidInput, match=r"3 members[\s\S]*family 4[\s\S]*anchor 9"):
        draw_instance(1, num_accounts=4, num_reps=2, families=Families(np.array([0, 4, -1]), np.array([9])))
