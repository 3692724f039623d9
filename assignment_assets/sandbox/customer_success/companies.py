"""The companies that the customer-success system holds, and the moments that its own clock gives their changes."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from assignment_assets.sandbox.clock import OrgClock


@dataclass(frozen=True)
class Entry:
    """What somebody enters of a company: the CRM's account id, and who looks after it; empty: nobody."""

    account_id: str
    csm_email: str = ""
    csm_name: str = ""
    name: str = ""


@dataclass(frozen=True)
class Company:
    """A company as the system keeps it."""

    entry: Entry
    created_at: datetime
    modified_at: datetime

    @property
    def gsid(self) -> str:
        """The system's own id, the same at each start."""
        return _gsid("1P02", self.entry.account_id)

    @property
    def csm_gsid(self) -> str:
        """The id of who looks after it; empty where nobody does."""
        return _gsid("1P01", self.entry.csm_email.lower()) if self.entry.csm_email else ""

    @property
    def csm_name(self) -> str:
        """Who looks after it, by name: what was entered, else what the address says."""
        return self.entry.csm_name or self.entry.csm_email.partition("@")[0].replace(".", " ").title()


class Companies:
    """All companies in the order of their coming; safe to use from several threads."""

    def __init__(self, clock: OrgClock):
        self.skew = timedelta()
        self._clock = clock
        self._lock = threading.Lock()
        self._by_account: dict[str, Company] = {}

    def now(self) -> datetime:
        """The moment by the system's clock, which may be ahead or behind."""
        return self._clock.now() + self.skew

    def enter(self, entries: Iterable[Entry]) -> list[Company]:
        """Takes over what was entered; gives the companies whose CSM is another by it, new ones with one included."""
        with self._lock:
            return [company for entry in entries if (company := self._entered(entry)) is not None]

    def entry_of(self, account_id: str) -> Entry | None:
        """What was last entered of the company; None where there is none."""
        with self._lock:
            found = self._by_account.get(account_id)
        return found.entry if found else None

    def listed(self) -> list[Company]:
        """All companies."""
        with self._lock:
            return list(self._by_account.values())

    def _entered(self, entry: Entry) -> Company | None:
        now = self.now()
        before = self._by_account.get(entry.account_id)
        if before is None:
            company = Company(entry, now, now)
        elif before.entry == entry:
            return None
        else:
            company = replace(before, entry=entry, modified_at=now)
        self._by_account[entry.account_id] = company
        earlier = before.entry.csm_email if before else ""
        return company if entry.csm_email != earlier else None


def _gsid(prefix: str, text: str) -> str:
    return prefix + sha256(text.encode()).hexdigest()[:32].upper()
