"""What in an org would hinder a write, judged on drawn facts."""

from dataclasses import replace

import pytest

from assignment_assets.io.salesforce.org_facts import OrgFacts, Receiver
from assignment_assets.write_back.hazards import hazards
from assignment_assets.write_back.plan import Change

CHANGES = [Change("", account, "ben", "ana", parent_id="family") for account in ("a1", "a2", "a3")]
ANA = Receiver("ana", "Ana", True, False, "Standard")
QUIET = OrgFacts(
    org_id="00D",
    user_id="005",
    unanswered={},
    may_transfer=True,
    may_edit_owner=True,
    is_owner_tracked=True,
    automations={"flow": [], "trigger": [], "validation rule": [], "duplicate rule": []},
    receivers={"ana": ANA},
    pending=[],
    portal=[],
    invisible=[],
    children={"another family": 20_000},
    owned={"ana": 100},
    orphans={"Opportunity": [], "Contact": []},
    open_deals=[],
)


def found(**changed):
    return {hazard.code: hazard for hazard in hazards(replace(QUIET, **changed), CHANGES)}


def test_a_quiet_org_has_no_hazard_and_neither_has_one_that_could_not_be_asked():
    assert found() == {}
    nothing = {"may_transfer": None, "may_edit_owner": None, "is_owner_tracked": None, "receivers": {}, "owned": {}}
    assert found(**nothing) == {}


@pytest.mark.parametrize(
    ("changed", "code", "accounts", "said"),
    [
        ({"may_transfer": False}, "NO_TRANSFER_PERMISSION", 3, "permission set with Transfer Record"),
        ({"may_edit_owner": False}, "OWNER_NOT_EDITABLE", 3, "field-level security"),
        ({"is_owner_tracked": False}, "OWNER_HISTORY_NOT_TRACKED", 0, "Set History Tracking"),
        ({"invisible": ["a3"]}, "ACCOUNTS_NOT_VISIBLE", 1, "does not show a3"),
        ({"receivers": {"ana": replace(ANA, is_active=False)}}, "INACTIVE_RECEIVER", 3, "Ana (ana) is not an active"),
        ({"receivers": {"ana": replace(ANA, user_type="PowerPartner")}}, "RECEIVER_OF_OTHER_KIND", 3, "PowerPartner"),
        ({"receivers": {"someone": ANA}}, "NO_SUCH_RECEIVER", 3, "no user ana"),
        ({"receivers": {"ana": replace(ANA, is_frozen=True)}}, "FROZEN_RECEIVER", 3, "Ana (ana) is frozen"),
        ({"portal": ["a1", "b1"]}, "RECEIVER_WITHOUT_ROLE", 1, "has no role"),
        ({"portal": ["a1"]}, "PORTAL_ACCOUNTS", 1, "go one after the other"),
        ({"pending": ["a2"]}, "PENDING_APPROVALS", 1, "for a2"),
        ({"orphans": {"Contact": ["a1", "a2"]}}, "CHILDREN_OF_INACTIVE_OWNERS", 2, "Contact records"),
        ({"children": {"family": 12_000}}, "PARENT_SKEW", 3, "family has 12,000 children"),
        ({"owned": {"ana": 9_998}}, "OWNER_SKEW", 3, "would own 10,001 accounts"),
        ({"automations": {"trigger": ["Geo"]}}, "TRIGGERS", 3, "1 active trigger on Account (Geo)"),
        (
            {"automations": {"flow": list("abcdefg")}},
            "ACTIVE_FLOWS",
            3,
            "7 active flows on Account (a, b, c, d, e and 2",
        ),
        ({"automations": {"validation rule": ["v"]}}, "VALIDATION_RULES", 3, "validation rule"),
        ({"automations": {"duplicate rule": ["d"]}}, "DUPLICATE_RULES", 3, "DUPLICATES_DETECTED"),
    ],
)
def test_each_hazard_is_named_with_what_it_concerns(changed, code, accounts, said):
    hazard = found(**changed)[code]
    assert hazard.accounts == accounts
    assert said in hazard.sentence


def test_a_queue_as_receiver_is_called_one():
    to_queue = [Change("", "a1", "ben", "00G5g000004qQueEAU")]
    [hazard] = hazards(QUIET, to_queue)
    assert hazard.code == "NO_SUCH_RECEIVER" and "a queue or a group, and accounts belong to users" in hazard.sentence


def test_what_refuses_stands_first():
    told = list(found(automations={"trigger": ["Geo"]}, pending=["a2"], portal=["a1"], is_owner_tracked=False).values())
    weights = [hazard.weight for hazard in told]
    assert weights == sorted(weights, key=["refuses", "may refuse", "reacts", "note"].index)
