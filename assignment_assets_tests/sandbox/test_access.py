"""Features, fields and records that an org or its integration user may be without, over HTTPS."""

import pytest
from simple_salesforce.exceptions import (
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets_tests.sandbox.test_preconditions import composite


def retrieved(sf, name, ids, fields=("Id",)):
    return sf.restful(f"composite/sobjects/{name}", method="POST", json={"ids": list(ids), "fields": list(fields)})


def test_retrieve_gives_null_in_place_for_whatever_it_cannot_give(sf, account_ids, active_rep, hook):
    seen, hidden = next(account_ids), next(account_ids)
    hook("access", invisible_ids=[hidden[:15]])
    ids = ["0015g0000", hidden, active_rep, "", "0015g00000zzzzz", seen, "nonsense"]
    assert [record and record["Id"] for record in retrieved(sf, "Account", ids)] == [None] * 5 + [seen, None]
    hook("access", invisible_ids=[])
    assert retrieved(sf, "Account", [hidden])[0]["Id"] == hidden


def test_a_hidden_record_is_as_if_it_were_not_there(sf, account_ids, active_rep, hook, changed):
    account = next(account_ids)
    hook("access", invisible_ids=[account])
    for asked in (lambda: sf.Account.get(account), lambda: sf.Account.update(account, {"OwnerId": active_rep})):
        with pytest.raises(SalesforceResourceNotFound, match="NOT_FOUND"):
            asked()
    for everything in (False, True):
        soql = f"SELECT Id FROM Account WHERE Id = '{account}'"
        assert sf.query(soql, include_deleted=everything)["totalSize"] == 0
    assert changed(account) == []
    hook("edit", id=account, fields={"Tier__c": "P"})
    hook("access", invisible_ids=[])
    assert sf.Account.get(account)["Tier__c"] == "P"


@pytest.mark.parametrize(
    ("feature", "name"),
    [
        ("account_teams", "AccountTeamMember"),
        ("account_shares", "AccountShare"),
        ("opportunity_teams", "OpportunityTeamMember"),
        ("account_history", "AccountHistory"),
        ("organization", "Organization"),
        ("duplicate_rules", "DuplicateRule"),
        ("approvals", "ProcessInstance"),
        ("flows", "FlowDefinitionView"),
    ],
)
def test_an_object_of_a_feature_that_is_off_is_no_type(sf, hook, feature, name):
    assert name in {each["name"] for each in sf.describe()["sobjects"]}
    hook("access", off=[feature, "several_currencies"])
    with pytest.raises(SalesforceMalformedRequest, match=f"sObject type '{name}' is not supported") as refusal:
        sf.query(f"SELECT Id FROM {name}")
    assert refusal.value.content[0]["errorCode"] == "INVALID_TYPE"
    with pytest.raises(SalesforceResourceNotFound):
        retrieved(sf, name, [])
    assert name not in {each["name"] for each in sf.describe()["sobjects"]}


def test_a_hidden_field_is_no_column_to_readers_and_not_to_be_written(sf, account_ids, hook, changed):
    account = next(account_ids)
    hook("access", hidden_fields=["Account.tier__c", "AccountTeamMember.CaseAccessLevel"])
    assert "Tier__c" not in sf.Account.get(account)
    assert "Tier__c" not in {field["name"] for field in sf.Account.describe()["fields"]}
    for asked in (
        lambda: sf.query("SELECT Tier__c FROM Account"),
        lambda: sf.query("SELECT Id FROM Account WHERE Tier__c = 'A'"),
        lambda: sf.query("SELECT Account.Tier__c FROM Opportunity"),
        lambda: sf.query("SELECT CaseAccessLevel FROM AccountTeamMember"),
        lambda: retrieved(sf, "Account", [account], ["Id", "Tier__c"]),
    ):
        with pytest.raises(SalesforceMalformedRequest) as refusal:
            asked()
        assert refusal.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceMalformedRequest, match=r"Unable to create/update fields: Tier__c\. Please check"):
        sf.Account.update(account, {"Tier__c": "A"})
    assert changed(account) == []


