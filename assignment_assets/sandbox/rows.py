"""sObject Rows: one record read or updated by id, with the preconditions that Salesforce offers for accounts."""

import hashlib

from assignment_assets.domain.sources.ids import complete_id, is_salesforce_id
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.faults import FaultBoard
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import ACCOUNT, ACCOUNT_SHARE, ACCOUNT_TEAM_MEMBER, USER, SObject
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import http_date, moment_of, parsed_http_date, shown, stored

MOST_RETRIEVED = 2_000


class Rows:
    """Reads and updates records of the org."""

    def __init__(self, state: OrgState, faults: FaultBoard):
        self._state = state
        self._faults = faults

    def read(self, sobject: SObject, record_id: str, call: Call) -> Reply:
        """The record with all its fields, or those of the `fields` parameter; accounts carry an ETag."""
        record = self._state.live_record(sobject, checked_id(sobject, record_id))
        names = [name for name in call.parameters.get("fields", "").split(",") if name]
        fields = [sobject.field(name.strip()) for name in names] or list(sobject.fields.values())
        headers = {"Last-Modified": http_date(moment_of(record["LastModifiedDate"]))}
        if sobject is ACCOUNT:
            headers["ETag"] = f'"{etag(record)}"'
        values = {field.name: shown(field, record[field.name]) for field in fields}
        return Reply(200, {"attributes": attributes(sobject, record["Id"], call), **values}, headers)

    def update(self, sobject: SObject, record_id: str, call: Call) -> Reply:
        """204 once the body's fields are set.

        Raises
        ------
        Refusal
            404 for a record that is not there; 412 where `If-Match` or `If-Unmodified-Since` no longer holds (the
            body of a real 412 is not documented: go by the status); 400 for fields and values that may not be set.
        """
        record_id = checked_id(sobject, record_id)
        with self._state.transaction():
            self._person_edits(sobject, record_id, "before_write")
            record = self._state.live_record(sobject, record_id)
            self._faults.strike_record(record_id)
            check_preconditions(sobject, record, call.headers)
            self.change(sobject, record, self.values(sobject, call.json()), call)
            self._person_edits(sobject, record_id, "after_write")
        return Reply(204)

    def change(self, sobject: SObject, record: dict, values: dict, call: Call) -> None:
        """Sets the values as the API does: a rule of the org may re-own an account unless the call forbids it, and
        another owner costs the account its team and its manual shares."""
        rule_owner_id = self._faults.behaviour.rule_owner_id
        is_account = sobject is ACCOUNT
        if is_account and rule_owner_id and call.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE":
            values = {**values, "OwnerId": rule_owner_id}
        self._state.change(sobject, record["Id"], values, call.user_id, "api")
        if is_account and values.get("OwnerId", record["OwnerId"]) != record["OwnerId"]:
            for child, extra in ((ACCOUNT_TEAM_MEMBER, ""), (ACCOUNT_SHARE, """ AND "RowCause" = 'Manual'""")):
                sql = f'SELECT "Id" FROM {child.table} WHERE "AccountId" = ? AND "IsDeleted" = 0{extra}'
                for (child_id,) in self._state.rows(sql, (record["Id"],)):
                    self._state.change(child, child_id, {"IsDeleted": 1}, call.user_id, "cascade")

    def strike(self, record_id: str) -> None:
        """Refuses where a row error is switched on for the record."""
        self._faults.strike_record(record_id)

    def _person_edits(self, sobject: SObject, record_id: str, moment: str) -> None:
        values = self._faults.behaviour.edits.pop((record_id, moment), None)
        if values:
            self._state.change(sobject, record_id, values, HUMAN_USER_ID, "human")

    def values(self, sobject: SObject, body) -> dict:
        """The stored values that an update's body asks for, by field name; all faults of one kind in one refusal."""
        if not isinstance(body, dict):
            raise Refusal(400, "JSON_PARSER_ERROR", "the body must be an object of fields")
        fields = {name: sobject.fields.get(name.lower()) for name in body if name != "attributes"}
        if unknown := [name for name, field in fields.items() if field is None]:
            raise Refusal(400, "INVALID_FIELD", f"No such column '{unknown[0]}' on sobject of type {sobject.name}", [])
        if fixed := [name for name, field in fields.items() if not field.is_updateable]:
            raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", f"unable to update {', '.join(fixed)}", fixed)
        values = {field.name: stored(field, body[name]) for name, field in fields.items()}
        if "OwnerId" in values:
            self._check_owner(sobject, values["OwnerId"])
        return values

    def retrieve(self, sobject: SObject, ids: list[str], field_names: list[str], call: Call) -> Reply:
        """The records of `ids` in their order, null for those that are not there or deleted."""
        if len(ids) > MOST_RETRIEVED:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"cannot retrieve more than {MOST_RETRIEVED} records in one call")
        fields = [sobject.field(name) for name in field_names]
        wanted = [checked_id(sobject, record_id) for record_id in ids]
        has_bin = "isdeleted" in sobject.fields
        found = self._state.records(sobject, wanted, [*(field.name for field in fields), *(["IsDeleted"] * has_bin)])
        body = []
        for record_id in wanted:
            values = found.get(record_id)
            is_gone = values is None or (has_bin and values[-1])
            body.append(
                None
                if is_gone
                else {
                    "attributes": attributes(sobject, record_id, call),
                    **{field.name: shown(field, value) for field, value in zip(fields, values, strict=False)},
                }
            )
        return Reply(200, body)

    def _check_owner(self, sobject: SObject, owner_id: str | None) -> None:
        owner = self._state.records(USER, [owner_id or ""], ["IsActive"]).get(owner_id or "")
        if owner is None:
            raise Refusal(400, "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank or unknown", ["OwnerId"])
        if not owner[0]:
            raise Refusal(
                400,
                "INACTIVE_OWNER_OR_USER",
                f"operation performed with inactive user [{owner_id}] as owner of {sobject.name.lower()}",
                ["OwnerId"],
            )


def checked_id(sobject: SObject, text: str) -> str:
    """The 18-character id; 400 MALFORMED_ID for what is none, 404 NOT_FOUND for another object's."""
    record_id = complete_id(text)
    if not is_salesforce_id(record_id):
        raise Refusal(400, "MALFORMED_ID", f"malformed id {text}", ["Id"])
    if not record_id.startswith(sobject.prefix):
        raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
    return record_id


def attributes(sobject: SObject, record_id: str, call: Call) -> dict:
    """The `attributes` entry that every record carries."""
    version = call.path.split("/")[3]
    return {"type": sobject.name, "url": f"/services/data/{version}/sobjects/{sobject.name}/{record_id}"}


def etag(record: dict) -> str:
    """A hash of the record's content: another one as soon as a value is."""
    content = "\x1f".join(f"{name}={value}" for name, value in record.items())
    return hashlib.sha256(content.encode()).hexdigest()[:28] + "--gzip"


def check_preconditions(sobject: SObject, record: dict, headers: dict[str, str]) -> None:
    """412 where the account is not the one that the request's conditional headers mean.

    `If-Unmodified-Since` compares whole seconds: a second change within the same second passes unseen.
    """
    if sobject is not ACCOUNT:
        return
    expected = [tag.strip().strip('"') for tag in headers.get("if-match", "").split(",") if tag.strip()]
    since = headers.get("if-unmodified-since")
    is_stale = bool(expected) and etag(record) not in expected and expected != ["*"]
    is_newer = since is not None and moment_of(record["LastModifiedDate"]) > parsed_http_date(since)
    if is_stale or is_newer:
        raise Refusal(412, "PRECONDITION_FAILED", "the record has changed since")
