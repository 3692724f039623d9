"""What an engine may ask an org about itself before it writes: rules, flows, triggers, approvals, permissions."""

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID


def tooling(sf, soql):
    return sf.restful("tooling/query", params={"q": soql})["records"]


def test_rules_flows_and_triggers_are_told_by_the_tooling_api(sf, hook):
    hook(
        "create",
        object="ValidationRule",
        records=[
            {"ValidationName": "Owner_Region", "Active": True, "EntityDefinitionId": "Account", "ErrorMessage": "No."},
            {"ValidationName": "Other", "Active": True, "EntityDefinitionId": "Contact"},
        ],
    )
    hook("create", object="ApexTrigger", records=[{"Name": "Sync", "TableEnumOrId": "Account", "Status": "Active"}])
    hook(
        "create",
        object="Flow",
        records=[{"MasterLabel": "On owner", "Status": "Active", "ProcessType": "AutoLaunchedFlow"}],
    )
    rules = (
        "SELECT ValidationName, ErrorMessage FROM ValidationRule "
        "WHERE Active = true AND EntityDefinition.{} = 'Account'"
    )
    for name in ("QualifiedApiName", "DeveloperName"):
        (rule,) = tooling(sf, rules.format(name))
        assert (rule["ValidationName"], rule["ErrorMessage"]) == ("Owner_Region", "No.")
    (trigger,) = tooling(sf, "SELECT Name FROM ApexTrigger WHERE TableEnumOrId = 'Account' AND Status = 'Active'")
    assert trigger["Name"] == "Sync"
    assert tooling(sf, "SELECT MasterLabel FROM Flow WHERE Status = 'Active'")[0]["MasterLabel"] == "On owner"
    for outside in ("SELECT Id FROM ValidationRule", "SELECT Id FROM Flow"):
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
            sf.query(outside)
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
        tooling(sf, "SELECT Id FROM Account")


def test_flows_duplicate_rules_and_approvals_are_told_by_plain_queries(sf, hook, account_ids):
    account = next(account_ids)
    hook(
        "create",
        object="FlowDefinitionView",
        records=[
            {
                "ApiName": "On_Owner",
                "IsActive": True,
                "TriggerObjectOrEventId": "Account",
                "TriggerType": "RecordAfterSave",
            }
        ],
    )
    hook(
        "create",
        object="DuplicateRule",
        records=[{"DeveloperName": "Same", "SobjectType": "Account", "IsActive": True}],
    )
    hook("create", object="ProcessInstance", records=[{"TargetObjectId": account, "Status": "Pending"}])
    flows = (
        "SELECT ApiName FROM FlowDefinitionView "
        "WHERE IsActive = true AND TriggerObjectOrEvent.QualifiedApiName = 'Account'"
    )
    assert [flow["ApiName"] for flow in sf.query(flows)["records"]] == ["On_Owner"]
    assert sf.query("SELECT Id FROM DuplicateRule WHERE SobjectType = 'Account' AND IsActive = true")["totalSize"] == 1
    pending = "SELECT TargetObjectId, TargetObject.Name FROM ProcessInstance WHERE Status = 'Pending'"
    (approval,) = sf.query(pending)["records"]
    assert (approval["TargetObjectId"], bool(approval["TargetObject"]["Name"])) == (account, True)


def test_who_may_transfer_records_is_told(sf):
    assigned = "SELECT PermissionSet.PermissionsTransferAnyEntity FROM PermissionSetAssignment WHERE AssigneeId = '{}'"
    (record,) = sf.query(assigned.format(INTEGRATION_USER_ID))["records"]
    assert record["PermissionSet"]["PermissionsTransferAnyEntity"] is True
    user = "SELECT Profile.Name, Profile.PermissionsTransferAnyEntity, UserRoleId FROM User WHERE Id = '{}'"
    (record,) = sf.query(user.format(INTEGRATION_USER_ID))["records"]
    assert (record["Profile"]["PermissionsTransferAnyEntity"], record["UserRoleId"]) == (False, None)
    reps = sf.query("SELECT COUNT() FROM User WHERE Assignment_Team__c != null")["totalSize"]
    assert (
        sf.query("SELECT COUNT() FROM User WHERE UserRole.Name = 'Sales' AND UserType = 'Standard'")["totalSize"]
        == reps
    )


def test_what_is_tracked_in_the_history_is_told(sf):
    soql = (
        "SELECT QualifiedApiName FROM FieldDefinition "
        "WHERE EntityDefinition.QualifiedApiName = 'Account' AND IsFieldHistoryTracked = true"
    )
    assert [field["QualifiedApiName"] for field in sf.query(soql)["records"]] == ["OwnerId"]
    (entity,) = sf.query("SELECT KeyPrefix FROM EntityDefinition WHERE QualifiedApiName = 'Account'")["records"]
    assert entity["KeyPrefix"] == "001"


def test_an_orgs_portal_accounts_and_their_children_are_told(sf, hook, account_ids, inactive_rep):
    account = next(account_ids)
    hook("edit", id=account, fields={"IsCustomerPortal": True})
    portal = "SELECT Id FROM Account WHERE IsPartner = true OR IsCustomerPortal = true"
    assert account in {record["Id"] for record in sf.query(portal)["records"]}
    for name in ("Contact", "Case", "Task"):
        hook("create", object=name, records=[{"AccountId": account, "OwnerId": inactive_rep}])
        (record,) = sf.query(f"SELECT Account.Name FROM {name} WHERE Owner.IsActive = false")["records"]
        assert record["Account"]["Name"]


def test_the_history_tells_who_changed_an_owner_with_ids_and_with_names(sf, hook, account_ids, active_rep):
    account = next(account_ids)
    before = sf.Account.get(account)["OwnerId"]
    sf.Account.update(account, {"OwnerId": active_rep, "Tier__c": "H"})
    hook("edit", id=account, fields={"OwnerId": before})
    soql = (
        "SELECT Field, OldValue, NewValue, CreatedById, CreatedBy.Username, Account.OwnerId FROM AccountHistory "
        f"WHERE AccountId = '{account}' AND Field = 'Owner' AND CreatedDate = TODAY ORDER BY Id"
    )
    by_id, by_name, back, _ = sf.query(soql)["records"]
    assert (by_id["OldValue"], by_id["NewValue"], by_id["CreatedById"]) == (before, active_rep, INTEGRATION_USER_ID)
    assert by_name["NewValue"] == sf.User.get(active_rep)["Name"]
    assert (back["NewValue"], back["CreatedBy"]["Username"]) == (before, "administrator@example.com")
    with pytest.raises(SourceUnavailable, match="INVALID_TYPE"):
        hook("create", object="AccountHistory", records=[{"AccountId": account}])
