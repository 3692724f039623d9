"""Composite calls: up to 25 requests in one, each with headers of its own; all or none where that is asked.

A request may take values from the answers to earlier ones: `@{reference.field}`.
"""

import json
import re
from collections.abc import Callable

from assignment_assets.sandbox.call import Call, Reply
from assignment_assets.sandbox.references import resolved
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.state import OrgState

MOST_REQUESTS = 25
MOST_COLLECTIONS = 5
COLLECTION = re.compile(r"/services/data/v[\d.]+/(composite/sobjects|query)\b")
REFERENCE = re.compile(r"[A-Za-z0-9_]+")


def composite(call: Call, state: OrgState, handle: Callable[[Call], Reply]) -> Reply:
    """200 with one answer a request, in their order, each with its own status.

    With `allOrNone` a failing request undoes those before it, and all others answer PROCESSING_HALTED.

    Raises
    ------
    Refusal
        400 for the call as a whole: more than 25 requests, references missing or used twice, foreign URLs.
    """
    body = call.json()
    requests = body.get("compositeRequest") if isinstance(body, dict) else None
    _check(requests, call)
    replies: list[Reply] = []
    is_halted = False
    try:
        with state.transaction():
            for request in requests:
                replies.append(_reply(request, requests, replies, call, handle))
            if body.get("allOrNone") and any(reply.status >= 400 for reply in replies):
                raise Refusal(
                    400,
                    "PROCESSING_HALTED",
                    "The transaction was rolled back since another operation in the same transaction failed.",
                )
    except Refusal as refusal:
        is_halted = True
        replies = [reply if reply.status >= 400 else Reply.refused(refusal) for reply in replies]
    return Reply(
        200,
        {
            "compositeResponse": [
                {
                    "body": reply.body,
                    "httpHeaders": {} if is_halted else reply.headers,
                    "httpStatusCode": reply.status,
                    "referenceId": request["referenceId"],
                }
                for request, reply in zip(requests, replies, strict=True)
            ]
        },
    )


def _check(requests, call: Call) -> None:
    if not isinstance(requests, list) or not requests or not all(isinstance(part, dict) for part in requests):
        raise Refusal(400, "JSON_PARSER_ERROR", "compositeRequest must be a list of at least one request")
    if len(requests) > MOST_REQUESTS:
        raise Refusal(400, "LIMIT_EXCEEDED", f"a composite call takes at most {MOST_REQUESTS} requests")
    if sum(bool(COLLECTION.match(str(request.get("url", "")))) for request in requests) > MOST_COLLECTIONS:
        raise Refusal(400, "LIMIT_EXCEEDED", f"a call takes {MOST_COLLECTIONS} collections or queries at most")
    references = [request.get("referenceId", "") for request in requests]
    if len(set(references)) < len(references) or not all(map(REFERENCE.fullmatch, references)):
        raise Refusal(
            400, "INVALID_REQUEST", "each request needs a referenceId of its own: letters, digits, underscores"
        )
    base = "/".join(call.path.split("/")[:4]) + "/"
    if not all(str(request.get("url", "")).startswith(base) for request in requests):
        raise Refusal(400, "INVALID_REQUEST", f"each url must begin with {base}")


def _reply(
    request: dict, requests: list[dict], replies: list[Reply], call: Call, handle: Callable[[Call], Reply]
) -> Reply:
    earlier = {each["referenceId"]: reply for each, reply in zip(requests, replies, strict=False)}
    try:
        return handle(_part(resolved(request, earlier), call))
    except Refusal as refusal:
        return Reply.refused(refusal)


def _part(request: dict, call: Call) -> Call:
    text = json.dumps(request["body"]) if "body" in request else ""
    return Call.of(request.get("method", "GET"), request["url"], request.get("httpHeaders", {}), text, call.user_id)
