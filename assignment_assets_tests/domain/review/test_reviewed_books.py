"""Reviews as they came back: what could not be read is refused, the rest is judged."""

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.review.reviewed_books import RETURNED, ReviewInput, review
from assignment_assets_tests.company import DANA, config
from assignment_assets_tests.domain.test_packet_rows import OVER, PROPOSED, proposed
from assignment_assets_tests.domain.tiny import drop
from assignment_assets_tests.in_memory import CYCLE


def reviewed(*edits):
    """The verdicts of one director's edits."""
    returned = [pl.DataFrame(list(edits), schema=RETURNED)] if edits else []
    return review(returned, ReviewInput.read(proposed(), CYCLE), config())


def test_without_a_review_the_proposal_stands():
    found = reviewed()
    assert found.edit_verdicts.is_empty()
    as_proposed = assigned(PROPOSED, OVER).sort("account_id")["new_owner_id"].to_list()
    assert found.reviewed_books.sort("account_id")["reviewed_owner_id"].to_list() == as_proposed


def test_an_edit_that_could_not_be_read_is_refused_with_its_rule_and_changes_nothing():
    unread = drop("a03", "ana", director=DANA) | {"rule": "not_in_review", "message": "It is not there."}
    found = reviewed(unread)
    assert found.edit_verdicts.select("verdict", "rule", "message").rows() == [
        ("refused", "not_in_review", "It is not there.")
    ]
    assert set(found.reviewed_books["review_change"]) == {"none"}
