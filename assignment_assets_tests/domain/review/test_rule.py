"""The review of the tiny company drawn in conftest: where dropped accounts go, who has what was withdrawn."""

import polars as pl
import pytest

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.review.facts import REVIEW_EDITS, WITHDRAWN
from assignment_assets.domain.review.rule import judge, withdraw
from assignment_assets.domain.setup.overrides import COVERAGE_OVERRIDES
from assignment_assets_tests.domain.tiny import DANA, LEE, add, big_book, drop, owner_of, verdict_of


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


@pytest.mark.parametrize(
    ("account_id", "rep_id", "change", "why"),
    [
        ("a2", "ana", {}, "Ben Ode, its previous owner, has no seat left"),
        ("a4", "ana", {}, "Ana Ruiz is its previous owner"),
        ("b3", "ben", {}, "Max Orr, its previous owner, is not active"),
        ("b1", "ben", {"is_on_leave": True}, "Ana Ruiz, its previous owner, is on leave"),
        ("b1", "ben", {"covered_states": ["OK"]}, "Ana Ruiz, its previous owner, does not cover TX"),
    ],
)
def test_a_previous_owner_who_may_not_hold_it_leaves_it_to_inside_sales(company, account_id, rep_id, change, why):
    verdicts = company.with_rep("ana", **change).judge(drop(account_id, rep_id))
    assert owner_of(verdicts.reviewed_books, account_id) == ("iris", "to_inside_sales")
    assert (
        f"nobody took it and {why}, so it goes to Iris Lane of Inside Sales"
        in verdict_of(verdicts, account_id, "drop")[2]
    )


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
    verdicts = company.judge(drop("a01", "ana", 1), drop("a02", "ana", 2), drop("a03", "ana", 3), add("o01", "ben", 4))
    owners = [owner_of(verdicts.reviewed_books, name)[0] for name in ("o01", "a01", "a02", "a03")]
    assert owners == ["ben", "ben", "iris", "iris"]


def test_a_missing_inside_sales_member_is_a_broken_invariant_not_a_lost_account(company):
    edits = pl.DataFrame([drop("b3", "ben")], schema=REVIEW_EDITS.columns)
    fallback = company.fallback.filter(pl.col("account_id") != "b3")
    with pytest.raises(BrokenInvariant, match=r"account b3, dropped by row 1 of dana.*has no Inside Sales member"):
        judge(edits, company.books, company.reps, fallback)


def test_a_named_exception_opens_a_state_and_is_told(company):
    overrides = pl.DataFrame([("c3", "ana", "family firm")], schema=COVERAGE_OVERRIDES.columns, orient="row")
    verdicts = company.judge(add("c3", "ana"), drop("c3", "cleo", 1, 2, LEE), coverage_overrides=overrides)
    assert owner_of(verdicts.reviewed_books, "c3") == ("ana", "added")
    sentence = verdicts.reviewed_books.filter(pl.col("account_id") == "c3")["reason_sentence"][0]
    assert sentence.endswith("outside covered states by Growth Strategy's exception: family firm")


def test_a_withdrawn_account_stays_where_it_is_and_cannot_be_edited(company):
    gone = pl.DataFrame([("a2", "2026-event-1")], schema=WITHDRAWN.columns, orient="row")
    verdicts = company.judge(drop("a2", "ana"), withdrawn=gone)
    assert verdict_of(verdicts, "a2", "drop") == (
        "refused",
        "not_in_review",
        (
            "Account a2 was withdrawn: the narrower cycle 2026-event-1 decides its owner. Only accounts of the "
            "review book"
            " can be edited."
        ),
    )
    assert owner_of(verdicts.reviewed_books, "a2") == ("ben", "withdrawn")
    assert not verdicts.reviewed_books.filter(pl.col("account_id") == "a2")["is_move"][0]


def test_withdrawing_twice_changes_nothing(company):
    gone = pl.DataFrame([("a2", "2026-event-1")], schema=WITHDRAWN.columns, orient="row")
    once = withdraw(company.judge().reviewed_books, gone)
    assert withdraw(once, gone).equals(once)


def test_books_that_name_a_stranger_are_a_broken_invariant(company):
    with pytest.raises(BrokenInvariant, match=r"1 accounts are proposed for reps who do not exist: a2 \(nobody\)"):
        company.with_account("a2", proposed_owner_id="nobody").judge()
