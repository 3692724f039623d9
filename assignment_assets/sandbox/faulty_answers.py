"""What a client gets to see of a fault: an answer in the right one's place, or the right one spoilt."""

import gzip
import json

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from assignment_assets.sandbox.faults import MESSAGES, Fault, FaultKind
from assignment_assets.sandbox.refusal import Refusal

TOKEN_PATH = "/services/oauth2/token"
PAGE = "<html><body>Down for maintenance</body></html>"
REFUSALS = {
    FaultKind.SERVER_ERROR: (500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1700000000-1 (0)"),
    FaultKind.MAINTENANCE: (503, "SERVER_UNAVAILABLE", "The server is down for maintenance."),
    FaultKind.TOO_MANY_REQUESTS: (429, "REQUEST_LIMIT_EXCEEDED", "Too many requests; wait and try again."),
    FaultKind.REQUEST_LIMIT: (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    FaultKind.CONCURRENT_REQUESTS: (
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ),
    FaultKind.TERRITORY_REALIGNMENT: (
        400,
        "TERRITORY_REALIGN_IN_PROGRESS",
        MESSAGES["TERRITORY_REALIGN_IN_PROGRESS"],
    ),
    FaultKind.EXPIRED_SESSION: (401, "INVALID_SESSION_ID", "Session expired or invalid"),
}
LIMIT_INFO = "Sforce-Limit-Info"


class BrokenOff(Response):
    """An answer that promises a byte and never sends it, whereupon the server breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def answer_instead(fault: Fault, path: str) -> Response | None:
    """The answer in the right one's place; None for faults that only spoil it."""
    match fault.kind:
        case FaultKind.UNAVAILABLE:
            return HTMLResponse(PAGE, 503)
        case FaultKind.REDIRECT:
            return Response(status_code=fault.status or 302, headers={"Location": fault.location})
        case FaultKind.ANSWER:
            return _verbatim(fault)
        case FaultKind.REFUSED:
            refusal = Refusal(
                fault.status or 400, fault.error_code, fault.message or MESSAGES.get(fault.error_code, "")
            )
            return JSONResponse(refusal.body, refusal.status)
        case kind if kind in REFUSALS:
            refusal = Refusal(*REFUSALS[kind])
            oauth = {"error": refusal.code.lower(), "error_description": refusal.message}
            return JSONResponse(oauth if path == TOKEN_PATH else refusal.body, refusal.status)
        case _:
            return None


def spoilt(fault: Fault, response: Response) -> Response:
    """The right answer as the fault lets it come."""
    text = bytes(response.body)
    match fault.kind:
        case FaultKind.LOST_RESPONSE:
            return BrokenOff()
        case FaultKind.TRUNCATED:
            return _remade(response, text[: len(text) // 2])
        case FaultKind.COMPRESSED:
            return _remade(response, gzip.compress(text), {"Content-Encoding": "gzip"})
        case FaultKind.DAMAGED_COMPRESSION:
            return _remade(response, text, {"Content-Encoding": "gzip"})
        case FaultKind.ODD_PARTS:
            return _remade(response, _odd_parts(fault, text))
        case FaultKind.ODD_HEADERS:
            return _with_odd_headers(fault, response)
        case _:
            return response


def _verbatim(fault: Fault) -> Response:
    status = fault.status or 200
    if status == 204:
        return Response(status_code=204, headers=fault.headers)
    text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    kind = "text/html" if text.startswith("<") else "application/json"
    return Response(text, status, {"Content-Type": kind} | fault.headers)


def _remade(response: Response, body: bytes, more: dict[str, str] | None = None) -> Response:
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body, response.status_code, kept | (more or {}))


def _odd_parts(fault: Fault, text: bytes) -> bytes:
    answer = json.loads(text)
    for part in answer.get("compositeResponse", []):
        part["body"] = fault.body
        part["httpStatusCode"] = fault.status or part["httpStatusCode"]
    return json.dumps(answer).encode()


def _with_odd_headers(fault: Fault, response: Response) -> Response:
    info = response.headers.get(LIMIT_INFO)
    if info:
        response.headers[LIMIT_INFO] = f"per-app-api-usage=17/250(appName=sample-connected-app), {info}"
    for name, value in fault.headers.items():
        response.headers[name] = value
    response.raw_headers.reverse()
    return response
