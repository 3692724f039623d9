"""What is published of hand-overs and of the next account, from the log's copies alone."""

import pytest

from assignment_assets.domain.overlays.hand_overs import HAND_OVER_FACTS
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_PEOPLE,
    OVERLAY_WORKLOAD,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.overlay_words import mark
from assignment_assets.io.settings import Settings
from assignment_assets.io.warehouse.overlay_copies import overlay_copies, read_overlays
from assignment_assets.overlays.hand_overs import hand_over, propose_next
from assignment_assets_tests.domain.overlays.small import PEOPLE, at, roles, rows


@pytest.fixture
def folder(tmp_path):
    folder = DataFolder(tmp_path)
    change = {"change_no": 1, "role": "csm", "account_id": "a1", "from_id": "u1", "to_id": "u2"}
    old = change | {"change_no": 2, "received_at": at(-24 * 30)}
    load = {"role": "csm", "person_id": "u2", "name": "Ugo Two", "is_active": True, "load": 1.0}
    accounts = ({"role": "csm", "account_id": "a1", "person_id": "u2"}, {"role": "csm", "account_id": "a2"})
    for table, facts in (
        (OVERLAY_PEOPLE, PEOPLE),
        (OVERLAY_CHANGES, [change | {"received_at": at(0)}, old]),
        (OVERLAY_ACCOUNTS, accounts),
        (OVERLAY_WORKLOAD, [load]),
    ):
        overlay_copies(folder).publish(table, rows(table, *facts))
    return folder


def told(folder, hour, **settings):
    return hand_over(folder, roles(), HAND_OVER_FACTS.empty(), Settings(**settings), b"key", lambda: at(hour))


def test_both_are_told_once_with_their_own_link_and_what_they_acknowledge_is_taken_in(folder):
    assert [each.outcome for each in told(folder, 1)] == ["previewed", "previewed"]
    texts = [path.read_text() for path in (folder.root / "notices" / "overlays" / "previews").glob("*.eml")]
    assert len(texts) == 2 and sum("uma@example.com~" in text.replace("=\n", "") for text in texts) == 1
    mark(folder, 1, "given", "uma@example.com", at(2))
    assert told(folder, 3) == []
    row = read_overlays(folder, HAND_OVERS).row(0, named=True)
    assert (row["told_at"], row["given_at"], row["taken_at"]) == (at(1), at(2), None)


def test_the_next_account_is_proposed_and_published(folder):
    assert propose_next(folder, roles())["csm"].is_proven
    assert read_overlays(folder, NEXT_ACCOUNTS).select("account_id", "person_id").rows() == [("a2", "u2")]
