"""What an org is like, as far as a write of owners meets it: permissions, people, rules, automations, large families.

What the org does not have or does not show to this user is no error: it is noted, and the rest is asked all the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.fields import Field
from assignment_assets.io.salesforce.owners import PORTAL_FIELDS
from assignment_assets.io.salesforce.questions import NOT_THERE, Questions

TRANSFERS = ("PermissionsTransferAnyEntity", "PermissionsModifyAllData")
OPTIONAL = {
    "AccountTeamMember": ("CaseAccessLevel",),
    "AccountShare": ("CaseAccessLevel",),
}
"""Objects, and fields of theirs, that some orgs do not have or do not show to every user."""
AUTOMATIONS = {
    "duplicate rule": "SELECT MasterLabel FROM DuplicateRule WHERE SobjectType = 'Account' AND IsActive = TRUE",
    "flow": "SELECT Label FROM FlowDefinitionView WHERE IsActive = TRUE "
    "AND TriggerObjectOrEvent.QualifiedApiName = 'Account'",
}
TOOLING = {
    "validation rule": "SELECT ValidationName FROM ValidationRule WHERE Active = TRUE "
    "AND EntityDefinition.QualifiedApiName = 'Account'",
    "trigger": "SELECT Name FROM ApexTrigger WHERE TableEnumOrId = 'Account' AND Status = 'Active'",
}
TRACKED = (
    "SELECT QualifiedApiName, IsFieldHistoryTracked FROM FieldDefinition "
    "WHERE EntityDefinition.QualifiedApiName = 'Account' AND QualifiedApiName = 'OwnerId'"
)


@dataclass(frozen=True)
class Receiver:
    """A user who is to own accounts; `user_type` is empty where it is not known. One who is frozen may own them and
    cannot log in."""

    user_id: str
    name: str
    is_active: bool
    has_role: bool
    user_type: str
    is_frozen: bool = False


@dataclass(frozen=True)
class OrgFacts:
    """What was found; None where it could not be asked.

    Attributes
    ----------
    unanswered
        What could not be asked → Salesforce's words.
    automations
        Kind → names of what is active on Account.
    receivers
        By user id; who is absent is no user that the org shows.
    pending, portal, invisible
        Accounts with an open approval, with portal users, and that the org does not show.
    children, owned
        Parent → its children, owner → their accounts, in the whole org.
    orphans
        Object → accounts with a record of it whose owner is inactive.
    open_deals
        Account and owner of every open opportunity.
    """

    org_id: str
    user_id: str
    unanswered: Mapping[str, str]
    may_transfer: bool | None
    may_edit_owner: bool | None
    is_owner_tracked: bool | None
    automations: Mapping[str, Sequence[str]]
    receivers: Mapping[str, Receiver]
    pending: Collection[str]
    portal: Collection[str]
    invisible: Collection[str]
    children: Mapping[str, int]
    owned: Mapping[str, int]
    orphans: Mapping[str, Collection[str]]
    open_deals: Sequence[tuple[str, str]]


def read_facts(org: Org, account_ids: Sequence[str], receiver_ids: Sequence[str], large_above: int) -> OrgFacts:
    """The facts about these accounts and receivers; parents are told from `large_above` children on.

    Raises
    ------
    SourceUnavailable
        The org cannot be reached, or takes no calls.
    """
    questions = Questions(org)
    org_id = org.organization_id()
    for name, fields in OPTIONAL.items():
        questions.is_there(name, fields)
    questions.limits()
    if org.lacks("Organization"):
        questions.unanswered["Organization"] = NOT_THERE
    found = questions.retrieve("Account", account_ids, ["Id"], PORTAL_FIELDS)
    portal = [each for each, record in found.items() if record and any(_is(record, name) for name in PORTAL_FIELDS)]
    more = ["OwnerId", "Owner.IsActive"]
    deals = questions.about("Opportunity", "AccountId", account_ids, "IsClosed = FALSE", more)
    contacts = questions.about("Contact", "AccountId", account_ids, "Owner.IsActive = FALSE")
    return OrgFacts(
        org_id,
        org.user_id,
        questions.unanswered,
        _may_transfer(questions, org.user_id),
        _may_edit_owner(questions),
        _is_owner_tracked(questions),
        _automations(questions),
        _receivers(questions, receiver_ids),
        _ids(questions.about("ProcessInstance", "TargetObjectId", account_ids, "Status = 'Pending'"), "TargetObjectId"),
        portal,
        [each for each, record in found.items() if record is None],
        _large_parents(questions, large_above),
        _counts(questions.counted("Account", "OwnerId", receiver_ids), "OwnerId"),
        {
            "Opportunity": _ids([deal for deal in deals if _left(deal)], "AccountId"),
            "Contact": _ids(contacts, "AccountId"),
        },
        [(_text(deal, "AccountId"), _text(deal, "OwnerId")) for deal in deals],
    )


def _left(record: Record) -> bool:
    """Whether the record's owner is known as inactive."""
    return Field.of("Owner.IsActive").value(record) is False


