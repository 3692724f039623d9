"""Each rep's book as it is: capacity, who receives, what is churned or non-productive."""

from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.setup.current_books import months_before, performance_or_median
from assignment_assets_tests.company import AS_OF, account, books_of, config, tiny


def book(company, rep_id, **changes):
    """A rep's row of `current_books`."""
    return books_of(company, config(**changes)).row(by_predicate=_is(rep_id), named=True)


def _is(rep_id):
    return pl.col("rep_id") == rep_id


def silent(letter="c", owner_id="cleo"):
    """A dozen of accounts that never referred."""
    return [account(f"{letter}{number:02}", owner_id) for number in range(1, 13)]


def test_every_rep_has_one_row_even_without_accounts():
    books = books_of(tiny(), config())
    assert books["rep_id"].to_list() == ["amy", "ana", "ben", "cleo", "gus", "iris", "max", "nia", "queue"]
    assert book(tiny(), "nia")["account_count"] == 0


def test_the_count_leaves_carve_outs_apart():
    assert book(tiny(), "ana")["account_count"] == 12


def test_who_has_left_leaves_a_churned_book():
    books = books_of(tiny(), config())
    assert books.filter("is_churned")["rep_id"].to_list() == ["max"]
    assert book(tiny(reps={"iris": {"is_active": False}}), "iris")["is_churned"] is False


def test_a_named_productive_rep_is_leaving_and_receives_nothing():
    row = book(tiny(), "ana", scope="churn", books=["ana"])
    assert (row["is_churned"], row["is_receiver"], row["receiver_reason"]) == (True, False, "leaving")


def test_a_book_without_referrals_is_non_productive():
    assert book(tiny(*silent()), "cleo")["is_non_productive"] is True
    assert book(tiny(*silent()), "ana")["is_non_productive"] is False


def test_the_floor_is_a_share_of_the_field_median():
    """Ana and Ben have 14 referrals on 12 accounts, the median; Cleo 3 on 12, 0.21 of the median."""
    rows = silent()
    rows[0] = rows[0] | {"referrals_l12m": 3, "referrals_ever": 3}
    assert book(tiny(*rows), "cleo")["is_non_productive"] is True
    assert book(tiny(*rows), "cleo", non_productive_share=0.2)["is_non_productive"] is False


@pytest.mark.parametrize(
    ("started_on", "expected"),
    [
        (date(2026, 4, 1), True),
        (date(2026, 4, 2), False),
        (None, True),
    ],
)
def test_a_book_is_judged_after_six_months(started_on, expected):
    company = tiny(*silent(), reps={"cleo": {"started_on": started_on}})
    assert book(company, "cleo")["is_non_productive"] is expected


def test_who_has_left_is_churned_and_not_non_productive():
    company = tiny(*silent(), reps={"cleo": {"is_active": False}})
    assert (book(company, "cleo")["is_churned"], book(company, "cleo")["is_non_productive"]) == (True, False)


def test_capacity_is_the_book_size_lowered_by_ramp_and_by_growth_strategy():
    company = tiny(reps={"nia": {"capacity": 5}, "ben": {"capacity": 80}})
    assert book(company, "ana")["capacity"] == 12
    assert book(company, "nia")["capacity"] == 5
    assert book(company, "ben")["capacity"] == 12
    assert book(company, "nia", capacities={"nia": 3})["capacity"] == 3
    assert book(company, "nia", capacities={"nia": 9})["capacity"] == 5


def test_growth_strategy_may_replace_covered_states():
    assert book(tiny(), "ana", covered_states={"ana": ["NM", "AZ", "NM"]})["covered_states"] == ["AZ", "NM"]
    assert book(tiny(), "ben", covered_states={"ana": ["AZ"]})["covered_states"] == ["NM", "TX"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "receiver"),
        ({"is_active": False}, "inactive"),
        ({"on_leave_until": AS_OF}, "on_leave"),
        ({"on_leave_until": date(2026, 9, 30)}, "receiver"),
        ({"latitude": None}, "no_coordinates"),
        ({"region": None}, "no_region"),
        ({"covered_states": []}, "no_covered_states"),
        ({"capacity": 0}, "no_capacity"),
        ({"team": "growers"}, "not_field"),
    ],
)
def test_who_receives_and_why_not(changes, reason):
    row = book(tiny(reps={"ana": changes}), "ana")
    assert (row["receiver_reason"], row["is_receiver"]) == (reason, reason == "receiver")


@pytest.mark.parametrize(
    ("given", "receivers"),
    [
        ({"scope": "global"}, {"ana", "ben", "cleo", "nia"}),
        ({"scope": "region", "regions": ["North"]}, {"ana", "ben"}),
        ({"scope": "rep", "reps": ["ben"]}, {"ben"}),
        ({"scope": "churn"}, {"ana", "ben", "cleo", "nia"}),
        ({"scope": "churn", "regions": ["South"]}, {"cleo", "nia"}),
        ({"scope": "churn", "books": ["max"]}, {"ana", "ben", "cleo", "nia"}),
        ({"scope": "new_starter_class", "reps": ["nia"]}, {"nia"}),
    ],
)
def test_each_scope_has_its_receivers(given, receivers):
    books = books_of(tiny(), config(**given))
    assert set(books.filter("is_receiver")["rep_id"]) == receivers
    outside = set(books.filter(books["receiver_reason"] == "outside_scope")["rep_id"])
    assert outside == {"ana", "ben", "cleo", "nia"} - receivers


def test_months_before_stays_within_the_month():
    assert months_before(date(2026, 5, 31), 3) == date(2026, 2, 28)
    assert months_before(date(2026, 10, 1), 6) == date(2026, 4, 1)


def test_an_unknown_performance_counts_as_the_fields_median():
    known = dict(performance_or_median(tiny().reps).iter_rows())
    assert (known["ana"], known["nia"]) == (1.0, 2.0)
    nobody = tiny(reps={rep_id: {"performance": None} for rep_id in ("ana", "ben", "cleo")}).reps
    assert set(performance_or_median(nobody)["performance"]) == {0.0}
