"""The ±5 rule on the tiny company drawn in conftest: what counts, who used it up, where dropped accounts go."""

import polars as pl
import pytest

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.review import Bounds, judge, withdraw
from assignment_assets.domain.review_facts import COVERAGE_OVERRIDES, REVIEW_EDITS, WITHDRAWN
from assignment_assets_tests.domain.tiny import DANA, LEE, Company, account, add, drop, owner_of, rep, verdict_of


def big_book(size=12):
    """Ana with `size` accounts that were Ben's, Ben with seats for all of them and as many in overflow."""
    accounts = [account(f"a{i:02}", "TX", "ana", "ben") for i in range(1, size + 1)]
    overflow = [account(f"o{i:02}", "TX", "iris", "iris", owner_kind="inside_sales") for i in range(1, size + 1)]
    return Company.of(accounts + overflow, [
        rep("ana", "Ana Ruiz", "North", "TX", 100), rep("ben", "Ben Ode", "North", "TX", 100),
        rep("iris", "Iris Lane", None, "", 0, team="arm"),
    ])


def test_without_edits_the_proposal_stands(company):
    books = company.judge().reviewed_books
    assert books["reviewed_owner_id"].to_list() == company.books["proposed_owner_id"].to_list()
    assert set(books["review_change"]) == {"none"}
    assert books.filter("is_move")["account_id"].to_list() == ["a2", "a3", "b1", "b3", "c2"]


def test_a_dropped_account_goes_to_the_rep_who_adds_it(company):
    verdicts = company.judge(drop("b1", "ben"), add("b1", "ana", 2))
    assert verdict_of(verdicts, "b1", "drop")[0] == verdict_of(verdicts, "b1", "add")[0] == "accepted"
    assert owner_of(verdicts.reviewed_books, "b1") == ("ana", "added")
    row = verdicts.reviewed_books.row(by_predicate=pl.col("account_id") == "b1", named=True)
    assert row["move_reason"] == "morale"
    assert row["reason_sentence"] == f"{DANA} (receipt 1): morale – they ask for it"
    assert row["receipt_no"] == 1
    assert row["is_move"] is False


def test_without_a_taker_it_goes_back_to_its_previous_owner(company):
    verdicts = company.judge(drop("b1", "ben"))
    assert owner_of(verdicts.reviewed_books, "b1") == ("ana", "returned")
    assert verdict_of(verdicts, "b1", "drop")[2] == (
        f"Account b1 goes from Ben Ode to Ana Ruiz. {DANA} (receipt 1): morale – they ask for it; nobody took it, so it"
        " stays with Ana Ruiz."
    )


@pytest.mark.parametrize(("account_id", "rep_id", "change", "why"), [
    ("a2", "ana", {}, "Ben Ode, its previous owner, has no seat left"),
    ("a4", "ana", {}, "Ana Ruiz is its previous owner"),
    ("b3", "ben", {}, "Max Orr, its previous owner, is not active"),
    ("b1", "ben", {"is_on_leave": True}, "Ana Ruiz, its previous owner, is on leave"),
    ("b1", "ben", {"covered_states": ["OK"]}, "Ana Ruiz, its previous owner, does not cover TX"),
])
def test_a_previous_owner_who_may_not_hold_it_leaves_it_to_inside_sales(company, account_id, rep_id, change, why):
    verdicts = company.with_rep("ana", **change).judge(drop(account_id, rep_id))
    assert owner_of(verdicts.reviewed_books, account_id) == ("iris", "to_inside_sales")
    assert f"nobody took it and {why}, so it goes to Iris Lane of Inside Sales" in verdict_of(
        verdicts, account_id, "drop")[2]


def test_an_owner_unknown_to_the_company_gets_nothing_back(company):
    verdicts = company.with_account("b1", current_owner_id="queue").judge(drop("b1", "ben"))
    assert owner_of(verdicts.reviewed_books, "b1") == ("iris", "to_inside_sales")


def test_a_placeholder_who_had_it_does_not_get_it_back(company):
    company = company.with_rep("max", team="placeholder", is_active=True).with_account("b1", current_owner_id="max")
    assert owner_of(company.judge(drop("b1", "ben")).reviewed_books, "b1") == ("iris", "to_inside_sales")


