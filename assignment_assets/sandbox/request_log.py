"""Every request that the org saw, one JSON line each; tokens, secrets and passwords never get there."""

import json
import threading
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

FILE = "requests.jsonl"
OAUTH = "/services/oauth2/"
KEPT_HEADERS = (
    *("if-match", "if-none-match", "if-modified-since", "if-unmodified-since"),
    *("sforce-auto-assign", "sforce-call-options", "sforce-query-options"),
)


class RequestLog:
    """Appends to `requests.jsonl` in the org's folder."""

    def __init__(self, folder: Path):
        self._lock = threading.Lock()
        self._file = (folder / FILE).open("a", encoding="utf-8")

    def append(
        self, at: datetime, method: str, path: str, headers: dict[str, str], body: str, status: int, fault: str = ""
    ) -> None:
        """One line: when, what was asked, which of the telling headers came with it, what was answered."""
        entry = {
            "at": at.isoformat(timespec="milliseconds"),
            "method": method,
            "path": path.partition("?")[0] if path.startswith(OAUTH) else path,
            "headers": {name: headers[name] for name in KEPT_HEADERS if name in headers},
            "body": _body(path, body),
            "status": status,
        }
        if fault:
            entry["fault"] = fault
        with self._lock:
            self._file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


def read_requests(folder: Path) -> list[dict]:
    """All lines of the log in `folder`, oldest first; empty where no org has run there."""
    path = folder / FILE
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _body(path: str, body: str):
    if path.startswith(OAUTH):
        return {"grant_type": parse_qs(body).get("grant_type", [""])[-1]}
    if not body:
        return None
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        return "not JSON"
