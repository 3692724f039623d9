"""What tests and the demo may do to the customer-success system, under /sandbox/ and on loopback only.

POST /sandbox/company      who looks after a company from now on: {"account_id", "csm_email", "csm_name", "name"}, what
                           is not given stays; "csm_email": "" clears it. Tells the webhook's event, or null
POST /sandbox/companies    many at once, without a word to anybody: {"companies": [{as above}]}
GET  /sandbox/companies    all, as they are
POST /sandbox/webhook      {"url", "secret", "ca_file", "is_held"}: where changes are posted; "url": "" ends it; while
                           it is held there are events and no deliveries
POST /sandbox/redeliver    {"event_id", "seconds_ago", "secret"}: the same event once more, signed now, or as of
                           earlier, or with another secret
GET  /sandbox/events       each event and how its deliveries went
POST /sandbox/behaviour    what `behaviour` lists, such as {"too_many": 2}; GET tells; DELETE: all as at first
GET  /sandbox/requests     the reads so far: body and status
POST /sandbox/clock        {"advance_seconds": n}
"""

from dataclasses import asdict
from datetime import timedelta

from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success.behaviour import Conduct
from assignment_assets.sandbox.customer_success.companies import Companies, Entry
from assignment_assets.sandbox.customer_success.refused import Refused
from assignment_assets.sandbox.customer_success.webhook import Webhook


class Hooks:
    """Carries out what comes in under /sandbox/."""

    def __init__(self, clock: OrgClock, companies: Companies, conduct: Conduct, webhook: Webhook):
        self.requests: list[dict] = []
        self._clock = clock
        self._companies = companies
        self._conduct = conduct
        self._webhook = webhook

    def handle(self, method: str, path: str, entries: dict) -> dict:
        """The JSON answer.

        Raises
        ------
        Refused
            The path or the entries are wrong.
        """
        match method, path.removeprefix("/sandbox/"):
            case "POST", "company":
                changed = self._companies.enter([self._entry(entries)])
                return {"event": self._webhook.tell(changed[0]) if changed else None}
            case "POST", "companies":
                return {"changed": len(self._companies.enter([self._entry(each) for each in entries["companies"]]))}
            case "GET", "companies":
                return {"companies": [asdict(company.entry) for company in self._companies.listed()]}
            case "POST", "webhook":
                return self._webhook.aim(entries)
            case "POST", "redeliver":
                return {"event": self._webhook.repeat(entries)}
            case "GET", "events":
                return {"events": self._webhook.events()}
            case "POST" | "GET" | "DELETE", "behaviour":
                told = self._conduct.reset() if method == "DELETE" else self._conduct.change(entries)
                self._companies.skew = timedelta(minutes=told["skew_minutes"])
                return told
            case "GET", "requests":
                return {"requests": self.requests}
            case "POST", "clock":
                return {"now": self._clock.advance(float(entries.get("advance_seconds", 0))).isoformat()}
            case _:
                raise Refused(404, "NOT_FOUND", f"no hook {method} {path}")

    def _entry(self, entries: dict) -> Entry:
        account_id = entries.get("account_id", "")
        known = self._companies.entry_of(account_id)
        before = asdict(known) if known else {}
        wrong = set(entries) - set(Entry.__dataclass_fields__)
        if wrong or not account_id:
            what = f"no {', '.join(sorted(wrong))}" if wrong else "no account_id"
            raise Refused(400, "INVALID_COMPANY", f"{what}; there are {', '.join(Entry.__dataclass_fields__)}")
        return Entry(**(before | {name: value or "" for name, value in entries.items()}))
