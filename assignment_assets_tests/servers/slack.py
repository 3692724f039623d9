"""Slack's webhook and chat.postMessage on loopback, as far as slack_sdk calls them."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN, CHANNEL = "xoxb-of-the-tests", "C0123"


@dataclass
class Channel:
    """What was said. `faults`: (status, Slack's word for it, headers), each for one call, in their order;
    `dies_after` so many messages the connection is cut after one was taken."""

    url: str = ""
    said: list[str] = field(default_factory=list)
    faults: list[tuple[int, str, dict]] = field(default_factory=list)
    calls: int = 0
    dies_after: int | None = None


class _Session(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        channel: Channel = self.server.channel
        channel.calls += 1
        body = self.rfile.read(int(self.headers["content-length"]))
        if channel.faults:
            status, word, headers = channel.faults.pop(0)
            is_api = self.path.startswith("/api")
            self.answer(status, json.dumps({"ok": False, "error": word}) if is_api else word, headers)
            return
        if self.path == "/hook":
            text, problem = json.loads(body)["text"], ""
        else:
            facts = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            facts = facts or json.loads(body)
            text = facts["text"]
            is_known = self.headers["authorization"] == f"Bearer {TOKEN}"
            problem = (
                ""
                if is_known and facts["channel"] == CHANNEL
                else ("channel_not_found" if is_known else "invalid_auth")
            )
        if problem:
            self.answer(200, json.dumps({"ok": False, "error": problem}))
            return
        channel.said.append(text)
        if channel.dies_after is not None and len(channel.said) >= channel.dies_after:
            channel.dies_after = None
            self.close_connection = True
            return
        self.answer(200, "ok" if self.path == "/hook" else '{"ok": true}')

    def answer(self, status: int, text: str, headers: dict | None = None) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(text)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_) -> None:
        """Nothing: tests read what was said."""


@contextmanager
def slack_server():
    """The endpoints on a free port of loopback, until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Session) as server:
        server.channel = Channel(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.channel
        finally:
            server.shutdown()
            thread.join()
