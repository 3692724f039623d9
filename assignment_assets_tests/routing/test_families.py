"""A family that changes in the org: an event with evidence, a decision under a policy, else a person."""

from assignment_assets.domain.routing.tables import DECISIONS, EVENTS, EXCEPTIONS, HIERARCHY_CONFLICTS
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.watch import study_families
from assignment_assets_tests.company import org_id


def re_parent(org) -> None:
    """Clinic a12 of Ana's comes to belong to Ben's b01."""
    org.edit("a12", ParentId=org_id("b01"))
    org.wait(minutes=1)
    org.go()


def test_a_new_parent_under_a_policy_moves_the_child_once_and_the_event_names_the_decision(org):
    org.allow("re_parented")
    re_parent(org)
    assert org.owner(org_id("a12")) == org_id("ben")
    decision = org.table(DECISIONS).row(0, named=True)
    assert (decision["why"], decision["rule"]) == ("re_parented", "parent_owner")
    assert org.table(EVENTS)["cycle"].to_list() == ["routing decision 1"]
    for _ in range(2):
        org.wait(minutes=20)
        assert org.go().decided == 0


def test_without_a_policy_the_child_stays_and_a_person_decides(org):
    org.allow("routing")
    re_parent(org)
    assert org.owner(org_id("a12")) == org_id("ana") and org.table(DECISIONS).height == 0
    assert org.table(EVENTS)["cycle"].to_list() == [None]
    assert org.table(EXCEPTIONS)["kind"].to_list() == ["family_split"]


def test_a_policy_that_begins_later_leaves_earlier_mergers_to_people(org):
    re_parent(org)
    org.allow("re_parented", valid_from="2026-10-02")
    org.wait(days=1)
    org.go()
    assert org.table(DECISIONS).height == 0


def test_families_with_two_owners_are_a_table_of_their_own(org):
    re_parent(org)
    study_families(RoutingLog(org.folder))
    found = org.table(HIERARCHY_CONFLICTS)
    assert found.select("kind", "account_id", "other_account_id").rows() == [
        ("parent_child", org_id("a12"), org_id("b01"))
    ]
