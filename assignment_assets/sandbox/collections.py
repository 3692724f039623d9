"""sObject Collections: up to 2,000 records retrieved, or 200 updated, in one call; without preconditions."""

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.record_ids import completed, is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import Rows, attributes
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import shown

MOST_RETRIEVED = 2_000
MOST_UPDATED = 200
HALTED = "The transaction was rolled back since another operation in the same transaction failed."


class Collections:
    """Answers what is asked below /composite/sobjects."""

    def __init__(self, state: OrgState, rows: Rows, access: Access):
        self._state = state
        self._rows = rows
        self._access = access

    def retrieve(self, seen: SObject, ids: list[str], field_names: list[str], call: Call) -> Reply:
        """The records of `ids` in their order; null for what is malformed, another object's, not there, deleted or
        not visible, which cannot be told apart."""
        if len(ids) > MOST_RETRIEVED:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"cannot retrieve more than {MOST_RETRIEVED} records in one call")
        fields = [seen.field(name) for name in field_names]
        wanted = [completed(text) for text in ids]
        askable = [each for each in wanted if is_record_id(each) and each.startswith(seen.prefix)]
        has_bin = "isdeleted" in seen.fields
        names = [*(field.name for field in fields), *(["IsDeleted"] * has_bin)]
        found = {
            record_id: values
            for record_id, values in self._state.records(seen, askable, names).items()
            if self._access.sees(record_id) and not (has_bin and values[-1])
        }
        return Reply(
            200,
            [
                {
                    "attributes": attributes(seen, record_id, call),
                    **{field.name: shown(field, value) for field, value in zip(fields, found[record_id], strict=False)},
                }
                if record_id in found
                else None
                for record_id in wanted
            ],
        )

    def update(self, call: Call) -> Reply:
        """What became of each record of the body, in order, one by one; all or none where `allOrNone` is asked.

        Conditional headers have no meaning here, as in Salesforce.
        """
        body = call.json()
        records = body.get("records") if isinstance(body, dict) else None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise Refusal(400, "JSON_PARSER_ERROR", "the body needs a list of records")
        if len(records) > MOST_UPDATED:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_UPDATED}")
        plain = Call(call.method, call.path, {}, _unconditional(call.headers), "", call.user_id)
        answers: list[dict] = []
        try:
            with self._state.transaction():
                answers = [self._updated(record, plain) for record in records]
                if body.get("allOrNone") and not all(answer["success"] for answer in answers):
                    raise Refusal(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", HALTED, [])
        except Refusal as refusal:
            answers = [_failed(answer["id"], refusal) if answer["success"] else answer for answer in answers]
        return Reply(200, answers)

    def _updated(self, record: dict, call: Call) -> dict:
        ids = [value for name, value in record.items() if name.lower() == "id"]
        record_id = ids[0] if ids and isinstance(ids[0], str) else ""
        try:
            attributes_given = record.get("attributes")
            kind = attributes_given.get("type", "") if isinstance(attributes_given, dict) else ""
            body = {name: value for name, value in record.items() if name.lower() not in ("id", "attributes")}
            self._rows.set(self._access.sobject(kind), record_id, body, call)
        except Refusal as refusal:
            return _failed(record_id, refusal)
        return {"id": completed(record_id), "success": True, "errors": []}


def _unconditional(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith("if-")}


def _failed(record_id: str, refusal: Refusal) -> dict:
    error = {"statusCode": refusal.code, "message": refusal.message, "fields": refusal.fields or []}
    return {**({"id": record_id} if record_id else {}), "success": False, "errors": [error]}
