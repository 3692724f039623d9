"""The REST API of the local org: which resource answers which path below /services/data."""

import re

from assignment_assets.sandbox.bulk import BulkJobs
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.composite import composite
from assignment_assets.sandbox.faults import FaultBoard
from assignment_assets.sandbox.queries import Queries
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.rows import Rows
from assignment_assets.sandbox.schema import SOBJECTS, SObject, sobject
from assignment_assets.sandbox.state import OrgState

VERSIONS = ("57.0", "58.0", "59.0", "60.0", "61.0", "62.0", "63.0", "64.0")
RESOURCES = ("composite", "jobs", "limits", "query", "queryAll", "sobjects")
LONGEST_URL = 16_384
DATA_PATH = re.compile(r"/services/data/v(\d+\.\d)(?:/(.*))?")


class RestApi:
    """Answers calls; composite calls come back through it part by part."""

    def __init__(self, state: OrgState, faults: FaultBoard, daily_calls: int):
        self._state = state
        self._rows = Rows(state, faults)
        self._queries = Queries(state)
        self._bulk = BulkJobs(state, self._rows)
        self._daily_calls = daily_calls

    def handle(self, call: Call) -> Reply:
        """The answer to one call; what is refused comes as Salesforce's list of errors."""
        try:
            return self._answer(call)
        except Refusal as refusal:
            return Reply.refused(refusal)

    def usage(self) -> tuple[int, int]:
        """Calls counted today, this one included, and how many there may be."""
        return self._state.count_call(), self._daily_calls

    def _answer(self, call: Call) -> Reply:
        match = DATA_PATH.fullmatch(call.path)
        if match is None or match.group(1) not in VERSIONS:
            raise _nothing_here()
        match call.method, (match.group(2) or "").strip("/").split("/"):
            case "GET", [""]:
                base = f"/services/data/v{match.group(1)}/"
                return Reply(200, {name: base + name for name in RESOURCES})
            case "GET", ["limits"]:
                return Reply(200, self._limits())
            case "GET", ["query" | "queryAll" as resource]:
                return self._queries.ask(call, resource)
            case "GET", ["query" | "queryAll", name]:
                return self._queries.more(call, name)
            case "GET", ["sobjects"]:
                return Reply(
                    200,
                    {
                        "encoding": "UTF-8",
                        "maxBatchSize": 200,
                        "sobjects": [_summary(known) for known in SOBJECTS.values()],
                    },
                )
            case "GET", ["sobjects", name, "describe"]:
                return Reply(200, _description(_known(name)))
            case "GET", ["sobjects", name, record_id]:
                return self._rows.read(_known(name), record_id, call)
            case "PATCH", ["sobjects", name, record_id]:
                return self._rows.update(_known(name), record_id, call)
            case "POST", ["composite"]:
                return composite(call, self._state, self.handle)
            case "POST", ["composite", "sobjects", name]:
                ids, fields = (call.entry(key) for key in ("ids", "fields"))
                return self._rows.retrieve(_known(name), ids, fields, call)
            case "GET", ["composite", "sobjects", name]:
                ids, fields = (call.parameters.get(key, "").split(",") for key in ("ids", "fields"))
                return self._rows.retrieve(_known(name), ids, fields, call)
            case method, ["jobs", "ingest" | "query" as kind, *rest]:
                return self._bulk.answer(method, kind, rest, call)
            case _:
                raise _nothing_here()

    def _limits(self) -> dict:
        day = self._state.clock.today().isoformat()
        calls = self._state.rows("SELECT coalesce(sum(calls), 0) FROM api_usage WHERE day = ?", (day,))[0][0]
        return {"DailyApiRequests": {"Max": self._daily_calls, "Remaining": max(0, self._daily_calls - calls)}}


def _nothing_here() -> Refusal:
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def _known(name: str) -> SObject:
    try:
        return sobject(name)
    except Refusal as refusal:
        raise _nothing_here() from refusal


def _summary(known: SObject) -> dict:
    return {
        "name": known.name,
        "keyPrefix": known.prefix,
        "queryable": True,
        "updateable": True,
        "custom": known.name.endswith("__c"),
    }


def _description(known: SObject) -> dict:
    fields = [
        {
            "name": field.name,
            "type": field.kind.value,
            "updateable": field.is_updateable,
            "custom": field.name.endswith("__c"),
            "referenceTo": [field.refers_to] if field.refers_to else [],
        }
        for field in known.fields.values()
    ]
    return {**_summary(known), "fields": fields}
