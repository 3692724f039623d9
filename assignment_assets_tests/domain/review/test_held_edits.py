"""Growth Strategy's decisions on held edits, on the tiny company drawn in conftest."""

import polars as pl
import pytest

from assignment_assets.domain.review.held_edits import DECISIONS, decide
from assignment_assets_tests.domain.tiny import LEE, add, drop, owner_of, verdict_of

GUS = "gus@example.com"


def decision(account_id, rep_id, choice="accept", decision_no=1):
    """A row of DECISIONS on an edit of receipt 1."""
    return {
        "decision_no": decision_no,
        "receipt_no": 1,
        "account_id": account_id,
        "rep_id": rep_id,
        "decision": choice,
        "decided_by": GUS,
        "note": "agreed by phone",
        "is_signature_valid": True,
    }


def decide_on(company, verdicts, entitlements, *decisions):
    """The decisions applied to a review's verdicts."""
    frame = pl.DataFrame(list(decisions), schema=DECISIONS.columns)
    return decide(verdicts.reviewed_books, verdicts.edit_verdicts, frame, company.reps, entitlements)


def test_without_a_decision_an_edit_stays_held(company, entitlements):
    verdicts = company.judge(add("c1", "ana"))
    decided = decide_on(company, verdicts, entitlements)
    assert decided.edit_verdicts.equals(verdicts.edit_verdicts)
    assert decided.reviewed_books.equals(verdicts.reviewed_books)
    assert decided.decision_verdicts.is_empty()


def test_an_accepted_edit_moves_the_account_and_says_who_decided(company, entitlements):
    decided = decide_on(company, company.judge(add("c2", "ana")), entitlements, decision("c2", "ana"))
    row = decided.reviewed_books.row(by_predicate=pl.col("account_id") == "c2", named=True)
    assert (row["reviewed_owner_id"], row["review_change"], row["is_move"], row["receipt_no"]) == (
        "ana",
        "added",
        False,
        1,
    )
    assert row["reason_sentence"] == (
        "dana@example.com (receipt 1): morale – they ask for it; accepted by gus@example.com: agreed by phone"
    )
    assert verdict_of(decided, "c2") == (
        "accepted",
        "growth_strategy",
        "Held, then accepted by gus@example.com: agreed by phone.",
    )
    assert decided.decision_verdicts["verdict"].to_list() == ["accepted"]


def test_a_refused_edit_leaves_the_proposal(company, entitlements):
    decided = decide_on(company, company.judge(add("c2", "ana")), entitlements, decision("c2", "ana", "refuse"))
    assert owner_of(decided.reviewed_books, "c2") == ("cleo", "none")
    assert verdict_of(decided, "c2")[:2] == ("refused", "growth_strategy")


def test_an_account_dropped_and_then_accepted_goes_to_its_taker(company, entitlements):
    verdicts = company.judge(drop("b1", "ben", 1), add("b1", "cleo", 2), drop("c1", "cleo", 1, 2, LEE))
    assert verdict_of(verdicts, "b1")[0] == "held"
    assert owner_of(verdicts.reviewed_books, "b1") == ("ana", "returned")
    decided = decide_on(company, verdicts, entitlements, decision("b1", "cleo"))
    assert owner_of(decided.reviewed_books, "b1") == ("cleo", "added")


@pytest.mark.parametrize(
    ("changes", "rule", "message"),
    [
        (
            {"is_signature_valid": False},
            "bad_signature",
            "The signature is not gus@example.com's. Sign the decision with your own key.",
        ),
        (
            {"account_id": "c1"},
            "not_held",
            "Account c1 for rep ana (receipt 1) is no held edit; there is nothing to decide.",
        ),
        (
            {"receipt_no": 7},
            "not_held",
            "Account c2 for rep ana (receipt 7) is no held edit; there is nothing to decide.",
        ),
        (
            {"decided_by": "eve@example.com"},
            "not_entitled",
            "eve@example.com may not sign for North or South; one of the two is needed to decide.",
        ),
    ],
)
def test_a_decision_that_does_not_count_says_why_and_the_edit_stays_held(company, entitlements, changes, rule, message):
    decided = decide_on(company, company.judge(add("c2", "ana")), entitlements, decision("c2", "ana") | changes)
    assert decided.decision_verdicts.select("verdict", "rule", "message").rows() == [("refused", rule, message)]
    assert verdict_of(decided, "c2")[0] == "held"
    assert owner_of(decided.reviewed_books, "c2") == ("cleo", "none")


def test_the_later_of_two_decisions_counts(company, entitlements):
    decided = decide_on(
        company,
        company.judge(add("c2", "ana")),
        entitlements,
        decision("c2", "ana", "accept", 1),
        decision("c2", "ana", "refuse", 2),
    )
    assert decided.decision_verdicts.select("verdict", "rule").rows() == [("ignored", "superseded"), ("accepted", None)]
    assert verdict_of(decided, "c2")[0] == "refused"


def swap_asked_for_by_one_voice_each(company):
    """Two full books of two regions, each director asking for one account of the other."""
    full = company.with_rep("ana", capacity=4)
    return full, full.judge(add("c1", "ana", 1), add("a2", "cleo", 1, 1, LEE))


def test_two_held_halves_of_a_swap_between_full_books_are_accepted_together(company, entitlements):
    full, verdicts = swap_asked_for_by_one_voice_each(company)
    assert verdicts.edit_verdicts["verdict"].to_list() == ["held", "held"]
    decided = decide_on(full, verdicts, entitlements, decision("c1", "ana"), decision("a2", "cleo", decision_no=2))
    assert owner_of(decided.reviewed_books, "c1") == ("ana", "added")
    assert owner_of(decided.reviewed_books, "a2") == ("cleo", "added")


def test_one_half_of_a_swap_alone_would_overfill_and_stays_held(company, entitlements):
    full, verdicts = swap_asked_for_by_one_voice_each(company)
    decided = decide_on(full, verdicts, entitlements, decision("c1", "ana"))
    assert decided.decision_verdicts.select("verdict", "rule", "message").rows() == [
        (
            "refused",
            "capacity",
            (
                "Ana Ruiz's book would hold 5 of 4 accounts; the edit stays held. Accept the edit that frees "
                "the seat together"
                " with it, or refuse this one."
            ),
        )
    ]
    assert verdict_of(decided, "c1")[0] == "held"
    assert owner_of(decided.reviewed_books, "c1") == ("cleo", "none")


def test_a_withdrawn_account_is_nobodys_to_decide(company, entitlements):
    verdicts = company.judge(add("c2", "ana"))
    gone = verdicts.reviewed_books.with_columns(
        review_change=pl.when(pl.col("account_id") == "c2").then(pl.lit("withdrawn")).otherwise("review_change")
    )
    frame = pl.DataFrame([decision("c2", "ana")], schema=DECISIONS.columns)
    decided = decide(gone, verdicts.edit_verdicts, frame, company.reps, entitlements)
    assert decided.decision_verdicts["rule"].to_list() == ["not_held"]
