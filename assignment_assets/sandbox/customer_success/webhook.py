"""The webhook: who looks after a company now, posted to one address on each change, signed.

The body is `{"event_id", "company": {"sfdc_account_id", "csm_email"}, "changed_at"}`, `csm_email` null for nobody. The
headers are `X-CS-Timestamp`, in seconds since 1970, and `X-CS-Signature: v1=` with the HMAC-SHA256, in hex, of the
timestamp, a dot and the body, by a shared secret. `changed_at` is by the system's own clock; the timestamp is true.
"""

import hashlib
import hmac
import json
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success.companies import Company
from assignment_assets.sandbox.customer_success.refused import Refused

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TIMEOUT_SECONDS = 10.0


def signature(secret: str, timestamp: str, body: str) -> str:
    """The value of `X-CS-Signature` of this body at this time."""
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"v1={digest}"


@dataclass
class Event:
    """One change as it was told, and how each delivery went: a status, or what broke."""

    event_id: str
    account_id: str
    body: str
    deliveries: list[int | str] = field(default_factory=list)

    def told(self) -> dict:
        """The event for whoever asks."""
        return {"event_id": self.event_id, "body": json.loads(self.body), "deliveries": list(self.deliveries)}


class Webhook:
    """Posts to one address, on loopback only; nothing is posted before there is one, or while it is held."""

    def __init__(self, clock: OrgClock, secret: str):
        self._clock = clock
        self._url, self._secret, self._ca_file, self._is_held = "", secret, "", False
        self._events: dict[str, Event] = {}
        self._lock = threading.Lock()

    def aim(self, entries: dict) -> dict:
        """Sets `url` (empty: none), `secret`, `ca_file` and `is_held`, as far as they are given.

        Raises
        ------
        Refused
            400 for an address that is not on loopback.
        """
        url = entries.get("url", self._url)
        if url and urlsplit(url).hostname not in LOOPBACK:
            raise Refused(400, "INVALID_WEBHOOK", f"{url} is not on loopback, and nothing is sent elsewhere")
        self._url, self._secret = url, entries.get("secret", self._secret)
        self._ca_file, self._is_held = entries.get("ca_file", self._ca_file), entries.get("is_held", self._is_held)
        return {"url": self._url, "is_held": self._is_held}

    def tell(self, company: Company) -> dict:
        """Makes an event of the change and delivers it; tells how that went."""
        event = Event(f"evt_{uuid.uuid4().hex}", company.entry.account_id, "")
        event.body = _body(event, company.entry.csm_email, company.modified_at)
        with self._lock:
            self._events[event.event_id] = event
        if self._url and not self._is_held:
            self._deliver(event, self._secret, timedelta())
        return event.told()

    def repeat(self, entries: dict) -> dict:
        """Delivers the event `event_id` once more, signed now, or `seconds_ago`, or with another `secret`.

        Raises
        ------
        Refused
            404 for an event that there is not, 400 without an address.
        """
        event = self._events.get(entries.get("event_id", ""))
        if event is None or not self._url:
            status, what = (404, "no such event") if event is None else (400, "there is no address to deliver to")
            raise Refused(status, "INVALID_EVENT", what)
        self._deliver(event, entries.get("secret", self._secret), timedelta(seconds=entries.get("seconds_ago", 0)))
        return event.told()

    def events(self) -> list[dict]:
        """All events, oldest first."""
        with self._lock:
            return [event.told() for event in self._events.values()]

    def _deliver(self, event: Event, secret: str, ago: timedelta) -> None:
        timestamp = str(int((self._clock.now() - ago).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-CS-Timestamp": timestamp,
            "X-CS-Signature": signature(secret, timestamp, event.body),
        }
        with requests.Session() as session:
            session.trust_env, session.verify = False, self._ca_file or True
            try:
                answer = session.post(
                    self._url, event.body.encode(), headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
                )
                event.deliveries.append(answer.status_code)
            except requests.RequestException as error:
                event.deliveries.append(type(error).__name__)


def _body(event: Event, csm_email: str, changed_at: datetime) -> str:
    entries = {
        "event_id": event.event_id,
        "company": {"sfdc_account_id": event.account_id, "csm_email": csm_email or None},
        "changed_at": changed_at.isoformat(timespec="seconds"),
    }
    return json.dumps(entries, separators=(",", ":"))
