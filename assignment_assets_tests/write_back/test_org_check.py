"""The org check against a running org: what it does not have, and ten hazards before anything is written."""

import math
from collections import Counter
from urllib.parse import unquote_plus

import pytest

from assignment_assets.write_back.dry_run import dry_run
from assignment_assets.write_back.org_check import check
from assignment_assets.write_back.plan import planned
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, PlanRunner, drawn, moves


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest.fixture
def fresh(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def checked(org, count=40, **more):
    return check(org.gateway().org, planned(moves(count)), **more)


def test_an_org_as_it_is_loaded_has_everything_and_is_asked_without_accounts_too(local):
    found = checked(local)
    assert found.without == []
    alone = check(local.gateway().org, [])
    assert (alone.account_count, alone.org_id) == (0, found.org_id)


def plant(org, rows):
    """Hazards of every kind; the codes that name them."""
    first, second, third, fourth = rows["account_id"].head(4)
    child = rows.filter(rows["account_id"] == fourth)
    create = org.address.hook
    create(
        "create",
        object="ValidationRule",
        records=[{"ValidationName": "Tier_needed", "Active": True, "EntityDefinitionId": "Account"}],
    )
    create(
        "create",
        object="DuplicateRule",
        records=[{"DeveloperName": "d", "MasterLabel": "Same name", "SobjectType": "Account", "IsActive": True}],
    )
    create(
        "create",
        object="FlowDefinitionView",
        records=[{"ApiName": "f", "Label": "New owner", "IsActive": True, "TriggerObjectOrEventId": "Account"}],
    )
    create("create", object="ApexTrigger", records=[{"Name": "Geo", "TableEnumOrId": "Account", "Status": "Active"}])
    create("create", object="ProcessInstance", records=[{"TargetObjectId": first, "Status": "Pending"}])
    org.edit(second, {"IsCustomerPortal": True})
    org.edit(ACTIVE[0], {"UserRoleId": None}, object="User")
    create("create", object="UserLogin", records=[{"UserId": ACTIVE[0], "IsFrozen": True}])
    left = COMPANY.reps.filter(~COMPANY.reps["is_active"])["rep_id"][0]
    create("create", object="Contact", records=[{"LastName": "Old", "AccountId": third, "OwnerId": left}])
    org.edit(child["account_id"][0], {"ParentId": first})
    return {
        "VALIDATION_RULES",
        "DUPLICATE_RULES",
        "ACTIVE_FLOWS",
        "TRIGGERS",
        "PENDING_APPROVALS",
        "PORTAL_ACCOUNTS",
        "RECEIVER_WITHOUT_ROLE",
        "FROZEN_RECEIVER",
        "CHILDREN_OF_INACTIVE_OWNERS",
    }


def test_hazards_that_are_planted_are_each_named_before_anything_is_written(fresh):
    rows = moves(200)
    planted = plant(fresh.org, rows)
    hidden = rows["account_id"][9]
    fresh.org.access(read_only_fields=["Account.OwnerId"], invisible_ids=[hidden])
    planted |= {"OWNER_NOT_EDITABLE", "ACCOUNTS_NOT_VISIBLE"}
    before = len(fresh.org.requests())
    found = dry_run(rows, {}, fresh.tools.gateway(), 4)
    named = {hazard.code for hazard in found.check.hazards}
    assert planted <= named
    assert all(f"  {code} (" in found.page() for code in planted)
    assert found.page().startswith("Org check of ")
    assert fresh.org.sent() == []
    assert fresh.org.address.hook("writes", "GET")["writes"][-1]["channel"] != "api"
    asked = Counter(object_of(call) for call in fresh.org.requests()[before:])
    assert max(asked.values()) <= 20 + math.ceil(rows.height / 400), asked
    assert (asked["Opportunity"], asked["Contact"], asked["ProcessInstance"]) == (1, 2, 1)


def object_of(call):
    """The object that a request is about."""
    path = unquote_plus(call["path"])
    words = path.split()
    return words[words.index("FROM") + 1] if "FROM" in words else path.split("?")[0].rpartition("/")[2]


def test_an_untracked_owner_a_missing_permission_and_an_inactive_receiver_are_named(fresh):
    org = fresh.org.gateway().org
    (permission_set,) = [record["Id"] for record in org.query("SELECT Id FROM PermissionSet")]
    tracked = "SELECT Id FROM FieldDefinition WHERE DurableId = 'Account.OwnerId'"
    (owner_field,) = [record["Id"] for record in org.query(tracked)]
    fresh.org.edit(ACTIVE[0], {"IsActive": False}, object="User")
    fresh.org.edit(permission_set, {"PermissionsTransferAnyEntity": False}, object="PermissionSet")
    fresh.org.edit(owner_field, {"IsFieldHistoryTracked": False}, object="FieldDefinition")
    named = {hazard.code for hazard in checked(fresh.org).hazards}
    assert named == {"INACTIVE_RECEIVER", "NO_TRANSFER_PERMISSION", "OWNER_HISTORY_NOT_TRACKED"}


def test_large_families_and_large_books_are_told_by_the_org_itself(fresh):
    rows = moves(40)
    parent = rows["account_id"][0]
    for account in rows["account_id"][1:5]:
        fresh.org.edit(account, {"ParentId": parent})
    changes = [type(each)(**vars(each) | {"parent_id": parent}) for each in planned(rows)[1:5]]
    (skew,) = [each for each in check(fresh.org.gateway().org, changes, 3).hazards if each.code == "PARENT_SKEW"]
    assert (skew.accounts, skew.sentence.partition(":")[0]) == (4, f"{parent} has 4 children")


@pytest.mark.parametrize(
    ("off", "lacking"),
    [
        ("account_teams", {"AccountTeamMember"}),
        ("account_shares", {"AccountShare"}),
        ("limits", {"/limits"}),
        ("organization", {"Organization"}),
        ("tooling", {"validation rules", "triggers", "tracked fields"}),
        ("flows", {"flows"}),
        ("duplicate_rules", {"duplicate rules"}),
        ("approvals", {"ProcessInstance"}),
    ],
)
def test_what_the_org_does_not_have_is_said_and_neither_dry_run_nor_write_dies_of_it(fresh, off, lacking):
    fresh.org.switch_off(off)
    found = dry_run(moves(30), {}, fresh.tools.gateway(), 4)
    assert found.verdicts == {"READY": 30}
    assert {what for what, _, _ in found.check.without} == lacking
    assert "What this org does not have, or does not show to this user:" in found.page()
    plan = fresh.add(*drawn(moves(30)))
    assert fresh.run(plan).counts == {"VERIFIED": 30}


def test_a_user_who_sees_no_deals_gets_a_dry_run_all_the_same(fresh):
    fresh.org.access(hidden_fields=["Opportunity.IsClosed"])
    found = dry_run(moves(30), {}, fresh.tools.gateway(), 4)
    assert (found.open_opportunities, found.verdicts) == (0, {"READY": 30})
    assert [what for what, _, _ in found.check.without] == ["Opportunity"]


def test_hidden_levels_of_access_are_left_out_of_what_is_kept(fresh):
    fresh.org.access(hidden_fields=["AccountTeamMember.CaseAccessLevel", "AccountShare.CaseAccessLevel"])
    found = dry_run(moves(200), {}, fresh.tools.gateway(), 4)
    assert found.team_members > 0
    assert {what for what, _, _ in found.check.without} == {
        "AccountTeamMember.CaseAccessLevel",
        "AccountShare.CaseAccessLevel",
    }


def test_where_retrieves_do_not_go_within_composite_calls_two_calls_do_and_it_is_remembered(fresh):
    fresh.org.switch_off("collections_in_composite")
    plan = fresh.add(*drawn(moves(60)))
    assert fresh.run(plan).counts == {"VERIFIED": 60}
    together = [
        call
        for call in fresh.org.requests("/composite")
        if call["path"].endswith("/composite") and "composite/sobjects" in str(call["body"])
    ]
    assert len(together) == 1