def test_an_inside_sales_member_who_had_it_keeps_it(company):
    verdicts = company.with_account("b1", current_owner_id="iris").judge(drop("b1", "ben"))
    assert owner_of(verdicts.reviewed_books, "b1") == ("iris", "returned")


def test_returns_use_only_seats_that_adds_leave():
    company = big_book().with_rep("ben", capacity=2)
    verdicts = company.judge(
        drop("a01", "ana", 1), drop("a02", "ana", 2), drop("a03", "ana", 3), add("o01", "ben", 4)
    )
    owners = [owner_of(verdicts.reviewed_books, name)[0] for name in ("o01", "a01", "a02", "a03")]
    assert owners == ["ben", "ben", "iris", "iris"]


def test_a_missing_inside_sales_member_is_a_broken_promise_not_a_lost_account(company):
    edits = pl.DataFrame([drop("b3", "ben")], schema=REVIEW_EDITS.columns)
    fallback = company.fallback.filter(pl.col("account_id") != "b3")
    with pytest.raises(BrokenInvariant, match=r"account b3, dropped by row 1 of dana.*has no Inside Sales member"):
        judge(edits, company.books, company.reps, fallback)


def test_a_sixth_drop_is_refused_and_says_who_used_them_up():
    edits = [drop(f"a0{i}", "ana", i, receipt_no=2) for i in (3, 4, 6)]
    edits += [drop(f"a0{i}", "ana", i, receipt_no=1, director="eve@example.com") for i in (1, 2)]
    company = big_book()
    eve = rep("eli", "Eli Fox", "North", "TX", 1, director_email="eve@example.com")
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), eve])
    verdicts = company.judge(*edits, drop("a09", "ana", 9, receipt_no=3))
    assert verdict_of(verdicts, "a09", "drop") == ("refused", "over_bound_drops", (
        "5 of 5 drops of Ana Ruiz's book are used: rows 1 and 2 of eve@example.com's review (receipt 1); rows 3, 4 and"
        " 6 of dana@example.com's review (receipt 2)."
    ))
    assert verdicts.edit_verdicts["verdict"].to_list().count("accepted") == 5
    assert owner_of(verdicts.reviewed_books, "a09") == ("ana", "none")


def test_a_sixth_add_is_refused_and_says_who_used_them_up():
    verdicts = big_book().judge(*(add(f"o0{i}", "ana", i) for i in range(1, 7)))
    assert verdict_of(verdicts, "o06") == ("refused", "over_bound_adds", (
        "5 of 5 adds of Ana Ruiz's book are used: rows 1, 2, 3, 4 and 5 of dana@example.com's review (receipt 1)."
    ))


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


def test_a_swap_between_regions_in_two_submissions_is_accepted_on_the_end_state(company):
    verdicts = company.judge(
        drop("b1", "ben", 1), add("c1", "ben", 2),
        drop("c1", "cleo", 1, 2, LEE), add("b1", "cleo", 2, 2, LEE),
    )
    assert set(verdicts.edit_verdicts["verdict"]) == {"accepted"}
    assert owner_of(verdicts.reviewed_books, "c1") == ("ben", "added")
    assert owner_of(verdicts.reviewed_books, "b1") == ("cleo", "added")


def test_an_add_into_a_full_book_is_refused_with_the_count(company):
    verdicts = company.judge(add("a2", "ben"))
    assert verdict_of(verdicts, "a2") == ("refused", "capacity", (
        "Ben Ode's book holds 4 of 4 accounts at the end of all reviews; there is no seat for one more. Drop an account"
        " of that book as well, or choose another rep."
    ))
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


def test_one_voice_on_another_regions_book_is_held_and_nothing_moves(company):
    verdicts = company.judge(add("c1", "ana"))
    verdict, rule, message = verdict_of(verdicts, "c1")
    assert (verdict, rule) == ("held", "one_voice")
    assert message == (
        "Account c1 is proposed for Cleo Park (South) and asked for Ana Ruiz's book (North) by one of the two regions"
        " only: Growth Strategy decides. dana@example.com (receipt 1): morale – they ask for it"
    )
    assert owner_of(verdicts.reviewed_books, "c1") == ("cleo", "none")


@pytest.mark.parametrize("other_voice", [
    drop("c1", "cleo", 1, 2, LEE), add("c1", "ana", 1, 2, LEE),
])
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
        "refused", "already_taken", "Account c1 goes to Dora Lake by row 1 of lee@example.com's review (receipt 2)."
    )


