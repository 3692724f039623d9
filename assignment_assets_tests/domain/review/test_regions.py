"""Edits between two regions: both directors, one voice that is held, and wishes that stand in each other's way."""

import pytest

from assignment_assets.domain.review.rule import Bounds
from assignment_assets_tests.domain.tiny import LEE, Company, add, drop, owner_of, rep, verdict_of


def test_a_swap_between_regions_in_two_submissions_is_accepted_on_the_end_state(company):
    verdicts = company.judge(
        drop("b1", "ben", 1),
        add("c1", "ben", 2),
        drop("c1", "cleo", 1, 2, LEE),
        add("b1", "cleo", 2, 2, LEE),
    )
    assert set(verdicts.edit_verdicts["verdict"]) == {"accepted"}
    assert owner_of(verdicts.reviewed_books, "c1") == ("ben", "added")
    assert owner_of(verdicts.reviewed_books, "b1") == ("cleo", "added")


def test_one_voice_on_another_regions_book_is_held_and_nothing_moves(company):
    verdicts = company.judge(add("c1", "ana"))
    verdict, rule, message = verdict_of(verdicts, "c1")
    assert (verdict, rule) == ("held", "one_voice")
    assert message == (
        "Account c1 is proposed for Cleo Park (South) and asked for Ana Ruiz's book (North) by one of the two regions"
        " only: Growth Strategy decides. dana@example.com (receipt 1): morale – they ask for it"
    )
    assert owner_of(verdicts.reviewed_books, "c1") == ("cleo", "none")


@pytest.mark.parametrize(
    "other_voice",
    [
        drop("c1", "cleo", 1, 2, LEE),
        add("c1", "ana", 1, 2, LEE),
    ],
)
def test_both_directors_together_may_move_an_account_between_regions(company, other_voice):
    verdicts = company.judge(add("c1", "ana"), other_voice)
    assert set(verdicts.edit_verdicts["verdict"]) == {"accepted"}
    assert owner_of(verdicts.reviewed_books, "c1") == ("ana", "added")


def test_a_director_who_gives_an_account_away_is_one_voice_too(company):
    verdicts = company.judge(add("c1", "ana", 1, 1, LEE))
    assert verdict_of(verdicts, "c1")[0] == "held"


def test_a_held_edit_reserves_its_count_on_both_books(company):
    verdicts = company.judge(
        add("c1", "ana", 1), add("o1", "ana", 2), drop("c2", "cleo", 1, 2, LEE), bounds=Bounds(1, 1)
    )
    assert verdict_of(verdicts, "o1")[:2] == ("refused", "over_bound_adds")
    assert verdict_of(verdicts, "o1")[2] == (
        "1 of 1 adds of Ana Ruiz's book are used: row 1 of dana@example.com's review (receipt 1). Held for Growth"
        " Strategy, and counted: row 1 of dana@example.com's review (receipt 1)."
    )
    assert verdict_of(verdicts, "c2", "drop")[:2] == ("refused", "over_bound_drops")


def test_a_held_edit_reserves_its_seat_and_leaves_none_behind(company):
    roomy = company.with_rep("ana", capacity=5)
    verdicts = roomy.judge(add("c1", "ana", 1), add("o1", "ana", 2), add("a2", "cleo", 1, 2, LEE), drop("a2", "ana", 3))
    assert verdict_of(verdicts, "c1")[0] == "held"
    assert verdict_of(verdicts, "a2")[:2] == ("refused", "capacity")
    assert verdict_of(verdicts, "o1")[0] == "accepted"


def test_the_home_directors_own_move_goes_before_a_strangers_wish(company):
    second = rep("dora", "Dora Lake", "South", "TX", 5)
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), second])
    verdicts = company.judge(add("c1", "ana", 1, 1), add("c1", "dora", 1, 2, LEE))
    assert verdict_of(verdicts, "c1", receipt_no=2)[0] == "accepted"
    assert verdict_of(verdicts, "c1", receipt_no=1) == (
        "refused",
        "already_taken",
        "Account c1 goes to Dora Lake by row 1 of lee@example.com's review (receipt 2).",
    )


def test_a_displacing_move_that_fails_itself_gives_way_to_the_wish_it_displaced(company):
    second = rep("dora", "Dora Lake", "South", "TX", 5)
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), second])
    verdicts = company.judge(
        add("c1", "ana", 1, 1), drop("c2", "cleo", 1, 2, LEE), add("c1", "dora", 2, 2, LEE), bounds=Bounds(5, 1)
    )
    assert verdict_of(verdicts, "c1", receipt_no=1)[0] == "held"
    assert verdict_of(verdicts, "c1", receipt_no=2) == (
        "refused",
        "already_taken",
        ("Account c1 is asked for Ana Ruiz's book by row 1 of dana@example.com's review (receipt 1)."),
    )
    assert verdict_of(verdicts, "c2", "drop")[:2] == ("refused", "over_bound_drops")


def test_a_wish_whose_counts_would_overfill_another_book_says_which(company):
    second = rep("dora", "Dora Lake", "South", "TX", 5)
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), second])
    verdicts = company.judge(
        add("c1", "ana", 1, 1),
        drop("c2", "cleo", 1, 2, LEE),
        add("c1", "dora", 2, 2, LEE),
        add("o1", "cleo", 3, 2, LEE),
        bounds=Bounds(5, 1),
    )
    assert verdict_of(verdicts, "c2", "drop")[0] == verdict_of(verdicts, "o1")[0] == "accepted"
    assert verdict_of(verdicts, "c1", receipt_no=1) == (
        "refused",
        "capacity",
        (
            "With account c1 in Ana Ruiz's book, Cleo Park's book would hold 4 of 3 accounts at the end of all "
            "reviews: the"
            " bounds leave no room for it. Choose another account or another rep."
        ),
    )


def test_an_account_that_two_ask_for_goes_to_the_first(company):
    company = Company.of(
        company.books.to_dicts(),
        [
            *company.reps.to_dicts(),
            rep("dora", "Dora Lake", "South", "TX", 5),
        ],
    )
    verdicts = company.judge(add("o1", "ana", 1, 1), add("o1", "dora", 1, 2, LEE))
    assert verdict_of(verdicts, "o1", receipt_no=2)[:2] == ("refused", "already_taken")
    assert owner_of(verdicts.reviewed_books, "o1") == ("ana", "added")