def test_a_field_may_be_seen_and_not_written(sf, account_ids, active_rep, hook, changed):
    account = next(account_ids)
    hook("access", read_only_fields=["Account.OwnerId"])
    assert sf.Account.get(account)["OwnerId"]
    with pytest.raises(SalesforceMalformedRequest) as refusal:
        sf.Account.update(account, {"OwnerId": active_rep})
    (error,) = refusal.value.content
    assert (error["errorCode"], error["fields"]) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ["OwnerId"])
    assert changed(account) == []
    hook("access", hidden_fields=["Account.OwnerId"], read_only_fields=[])
    assert sf.Account.update(account, {"Tier__c": "R"}) == 204


def test_limits_the_whole_api_and_the_tooling_api_may_be_refused(sf, hook):
    hook("access", off=["limits", "tooling"])
    with pytest.raises(SalesforceRefusedRequest, match="FUNCTIONALITY_NOT_ENABLED"):
        sf.limits()
    with pytest.raises(SalesforceRefusedRequest):
        sf.restful("tooling/query", params={"q": "SELECT Id FROM ApexTrigger"})
    hook("access", off=["api"])
    with pytest.raises(SalesforceRefusedRequest) as refusal:
        sf.query("SELECT Id FROM User LIMIT 1")
    assert refusal.value.content[0]["errorCode"] == "API_DISABLED_FOR_ORG"


def test_collections_may_be_no_part_of_a_composite_call(sf, account_ids, hook):
    part = {
        "method": "POST",
        "url": "/services/data/v59.0/composite/sobjects/Account",
        "body": {"ids": [next(account_ids)], "fields": ["Id"]},
        "referenceId": "r0",
    }
    hook("access", off=["collections_in_composite"])
    assert composite(sf, part)[0]["httpStatusCode"] == 400
    assert len(retrieved(sf, "Account", part["body"]["ids"])) == 1


def test_what_is_off_is_told_and_wrong_names_are_refused(hook):
    told = hook("access", off=["limits"], hidden_fields=["User.Email"])
    assert told == hook("access", "GET")
    assert told == {"off": ["limits"], "hidden_fields": ["user.email"], "read_only_fields": [], "invisible_ids": []}
    for wrong in ({"off": ["weather"]}, {"hidden_fields": ["Account.Id"]}, {"hidden": []}):
        with pytest.raises(SourceUnavailable, match="INVALID_ACCESS"):
            hook("access", **wrong)
    with pytest.raises(SourceUnavailable, match="INVALID_FIELD"):
        hook("access", hidden_fields=["Account.Colour"])
    assert hook("access", "GET") == told
    assert hook("access", "DELETE")["off"] == ["several_currencies"]


def test_portal_accounts_and_users_of_other_kinds_have_rules_of_their_own(sf, account_ids, active_rep, hook):
    account = next(account_ids)
    role = sf.User.get(active_rep)["UserRoleId"]
    hook("edit", id=account, fields={"IsPartner": True})
    hook("edit", object="User", id=active_rep, fields={"UserRoleId": None})
    with pytest.raises(SalesforceMalformedRequest, match="portal account owner must have a role"):
        sf.Account.update(account, {"OwnerId": active_rep})
    hook("edit", object="User", id=active_rep, fields={"UserRoleId": role, "UserType": "PowerPartner"})
    with pytest.raises(SalesforceMalformedRequest, match="OP_WITH_INVALID_USER_TYPE_EXCEPTION"):
        sf.Account.update(account, {"OwnerId": active_rep})
    hook("edit", object="User", id=active_rep, fields={"UserType": "Standard"})
    assert sf.Account.update(account, {"OwnerId": active_rep}) == 204
