"""Reviews as they came back: what could not be read is refused, the rest is judged."""

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.review.reviewed_books import RETURNED, review
from assignment_assets_tests.company import DANA, books_of, config, pool_of, tiny
from assignment_assets_tests.domain.test_packet_rows import OVER, PROPOSED
from assignment_assets_tests.domain.tiny import drop

NO_CLAIMS = pl.DataFrame(
    schema={"account_id": pl.String, "other_cycle": pl.String, "other_scope": pl.String, "other_opened_no": pl.Int64}
    | {"opened_no": pl.Int64}
)


def reviewed(*edits):
    """The verdicts of one director's edits."""
    company, run_config = tiny(), config()
    pool, books = pool_of(company, run_config), books_of(company, run_config)
    returned = [pl.DataFrame(list(edits), schema=RETURNED)] if edits else []
    return review(returned, pool, books, company.reps, PROPOSED, OVER, NO_CLAIMS, run_config)


def test_without_a_review_the_proposal_stands():
    found = reviewed()
    assert found.edit_verdicts.is_empty()
    proposed = assigned(PROPOSED, OVER).sort("account_id")["new_owner_id"].to_list()
    assert found.reviewed_books.sort("account_id")["reviewed_owner_id"].to_list() == proposed


def test_an_edit_that_could_not_be_read_is_refused_with_its_rule_and_changes_nothing():
    unread = drop("a03", "ana", director=DANA) | {"rule": "not_in_review", "message": "It is not there."}
    found = reviewed(unread)
    assert found.edit_verdicts.select("verdict", "rule", "message").rows() == [
        ("refused", "not_in_review", "It is not there.")
    ]
    assert set(found.reviewed_books["review_change"]) == {"none"}
