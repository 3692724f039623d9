"""The REST API of the local org: which resource answers which path below /services/data."""

import re

from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.bulk import BulkJobs
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.collections import Collections
from assignment_assets.sandbox.composite import composite
from assignment_assets.sandbox.faults import FaultBoard
from assignment_assets.sandbox.queries import Queries
from assignment_assets.sandbox.refusal import Refusal, method_not_allowed
from assignment_assets.sandbox.rows import Rows, nothing_here
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.state import OrgState

RETIRED = tuple(f"{number}.0" for number in range(7, 31))
VERSIONS = tuple(f"{number}.0" for number in range(31, 68))
RESOURCES = ("composite", "jobs", "limits", "query", "queryAll", "sobjects", "tooling")
LONGEST_URL = 16_384
DATA_PATH = re.compile(r"/services/data/v(\d+\.\d)(?:/(.*))?")


class RestApi:
    """Answers calls; composite calls come back through it part by part."""

    def __init__(self, state: OrgState, faults: FaultBoard, access: Access, daily_calls: int):
        self._state = state
        self._access = access
        self._rows = Rows(state, faults, access)
        self._collections = Collections(state, self._rows, access)
        self._queries = Queries(state, access)
        self._bulk = BulkJobs(state, self._rows, access)
        self._daily_calls = daily_calls

    def handle(self, call: Call) -> Reply:
        """The answer to one call; what is refused comes as Salesforce's list of errors."""
        try:
            return self._answer(call)
        except Refusal as refusal:
            return Reply.refused(refusal)

    def _part(self, call: Call) -> Reply:
        """The answer to one part of a composite call; in some orgs collections cannot be one."""
        is_collection = "/composite/sobjects" in call.path
        if is_collection and not self._access.has(Feature.COLLECTIONS_IN_COMPOSITE):
            return Reply.refused(
                Refusal(400, "INVALID_INPUT", f"{call.path} is not supported as a subrequest of a composite call")
            )
        return self.handle(call)

    def usage(self) -> tuple[int, int]:
        """Calls counted today, this one included, and how many there may be."""
        return self._state.count_call(), self._daily_calls

    def _answer(self, call: Call) -> Reply:
        if not self._access.has(Feature.API):
            raise Refusal(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
        match = DATA_PATH.fullmatch(call.path)
        if match is not None and match.group(1) in RETIRED:
            message = f"The requested API version {match.group(1)} is retired and no longer supported."
            raise Refusal(410, "UNSUPPORTED_API_VERSION", message)
        if match is None or match.group(1) not in VERSIONS:
            raise nothing_here()
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
            case "GET", ["tooling", "query" as resource]:
                self._require_tooling()
                return self._queries.ask(call, resource, in_tooling=True)
            case "GET", ["tooling", "query", name]:
                self._require_tooling()
                return self._queries.more(call, name)
            case "GET", ["sobjects"]:
                return Reply(
                    200,
                    {
                        "encoding": "UTF-8",
                        "maxBatchSize": 200,
                        "sobjects": [_summary(known) for known in self._access.objects()],
                    },
                )
            case "GET", ["sobjects", name, "describe"]:
                return Reply(200, _description(self._known(name)))
            case "GET", ["sobjects", name, record_id]:
                return self._rows.read(self._known(name), record_id, call)
            case "PATCH", ["sobjects", name, record_id]:
                return self._rows.update(self._known(name), record_id, call)
            case "POST", ["composite"]:
                return composite(call, self._state, self._part)
            case "PATCH", ["composite", "sobjects"]:
                return self._collections.update(call)
            case "POST", ["composite", "sobjects", name]:
                ids, fields = (call.entry(key) for key in ("ids", "fields"))
                return self._collections.retrieve(self._known(name), ids, fields, call)
            case "GET", ["composite", "sobjects", name]:
                ids, fields = (call.parameters.get(key, "").split(",") for key in ("ids", "fields"))
                return self._collections.retrieve(self._known(name), ids, fields, call)
            case method, ["jobs", "ingest" | "query" as kind, *rest]:
                return self._bulk.answer(method, kind, rest, call)
            case method, ["composite"]:
                raise method_not_allowed(method, "POST")
            case method, ["composite", "sobjects"]:
                raise method_not_allowed(method, "PATCH")
            case method, ["composite", "sobjects", _]:
                raise method_not_allowed(method, "GET", "POST")
            case method, ["sobjects", name, _] if self._known(name):
                raise method_not_allowed(method, "GET", "PATCH")
            case method, ["" | "limits" | "query" | "queryAll" | "sobjects"] if method != "GET":
                raise method_not_allowed(method, "GET")
            case _:
                raise nothing_here()

    def _known(self, name: str) -> SObject:
        try:
            return self._access.sobject(name)
        except Refusal as refusal:
            raise nothing_here() from refusal

    def _require_tooling(self) -> None:
        if not self._access.has(Feature.TOOLING):
            raise Refusal(403, "INSUFFICIENT_ACCESS", "insufficient access rights to the Tooling API")

    def _limits(self) -> dict:
        if not self._access.has(Feature.LIMITS):
            raise Refusal(403, "FUNCTIONALITY_NOT_ENABLED", "This feature is not currently enabled for this user.")
        day = self._state.clock.today().isoformat()
        calls = self._state.rows("SELECT coalesce(sum(calls), 0) FROM api_usage WHERE day = ?", (day,))[0][0]
        return {"DailyApiRequests": {"Max": self._daily_calls, "Remaining": max(0, self._daily_calls - calls)}}


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
            "referenceTo": [field.refers_to, *field.or_to] if field.refers_to else [],
        }
        for field in known.fields.values()
    ]
    return {**_summary(known), "fields": fields}
