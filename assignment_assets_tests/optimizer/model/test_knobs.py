"""Knobs: refused out of their range, all of them at once, with what is expected."""

import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.optimizer.improve.descents import DescentParams
from assignment_assets.optimizer.local_search.cooling import AnnealingParams, Schedule, schedule_of
from assignment_assets.optimizer.local_search.exchange_plan import ExchangePlan
from assignment_assets.optimizer.pareto.search_params import PolishParams, WalkParams
from assignment_assets.optimizer.rounding.diving import DiveParams


def test_every_value_out_of_its_range_is_named_with_the_range():
    with pytest.raises(InvalidInput) as refused:
        WalkParams(children=0, fresh_rate=1.5, reach=0.0)
    assert [str(fault) for fault in refused.value.faults] == [
        "WalkParams.children: 0, expected 1 or more. Change it.",
        "WalkParams.reach: 0.0, expected above 0. Change it.",
        "WalkParams.fresh_rate: 1.5, expected 0 to 1. Change it.",
    ]


def test_the_ends_of_a_range_are_in_it():
    assert (WalkParams(fresh_rate=0).fresh_rate, WalkParams(fresh_rate=1).fresh_rate) == (0, 1)
    assert PolishParams(share=0.99).share == 0.99


def test_there_is_at_least_one_entry_of_what_is_tried_in_turn():
    with pytest.raises(InvalidInput, match=r"DiveParams.batches.*1 or more entries"):
        DiveParams(batches=())


def test_a_plan_of_exchanges_out_of_range_is_refused():
    with pytest.raises(InvalidInput, match=r"DescentParams.*1 to 3 together"):
        DescentParams(full=(ExchangePlan(1.0, 0.0, 16, 4, 20),))


def test_a_schedule_cools_and_narrows_as_its_params_say():
    params = AnnealingParams(last_temperature=0.5, last_window=0.25, coolings=8, partners=2)
    schedule = schedule_of(100, 4.0, 2.0, params)
    assert schedule == Schedule(100, 4.0, 2.0, 2.0, 0.5, coolings=8, partners=2)