def _may_transfer(questions: Questions, user_id: str) -> bool | None:
    names = [f"PermissionSet.{name}" for name in TRANSFERS]
    query = f"SELECT {', '.join(names)} FROM PermissionSetAssignment WHERE AssigneeId = '{user_id}'"
    found = questions.query("permissions of the integration user", query) if user_id else []
    return any(_is(record, name) for name in names for record in found) if found else None


def _may_edit_owner(questions: Questions) -> bool | None:
    fields = questions.described("Account")
    return any(each.get("name") == "OwnerId" and each.get("updateable") is True for each in fields) if fields else None


def _is_owner_tracked(questions: Questions) -> bool | None:
    found = questions.tooling("tracked fields", TRACKED)
    return any(_is(record, "IsFieldHistoryTracked") for record in found) if found else None


def _automations(questions: Questions) -> dict[str, list[str]]:
    found = {kind: questions.query(f"{kind}s", query) for kind, query in AUTOMATIONS.items()}
    found |= {kind: questions.tooling(f"{kind}s", query) for kind, query in TOOLING.items()}
    return {kind: _names(records) for kind, records in found.items()}


def _receivers(questions: Questions, ids: Sequence[str]) -> dict[str, Receiver]:
    frozen = set(_ids(questions.about("UserLogin", "UserId", ids, "IsFrozen = TRUE"), "UserId"))
    found = questions.retrieve("User", ids, ["Id", "Name", "IsActive"], ("UserRoleId", "UserType"))
    return {
        each: Receiver(
            each,
            _text(record, "Name"),
            _is(record, "IsActive"),
            bool(_text(record, "UserRoleId")),
            _text(record, "UserType"),
            each in frozen,
        )
        for each, record in found.items()
        if record
    }


def _large_parents(questions: Questions, above: int) -> dict[str, int]:
    query = (
        f"SELECT ParentId, COUNT(Id) n FROM Account WHERE ParentId != NULL GROUP BY ParentId HAVING COUNT(Id) > {above}"
    )
    return _counts(questions.query("children by parent", query), "ParentId")


def _is(record: Record, name: str) -> bool:
    return Field.of(name).value(record) is True


def _text(record: Record, name: str) -> str:
    value = Field.of(name).value(record)
    return value if isinstance(value, str) else ""


def _names(records: Iterable[Record]) -> list[str]:
    return sorted(str(value) for record in records for name, value in record.items() if name != "attributes")


def _ids(records: Iterable[Record], field: str) -> list[str]:
    return sorted({_text(record, field) for record in records})


def _counts(records: Iterable[Record], field: str) -> dict[str, int]:
    return {_text(record, field): int(float(str(Field.of("n").value(record)))) for record in records}
