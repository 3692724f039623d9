"""Five adds, five drops, and the seats there are: what an edit uses up, and who used it up before."""

import polars as pl

from assignment_assets.domain.review.rule import Bounds
from assignment_assets_tests.domain.tiny import Company, add, big_book, drop, owner_of, rep, verdict_of


def test_a_sixth_drop_is_refused_and_says_who_used_them_up():
    edits = [drop(f"a0{i}", "ana", i, receipt_no=2) for i in (3, 4, 6)]
    edits += [drop(f"a0{i}", "ana", i, receipt_no=1, director="eve@example.com") for i in (1, 2)]
    company = big_book()
    eve = rep("eli", "Eli Fox", "North", "TX", 1, director_email="eve@example.com")
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), eve])
    verdicts = company.judge(*edits, drop("a09", "ana", 9, receipt_no=3))
    assert verdict_of(verdicts, "a09", "drop") == (
        "refused",
        "over_bound_drops",
        (
            "5 of 5 drops of Ana Ruiz's book are used: rows 1 and 2 of eve@example.com's review (receipt 1); "
            "rows 3, 4 and"
            " 6 of dana@example.com's review (receipt 2)."
        ),
    )
    assert verdicts.edit_verdicts["verdict"].to_list().count("accepted") == 5
    assert owner_of(verdicts.reviewed_books, "a09") == ("ana", "none")


def test_a_sixth_add_is_refused_and_says_who_used_them_up():
    verdicts = big_book().judge(*(add(f"o0{i}", "ana", i) for i in range(1, 7)))
    assert verdict_of(verdicts, "o06") == (
        "refused",
        "over_bound_adds",
        ("5 of 5 adds of Ana Ruiz's book are used: rows 1, 2, 3, 4 and 5 of dana@example.com's review (receipt 1)."),
    )


def test_an_add_out_of_a_book_uses_one_of_its_drops():
    verdicts = big_book().judge(
        *(drop(f"a0{i}", "ana", i) for i in range(1, 5)), add("a05", "ben", 5), add("a06", "ben", 6)
    )
    assert verdict_of(verdicts, "a05")[0] == "accepted"
    assert verdict_of(verdicts, "a06")[:2] == ("refused", "over_bound_drops")
    assert "5 of 5 drops of Ana Ruiz's book" in verdict_of(verdicts, "a06")[2]


def test_one_account_that_is_dropped_and_added_counts_once_on_each_book():
    drops = [drop(f"a0{i}", "ana", i) for i in range(1, 6)]
    adds = [add(f"a0{i}", "ben", 10 + i) for i in range(1, 6)]
    assert set(big_book().judge(*drops, *adds).edit_verdicts["verdict"]) == {"accepted"}


def test_returns_do_not_count_as_adds():
    verdicts = big_book().judge(
        *(drop(f"a0{i}", "ana", i) for i in range(1, 6)), *(add(f"o0{i}", "ben", 10 + i) for i in range(1, 6))
    )
    assert set(verdicts.edit_verdicts["verdict"]) == {"accepted"}
    assert verdicts.reviewed_books.filter(pl.col("reviewed_owner_id") == "ben").height == 10


def test_a_bound_of_none_allows_none():
    verdicts = big_book().judge(drop("a01", "ana"), bounds=Bounds(max_adds=5, max_drops=0))
    assert verdict_of(verdicts, "a01", "drop")[2] == "No drops are allowed on Ana Ruiz's book in this cycle."


def test_a_swap_between_two_full_books_is_accepted(company):
    full = company.with_rep("ana", capacity=4)
    verdicts = full.judge(add("a2", "ben", 1), add("b1", "ana", 2))
    assert set(verdicts.edit_verdicts["verdict"]) == {"accepted"}
    assert owner_of(verdicts.reviewed_books, "a2") == ("ben", "added")
    assert owner_of(verdicts.reviewed_books, "b1") == ("ana", "added")


def test_an_add_into_a_full_book_is_refused_with_the_count(company):
    verdicts = company.judge(add("a2", "ben"))
    assert verdict_of(verdicts, "a2") == (
        "refused",
        "capacity",
        (
            "Ben Ode's book holds 4 of 4 accounts at the end of all reviews; there is no seat for one more. "
            "Drop an account"
            " of that book as well, or choose another rep."
        ),
    )
    assert owner_of(verdicts.reviewed_books, "a2") == ("ana", "none")


def test_of_two_adds_for_one_seat_the_later_is_refused_and_says_who_took_it(company):
    verdicts = company.judge(drop("b1", "ben", 1), add("a2", "ben", 2), add("a3", "ben", 3))
    assert verdict_of(verdicts, "a2")[0] == "accepted"
    assert verdict_of(verdicts, "a3")[:2] == ("refused", "capacity")
    assert "4 of 4 accounts at the end of all reviews, taken by row 2 of dana" in verdict_of(verdicts, "a3")[2]


def test_an_add_refused_for_capacity_gives_its_bound_back():
    company = big_book().with_rep("ben", capacity=0)
    verdicts = company.judge(add("a01", "ben", 1), drop("a02", "ana", 2, 2), bounds=Bounds(5, 1))
    assert verdict_of(verdicts, "a01")[:2] == ("refused", "capacity")
    assert verdict_of(verdicts, "a02", "drop")[0] == "accepted"


def test_an_add_that_fits_after_all_gets_a_second_look(company):
    verdicts = company.with_rep("ana", capacity=4).judge(
        add("b1", "ana", 1), add("a2", "ben", 2, 2), add("b2", "ana", 3, 3)
    )
    assert [verdict_of(verdicts, name)[0] for name in ("b1", "a2", "b2")] == ["accepted", "accepted", "refused"]


def test_fixed_accounts_fill_seats(company):
    verdicts = company.with_rep("ana", fixed_count=2).judge(add("o1", "ana"))
    assert verdict_of(verdicts, "o1")[:2] == ("refused", "capacity")


def test_the_earlier_receipt_has_the_seat_whatever_the_rows():
    company = big_book()
    verdicts = company.judge(
        add("o01", "ana", 1, receipt_no=3), add("o02", "ana", 1, receipt_no=2), bounds=Bounds(1, 5)
    )
    assert verdict_of(verdicts, "o02")[0] == "accepted"
    assert verdict_of(verdicts, "o01")[:2] == ("refused", "over_bound_adds")
