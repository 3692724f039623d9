"""Generated activities have what the bar asks of a planted truth, and are the same for the same seed."""

import polars as pl
import pytest

from assignment_assets.domain.overlays.activities.tables import HANDED_OVER
from assignment_assets.sample.activities import AS_OF, TRUTH, generate_activities


@pytest.fixture(scope="module")
def work():
    """5,000 activities."""
    return generate_activities(5_000, 7)


def test_the_same_seed_gives_the_same_rows_and_another_one_others():
    first, again, other = (generate_activities(200, seed) for seed in (3, 3, 4))
    assert first.truth.equals(again.truth)
    assert all(frame.equals(again.handed_over[name]) for name, frame in first.handed_over.items())
    assert not first.activities.equals(other.activities)


def test_tables_are_those_that_a_source_hands_over_and_the_truth_lies_apart(work):
    assert {name: dict(frame.schema) for name, frame in work.handed_over.items()} == {
        table.name: table.columns for table in HANDED_OVER
    }
    assert dict(work.truth.schema) == TRUTH
    assert work.truth["activity_id"].sort().equals(work.activities["activity_id"].sort())


def test_two_fifths_and_more_are_logged_on_accounts(work):
    opportunities = {*work.opportunities["opportunity_id"], *work.merges["from_id"]}
    on_account = ~work.activities["what_id"].is_in(list(opportunities))
    assert work.activities.height == 5_000
    assert on_account.fill_null(True).mean() >= 0.4
    assert work.truth["is_on_account"].mean() >= 0.4


def test_three_in_ten_accounts_and_more_have_opportunities_that_overlap(work):
    lives = work.opportunities.filter(pl.col("stage") != "Merged").with_columns(pl.col("closed_on").fill_null(AS_OF))
    pairs = lives.join(lives, on="account_id", suffix="_other").filter(
        pl.col("opportunity_id") < pl.col("opportunity_id_other"),
        pl.col("created_on") <= pl.col("closed_on_other"),
        pl.col("created_on_other") <= pl.col("closed_on"),
    )
    assert pairs["account_id"].n_unique() / lives["account_id"].n_unique() >= 0.3


def test_some_opportunities_are_merged_three_times_on_end_and_worked_on_before(work):
    merges = dict(work.merges.select("from_id", "to_id").iter_rows())
    three = {
        start for start in merges if merges.get(merges.get(merges[start])) in {*work.opportunities["opportunity_id"]}
    }
    assert len(three) >= 3
    assert work.activities["what_id"].is_in(list(three)).any()


def test_some_belong_to_none_some_are_logged_twice_and_some_on_the_wrong_record(work):
    both = work.activities.join(work.truth, on="activity_id")
    assert 0.1 < both["opportunity_id"].is_null().mean() < 0.4
    assert both.height - both["event_no"].n_unique() > 50
    there = both.join(work.opportunities.select(what_id="opportunity_id"), on="what_id", how="semi")
    assert 0.001 < (there["what_id"] != there["opportunity_id"]).fill_null(True).mean() < 0.05
