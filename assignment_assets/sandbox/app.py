"""The local org as a Starlette app: OAuth, the REST API, the request log, faults, and the hooks for tests."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assignment_assets.sandbox.access import Access
from assignment_assets.sandbox.authentication import Credentials, Gatekeeper
from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.faults import Fault, FaultBoard, FaultKind
from assignment_assets.sandbox.faulty_answers import TOKEN_PATH, BrokenOff, answer_instead, spoilt
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
        gatekeeper = Gatekeeper(state, credentials, access)
        return cls(
            state,
            gatekeeper,
            RestApi(state, faults, access, daily_calls),
            faults,
            access,
            Hooks(state, faults, access, gatekeeper),
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
        response.headers.setdefault("Date", http_date(org.state.clock.now()))
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
    if fault is None:
        return _served(org, request, url, headers, body)
    if fault.kind is FaultKind.EXPIRED_SESSION:
        org.state.end_sessions()
    instead = answer_instead(fault, request.url.path)
    if instead is None:
        return spoilt(fault, _served(org, request, url, headers, body))
    if fault.is_done:
        _served(org, request, url, headers, body)
    return instead


def _served(org: Org, request: Request, url: str, headers: dict[str, str], body: str) -> Response:
    path, authorization = request.url.path.rstrip("/"), headers.get("authorization", "")
    instance_url = f"https://{headers.get('host', '')}"
    if path == TOKEN_PATH:
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
