"""Receipts and the pages' notes on their way into the logs."""

from datetime import datetime

from assignment_assets.domain.gates.submissions import unknown_actions
from assignment_assets.domain.tables import AUDIT_LOG


def action(subject, minute):
    """A view that the pages wrote down."""
    row = {"at": datetime(2026, 10, 5, 12, minute), "actor": "dana", "action": "page: view", "subject": subject}
    return dict.fromkeys(AUDIT_LOG.columns) | row


def test_what_the_audit_has_already_is_not_told_again():
    first, second = action("North", 1), action("North", 2)
    known = unknown_actions([first], AUDIT_LOG.empty())
    assert known.height == 1
    assert unknown_actions([first, second], known)["at"].to_list() == [second["at"]]
