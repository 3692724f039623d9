"""Slack's webhook and chat.postMessage on loopback, as far as slack_sdk calls them."""

import json
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

TOKEN, CHANNEL = "xoxb-of-the-tests", "C0123"


@dataclass
class Channel:
    """What was said. `faults`: (status, Slack's word for it, headers), each for one call, in their order;
    `dies_after` so many messages the connection is cut after one was taken."""

    url: str
    said: list[str] = field(default_factory=list)
    faults: list[tuple[int, str, dict]] = field(default_factory=list)
    calls: int = 0
    dies_after: int | None = None

    def hear(self, request: Request) -> Response:
        """Slack's answer to a call."""
        self.calls += 1
        is_api = request.path.startswith("/api/")
        found = (200, _problem(request) if is_api else "", {})
        status, problem, headers = self.faults.pop(0) if self.faults else found
        if not problem:
            self.said.append(request.json["text"])
            if self.dies_after is not None and len(self.said) >= self.dies_after:
                self.dies_after = None
                raise ConnectionError  # the server hangs up without an answer
        text = json.dumps({"ok": not problem, "error": problem}) if is_api else problem or "ok"
        return Response(text, status, headers)


def _problem(request: Request) -> str:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        return "invalid_auth"
    return "" if request.json["channel"] == CHANNEL else "channel_not_found"


def serve_slack(server: HTTPServer) -> Channel:
    """The endpoints on a server, and what is said there."""
    channel = Channel(server.url_for("").rstrip("/"))
    for address in ("/hook", "/api/chat.postMessage"):
        server.expect_request(address, method="POST").respond_with_handler(channel.hear)
    return channel
