"""What the org tells of changes: AccountHistory and OpportunityFieldHistory, rows that nobody enters.

Each change of a tracked field stands there with whoever made it; of a lookup to a person twice, with ids and with
names. A field is tracked where its FieldDefinition says so: what is not tracked has no rows, from before either.
"""

from assignment_assets.sandbox.setup_objects import FIELD_DEFINITION
from assignment_assets.sandbox.sobject import BIN, Field, Kind, SObject

PREFIX = "017"
PARENTS = {"AccountHistory": "Account", "OpportunityFieldHistory": "Opportunity"}
_ROW = """
SELECT '017' || printf('%012d', write_no * 2 + {place}) || 'AAA' AS "Id", record_id AS "{parent}Id",
    CASE field WHEN 'OwnerId' THEN 'Owner' ELSE field END AS "Field",
    {old} AS "OldValue", {new} AS "NewValue", user_id AS "CreatedById", at AS "CreatedDate", 0 AS "IsDeleted"
FROM write_log WHERE object = '{parent}' AND '{parent}.' || field IN (
    SELECT "DurableId" FROM {fields} WHERE "IsFieldHistoryTracked" = 1{more})
"""
_NAME = '(SELECT "Name" FROM "User" WHERE "Id" = {value})'


def history_object(name: str) -> SObject:
    """The object of this name."""
    parent = PARENTS[name]
    fields = (
        Field("Id", Kind.ID, False),
        Field(f"{parent}Id", Kind.REFERENCE, False, parent),
        *(Field(each, Kind.TEXT, False) for each in ("Field", "OldValue", "NewValue")),
        Field("CreatedById", Kind.REFERENCE, False, "User"),
        Field("CreatedDate", Kind.MOMENT, False),
        BIN,
    )
    return SObject(name, PREFIX, {field.name.lower(): field for field in fields})


def history_view(parent: SObject) -> str:
    """The statement that gives the history of `parent` in the columns of its object."""
    people = ", ".join(f"'{parent.name}.{each.name}'" for each in parent.fields.values() if each.refers_to == "User")
    entries = {"parent": parent.name, "fields": FIELD_DEFINITION.table}
    old, new = (_NAME.format(value=value) for value in ("old_value", "new_value"))
    by_id = _ROW.format(place=0, old="old_value", new="new_value", more="", **entries)
    by_name = _ROW.format(place=1, old=old, new=new, more=f' AND "DurableId" IN ({people})', **entries)
    return f"{by_id} UNION ALL {by_name}"
