"""The local org as a Starlette app: OAuth, the REST API, the request log, faults, and the hooks for tests."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.authentication import Credentials, Gatekeeper
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.faults import Fault, FaultBoard, FaultKind, refusal_of
from assignment_assets.sandbox.hooks import Hooks
from assignment_assets.sandbox.late import LateCalls
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.request_log import RequestLog
from assignment_assets.sandbox.rest import LONGEST_URL, VERSIONS, RestApi
from assignment_assets.sandbox.state import OrgState
from assignment_assets.sandbox.values import http_date

DAILY_CALLS = 100_000
METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"]
LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Org:
    """The parts of a running org."""

    state: OrgState
    gatekeeper: Gatekeeper
    api: RestApi
    faults: FaultBoard
    access: Access
    hooks: Hooks
    log: RequestLog
    late: LateCalls

    @classmethod
    def of(
        cls,
        folder: Path,
        credentials: Credentials,
        clock: OrgClock,
        daily_calls: int = DAILY_CALLS,
        access: Access | None = None,
    ) -> "Org":
        """The org whose records are in `folder`; all is on and visible unless `access` says otherwise."""
        state, faults, access = OrgState(folder, clock), FaultBoard(), access or Access()
        return cls(
            state,
            Gatekeeper(state, credentials),
            RestApi(state, faults, access, daily_calls),
            faults,
            access,
            Hooks(state, faults, access),
            RequestLog(folder),
            LateCalls(),
        )

    def close(self) -> None:
        """Ends files and connections."""
        self.log.close()
        self.state.close()


def application(org: Org) -> Starlette:
    """The app that answers for this org."""

    async def answer(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", errors="replace")
        path = request.url.path
        if path.startswith("/sandbox/"):
            return await run_in_threadpool(_hook, org, request, body)
        url = path + (f"?{request.url.query}" if request.url.query else "")
        headers = dict(request.headers)
        fault = org.faults.strike_request(request.method, path)
        if fault is not None and fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
        response = await run_in_threadpool(_answered, org, request, url, headers, body, fault)
        org.log.append(
            org.state.clock.now(),
            request.method,
            url,
            headers,
            body,
            response.status_code,
            fault.kind.value if fault else "",
        )
        response.headers["Date"] = http_date(org.state.clock.now())
        return response

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


def _answered(
    org: Org, request: Request, url: str, headers: dict[str, str], body: str, fault: Fault | None
) -> Response:
    if fault is not None and fault.kind is FaultKind.LOST_REQUEST:
        return BrokenOff()
    if fault is not None and fault.kind is FaultKind.LATE_COMMIT:
        user_id = org.gatekeeper.user_of(headers.get("authorization", ""))
        org.late.add(Call.of(request.method, url, headers, body, user_id), fault.requests)
        return BrokenOff()
    org.late.pass_by(org.api.handle)
    if fault is not None and fault.kind is FaultKind.UNAVAILABLE:
        return HTMLResponse("<html><body>Down for maintenance</body></html>", 503)
    if fault is not None and fault.kind is FaultKind.EXPIRED_SESSION:
        org.state.end_sessions()
    refusal = refusal_of(fault) if fault is not None else None
    response = _json(Reply.refused(refusal)) if refusal else _served(org, request, url, headers, body)
    return BrokenOff() if fault is not None and fault.kind is FaultKind.LOST_RESPONSE else response


def _served(org: Org, request: Request, url: str, headers: dict[str, str], body: str) -> Response:
    path, authorization = request.url.path.rstrip("/"), headers.get("authorization", "")
    instance_url = f"https://{headers.get('host', '')}"
    if path == "/services/oauth2/token":
        answer = org.gatekeeper.token(body, authorization, instance_url)
        return _json(Reply(answer.status, answer.body))
    if path == "/services/data":
        return _json(
            Reply(
                200,
                [
                    {"label": f"Version {version}", "version": version, "url": f"/services/data/v{version}"}
                    for version in VERSIONS
                ],
            )
        )
    if len(url) > LONGEST_URL:
        return Response("URI Too Long", 414)
    try:
        user_id = org.gatekeeper.user_of(authorization)
        if path == "/services/oauth2/userinfo" or path.startswith("/id/"):
            return _json(Reply(200, org.gatekeeper.identity(user_id)))
        calls, most = org.api.usage()
        if calls > most:
            raise Refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    except Refusal as refusal:
        return _json(Reply.refused(refusal))
    reply = org.api.handle(Call.of(request.method, url, headers, body, user_id))
    return _json(Reply(reply.status, reply.body, {**reply.headers, "Sforce-Limit-Info": f"api-usage={calls}/{most}"}))


def _hook(org: Org, request: Request, body: str) -> Response:
    if request.client is None or request.client.host not in LOOPBACK:
        return Response("loopback only", 403)
    try:
        entries = json.loads(body) if body else {}
        return JSONResponse(org.hooks.handle(request.method, request.url.path, entries))
    except Refusal as refusal:
        return _json(Reply.refused(refusal))


def _json(reply: Reply) -> Response:
    if reply.body is None:
        return Response(status_code=reply.status, headers=reply.headers)
    if isinstance(reply.body, str):
        return Response(reply.body, reply.status, reply.headers, media_type="text/csv; charset=UTF-8")
    return JSONResponse(reply.body, reply.status, reply.headers)


class BrokenOff(Response):
    """An answer that promises a byte and never sends it, whereupon the server breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