def test_a_displacing_move_that_fails_itself_gives_way_to_the_wish_it_displaced(company):
    second = rep("dora", "Dora Lake", "South", "TX", 5)
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), second])
    verdicts = company.judge(
        add("c1", "ana", 1, 1), drop("c2", "cleo", 1, 2, LEE), add("c1", "dora", 2, 2, LEE), bounds=Bounds(5, 1)
    )
    assert verdict_of(verdicts, "c1", receipt_no=1)[0] == "held"
    assert verdict_of(verdicts, "c1", receipt_no=2) == ("refused", "already_taken", (
        "Account c1 is asked for Ana Ruiz's book by row 1 of dana@example.com's review (receipt 1)."
    ))
    assert verdict_of(verdicts, "c2", "drop")[:2] == ("refused", "over_bound_drops")


def test_a_wish_whose_counts_would_overfill_another_book_says_which(company):
    second = rep("dora", "Dora Lake", "South", "TX", 5)
    company = Company.of(company.books.to_dicts(), [*company.reps.to_dicts(), second])
    verdicts = company.judge(
        add("c1", "ana", 1, 1), drop("c2", "cleo", 1, 2, LEE), add("c1", "dora", 2, 2, LEE),
        add("o1", "cleo", 3, 2, LEE), bounds=Bounds(5, 1),
    )
    assert verdict_of(verdicts, "c2", "drop")[0] == verdict_of(verdicts, "o1")[0] == "accepted"
    assert verdict_of(verdicts, "c1", receipt_no=1) == ("refused", "capacity", (
        "With account c1 in Ana Ruiz's book, Cleo Park's book would hold 4 of 3 accounts at the end of all reviews: the"
        " bounds leave no room for it. Choose another account or another rep."
    ))


def test_an_account_that_two_ask_for_goes_to_the_first(company):
    company = Company.of(company.books.to_dicts(), [
        *company.reps.to_dicts(), rep("dora", "Dora Lake", "South", "TX", 5),
    ])
    verdicts = company.judge(add("o1", "ana", 1, 1), add("o1", "dora", 1, 2, LEE))
    assert verdict_of(verdicts, "o1", receipt_no=2)[:2] == ("refused", "already_taken")
    assert owner_of(verdicts.reviewed_books, "o1") == ("ana", "added")


def test_a_named_exception_opens_a_state_and_is_told(company):
    overrides = pl.DataFrame([("c3", "ana", "family firm")], schema=COVERAGE_OVERRIDES.columns, orient="row")
    verdicts = company.judge(add("c3", "ana"), drop("c3", "cleo", 1, 2, LEE), coverage_overrides=overrides)
    assert owner_of(verdicts.reviewed_books, "c3") == ("ana", "added")
    sentence = verdicts.reviewed_books.filter(pl.col("account_id") == "c3")["reason_sentence"][0]
    assert sentence.endswith("outside covered states by Growth Strategy's exception: family firm")


def test_a_withdrawn_account_stays_where_it_is_and_cannot_be_edited(company):
    gone = pl.DataFrame([("a2", "2026-event-1")], schema=WITHDRAWN.columns, orient="row")
    verdicts = company.judge(drop("a2", "ana"), withdrawn=gone)
    assert verdict_of(verdicts, "a2", "drop") == ("refused", "not_in_review", (
        "Account a2 was withdrawn: the narrower cycle 2026-event-1 decides its owner. Only accounts of the review book"
        " can be edited."
    ))
    assert owner_of(verdicts.reviewed_books, "a2") == ("ben", "withdrawn")
    assert not verdicts.reviewed_books.filter(pl.col("account_id") == "a2")["is_move"][0]


def test_withdrawing_twice_changes_nothing(company):
    gone = pl.DataFrame([("a2", "2026-event-1")], schema=WITHDRAWN.columns, orient="row")
    once = withdraw(company.judge().reviewed_books, gone)
    assert withdraw(once, gone).equals(once)


def test_books_that_name_a_stranger_are_a_broken_promise(company):
    with pytest.raises(BrokenInvariant, match=r"1 accounts are proposed for reps who do not exist: a2 \(nobody\)"):
        company.with_account("a2", proposed_owner_id="nobody").judge()
