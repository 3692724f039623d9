import re

import numpy as np
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.archive import non_dominated
from assignment_assets.optimizer.pareto.progress import Progress
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets.optimizer.solve import complete, solve_referring
from assignment_assets_tests.optimizer.instances import draw_instance

SMALL = Settings(lattice_divisions=3, generations=3, offspring=6, burst_sweeps=20, knee_sweeps=100, front_points=12)


def both_phases(instance, settings=SMALL):
    front = solve_referring(instance, settings)
    return front, complete(instance, front.assignments[front.knee], settings)


@pytest.mark.parametrize("seed", range(25))
def test_as_many_accounts_are_placed_as_the_maximum_flow_allows(seed):
    instance = draw_instance(seed, num_accounts=80, num_reps=5, num_states=5, covered=0.45, seats=9)
    front, books = both_phases(instance)
    assert books.num_placed == books.placed_bound == select_seats(instance).num_placed
    for row in front.assignments[[0, -1]]:
        assert complete(instance, row, SMALL).num_placed == books.placed_bound
    placed = books.assignment >= 0
    assert (np.bincount(books.assignment[placed], minlength=5) <= instance.seats).all()
    assert instance.covers[books.assignment[placed], instance.account_state[placed]].all()
    assert ((books.drive_minutes >= 0) == placed).all()
    assert (books.phase[placed] == np.where(instance.is_referring, 2, 3)[placed]).all()


@pytest.mark.parametrize("seed", range(15))
def test_a_blind_referring_assignment_is_repaired_until_all_are_placed(seed):
    """Without the reserve phase 2 may take seats that phase 3 needs; the books are complete all the same."""
    instance = draw_instance(seed, num_accounts=60, num_reps=5, num_states=5, covered=0.45, seats=7)
    rng, selection = np.random.default_rng(seed), select_seats(instance)
    free, row = instance.seats.copy(), np.full(len(instance.referring_accounts), -1)
    for column, account in enumerate(instance.referring_accounts):
        able = np.flatnonzero(instance.covers[:, instance.account_state[account]] & (free > 0))
        if len(able) and selection.is_placed[account]:
            row[column] = rng.choice(able)
            free[row[column]] -= 1
    assert complete(instance, row, SMALL).num_placed == selection.num_placed


def test_the_front_is_non_dominated_ordered_and_has_its_knee():
    front, _ = both_phases(draw_instance(4, num_accounts=120, num_reps=6, seats=14, covered=0.7))
    assert len(non_dominated(front.objectives)) == front.num_points > 3
    assert (np.diff(front.objectives[:, 0]) >= 0).all()
    assert (front.objectives >= front.ideal - 1e-9).all()
    weighted = (front.objectives - front.ideal) / (front.reference - front.ideal) @ np.array(SMALL.knee_weights)
    assert int(np.argmin(weighted)) == front.knee
    assert weighted.min() >= front.knee_bound - 1e-9


def test_the_same_seed_gives_the_same_arrays_and_another_seed_may_not():
    instance = draw_instance(5, num_accounts=150, num_reps=6, seats=20, covered=0.7)
    (first, books), (second, again) = both_phases(instance), both_phases(instance)
    assert first.assignments.tobytes() == second.assignments.tobytes()
    assert first.objectives.tobytes() == second.objectives.tobytes()
    assert books.assignment.tobytes() == again.assignment.tobytes()
    assert books.certificate == again.certificate
    for name in ("runner_up", "keep_blocked", "keep_balance", "keep_minutes", "keep_moves", "tie_with", "tie_minutes"):
        assert (getattr(books.explanations, name) == getattr(again.explanations, name)).all()


