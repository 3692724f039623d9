"""The customer-success system as a Starlette app: reads of the Company object, and the hooks for tests."""

import asyncio
import hmac
import json
import uuid
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success.behaviour import Conduct, Garbage
from assignment_assets.sandbox.customer_success.companies import Companies
from assignment_assets.sandbox.customer_success.hooks import Hooks
from assignment_assets.sandbox.customer_success.query import Query
from assignment_assets.sandbox.customer_success.refused import Refused, invalid_call
from assignment_assets.sandbox.customer_success.webhook import LOOPBACK, Webhook

READ = "/v1/data/objects/query/company"
PAGE = "<html><body>Down for maintenance</body></html>"
NO_HIT = Refused(400, "GSOBJ_1011", "No data found for given criteria")


@dataclass(frozen=True)
class System:
    """The parts of a running customer-success system."""

    access_key: str
    clock: OrgClock
    companies: Companies
    conduct: Conduct
    webhook: Webhook
    hooks: Hooks

    @classmethod
    def of(cls, access_key: str, webhook_secret: str, clock: OrgClock) -> "System":
        """An empty system."""
        companies, conduct, webhook = Companies(clock), Conduct(), Webhook(clock, webhook_secret)
        return cls(access_key, clock, companies, conduct, webhook, Hooks(clock, companies, conduct, webhook))


def application(system: System) -> Starlette:
    """The app that answers for this system."""

    async def answer(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", errors="replace")
        if request.url.path.startswith("/sandbox/"):
            return await run_in_threadpool(_hook, system, request, body)
        await asyncio.sleep(system.conduct.delay())
        response = _answered(system, request, body)
        system.hooks.requests.append({"body": body, "status": response.status_code})
        return response

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])])


def _answered(system: System, request: Request, body: str) -> Response:
    try:
        _check_key(system, request.headers.get("accesskey", ""))
        seconds = system.conduct.wait_for(system.clock.now())
        if seconds is not None:
            return _too_many(seconds)
        if system.conduct.is_unavailable():
            return HTMLResponse(PAGE, 503)
        if request.method != "POST" or request.url.path.lower() != READ:
            raise Refused(404, "OBJECT_NOT_FOUND", "Requested object not found.")
        answer = _read(system, body)
    except Refused as refused:
        return JSONResponse(_envelope(None, refused), refused.status)
    spoilt = system.conduct.spoils()
    return JSONResponse(answer) if spoilt is None else _garbage(spoilt, answer)


def _read(system: System, body: str) -> dict:
    try:
        query = Query.of(json.loads(body))
    except json.JSONDecodeError as error:
        raise invalid_call(f"the body is no JSON: {error}") from error
    records = query.records(system.companies.listed(), system.conduct.now.page_cap)
    if not records and system.conduct.now.refuses_empty:
        raise NO_HIT
    return _envelope(records if system.conduct.now.shape == "list" else {"records": records})


def _check_key(system: System, shown: str) -> None:
    if not hmac.compare_digest(shown.encode(), system.access_key.encode()):
        raise Refused(401, "GS_APIG_2401", "Unauthorized")


def _envelope(data: list | dict | None, refused: Refused | None = None) -> dict:
    return {
        "result": refused is None,
        "errorCode": refused.code if refused else None,
        "errorDesc": refused.description if refused else None,
        "requestId": str(uuid.uuid4()),
        "data": data,
        "message": None,
    }


def _too_many(seconds: int) -> Response:
    refused = Refused(429, "TOO_MANY_REQUESTS", "Too many calls in this minute")
    headers = {} if seconds < 0 else {"Retry-After": str(seconds)}
    return JSONResponse(_envelope(None, refused), 429, headers)


def _garbage(kind: Garbage, answer: dict) -> Response:
    text = json.dumps(answer)
    match kind:
        case Garbage.HTML:
            return HTMLResponse(PAGE)
        case Garbage.TRUNCATED:
            return Response(text[: len(text) // 2], media_type="application/json")
        case Garbage.EMPTY:
            return Response(b"", media_type="application/json")
        case Garbage.NULL:
            return JSONResponse(None)
        case Garbage.LIST:
            return JSONResponse([])
        case Garbage.NO_DATA:
            return JSONResponse({name: value for name, value in answer.items() if name != "data"})
        case Garbage.TEXTS:
            return JSONResponse(answer | {"data": {"records": ["Company"]}})


def _hook(system: System, request: Request, body: str) -> Response:
    if request.client is None or request.client.host not in LOOPBACK:
        return Response("loopback only", 403)
    try:
        entries = json.loads(body) if body else {}
        return JSONResponse(system.hooks.handle(request.method, request.url.path, entries))
    except Refused as refused:
        return JSONResponse(_envelope(None, refused), refused.status)
