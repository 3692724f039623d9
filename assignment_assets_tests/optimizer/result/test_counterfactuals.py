import numpy as np
import pytest

from assignment_assets.optimizer.extensions.relaxation import Relaxation
from assignment_assets.optimizer.frames import books_frame
from assignment_assets.optimizer.model.objectives import evaluate
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.weighted_sum import weigh
from assignment_assets.optimizer.pareto.progress import silent
from assignment_assets.optimizer.phases.referring import referring_phase
from assignment_assets.optimizer.result import counterfactuals as reasons
from assignment_assets.optimizer.result.complete import complete_books
from assignment_assets.optimizer.result.ties import break_ties
from assignment_assets.optimizer.seats.max_flow import select_seats
from assignment_assets_tests.optimizer.instances import draw_instance


@pytest.mark.parametrize("seed", range(20))
def test_the_price_of_keeping_is_the_difference_of_two_full_evaluations(seed):
    instance = draw_instance(seed, num_accounts=50, num_reps=4, num_states=3, seats=9, covered=0.8)
    phase, assignment = referring_phase(instance, select_seats(instance))
    found = reasons.weigh_alternatives(phase, assignment, phase.reserve, weigh(phase, np.ones(3)), np.zeros(4))
    before = evaluate(phase, assignment)[0]
    free = instance.seats - np.bincount(assignment, minlength=4) - phase.reserve.sum(axis=0)
    priced = 0
    for row, owner in enumerate(phase.edges.owner):
        if owner < 0 or owner == assignment[row] or phase.edges.rank[phase.edges.state[row], owner] < 0:
            assert found.balance[row] == found.minutes[row] == found.moves[row] == 0.0
            continue
        kept = assignment.copy()
        kept[row] = owner
        assert (found.blocked[row] == reasons.FULL) == (free[owner] <= 0)
        if found.partner[row] >= 0:
            assert assignment[found.partner[row]] == owner
            kept[found.partner[row]] = assignment[row]
        change = evaluate(phase, kept)[0] - before
        assert found.balance[row] == pytest.approx(change[0], abs=1e-9)
        assert found.minutes[row] == pytest.approx(change[1] * phase.num_accounts, abs=1e-6)
        assert found.moves[row] == pytest.approx(change[2] * phase.num_owned / 100, abs=1e-9)
        priced += 1
    assert priced > 0


def twin_reps(performance, **changes):
    """One account that two reps at the same place could hold, both far below their target."""
    arrays = {
        "num_accounts": 1,
        "num_reps": 3,
        "num_states": 1,
        "covers": np.array([[True], [True], [False]]),
        "seats": np.array([3, 3, 0]),
        "base_load": np.array([[0] * 4, [0] * 4, [900] * 4]),
        "weight": np.array([1, 1, 1]),
        "owner": np.array([-1]),
        "has_owner": np.array([False]),
        "is_referring": np.array([True]),
        "measures": np.array([[5, 5, 5]]),
        "value": np.array([5]),
        "performance": np.array(performance),
        "rep_latitude": np.array([40.0, 40.0, 30.0]),
        "rep_longitude": np.array([-90.0, -90.0, -80.0]),
    }
    return draw_instance(1, **{**arrays, **changes})


@pytest.mark.parametrize(("performance", "winner"), [((90.0, 110.0, 0.0), 1), ((110.0, 90.0, 0.0), 0)])
def test_a_tie_goes_to_the_better_performer_and_says_so(performance, winner):
    instance = twin_reps(performance)
    selection = select_seats(instance)
    for first in (0, 1):
        relaxation = Relaxation(instance, selection, instance, selection, selection.num_placed, np.zeros(1, dtype=bool))
        books = complete_books(relaxation, np.array([first]), Settings.from_preset("quick"), silent)
        assert books.assignment.tolist() == [winner]
        told = books_frame(books, instance).select("tie_rep_id", "tie_minutes", "tie_performance", "performance").row(0)
        reps = instance.rep_ids
        if first == winner:
            assert told[:2] == (None, -1)
        else:
            assert told == (reps[first], books.drive_minutes[0], performance[first], performance[winner])


def test_drive_minutes_beyond_the_band_are_no_tie():
    instance = twin_reps(
        (90.0, 110.0, 0.0),
        rep_latitude=np.array([40.0, 41.0, 30.0]),
        account_latitude=np.array([40.0]),
        account_longitude=np.array([-90.0]),
    )
    selection = select_seats(instance)
    phase, _ = referring_phase(instance, selection)
    minutes = phase.edges.minutes.astype(int)
    difference = abs(minutes[0] - minutes[1])
    assert difference > 10
    for band, winner in ((difference - 1, 0), (difference, 1)):
        assignment = np.array([0], dtype=np.int32)
        given_by = break_ties(instance, (phase,), assignment, int(band))
        assert assignment.tolist() == [winner]
        assert given_by.tolist() == [0 if winner else -1]


def test_the_owner_is_kept_rather_than_a_better_performer():
    instance = twin_reps((90.0, 110.0, 0.0), owner=np.array([0]), has_owner=np.array([True]))
    phase, _ = referring_phase(instance, select_seats(instance))
    assignment = np.array([0], dtype=np.int32)
    break_ties(instance, (phase,), assignment, 60)
    assert assignment.tolist() == [0]


def test_an_exchange_between_full_books_is_no_tie():
    """What the better performer would win with one account they would lose with the other."""
    twins = {
        "num_accounts": 2,
        "seats": np.array([1, 1, 0]),
        "owner": np.array([-1, -1]),
        "has_owner": np.array([False, False]),
        "is_referring": np.array([True, True]),
        "measures": np.array([[5, 5, 5], [9, 9, 9]]),
        "value": np.array([5, 9]),
    }
    instance = twin_reps((90.0, 110.0, 0.0), **twins)
    phase, _ = referring_phase(instance, select_seats(instance))
    assignment = np.array([1, 0], dtype=np.int32)
    assert break_ties(instance, (phase,), assignment, 60_000).tolist() == [-1, -1]
    assert assignment.tolist() == [1, 0]
