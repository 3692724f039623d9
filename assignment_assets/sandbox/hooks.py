"""What tests and the demo may do to the org behind the API's back, under /sandbox/ and on loopback only.

POST /sandbox/edit          an edit that a person makes in the org's own pages: {"object", "id", "fields", "user_id"},
                            or "is_deleted": true, or "merged_into": id (accounts, opportunities; these with
                            "is_deleted": false too, as a duplicate that stays). Who makes it, of whatever profile,
                            is "user_id"; without it the administrator. So it is with records and edits below
POST /sandbox/create        records that people enter: {"object", "records": [{"Id", field: value …}]}, of every
                            object, those of the Tooling API too; without "Id" it is made up, and told; with
                            CreatedDate and CreatedById they are as old as that
POST /sandbox/edits         people's edits at chosen moments: {"edits": [{"object", "id", "fields", "moment"}]}, moment
                            before_write or after_write of that record through the API; each happens once
POST /sandbox/rule          {"owner_id": id}: an assignment rule gives updated accounts to this user; "" ends it
POST /sandbox/flow          {"fields": {account field: opportunity field}, "user_id"}: a flow of the org stamps a
                            changed person of an account on its open opportunities, or, with "person_id", always
                            this one, also after each write of the field; {"fields": {}} ends it
POST /sandbox/tracking      {"fields": ["Account.OwnerId", …]}: the fields whose history the org keeps, no others
POST /sandbox/faults        switch a fault on; GET lists them; DELETE switches all off
POST /sandbox/access        what the org offers and the user sees: {"off", "hidden_fields", "read_only_fields",
                            "invisible_ids"}, each list in place of the one before; GET tells; DELETE: as at first
POST /sandbox/certificate   {"pem": text}: the certificate that JWTs are judged by at the token endpoint
POST /sandbox/clock         {"advance_seconds": n}
GET  /sandbox/writes        the write log
GET  /sandbox/ownerless     accounts outside carve-outs whose owner is no active member of a team
"""

from dataclasses import asdict

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.authentication import Gatekeeper
from assignment_assets.sandbox.automations import Flow, derived_anew, write
from assignment_assets.sandbox.faults import Fault, FaultBoard
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets.sandbox.merges import merged
from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import VIEWS, sobject
from assignment_assets.sandbox.setup_objects import FIELD_DEFINITION
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import stored

WRITE_COLUMNS = ("write_no", "at", "object", "record_id", "field", "old_value", "new_value", "user_id", "channel")
TRACK = f'UPDATE {FIELD_DEFINITION.table} SET "IsFieldHistoryTracked" = 1 WHERE "DurableId" = ?'
OWNERLESS = """
SELECT "Account"."Id" FROM "Account" LEFT JOIN "User" ON "User"."Id" = "Account"."OwnerId"
WHERE "Account"."IsDeleted" = 0 AND "Account"."Carve_Out__c" IS NULL AND NOT coalesce("User"."IsActive" = 1
AND "User"."Assignment_Team__c" IN ('field', 'arm', 'growers', 'activators'), 0) ORDER BY 1
"""


