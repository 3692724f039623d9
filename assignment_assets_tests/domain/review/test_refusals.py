"""Edits that are refused for what they are: each shows its sentence, and nothing moves."""

import pytest

from assignment_assets_tests.domain.tiny import LEE, add, drop, owner_of, verdict_of

ONLY = "Only accounts of the review book can be edited."
REASONS = "Every edit needs one of morale, disruption, edge_case and relationship."


@pytest.mark.parametrize(
    ("edit", "rule", "message"),
    [
        (add("o1", "ana", edit_reason=None), "no_reason", f"The reason is missing. {REASONS}"),
        (add("o1", "ana", edit_reason="because"), "no_reason", f"'because' is not a reason. {REASONS}"),
        (
            add("zz", "ana"),
            "not_in_review",
            f"Account 'zz' is not in this cycle's books: it is fixed, carved out or unknown. {ONLY}",
        ),
        (
            add(None, "ana"),
            "not_in_review",
            f"Account '' is not in this cycle's books: it is fixed, carved out or unknown. {ONLY}",
        ),
        (add("o1", "zoe"), "unknown_rep", "Rep 'zoe' is unknown; an edit names a field rep's book."),
        (add("a2", "iris"), "unknown_rep", "Iris Lane is an Inside Sales member; an edit names a field rep's book."),
        (
            add("o1", "cleo"),
            "not_your_region",
            "Cleo Park's book belongs to South; dana@example.com is director of North. Ask that region's director.",
        ),
        (
            drop("c1", "cleo"),
            "not_your_region",
            "Cleo Park's book belongs to South; dana@example.com is director of North. Ask that region's director.",
        ),
        (
            drop("c1", "cleo", director="eve@example.com"),
            "not_your_region",
            "Cleo Park's book belongs to South; eve@example.com is director of no region. Ask that region's director.",
        ),
        (drop("a1", "ana"), "locked", "Account a1 is locked in Ana Ruiz's book; locks hold to the end of the cycle."),
        (add("a1", "ben"), "locked", "Account a1 is locked in Ana Ruiz's book; locks hold to the end of the cycle."),
        (drop("b1", "ana"), "not_in_book", "Account b1 is not in Ana Ruiz's book: it is proposed for Ben Ode."),
        (add("a2", "ana"), "already_there", "Account a2 is in Ana Ruiz's book already."),
        (add("a2", "max"), "not_a_receiver", "Max Orr is not active and receives no accounts. Choose another rep."),
        (
            add("a4", "ben"),
            "covered_states",
            "Account a4 is in OK; Ben Ode covers NM and TX. Growth Strategy may make a named exception.",
        ),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_its_rule_and_changes_nothing(company, edit, rule, message):
    verdicts = company.judge(edit)
    assert verdicts.edit_verdicts.select("verdict", "rule", "message").rows() == [("refused", rule, message)]
    assert set(verdicts.reviewed_books["review_change"]) == {"none"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_on_leave": True}, "Ben Ode is on leave"),
        ({"is_receiver": False}, "Ben Ode is no receiver of this cycle"),
    ],
)
def test_a_rep_who_receives_nothing_cannot_be_given_an_account(company, changes, why):
    verdict = verdict_of(company.with_rep("ben", **changes).judge(add("a2", "ben")), "a2")
    assert verdict == ("refused", "not_a_receiver", f"{why} and receives no accounts. Choose another rep.")


def test_an_account_without_a_state_is_covered_by_nobody(company):
    verdict = verdict_of(company.with_account("o1", state=None).judge(add("o1", "ana")), "o1")
    assert verdict[2].startswith("Account o1 is in no known state; Ana Ruiz covers NM, OK and TX.")


def test_editing_an_account_twice_in_one_submission_counts_the_first_row(company):
    verdicts = company.judge(drop("b1", "ben", 3), drop("b1", "ben", 8))
    assert verdicts.edit_verdicts.select("row_no", "verdict", "rule").rows() == [
        (3, "accepted", None),
        (8, "refused", "duplicate_edit"),
    ]
    assert verdicts.edit_verdicts["message"][1] == (
        "Row 3 of the same review already drops account b1 (Ben Ode's book); the first row counts. Keep one of the two."
    )


def test_a_faulty_first_row_does_not_spoil_the_second(company):
    verdicts = company.judge(drop("b1", "ben", 3, edit_reason=""), drop("b1", "ben", 8))
    assert verdicts.edit_verdicts["verdict"].to_list() == ["refused", "accepted"]


def test_directors_are_told_apart_without_case(company):
    verdicts = company.judge(drop("b1", "ben", director=" Dana@Example.COM"))
    assert verdict_of(verdicts, "b1", "drop")[0] == "accepted"


def test_a_refused_drop_is_no_voice(company):
    verdicts = company.judge(add("c1", "ana"), drop("c1", "cleo", 1, 2, LEE, edit_reason=None))
    assert verdict_of(verdicts, "c1")[0] == "held"
    assert owner_of(verdicts.reviewed_books, "c1") == ("cleo", "none")


def test_a_rep_without_a_region_is_nobodys_to_edit(company):
    verdict = verdict_of(company.with_rep("ben", region=None).judge(drop("b1", "ben")), "b1", "drop")
    assert verdict[1] == "not_your_region"
    assert verdict[2].startswith("Ben Ode's book belongs to no region;")
