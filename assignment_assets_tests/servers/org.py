"""A running sandbox org for tests: what people do in it behind our back, and what it has seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests

from assignment_assets.io.mapping.mapping import SourceMapping, read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.records import PROBE
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.sample.company import Company
from assignment_assets.sandbox import load, mapping_path, running
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.request_log import read_requests
from assignment_assets.sandbox.server import OrgAddress


@dataclass(frozen=True)
class LocalOrg:
    """The org, its clock, and hands to do in it what the API cannot."""

    address: OrgAddress
    clock: OrgClock

    def settings(self, **changed: object) -> SalesforceSettings:
        """The settings of a client of this org."""
        given = SalesforceSettings.from_environment(environment=self.address.environment())
        return SalesforceSettings(**{**vars(given), **changed})

    def gateway(self) -> OwnerGateway:
        """A new connection for the write-back."""
        return OwnerGateway(Org(self.settings()), self.mapping().accounts)

    def mapping(self) -> SourceMapping:
        """The sandbox's own mapping."""
        return read_mapping(mapping_path())

    def utc_now(self) -> datetime:
        """The org's time in UTC without zone."""
        return self.clock.now().replace(tzinfo=None)

    def edit(self, record_id: str, fields: dict | None = None, **more: object) -> None:
        """A person's edit, `object` Account unless said otherwise."""
        self._hook("edit", {"id": record_id, "fields": fields or {}} | more)

    def create(self, name: str, records: list[dict]) -> None:
        """Records of an object that somebody enters."""
        self._hook("create", {"object": name, "records": records})

    def fault(self, kind: str, **more: object) -> None:
        """Switches a fault on."""
        self._hook("faults", {"kind": kind} | more)

    def access(self, **lists: list[str]) -> None:
        """What the org offers and what the user may see; each list in place of the one before."""
        self._hook("access", lists)

    def switch_off(self, *features: str) -> None:
        """The org, or the user, is without these features."""
        self._hook("access", {"off": [*features, "several_currencies"]})

    def clear_faults(self) -> None:
        """Switches all faults off."""
        answer = requests.delete(f"{self.address.url}/sandbox/faults", verify=self.address.ca_file, timeout=10)
        answer.raise_for_status()

    def see_all_but(self, *record_ids: str) -> None:
        """Hides these records, and no others, from the integration user."""
        self._hook("access", {"invisible_ids": list(record_ids)})

    def owner(self, account_id: str) -> str:
        """Who owns the account now."""
        return Org(self.settings()).retrieve("Account", [account_id], ["OwnerId"])[0]["OwnerId"]

    def requests(self, path: str = "") -> list[dict]:
        """Every request whose path contains the text, oldest first."""
        return [request for request in read_requests(self.address.state_dir) if path in request["path"]]

    def sent(self) -> list[dict]:
        """Every write within every composite call; what only asks for the precondition is none."""
        parts = [part for call in self.write_calls() for part in call["body"]["compositeRequest"]]
        return [part for part in parts if part["referenceId"] != PROBE]

    def write_calls(self) -> list[dict]:
        """Every composite call that writes."""
        calls = [call for call in self.requests("/composite") if call["path"].endswith("/composite") and call["body"]]
        return [call for call in calls if call["body"]["compositeRequest"][0]["method"] == "PATCH"]

    def _hook(self, name: str, body: dict) -> None:
        answer = requests.post(f"{self.address.url}/sandbox/{name}", json=body, verify=self.address.ca_file, timeout=10)
        answer.raise_for_status()


@contextmanager
def local_org(company: Company, folder: Path) -> Iterator[LocalOrg]:
    """The company in a running org of its own."""
    clock = OrgClock()
    load(company, folder, clock)
    with running(folder, clock=clock) as address:
        yield LocalOrg(address, clock)
