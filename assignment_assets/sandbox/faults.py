"""Faults on demand: what a network and a busy org do to a client, switched on by tests, one request at a time."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum

from assignment_assets.sandbox.refusal import Refusal


class FaultKind(StrEnum):
    """What goes wrong."""

    LOST_REQUEST = "lost_request"  # the connection breaks before anything is done
    LOST_RESPONSE = "lost_response"  # everything is done and committed, then the connection breaks
    SERVER_ERROR = "server_error"  # 500, UNKNOWN_EXCEPTION, nothing done
    UNAVAILABLE = "unavailable"  # 503 with a page of HTML, nothing done
    TOO_MANY_REQUESTS = "too_many_requests"  # 429
    REQUEST_LIMIT = "request_limit"  # 403, REQUEST_LIMIT_EXCEEDED
    EXPIRED_SESSION = "expired_session"  # every token given out so far ends
    SLOW = "slow"  # the answer waits for `seconds`
    LATE_COMMIT = "late_commit"  # the connection breaks; the work is done after `requests` further requests
    ROW_ERROR = "row_error"  # an update of `record_id` is refused with `error_code`


@dataclass(frozen=True)
class Fault:
    """One fault: strikes `times` matching requests after letting `skip` of them pass.

    A request matches if its path contains `path_contains` and its method is `method` (empty: any). For
    `row_error` each update of the record counts, be it alone or within a composite call.
    """

    kind: FaultKind
    method: str = ""
    path_contains: str = ""
    skip: int = 0
    times: int = 1
    seconds: float = 0.0
    record_id: str = ""
    error_code: str = "UNABLE_TO_LOCK_ROW"
    message: str = ""
    requests: int = 1

    @classmethod
    def of(cls, entries: dict) -> "Fault":
        """The fault that a JSON body describes; a refusal names an unknown kind or key."""
        try:
            return cls(**{**entries, "kind": FaultKind(entries["kind"])})
        except (KeyError, TypeError, ValueError) as error:
            raise Refusal(400, "INVALID_FAULT", f"{error}; kinds: {', '.join(FaultKind)}") from error


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
    unless the caller says not to; `edits` are people's edits by record and moment (before_write, after_write)."""

    rule_owner_id: str = ""
    edits: dict[tuple[str, str], dict] = field(default_factory=dict)


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
        fault = self._strike(lambda fault: fault.kind is FaultKind.ROW_ERROR and fault.record_id == record_id)
        if fault is not None:
            message = fault.message or f"fault switched on for {record_id}"
            raise Refusal(STATUS.get(fault.error_code, 400), fault.error_code, message, [])

    def _strike(self, matches) -> Fault | None:
        for place, fault in enumerate(self._faults):
            if matches(fault):
                self._met[place] += 1
                if fault.skip < self._met[place] <= fault.skip + fault.times:
                    return fault
        return None


def refusal_of(fault: Fault) -> Refusal | None:
    """The answer that a fault puts in the request's place, or None for those that do something else."""
    answers = {
        FaultKind.SERVER_ERROR: (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1700000000-1 (0)"),
        FaultKind.TOO_MANY_REQUESTS: (429, "REQUEST_LIMIT_EXCEEDED", "Too many requests; wait and try again."),
        FaultKind.REQUEST_LIMIT: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        FaultKind.EXPIRED_SESSION: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
    }
    return Refusal(*answers[fault.kind]) if fault.kind in answers else None