class Hooks:
    """Carries out what comes in under /sandbox/."""

    def __init__(self, state: OrgState, faults: FaultBoard, access: Access, gatekeeper: Gatekeeper):
        self._state = state
        self._gatekeeper = gatekeeper
        self._faults = faults
        self._access = access

    def handle(self, method: str, path: str, entries: dict) -> dict:
        """The JSON answer; a refusal where the path or the entries are wrong."""
        match method, path.removeprefix("/sandbox/"):
            case "POST", "edit":
                return self._edit(entries)
            case "POST", "create":
                return self._create(entries)
            case "POST", "edits":
                return self._plan_edits(entries["edits"])
            case "POST", "rule":
                self._faults.behaviour.rule_owner_id = completed(entries["owner_id"]) if entries["owner_id"] else ""
                return entries
            case "POST", "flow":
                self._faults.behaviour.flow = flow = Flow.of(entries)
                return asdict(flow)
            case "POST", "tracking":
                return self._track(entries["fields"])
            case "POST", "faults":
                self._faults.add(Fault.of(entries))
                return {"faults": self._faults.listed()}
            case "GET", "faults":
                return {"faults": self._faults.listed()}
            case "DELETE", "faults":
                self._faults.clear()
                return {"faults": []}
            case "POST", "access":
                self._access.change(entries)
                return self._access.told()
            case "GET", "access":
                return self._access.told()
            case "DELETE", "access":
                self._access.reset()
                return self._access.told()
            case "POST", "certificate":
                self._gatekeeper.register(entries.get("pem", ""))
                return {"registered": True}
            case "POST", "clock":
                return {"now": self._state.clock.advance(float(entries.get("advance_seconds", 0))).isoformat()}
            case "GET", "writes":
                return {"writes": writes(self._state)}
            case "GET", "ownerless":
                return {"accounts": [row[0] for row in self._state.rows(OWNERLESS)]}
            case _:
                raise Refusal(404, "NOT_FOUND", f"no hook {method} {path}")

    def _plan_edits(self, edits: list[dict]) -> dict:
        waiting = self._faults.behaviour.edits
        for edit in edits:
            waiting[completed(edit["id"]), edit["moment"]] = (_values(_table(edit), edit["fields"]), _user(edit))
        return {"waiting": len(waiting)}

    def _edit(self, entries: dict) -> dict:
        known = _table(entries)
        record_id = completed(entries.get("id", ""))
        record = self._state.live_record(known, record_id)
        values = _values(known, entries.get("fields", {}))
        if "merged_into" in entries:
            values |= merged(known, completed(entries["merged_into"]), entries.get("is_deleted", True))
        elif entries.get("is_deleted"):
            values["IsDeleted"] = 1
        write(self._state, self._faults.behaviour.flow, known, record, values, _user(entries), "human")
        return {"id": record_id, "before": {name: record[name] for name in values}}

    def _create(self, entries: dict) -> dict:
        known = _table(entries)
        ids = []
        for record in entries["records"]:
            values = _values(known, {name: value for name, value in record.items() if name != "Id"})
            ids.append(completed(record["Id"]) if "Id" in record else self._new_id(known))
            self._state.add(known, ids[-1], derived_anew(self._state, known, values), _user(entries))
        return {"created": len(ids), "ids": ids}

    def _track(self, names: list[str]) -> dict:
        tracked = [_full_name(*name.split(".", 1)) for name in names]
        with self._state.transaction():
            self._state.execute(f'UPDATE {FIELD_DEFINITION.table} SET "IsFieldHistoryTracked" = 0', ())
            for name in tracked:
                self._state.execute(TRACK, (name,))
        return {"fields": tracked}

    def _new_id(self, known: SObject) -> str:
        taken = self._state.rows(f"SELECT count(*) FROM {known.table}")[0][0]
        return completed(f"{known.prefix}5g0NEW{taken:06d}")


def _values(known: SObject, entries: dict) -> dict:
    fields = {known.field(name): value for name, value in entries.items()}
    return {field.name: stored(field, value) for field, value in fields.items()}


def _full_name(object_name: str, field: str = "") -> str:
    known = sobject(object_name)
    return f"{known.name}.{known.field(field).name}"


def _user(entries: dict) -> str:
    return completed(entries.get("user_id", HUMAN_USER_ID))


def _table(entries: dict) -> SObject:
    known = sobject(entries.get("object", "Account"))
    if known.name in VIEWS:
        raise Refusal(400, "INVALID_TYPE", f"{known.name} is what the org tells of changes; nobody enters it")
    return known


def writes(state: OrgState) -> list[dict]:
    """Every value that changed since the org was loaded, oldest first: when, where, from what to what, by whom."""
    rows = state.rows(f"SELECT {', '.join(WRITE_COLUMNS)} FROM write_log ORDER BY write_no")
    return [dict(zip(WRITE_COLUMNS, row, strict=True)) for row in rows]
