"""An account changes its person: who is told what, and what counts as acknowledged."""

from dataclasses import replace
from datetime import date

import pytest

from assignment_assets.domain.overlays.hand_overs import (
    HAND_OVER_FACTS,
    HAND_OVER_MARKS,
    done_changes,
    hand_over_letters,
    hand_overs,
)
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    OVERLAY_ACCOUNTS,
    OVERLAY_CHANGES,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.letters import letter
from assignment_assets.io.notices.post import post
from assignment_assets.io.settings import NoticesSetting
from assignment_assets_tests.domain.overlays.small import PEOPLE, at, roles, rows

CHANGES = [
    {"change_no": 1, "role": "csm", "account_id": "a1", "from_id": "u1", "to_id": "u2"},
    {"change_no": 2, "role": "csm", "account_id": "a1", "from_id": "u3", "to_id": None},
    {"change_no": 3, "role": "sa", "account_id": "a1", "from_id": "u1", "to_id": "u2"},  # no checklist, no letter
]


def changed(*marks, before=(), changes=CHANGES):
    """The hand-overs of the changes above."""
    return hand_overs(
        roles(),
        rows(OVERLAY_CHANGES, *changes),
        rows(OVERLAY_ACCOUNTS, {"role": "csm", "account_id": "a1", "name": "Clinic X"}),
        rows(HAND_OVERS, *before),
        rows(HAND_OVER_MARKS, *marks),
    )


@pytest.fixture(scope="module")
def letters():
    """The letters about the changes above."""
    deal = {"account_id": "a1", "is_closed": False, "stage": "Offer", "amount_cents": 1_000_000}
    deals = rows(
        OVERLAY_OPPORTUNITIES,
        deal | {"opportunity_id": "o1", "name": "Beds", "close_on": date(2026, 12, 1)},
        deal | {"opportunity_id": "o2", "name": "Lamps", "is_closed": True},
    )
    facts = rows(HAND_OVER_FACTS, {"account_id": "a1", "kind": "ticket", "line": "4711: door squeaks"})
    links = {"uma@example.com": "https://pages.example.com/in?k=uma"}
    return hand_over_letters(changed(), roles(), rows(OVERLAY_PEOPLE, *PEOPLE), deals, facts, links)


def test_a_role_with_a_checklist_has_a_hand_over_for_every_change():
    shown = changed().select("change_no", "account_name", "from_id", "to_id", "checklist").rows()
    assert shown == [(1, "Clinic X", "u1", "u2", "Renewals\nOpen tickets"), (2, "Clinic X", "u3", None, shown[1][4])]
    assert changed(changes=[CHANGES[0] | {"to_id": "u1"}]).is_empty()


def test_hand_overs_that_are_known_stay_as_they_are_and_the_first_mark_counts():
    before = [row | {"checklist": "as it was"} for row in changed().to_dicts()]
    mark = {"change_no": 1, "marked_by": "uma@example.com"}
    marks = [mark | {"part": "given", "at": at(5)}, mark | {"part": "given", "at": at(2)}]
    later = changed(*marks, mark | {"part": "taken", "at": at(7)}, before=before)
    assert later.select("change_no", "given_at", "taken_at", "checklist").rows() == [
        (1, at(2), at(7), "as it was"),
        (2, None, None, "as it was"),
    ]


def test_only_what_the_account_shows_is_handed_over():
    stamp = {"object": "Account", "role": "csm", "record_id": "a1"}
    stamps = rows(
        OVERLAY_STAMPS,
        *(stamp | {"stamp_no": each, "change_no": each} for each in (1, 2)),
        {"object": "Opportunity", "stamp_no": 3, "change_no": 3},
    )
    log = rows(
        OVERLAY_LOG,
        {"stamp_no": 1, "attempt": 1, "outcome": "failed"},
        {"stamp_no": 1, "attempt": 2, "outcome": "verified"},
        {"stamp_no": 2, "attempt": 1, "outcome": "drift"},
    )
    assert done_changes(rows(OVERLAY_CHANGES, *CHANGES), stamps, log)["change_no"].to_list() == [1, 3]


def test_the_former_and_the_new_one_have_a_letter_and_who_has_left_has_none(letters):
    assert [(each.change_no, each.side, each.person, each.other) for each in letters] == [
        (1, "gives", "u1", "Ugo Two"),
        (1, "takes", "u2", "Uma One"),
    ]
    told = changed(before=[row | {"told_at": at(1)} for row in changed().to_dicts()])
    nothing = rows(OVERLAY_OPPORTUNITIES), rows(HAND_OVER_FACTS)
    assert hand_over_letters(told, roles(), rows(OVERLAY_PEOPLE, *PEOPLE), *nothing, {}) == []


def test_a_letter_has_the_checklist_open_deals_what_waits_and_the_link(letters):
    gives, takes = (letter(each, NoticesSetting()) for each in letters)
    assert gives["Subject"] == "Hand over: Clinic X (customer-success manager)" and "uma@example.com" in gives["To"]
    text = gives.get_content()
    for words in (
        "has a new customer-success manager: Ugo Two",
        "[ ] Renewals",
        "Beds: Offer, $10,000, closes 1 Dec 2026",
        "ticket: 4711: door squeaks",
        "https://pages.example.com/in?k=uma",
        "Questions: lead@example.com.",
    ):
        assert words in text, words
    assert "Lamps" not in text
    assert takes["Subject"].startswith("Take over:") and "say so on your page" not in takes.get_content()


def test_nobody_has_a_second_letter_whatever_the_link(letters, tmp_path):
    folder, setting = DataFolder(tmp_path), NoticesSetting()
    assert {each.outcome for each in post(folder, "overlays", letters, setting, utc_now)} == {"previewed"}
    again = [replace(each, link="https://pages.example.com/in?k=another") for each in letters]
    assert {each.outcome for each in post(folder, "overlays", again, setting, utc_now)} == {"known"}
    assert len(list((tmp_path / "notices" / "overlays" / "previews").glob("hand_over-*.eml"))) == 2
