import numpy as np
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.model import instance as instance_module
from assignment_assets_tests.optimizer.instances import draw_instance


def test_every_fault_is_listed_at_once():
    with pytest.raises(InvalidInput) as refused:
        draw_instance(1, num_reps=2, seats=-1, performance=np.array([np.nan, 1.0]), rep_latitude=np.array([91.0, 0.0]))
    message = str(refused.value)
    assert "3 faults" in message
    assert "instance.seats" in message
    assert "instance.performance: other figures for r000" in message
    assert "instance.rep_latitude" in message


def test_arrays_of_another_length_are_refused_with_both_shapes():
    with pytest.raises(InvalidInput, match=r"instance.value: shape \(3,\), expected shape \(30,\)"):
        draw_instance(1, value=np.zeros(3))


def test_ids_out_of_order_are_refused():
    with pytest.raises(InvalidInput, match="ids out of order or twice"):
        draw_instance(1, num_reps=2, rep_ids=["r2", "r1"])


def test_totals_that_exact_arithmetic_cannot_hold_are_refused():
    with pytest.raises(InvalidInput, match="Use a coarser unit"):
        draw_instance(1, value=np.full(30, 2**50))


def test_a_rep_with_seats_and_no_share_of_the_targets_is_refused():
    with pytest.raises(InvalidInput, match="more than 0 for a rep who has seats"):
        draw_instance(1, num_reps=2, seats=3, weight=np.array([1, 0]))


def test_arrays_cannot_be_changed_afterwards():
    with pytest.raises(ValueError, match="read-only"):
        draw_instance(1).seats[0] = 9


def test_shares_are_in_lowest_terms():
    assert draw_instance(1, num_reps=2, weight=np.array([100, 50])).shares.tolist() == [2, 1]


def test_more_reps_than_the_archive_can_number_are_refused(monkeypatch):
    monkeypatch.setattr(instance_module, "MOST_REPS", 3)
    assert draw_instance(1, num_reps=3).num_reps == 3
    with pytest.raises(InvalidInput, match="4 reps, expected at most 3"):
        draw_instance(1, num_reps=4)
