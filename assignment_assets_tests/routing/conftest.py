"""The tiny company in a running org, watched by routing; time is the test's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.standing import Acceptance, StandingPolicy, signed_text
from assignment_assets.domain.tables import Table
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.routing.log import RoutingLog
from assignment_assets.sandbox import is_loaded, load, mapping_path, running
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.server import OrgAddress
from assignment_assets.stages.routing_pass import PassSummary, one_pass
from assignment_assets_tests.company import PRIYA, org_id, tiny, with_org_ids
from assignment_assets_tests.rehearsal import settle_in

BEGIN = datetime(2026, 10, 1, 9, 0)


@dataclass
class Watched:
    """The org, its folder, and hands: records entered, files signed, passes run."""

    folder: DataFolder
    address: OrgAddress
    clock: list[datetime]
    rules: Path
    seen: list[PassSummary] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The time in the story."""
        return self.clock[0]

    def wait(self, **span: float) -> None:
        """Lets time pass."""
        self.clock[0] += timedelta(**span)

    def enter(self, short: str, state: str = "TX", **fields) -> str:
        """A new account, entered by the back office; its id."""
        record = {
            "Id": org_id(short),
            "Name": f"Clinic {short}",
            "BillingStateCode": state,
            "OwnerId": org_id("queue"),
            "Opp_Count__c": 2,
            "BPS__c": 0,
            "TAM__c": 100,
            "Account_Value__c": 5,
        }
        self.address.hook("create", object="Account", records=[record | fields])
        return record["Id"]

    def edit(self, short: str, **fields) -> None:
        """A person's edit of an account or, with no digit in its short id, a user."""
        name = "Account" if short[1:].isdigit() else "User"
        self.address.hook("edit", object=name, id=org_id(short), fields=fields)

    def allow(self, *kinds: str, person: str = PRIYA, **changes) -> None:
        """Signs a standing policy: up to the write-back, fifty moves, this quarter, unless said otherwise."""
        policy = StandingPolicy(
            **{
                "name": "standing",
                "kinds": kinds,
                "up_to": "write_back",
                "max_moves": 50,
                "valid_from": "2026-10-01",
                "expires_on": "2026-12-31",
                "signed_by": person,
            }
            | changes
        )
        path = self.folder.root / "inbox" / "policies" / person / f"{policy.name}.json"
        write_whole(path, signed_text(policy, signer_token(engine_key(), person)))

    def answer(self, decision_no: int, account_id: str, rep: str, answer: str, person: str | None = None) -> None:
        """Signs an acceptance, as the rep unless somebody else is named."""
        person = person or f"{rep}@example.com"
        decision = Acceptance(decision_no, account_id, org_id(rep), answer, person)
        path = self.folder.root / "inbox" / "acceptances" / person / f"{decision_no}.json"
        write_whole(path, signed_text(decision, signer_token(engine_key(), person)))

    def go(self) -> PassSummary:
        """One pass, with a connection of its own as after a restart."""
        setting = SourceSetting(kind="salesforce", path=str(mapping_path()))
        mapping = read_mapping(mapping_path())
        gateway = OwnerGateway(Org(SalesforceSettings.from_environment(mapping.connection)), mapping.accounts)
        done = one_pass(
            RoutingLog(self.folder),
            ChangeReader(setting),
            gateway,
            [],
            lambda: self.now,
            lambda seconds: self.wait(seconds=seconds),
        )
        self.seen.append(done)
        return done

    def owner(self, account_id: str) -> str:
        """Who owns it in the org."""
        org = Org(SalesforceSettings.from_environment(read_mapping(mapping_path()).connection))
        return org.retrieve("Account", [account_id], ["OwnerId"])[0]["OwnerId"]

    def table(self, table: Table) -> pl.DataFrame:
        """A published routing table."""
        return read_routing(self.folder, table)


@contextmanager
def _watched(tmp_path: Path, dagster_home: Path, patch: pytest.MonkeyPatch, at: datetime) -> Iterator[Watched]:
    """The org in `tmp_path`, loaded with the tiny company where it is not there yet, served at this time."""
    folder = settle_in(tmp_path, dagster_home, patch)
    clock = [at]
    org_clock = OrgClock(lambda: clock[0].replace(tzinfo=UTC))
    rules = tmp_path / "routing.toml"
    rules.write_text("quiet_minutes = 30\n")
    patch.setenv("ASSIGNMENT_ROUTING", str(rules))
    state = folder.root / "sandbox"
    if not is_loaded(state):
        drawn = tiny(without=("q01",), reps={name: {"capacity": 20} for name in ("ana", "ben", "cleo", "nia")})
        load(with_org_ids(drawn), state, org_clock)
    with running(state, clock=org_clock) as address:
        for name, value in address.environment().items():
            patch.setenv(name, value)
        yield Watched(folder, address, clock, rules)


@pytest.fixture(scope="session")
def first_poll(tmp_path_factory, dagster_home) -> Path:
    """What the first poll leaves behind: the org's folder and the log."""
    root = tmp_path_factory.mktemp("first_poll")
    with pytest.MonkeyPatch.context() as patch, _watched(root, dagster_home, patch, BEGIN) as watched:
        watched.go()
    return root


@pytest.fixture
def org(first_poll, tmp_path, dagster_home, monkeypatch) -> Iterator[Watched]:
    """The tiny company, watched once already and five minutes later."""
    shutil.copytree(first_poll / "data", tmp_path / "data")
    with _watched(tmp_path, dagster_home, monkeypatch, BEGIN + timedelta(minutes=5)) as watched:
        yield watched
