"""Faults on demand: what a network and a busy org do to a client, switched on by tests, one request at a time."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from assignment_assets.sandbox.automations import Flow
from assignment_assets.sandbox.refusal import Refusal


class FaultKind(StrEnum):
    """What goes wrong."""

    LOST_REQUEST = "lost_request"  # the connection breaks before anything is done
    LOST_RESPONSE = "lost_response"  # everything is done and committed, then the connection breaks
    SERVER_ERROR = "server_error"  # 500, UNKNOWN_EXCEPTION, nothing done
    UNAVAILABLE = "unavailable"  # 503 with a page of HTML, nothing done
    MAINTENANCE = "maintenance"  # 503 in the words of the API or of OAuth, nothing done
    TOO_MANY_REQUESTS = "too_many_requests"  # 429
    REQUEST_LIMIT = "request_limit"  # 403, REQUEST_LIMIT_EXCEEDED: the day's calls are used up
    CONCURRENT_REQUESTS = "concurrent_requests"  # 403, REQUEST_LIMIT_EXCEEDED: too many at once, soon over
    TERRITORY_REALIGNMENT = "territory_realignment"  # 400, TERRITORY_REALIGN_IN_PROGRESS
    EXPIRED_SESSION = "expired_session"  # every token given out so far ends
    REDIRECT = "redirect"  # `status` (302) to `location`, nothing done
    REFUSED = "refused"  # `status` (400) with `error_code` and `message` for the whole call, nothing done
    ANSWER = "answer"  # `status` (200) and `body` instead of the answer; the work is done if `is_done`
    TRUNCATED = "truncated"  # everything is done, half of the answer's text comes
    COMPRESSED = "compressed"  # everything is done, the answer comes compressed
    DAMAGED_COMPRESSION = "damaged_compression"  # everything is done, the answer says that it is compressed and is not
    ODD_HEADERS = "odd_headers"  # everything is done, headers in another order and with `headers` among them
    ODD_PARTS = "odd_parts"  # everything is done, each part of a composite answer has `body`, and `status` if given
    SLOW = "slow"  # the answer waits for `seconds`
    LATE_COMMIT = "late_commit"  # the connection breaks; the work is done after `requests` further requests
    ROW_ERROR = "row_error"  # an update of `record_id`, or one of `record_ids`, is refused with `error_code`


LOCKED = "unable to obtain exclusive access to this record or 1 records: {record_id}"
MESSAGES = {
    "UNABLE_TO_LOCK_ROW": LOCKED,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "This account's owner may only be changed by Sales Operations.",
    "CANNOT_EXECUTE_FLOW_TRIGGER": "We can't save this record because the process failed. Give your Salesforce admin "
    "these details. This error occurred when the flow tried to update records",
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": "AccountTrigger: execution of AfterUpdate caused by: System.DmlException",
    "INSUFFICIENT_ACCESS_OR_READONLY": "insufficient access rights on object id",
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "insufficient access rights on cross-reference id",
    "INVALID_CROSS_REFERENCE_KEY": "invalid cross reference id",
    "TERRITORY_REALIGN_IN_PROGRESS": "The operation is not allowed while a territory realignment is in progress",
    "TOO_MANY_APEX_REQUESTS": "Unable to complete request; too many concurrent Apex requests",
    "ENTITY_IS_LOCKED": "This record is locked. If you need to edit it, contact your admin.",
    "TRANSFER_REQUIRES_READ": "The new owner must have read permission: {record_id}",
    "UNKNOWN_EXCEPTION": "An unexpected error occurred. Please include this ErrorId if you contact support: 17-1 (0)",
}
"""Salesforce's words for the errors of a row, where a fault has none of its own."""


@dataclass(frozen=True)
class Fault:
    """One fault: strikes `times` matching requests after letting `skip` of them pass.

    A request matches if its path contains `path_contains` and its method is `method` (empty: any). For
    `row_error` each update of a record counts, be it alone or within a composite call; one that `wraps` another
    code is a rule or an automation that failed over it, and says so in its message.
    """

    kind: FaultKind
    method: str = ""
    path_contains: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    record_id: str = ""
    record_ids: tuple[str, ...] = ()
    error_code: str = "UNABLE_TO_LOCK_ROW"
    message: str = ""
    wraps: str = ""
    requests: int = 1
    status: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    location: str = ""
    is_done: bool = False

    @classmethod
    def of(cls, entries: dict) -> "Fault":
        """The fault that a JSON body describes; a refusal names an unknown kind or key."""
        try:
            return cls(
                **{
                    **entries,
                    "kind": FaultKind(entries["kind"]),
                    "record_ids": tuple(entries.get("record_ids", ())),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal(400, "INVALID_FAULT", f"{error}; kinds: {', '.join(FaultKind)}") from error

    def strikes(self, record_id: str) -> bool:
        """Whether it is a row error of this record."""
        return self.kind is FaultKind.ROW_ERROR and record_id in (self.record_id, *self.record_ids)

    def refusal(self, record_id: str) -> Refusal:
        """How the record is refused."""
        message = self.message or MESSAGES.get(self.error_code, "fault switched on for {record_id}")
        if self.wraps:
            message += f": {self.wraps}, {MESSAGES.get(self.wraps, 'fault within an automation')}: []"
        status = self.status or STATUS.get(self.error_code, 400)
        return Refusal(status, self.error_code, message.replace("{record_id}", record_id), [])


STATUS = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "UNKNOWN_EXCEPTION": 500,
    "SERVER_UNAVAILABLE": 503,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": 403,
}
"""The statuses of row errors that are not 400."""


@dataclass
class Behaviour:
    """What the org does by itself: `rule_owner_id` is the owner that its assignment rule gives to updated accounts
    unless the caller says not to; `flow` stamps opportunities; `edits` are people's edits, values and user, by
    record and moment (before_write, after_write)."""

    rule_owner_id: str = ""
    flow: Flow = field(default_factory=lambda: Flow({}))
    edits: dict[tuple[str, str], tuple[dict, str]] = field(default_factory=dict)


class FaultBoard:
    """The faults that are switched on, and how often each has met a matching request."""

    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self._faults: list[Fault] = []
        self._met: list[int] = []

    def add(self, fault: Fault) -> None:
        """Switches a fault on; of several that match one request, the one added first strikes."""
        self._faults.append(fault)
        self._met.append(0)

    def clear(self) -> None:
        """Switches all faults off."""
        self._faults.clear()
        self._met.clear()

    def listed(self) -> list[dict]:
        """Each fault with how many matching requests it has met and struck."""
        return [
            {**asdict(fault), "met": met, "struck": max(0, min(met - fault.skip, fault.times))}
            for fault, met in zip(self._faults, self._met, strict=True)
        ]

    def strike_request(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if one does; counts it."""
        return self._strike(
            lambda fault: (
                fault.kind is not FaultKind.ROW_ERROR and fault.path_contains in path and fault.method in ("", method)
            )
        )

    def strike_record(self, record_id: str) -> None:
        """Refuses the update of this record where a row error is switched on for it."""
        fault = self._strike(lambda fault: fault.strikes(record_id))
        if fault is not None:
            raise fault.refusal(record_id)

    def _strike(self, matches) -> Fault | None:
        for place, fault in enumerate(self._faults):
            if matches(fault):
                self._met[place] += 1
                if fault.skip < self._met[place] <= fault.skip + fault.times:
                    return fault
        return None
