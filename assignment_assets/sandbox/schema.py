"""The local org's objects and their fields: what SOQL may name, what an update may change, how SQLite keeps them."""

from assignment_assets.sandbox.history import history_object, history_view
from assignment_assets.sandbox.merges import MERGED_INTO
from assignment_assets.sandbox.overlay_fields import ON_ACCOUNT, ON_OPPORTUNITY
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.setup_objects import SETUP_OBJECTS
from assignment_assets.sandbox.sobject import (
    AUTHOR,
    BIN,
    Field,
    Kind,
    SObject,
    amounts,
    checkboxes,
    define,
    numbers,
    reference,
    texts,
)

ACCOUNT = define(
    "Account",
    "001",
    reference("OwnerId", "User"),
    reference("ParentId", "Account"),
    *texts("Name", "BillingStateCode", "BillingPostalCode", "Carve_Out__c", "Tier__c", "Co_Owners__c"),
    *numbers("BillingLatitude", "BillingLongitude"),
    *amounts("AnnualRevenue"),
    *numbers("Opp_Count__c", "BPS__c"),
    *amounts("TAM__c", "Account_Value__c"),
    *numbers("Referrals_L3M__c", "Referrals_L12M__c", "Referrals_Ever__c"),
    *checkboxes("Keep_With_Owner__c", "Is_House__c", "Held_For_New_Hire__c"),
    Field("Last_Referral_Date__c", Kind.DATE),
    BIN,
    Field("MasterRecordId", Kind.REFERENCE, False, "Account"),
    *checkboxes("IsPartner", "IsCustomerPortal"),
    *texts("CurrencyIsoCode"),
    *(reference(name, "User") for name in ON_ACCOUNT),
)
USER = define(
    "User",
    "005",
    *texts("Name", "Username", "Email", "Region__c", "Director_Email__c", "Assignment_Team__c", "Covered_States__c"),
    *checkboxes("IsActive"),
    Field("On_Leave_Until__c", Kind.DATE),
    Field("Started_On__c", Kind.DATE),
    *numbers("Latitude__c", "Longitude__c", "Performance__c", "Book_Capacity__c"),
    reference("ProfileId", "Profile"),
    reference("UserRoleId", "UserRole"),
    *texts("UserType"),
)
OPPORTUNITY = define(
    "Opportunity",
    "006",
    reference("AccountId", "Account"),
    reference("OwnerId", "User"),
    *texts("Name", "StageName"),
    *amounts("Amount"),
    Field("CloseDate", Kind.DATE),
    *(Field(name, Kind.CHECKBOX, False) for name in ("IsClosed", "IsWon")),
    BIN,
    *texts("CurrencyIsoCode"),
    *(reference(name, "User") for name in ON_OPPORTUNITY),
    reference(MERGED_INTO, "Opportunity"),
    AUTHOR,
)
CONTACT = define(
    "Contact",
    "003",
    reference("AccountId", "Account"),
    reference("OwnerId", "User"),
    *texts("Name", "FirstName", "LastName", "Email"),
    BIN,
)
CASE = define(
    "Case",
    "500",
    reference("AccountId", "Account"),
    reference("OwnerId", "User"),
    *texts("CaseNumber", "Subject", "Status"),
    *checkboxes("IsClosed"),
    BIN,
)
TASK = define(
    "Task",
    "00T",
    reference("AccountId", "Account"),
    reference("OwnerId", "User"),
    reference("WhatId", "Account", "Opportunity"),
    reference("WhoId", "Contact"),
    *texts("Subject", "Status", "TaskSubtype"),
    Field("ActivityDate", Kind.DATE),
    *checkboxes("IsClosed"),
    BIN,
    AUTHOR,
)
_ACCESS = texts("AccountAccessLevel", "OpportunityAccessLevel", "CaseAccessLevel")
ACCOUNT_TEAM_MEMBER = define(
    "AccountTeamMember",
    "01M",
    reference("AccountId", "Account"),
    reference("UserId", "User"),
    *texts("TeamMemberRole"),
    *_ACCESS,
    BIN,
)
ACCOUNT_SHARE = define(
    "AccountShare",
    "00r",
    reference("AccountId", "Account"),
    reference("UserOrGroupId", "User"),
    *_ACCESS,
    *texts("RowCause"),
    BIN,
)
OPPORTUNITY_TEAM_MEMBER = define(
    "OpportunityTeamMember",
    "00q",
    reference("OpportunityId", "Opportunity"),
    reference("UserId", "User"),
    *texts("TeamMemberRole"),
    BIN,
)
ACCOUNT_HISTORY = history_object("AccountHistory")
OPPORTUNITY_HISTORY = history_object("OpportunityFieldHistory")
VIEWS = {ACCOUNT_HISTORY.name: history_view(ACCOUNT), OPPORTUNITY_HISTORY.name: history_view(OPPORTUNITY)}
"""Objects that nobody writes, and the statement that gives their rows."""
SOBJECTS = {
    sobject.name.lower(): sobject
    for sobject in (
        ACCOUNT,
        USER,
        OPPORTUNITY,
        CONTACT,
        CASE,
        TASK,
        ACCOUNT_TEAM_MEMBER,
        ACCOUNT_SHARE,
        OPPORTUNITY_TEAM_MEMBER,
        ACCOUNT_HISTORY,
        *SETUP_OBJECTS,
        OPPORTUNITY_HISTORY,
    )
}
INDEXED = (
    (ACCOUNT_TEAM_MEMBER, "AccountId"),
    (ACCOUNT_SHARE, "AccountId"),
    (OPPORTUNITY, "AccountId"),
    (CONTACT, "AccountId"),
    (CASE, "AccountId"),
    (TASK, "AccountId"),
    (TASK, "WhatId"),
)


def sobject(name: str) -> SObject:
    """The object of this name in any case; INVALID_TYPE where the org has none."""
    found = SOBJECTS.get(name.lower())
    if found is None:
        raise no_such_object(name)
    return found


def no_such_object(name: str) -> Refusal:
    """What the org says of an object that it has not, or not for this user."""
    return Refusal(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )
