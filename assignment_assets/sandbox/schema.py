"""The local org's objects and their fields: what SOQL may name, what an update may change, how SQLite keeps them."""

from dataclasses import dataclass
from enum import StrEnum

from assignment_assets.sandbox.refusal import Refusal


class Kind(StrEnum):
    """What a field holds; the names are those that Salesforce's describe call gives."""

    ID = "id"
    REFERENCE = "reference"
    TEXT = "string"
    NUMBER = "double"
    CHECKBOX = "boolean"
    DATE = "date"
    MOMENT = "datetime"


COLUMN_TYPES = {Kind.NUMBER: "REAL", Kind.CHECKBOX: "INTEGER"}


@dataclass(frozen=True)
class Field:
    """One field; `refers_to` names the object that a reference leads to."""

    name: str
    kind: Kind
    is_updateable: bool = True
    refers_to: str = ""


@dataclass(frozen=True)
class SObject:
    """One object: its name, the prefix of its ids, its fields by lower-case name."""

    name: str
    prefix: str
    fields: dict[str, Field]

    def field(self, name: str) -> Field:
        """The field of this name in any case.

        Raises
        ------
        Refusal
            `INVALID_FIELD` where there is none.
        """
        found = self.fields.get(name.lower())
        if found is None:
            raise Refusal(
                400,
                "INVALID_FIELD",
                f"No such column '{name}' on entity '{self.name}'. "
                "Custom fields end in __c; the describe call lists all names.",
            )
        return found

    @property
    def table(self) -> str:
        """The name of the SQLite table that keeps this object's records."""
        return f'"{self.name}"'

    def ddl(self) -> str:
        """The statement that creates the table where it does not exist yet."""
        columns = [f'"{field.name}" {COLUMN_TYPES.get(field.kind, "TEXT")}' for field in self.fields.values()]
        columns[0] += " PRIMARY KEY"
        return f"CREATE TABLE IF NOT EXISTS {self.table} ({', '.join(columns)})"


def _sobject(name: str, prefix: str, *fields: Field) -> SObject:
    system = [
        Field("Id", Kind.ID, False),
        *fields,
        Field("CreatedDate", Kind.MOMENT, False),
        Field("LastModifiedDate", Kind.MOMENT, False),
        Field("LastModifiedById", Kind.REFERENCE, False, "User"),
        Field("SystemModstamp", Kind.MOMENT, False),
    ]
    return SObject(name, prefix, {field.name.lower(): field for field in system})


def _texts(*names: str) -> list[Field]:
    return [Field(name, Kind.TEXT) for name in names]


def _numbers(*names: str) -> list[Field]:
    return [Field(name, Kind.NUMBER) for name in names]


def _checkboxes(*names: str) -> list[Field]:
    return [Field(name, Kind.CHECKBOX) for name in names]


ACCOUNT = _sobject(
    "Account",
    "001",
    Field("OwnerId", Kind.REFERENCE, refers_to="User"),
    Field("ParentId", Kind.REFERENCE, refers_to="Account"),
    *_texts("Name", "BillingStateCode", "BillingPostalCode", "Carve_Out__c", "Tier__c", "Co_Owners__c"),
    *_numbers(
        "BillingLatitude",
        "BillingLongitude",
        "AnnualRevenue",
        "Opp_Count__c",
        "BPS__c",
        "TAM__c",
        "Account_Value__c",
        "Referrals_L3M__c",
        "Referrals_L12M__c",
        "Referrals_Ever__c",
    ),
    *_checkboxes("Keep_With_Owner__c", "Is_House__c", "Held_For_New_Hire__c"),
    Field("Last_Referral_Date__c", Kind.DATE),
    Field("IsDeleted", Kind.CHECKBOX, False),
    Field("MasterRecordId", Kind.REFERENCE, False, "Account"),
)
USER = _sobject(
    "User",
    "005",
    *_texts("Name", "Username", "Email", "Region__c", "Director_Email__c", "Assignment_Team__c", "Covered_States__c"),
    *_checkboxes("IsActive"),
    Field("On_Leave_Until__c", Kind.DATE),
    Field("Started_On__c", Kind.DATE),
    *_numbers("Latitude__c", "Longitude__c", "Performance__c", "Book_Capacity__c"),
)
OPPORTUNITY = _sobject(
    "Opportunity",
    "006",
    Field("AccountId", Kind.REFERENCE, refers_to="Account"),
    Field("OwnerId", Kind.REFERENCE, refers_to="User"),
    *_texts("Name", "StageName"),
    *_numbers("Amount"),
    Field("CloseDate", Kind.DATE),
    *_checkboxes("IsClosed", "IsWon"),
    Field("IsDeleted", Kind.CHECKBOX, False),
)
ORGANIZATION = _sobject(
    "Organization", "00D", *_texts("Name", "InstanceName", "OrganizationType"), *_checkboxes("IsSandbox")
)
_ACCESS = _texts("AccountAccessLevel", "OpportunityAccessLevel", "CaseAccessLevel")
ACCOUNT_TEAM_MEMBER = _sobject(
    "AccountTeamMember",
    "01M",
    Field("AccountId", Kind.REFERENCE, refers_to="Account"),
    Field("UserId", Kind.REFERENCE, refers_to="User"),
    *_texts("TeamMemberRole"),
    *_ACCESS,
    Field("IsDeleted", Kind.CHECKBOX, False),
)
ACCOUNT_SHARE = _sobject(
    "AccountShare",
    "00r",
    Field("AccountId", Kind.REFERENCE, refers_to="Account"),
    Field("UserOrGroupId", Kind.REFERENCE, refers_to="User"),
    *_ACCESS,
    *_texts("RowCause"),
    Field("IsDeleted", Kind.CHECKBOX, False),
)
OPPORTUNITY_TEAM_MEMBER = _sobject(
    "OpportunityTeamMember",
    "00q",
    Field("OpportunityId", Kind.REFERENCE, refers_to="Opportunity"),
    Field("UserId", Kind.REFERENCE, refers_to="User"),
    *_texts("TeamMemberRole"),
    Field("IsDeleted", Kind.CHECKBOX, False),
)
SOBJECTS = {
    sobject.name.lower(): sobject
    for sobject in (
        ACCOUNT,
        USER,
        OPPORTUNITY,
        ORGANIZATION,
        ACCOUNT_TEAM_MEMBER,
        ACCOUNT_SHARE,
        OPPORTUNITY_TEAM_MEMBER,
    )
}
INDEXED = ((ACCOUNT_TEAM_MEMBER, "AccountId"), (ACCOUNT_SHARE, "AccountId"), (OPPORTUNITY, "AccountId"))


def sobject(name: str) -> SObject:
    """The object of this name in any case; INVALID_TYPE where the org has none."""
    found = SOBJECTS.get(name.lower())
    if found is None:
        raise Refusal(
            400,
            "INVALID_TYPE",
            f"sObject type '{name}' is not supported. This org has "
            f"{', '.join(known.name for known in SOBJECTS.values())}.",
        )
    return found
