"""The journal's tables and their versions.

The chain goes over the columns of `event` as they were written: a step may add tables, and columns that are not
chained, and leaves every event as it is.
"""

from assignment_assets.io.schema.steps import Step, Store

TABLES = {
    "event": {
        "seq": "bigint",
        "plan_id": "varchar",
        "account_id": "varchar",
        "attempt": "bigint",
        "state": "varchar",
        "at": "timestamp",
        "found_owner_id": "varchar",
        "modified_at": "timestamp",
        "code": "varchar",
        "sentence": "varchar",
        "hash": "varchar",
    },
    "head": {"seq": "bigint", "hash": "varchar", "seal": "varchar"},
    "plan": {"plan_id": "varchar", "cycle": "varchar", "header": "varchar", "sha256": "varchar", "seal": "varchar"},
    "plan_row": {
        "plan_id": "varchar",
        "place": "bigint",
        "account_id": "varchar",
        "old_owner_id": "varchar",
        "new_owner_id": "varchar",
        "state": "varchar",
        "carve_out": "varchar",
        "parent_id": "varchar",
        "object": "varchar",
        "field": "varchar",
    },
}
STORE = Store(
    "journal",
    (
        Step("the file says its version"),
        Step(
            "a change is of an object and a field, null for an account's owner",
            tuple(
                f"alter table if exists plan_row add column if not exists {name} varchar"
                for name in ("object", "field")
            ),
        ),
    ),
    TABLES,
)
