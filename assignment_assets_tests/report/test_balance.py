import polars as pl
import pytest

from assignment_assets.report.balance import balance, fair_shares
from assignment_assets.report.books import loads


def figures(owned, reps, book_state, measure="opp_count"):
    return balance(owned, reps).filter(book_state=book_state, measure=measure).row(0, named=True)


def test_the_part_above_fair_shares_is_what_the_hand_reckons(owned, reps):
    # before 60 30 10 of 100, fair 40 40 20: 20 too many with ann; after review 50 30 20: 10 too many.
    assert figures(owned, reps, "before")["imbalance_pct"] == pytest.approx(20.0)
    assert figures(owned, reps, "proposed")["imbalance_pct"] == pytest.approx(0.0)
    assert figures(owned, reps, "reviewed")["imbalance_pct"] == pytest.approx(10.0)


def test_variation_and_difference_are_taken_over_books_scaled_to_the_average_capacity(owned, reps):
    # 60/4, 30/4 and 10/2 times the average capacity 10/3: 50, 25 and 16 2/3; mean 30 5/9.
    before = figures(owned, reps, "before")

    assert (before["least"], before["most"]) == (pytest.approx(50 / 3), pytest.approx(50.0))
    assert before["spread"] == pytest.approx(100 / 3)
    assert before["cv_pct"] == pytest.approx(46.354, abs=0.001)
    assert figures(owned, reps, "proposed")["cv_pct"] == pytest.approx(0.0)


def test_every_measure_has_its_row_and_money_stays_in_cents(owned, reps):
    rows = balance(owned, reps)

    assert rows.height == 3 * 5
    assert figures(owned, reps, "proposed", "tam_cents")["most"] == pytest.approx(1_000_000 / 3)
    assert figures(owned, reps, "proposed", "account_count")["most"] == pytest.approx(10 / 3)


def test_a_stage_that_has_not_run_has_no_rows(owned, reps):
    assert balance(owned.drop("reviewed"), reps)["book_state"].unique().sort().to_list() == ["before", "proposed"]


def test_without_reps_there_is_nothing_to_balance(owned, reps):
    assert balance(owned, reps.clear()).is_empty()


def test_nothing_to_share_is_perfectly_even(owned, reps):
    empty = figures(owned.with_columns(bps=pl.lit(0, pl.Int64)), reps, "before", "bps")

    assert (empty["imbalance_pct"], empty["cv_pct"], empty["spread"]) == (0.0, 0.0, 0.0)


def test_a_fair_share_is_the_part_of_all_capacity(owned, reps):
    assert fair_shares(loads(owned, "before", reps), "opp_count").to_list() == pytest.approx([150.0, 75.0, 50.0])