DEGENERATE = {
    "no reps": {"num_reps": 0},
    "no accounts": {"num_accounts": 0},
    "one rep": {"num_reps": 1},
    "nothing at all": {"num_reps": 0, "num_accounts": 0, "num_states": 0},
    "one account": {"num_accounts": 1},
    "no seats": {"seats": 0},
    "nobody covers any state": {"covered": -1.0},
    "seats for all": {"seats": 100, "covered": 1.1},
    "none referring": {"is_referring": np.zeros(30)},
    "all referring": {"is_referring": np.ones(30)},
    "identical accounts": {"measures": np.full((30, 3), 5), "value": np.full(30, 5)},
    "weightless accounts": {"measures": np.zeros((30, 3)), "value": np.zeros(30)},
    "a whale": {"value": np.array([10**9] + [1] * 29), "measures": 1 + 10**8 * np.eye(30, 3, dtype=int)},
    "owners elsewhere": {"has_owner": np.ones(30), "owner": np.full(30, -1)},
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_a_degenerate_instance_gets_an_answer(case):
    instance = draw_instance(9, **DEGENERATE[case])
    front, books = both_phases(instance)
    assert front.num_points >= 1
    assert np.isfinite(front.objectives).all()
    assert books.num_placed == books.placed_bound
    assert np.isfinite(books.objectives).all()
    assert all(np.isfinite(line.value) for line in books.certificate)
    assert books.certificate[0].metric == "placed"


def test_a_rep_without_seats_or_share_keeps_out_of_the_targets():
    weight, loads = np.array([100, 100, 0]), np.array([[0] * 4, [0] * 4, [900] * 4])
    instance = draw_instance(
        2,
        num_accounts=16,
        num_reps=3,
        covered=1.1,
        weight=weight,
        base_load=loads,
        seats=np.array([8, 8, 0]),
        measures=np.full((16, 3), 1),
        value=np.full(16, 1),
    )
    _, books = both_phases(instance)
    assert books.num_placed == 16
    assert books.objectives[1, 0] == 0.0


def test_the_certificate_is_proven_and_in_words():
    instance = draw_instance(7, num_accounts=120, num_reps=5, num_states=4, seats=12, covered=0.6)
    _, books = both_phases(instance)
    weighted = [line for line in books.certificate if line.metric == "weighted"]
    assert [line.phase for line in weighted] == ["referring", "value"]
    for line in books.certificate:
        assert line.sentence.endswith(".") and not re.search("_|opp_count|bps|tam", line.sentence)
        if line.bound is not None and line.metric != "least_overflow":
            assert line.value >= line.bound - 1e-9


def test_progress_comes_as_frozen_lines():
    heard = []
    solve_referring(draw_instance(5, num_accounts=300, num_reps=8, seats=30), SMALL, heard.append)
    assert {line.step for line in heard} >= {"bounds", "prices", "sweep", "evolution"}
    assert (
        str(Progress("referring", "sweep", 3, 10, 12, 1.5))
        == "referring / sweep: 3 of 10, 12 points, knee 1.50 % above the bound"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (lambda good: good[:-1], "shape"),
        (lambda good: np.full_like(good, 99), "a rep below"),
        (lambda good: np.zeros_like(good), "states their rep does not cover|books above their seats"),
    ],
)
def test_a_row_of_another_instance_is_refused(row, message):
    instance = draw_instance(7, num_accounts=60, num_reps=5, seats=6, covered=0.5)
    front = solve_referring(instance, SMALL)
    with pytest.raises(InvalidInput, match=message):
        complete(instance, row(front.assignments[0]), SMALL)


def test_settings_name_every_figure_out_of_range():
    with pytest.raises(InvalidInput) as refused:
        Settings.from_preset("quick", offspring=0, knee_weights=(0.0, 0.0, 0.0))
    assert "settings.offspring" in str(refused.value)
    assert "settings.knee_weights" in str(refused.value)
    with pytest.raises(InvalidInput, match="brief or quick or standard or thorough"):
        Settings.from_preset("fast")


def test_with_the_front_at_hand_the_books_are_the_same():
    instance = draw_instance(3, num_accounts=80, num_reps=5, num_states=5, covered=0.6, seats=12)
    front, alone = both_phases(instance)
    beside = complete(instance, front.assignments[front.knee], SMALL, front=front)
    assert (beside.assignment == alone.assignment).all()
    assert beside.certificate == alone.certificate
    assert (beside.explanations.keep_balance == alone.explanations.keep_balance).all()


def test_without_generations_the_knee_is_searched_at_length():
    instance = draw_instance(5, num_accounts=200, num_reps=8, num_states=4, covered=0.7, seats=30)
    front = solve_referring(instance, Settings.from_preset("brief"))
    values = (front.objectives - front.ideal) / (front.reference - front.ideal) @ Settings().knee_weights
    assert front.knee == values.argmin()
    assert values[front.knee] < 1.1 * front.knee_bound
    assert (np.sort(values)[-3:] > 1.5 * front.knee_bound).all()  # the extremes
    assert front.num_points >= 3
