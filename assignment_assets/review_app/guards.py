"""What stands before every page: headers that bind browsers, and a limit on how often one visitor asks."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
OVER_HTTPS = {"strict-transport-security": "max-age=31536000"}
MOST_VISITORS = 10_000


class SecurityHeaders:
    """Adds the headers to every answer; a page may set its own cache-control."""

    def __init__(self, app: ASGIApp, is_https: bool):
        self.app = app
        chosen = HEADERS | (OVER_HTTPS if is_https else {})
        self.headers = [(name.encode(), value.encode()) for name, value in chosen.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self.headers if h[0] not in present)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class RateLimit:
    """A bucket of requests a visitor (cookie, else address) that fills up again evenly over a minute."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic):
        self.a_minute, self.clock = a_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, visitor: str) -> bool:
        """Takes one request out of the visitor's bucket; False where it is empty."""
        now = self.clock()
        with self._lock:
            left, at = self._left.pop(visitor, (float(self.a_minute), now))
            left = min(float(self.a_minute), left + (now - at) * self.a_minute / 60)
            self._left[visitor] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > MOST_VISITORS:
                self._left.popitem(last=False)
            return left >= 1
