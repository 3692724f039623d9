"""sObject Rows: one record read or updated by id, as far as the user may, with what the org does by itself then."""

from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.automations import write
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.faults import FaultBoard
from assignment_assets.sandbox.preconditions import check_preconditions, etag
from assignment_assets.sandbox.record_ids import completed, is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import ACCOUNT, ACCOUNT_SHARE, ACCOUNT_TEAM_MEMBER, USER, sobject
from assignment_assets.sandbox.sobject import Field, Kind, SObject
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import http_date, moment_of, shown, stored

STANDARD_USER = "Standard"


class Rows:
    """Reads and updates records of the org; objects are passed with the fields that the user sees."""

    def __init__(self, state: OrgState, faults: FaultBoard, access: Access):
        self._state = state
        self._faults = faults
        self._access = access

    def read(self, seen: SObject, record_id: str, call: Call) -> Reply:
        """The record with all its fields, or those of the `fields` parameter; accounts carry an ETag.

        Raises
        ------
        Refusal
            404 for a record that is not there, 304 or 412 as the conditional headers ask, 400 for unknown fields.
        """
        record = self.record(seen, record_id)
        self._check_preconditions(seen, record, call)
        names = [name for name in call.parameters.get("fields", "").split(",") if name]
        fields = [seen.field(name.strip()) for name in names] or list(seen.fields.values())
        headers = {"Last-Modified": http_date(moment_of(record["LastModifiedDate"]))}
        if seen.name == ACCOUNT.name:
            headers["ETag"] = f'"{etag(record)}"'
        values = {field.name: shown(field, record[field.name]) for field in fields}
        return Reply(200, {"attributes": attributes(seen, record["Id"], call), **values}, headers)

    def record(self, seen: SObject, record_id: str) -> dict:
        """All stored values of a record that the user sees.

        Raises
        ------
        Refusal
            404 where there is none, where it is in the bin or hidden, and for an id that is none.
        """
        record_id = checked_id(seen, record_id)
        if not self._access.sees(record_id):
            raise nothing_here()
        return self._state.live_record(sobject(seen.name), record_id)

    def update(self, seen: SObject, record_id: str, call: Call) -> Reply:
        """204 once the body's fields are set.

        Raises
        ------
        Refusal
            404 for a record that is not there; 412 where a precondition no longer holds; 400 for fields and values
            that may not be set.
        """
        self.set(seen, record_id, call.json(), call)
        return Reply(204)

    def set(self, seen: SObject, record_id: str, body, call: Call) -> None:
        """Sets the body's fields as `update` does."""
        record_id = checked_id(seen, record_id)
        with self._state.transaction():
            self._person_edits(seen, record_id, "before_write")
            record = self.record(seen, record_id)
            is_first = self._access.has(Feature.PRECONDITIONS_FIRST)
            if is_first:
                self._check_preconditions(seen, record, call)
            self._faults.strike_record(record_id)
            values = self.values(seen, body)
            if not is_first:
                self._check_preconditions(seen, record, call)
            self.change(seen, record, values, call)
            self._person_edits(seen, record_id, "after_write")

    def change(self, seen: SObject, record: dict, values: dict, call: Call) -> None:
        """Sets the values as the API does: a rule of the org may re-own an account unless the call forbids it, and
        another owner costs the account its team and its manual shares."""
        rule_owner_id = self._faults.behaviour.rule_owner_id
        is_account = seen.name == ACCOUNT.name
        if is_account and rule_owner_id and call.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE":
            values = {**values, "OwnerId": rule_owner_id}
        if is_account and values.get("OwnerId", record["OwnerId"]) != record["OwnerId"]:
            self._check_portal_owner(record, values["OwnerId"])
        flow = self._faults.behaviour.flow
        write(self._state, flow, sobject(seen.name), record, values, call.user_id, "api")
        if is_account and values.get("OwnerId", record["OwnerId"]) != record["OwnerId"]:
            for child, extra in ((ACCOUNT_TEAM_MEMBER, ""), (ACCOUNT_SHARE, """ AND "RowCause" = 'Manual'""")):
                sql = f'SELECT "Id" FROM {child.table} WHERE "AccountId" = ? AND "IsDeleted" = 0{extra}'
                for (child_id,) in self._state.rows(sql, (record["Id"],)):
                    self._state.change(child, child_id, {"IsDeleted": 1}, call.user_id, "cascade")

    def strike(self, record_id: str) -> None:
        """Refuses where a row error is switched on for the record."""
        self._faults.strike_record(record_id)

    def values(self, seen: SObject, body) -> dict:
        """The stored values that an update's body asks for, by field name; all faults of one kind in one refusal."""
        if not isinstance(body, dict):
            raise Refusal(400, "JSON_PARSER_ERROR", "the body must be an object of fields")
        known = sobject(seen.name).fields
        names = [name for name in body if name != "attributes"]
        if unknown := [name for name in names if name.lower() not in known]:
            raise Refusal(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {seen.name}", [])
        fields = {name: seen.fields.get(name.lower()) for name in names}
        fixed = [known[name.lower()].name for name, field in fields.items() if field is None or not field.is_updateable]
        if fixed:
            raise Refusal(
                400,
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                f"Unable to create/update fields: {', '.join(fixed)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set.",
                fixed,
            )
        values = {field.name: stored(field, body[name]) for name, field in fields.items() if field is not None}
        if "OwnerId" in values:
            self._check_owner(seen, values["OwnerId"])
        for field in fields.values():
            if field is not None and field.kind is Kind.REFERENCE and field.name.endswith("__c"):
                self._check_lookup(field, values[field.name])
        return values

    def _check_preconditions(self, seen: SObject, record: dict, call: Call) -> None:
        is_heard = seen.name == ACCOUNT.name or self._access.has(Feature.PRECONDITIONS_BEYOND_ACCOUNTS)
        if is_heard and self._access.has(Feature.PRECONDITIONS):
            check_preconditions(seen, record, call)

    def _person_edits(self, seen: SObject, record_id: str, moment: str) -> None:
        behaviour, known = self._faults.behaviour, sobject(seen.name)
        planned = behaviour.edits.pop((record_id, moment), None)
        if planned:
            values, user_id = planned
            record = self._state.live_record(known, record_id)
            write(self._state, behaviour.flow, known, record, values, user_id, "human")

    def _check_owner(self, seen: SObject, owner_id: str | None) -> None:
        owner = self._state.records(USER, [owner_id or ""], ["IsActive", "UserType"]).get(owner_id or "")
        if owner is None:
            raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank or unknown", ["OwnerId"])
        is_active, user_type = owner
        if not is_active:
            raise Refusal(
                400,
                "INACTIVE_OWNER_OR_USER",
                f"operation performed with inactive user [{owner_id}] as owner of {seen.name.lower()}",
                ["OwnerId"],
            )
        if user_type not in (None, STANDARD_USER):
            raise Refusal(
                400, "OP_WITH_INVALID_USER_TYPE_EXCEPTION", "Operation not valid for this user type", ["OwnerId"]
            )

    def _check_lookup(self, field: Field, record_id: str | None) -> None:
        if record_id is not None and not self._state.records(sobject(field.refers_to), [record_id], ["Id"]):
            message = f"{field.name}: invalid cross reference id"
            raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", message, [field.name])

    def _check_portal_owner(self, record: dict, owner_id: str) -> None:
        if record["IsPartner"] or record["IsCustomerPortal"]:
            (role,) = self._state.records(USER, [owner_id], ["UserRoleId"])[owner_id]
            if role is None:
                raise Refusal(400, "UNKNOWN_EXCEPTION", "portal account owner must have a role", [])


def checked_id(seen: SObject, text: str) -> str:
    """The 18-character id; 404 NOT_FOUND for what is none, in the words that Salesforce has for it, or another's."""
    record_id = completed(text)
    if not is_record_id(record_id):
        raise Refusal(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {text}")
    if not record_id.startswith(seen.prefix):
        raise nothing_here()
    return record_id


def nothing_here() -> Refusal:
    """What Salesforce says of an address that leads nowhere."""
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def attributes(seen: SObject, record_id: str, call: Call) -> dict:
    """The `attributes` entry that every record carries."""
    version = call.path.split("/")[3]
    return {"type": seen.name, "url": f"/services/data/{version}/sobjects/{seen.name}/{record_id}"}
