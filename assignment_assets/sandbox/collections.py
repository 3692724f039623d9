"""sObject Collections: up to 2,000 records of one object retrieved by id in one call."""

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.record_ids import completed, is_record_id
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import Rows, attributes
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import shown

MOST_RETRIEVED = 2_000


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
