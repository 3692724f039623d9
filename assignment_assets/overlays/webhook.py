"""The webhook of systems of truth: signed, of this moment, each event once; answered once the event is on disk.

The body is ``{"event_id", "company": {"sfdc_account_id", "csm_email"}, "changed_at"}``. ``X-CS-Signature`` is ``v1=``
and the HMAC-SHA256, in hex, of ``X-CS-Timestamp`` (seconds since 1970), a dot and the body, under the secret that both
know (``ASSIGNMENT_CS_WEBHOOK_SECRET``). One process serves it and writes nothing but what it was sent.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.role_sources.settings import as_moment
from assignment_assets.overlays.inbox import SentEvent, put

SECRET = "ASSIGNMENT_CS_WEBHOOK_SECRET"
WINDOW = timedelta(minutes=5)
"""How far the sender's time may be from ours: a call that was overheard is no use later."""
AT_MOST = 64 * 1024
SHORTEST_SECRET, LONGEST = 16, 200
Clock = Callable[[], datetime]


class _Refused(Exception):
    """Why a call is not taken: its status and one sentence."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def webhook(folder: DataFolder, roles: frozenset[str], secret: str, clock: Clock) -> Starlette:
    """The app: ``POST /cs/<role>`` takes an event, ``GET /health`` says that it is there."""

    async def take(request: Request) -> JSONResponse:
        role = request.path_params["role"]
        try:
            body = await _body(request)
            _require_signed(request, body, secret, clock())
            if role not in roles:
                raise _Refused(404, f"there is no role {role} with a system of truth")
            event = _event(role, body, clock())
        except _Refused as refused:
            return JSONResponse({"error": refused.sentence}, refused.status)
        try:
            is_new = await run_in_threadpool(put, folder, event)
        except OSError as error:
            print(f"webhook: an event could not be put down ({error.strerror}). Free the disk, or its rights.")
            return JSONResponse({"error": "the event could not be put down; send it again later"}, 503)
        return JSONResponse({"event_id": event.event_id, "is_new": is_new}, 202)

    async def health(_request: Request) -> JSONResponse:
        return JSONResponse({"roles": sorted(roles)})

    return Starlette(routes=[Route("/cs/{role}", take, methods=["POST"]), Route("/health", health)])


def webhook_secret() -> str:
    """The secret that both know, from the environment.

    Raises
    ------
    InvalidInput
        There is none, or it is short enough to be guessed.
    """
    secret = os.environ.get(SECRET, "")
    if len(secret) < SHORTEST_SECRET:
        found = f"{len(secret)} characters" if secret else "nothing"
        expected = f"at least {SHORTEST_SECRET} characters that the CS system signs with"
        raise InvalidInput("webhook", [Fault(SECRET, found, expected, f"Set {SECRET} to that secret.")])
    return secret


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > AT_MOST:
            raise _Refused(413, f"the body is above {AT_MOST} bytes")
    return body


def _require_signed(request: Request, body: bytes, secret: str, now: datetime) -> None:
    timestamp = request.headers.get("X-CS-Timestamp", "")
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v1={signed}".encode(), request.headers.get("X-CS-Signature", "").encode()):
        raise _Refused(401, "the signature is not that of this body under the secret")
    if not timestamp.isdecimal() or len(timestamp) > 12:
        raise _Refused(401, "X-CS-Timestamp is no number of seconds since 1970")
    sent_at = datetime.fromtimestamp(int(timestamp), UTC).replace(tzinfo=None)
    if abs(now - sent_at) > WINDOW:
        raise _Refused(401, f"it was signed at {sent_at:%Y-%m-%d %H:%M:%S} UTC, more than five minutes from now")


def _event(role: str, body: bytes, now: datetime) -> SentEvent:
    try:
        content: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _Refused(400, f"the body is no JSON: {error}") from error
    company = content.get("company") if isinstance(content, dict) else None
    if not isinstance(company, dict):
        raise _Refused(400, "the body has no company")
    event_id, account_id = _text(content, "event_id"), _text(company, "sfdc_account_id")
    person = company.get("csm_email")
    if person is not None and not (isinstance(person, str) and _is_sound(person)):
        raise _Refused(400, f"company.csm_email must be a text of up to {LONGEST} characters, or null for nobody")
    changed_at = as_moment(content.get("changed_at")) or now
    return SentEvent(role, event_id, complete_id(account_id), person or None, changed_at, now, "webhook")


def _text(content: dict[str, Any], name: str) -> str:
    text = content.get(name)
    if not isinstance(text, str) or not text.strip() or not _is_sound(text):
        raise _Refused(400, f"{name} must be a text of up to {LONGEST} characters")
    return text


def _is_sound(text: str) -> bool:
    """Whether it is short enough, and has no halves of characters, which JSON can hold and no table can."""
    return len(text) <= LONGEST and not any("\ud800" <= character <= "\udfff" for character in text)
