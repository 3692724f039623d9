"""A company with people beside the owners: its org, its customer-success system and the writer between the two."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.overlays.roles import overlays
from assignment_assets.domain.sign_off.standing import StandingPolicy, signed_text
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.overlay_roles import Configured
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.writer import overlay_writer
from assignment_assets.sample import generate
from assignment_assets.sandbox import OverlayPeople, customer_success, load, mapping_path, running
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM
from assignment_assets_tests.servers.org import LocalOrg

KEY = "a-key-for-tests-only"
SIGNER = "gs@example.com"
PEOPLE = OverlayPeople()
COMPANY = generate(4, 240, seed=2)
ROLES = """
poll_seconds = 1
merged_into_field = "Merged_Into__c"
overlap_seconds = 60
[roles.csm]
label = "customer-success manager"
account_field = "Technical_Account_Manager_LU__c"
opportunity_field = "Technical_Account_Manager__c"
truth = "gainsight"
source = "gainsight.toml"
override_profiles = ["Customer Success Operations", "System Administrator"]
hand_over = ["Renewals of the next two quarters"]
[roles.sa]
label = "solutions architect"
account_field = "Solutions_Architect__c"
opportunity_field = "Solutions_Architect__c"
truth = "crm"
travels = "copy_at_creation"
override_profiles = ["System Administrator"]
sets_back = false
[roles.sa.supporting]
role_value = "Solutions Architect"
primary_share = 0.6
"""
GAINSIGHT = """
url = "{url}"
account_id = "SFDC_Account_Id__gc"
person = "Csm__gr.Email"
changed_at = "Modified_Date__gc"
page = 50
"""


class Beside:
    """The org, the customer-success system, and the engine's folder between them."""

    def __init__(self, org, clock, system, folder, beside):
        self.org, self.clock, self.system, self.folder = org, clock, system, folder
        self.given = Configured(overlays(tomllib.loads(ROLES)), beside)

    def sign_policy(self, max_moves=100_000):
        policy = StandingPolicy("beside", ("overlays",), "write_back", max_moves, "2020-01-01", "2099-01-01", SIGNER)
        path = self.folder.root / "inbox" / "policies" / SIGNER / "beside.json"
        write_whole(path, signed_text(policy, signer_token(KEY.encode(), SIGNER)))

    def connected(self):
        return Org(self.org.settings())

    @contextmanager
    def writer(self, **more):
        with overlay_writer(
            self.folder, self.given, self.connected, self.org.utc_now, pause=self.clock.advance, **more
        ) as writer:
            yield writer

    def table(self, table):
        return read_overlays(self.folder, table)

    def on_account(self, account_id):
        return self._value("Account", account_id, ACCOUNT_CSM)

    def on_opportunity(self, opportunity_id):
        return self._value("Opportunity", opportunity_id, OPPORTUNITY_CSM)

    def _value(self, kind, record_id, field):
        org = Org(self.org.settings())
        (record,) = org.query(f"SELECT Id, {field} FROM {kind} WHERE Id = '{record_id}'")
        return record[field]


@pytest.fixture
def beside(tmp_path, monkeypatch) -> Iterator[Beside]:
    """Org and customer-success system agree at first; nobody is entitled to write yet."""
    monkeypatch.setenv("ASSIGNMENT_KEY", KEY)
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[signers]\n"{SIGNER}" = ["*"]\n')
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(settings))
    clock = OrgClock()
    load(COMPANY, tmp_path / "org", clock, PEOPLE)
    companies = customer_success.companies_of(tmp_path / "org")
    with (
        running(tmp_path / "org", clock=clock) as address,
        customer_success.running(companies=companies, clock=clock) as system,
    ):
        for name, value in system.environment().items():
            monkeypatch.setenv(name, value)
        (tmp_path / "gainsight.toml").write_text(GAINSIGHT.format(url=system.url))
        (tmp_path / "overlays.toml").write_text(ROLES)
        environment = address.environment() | {
            "ASSIGNMENT_DATA": str(tmp_path / "data"),
            "ASSIGNMENT_OVERLAYS": str(tmp_path / "overlays.toml"),
            "ASSIGNMENT_SOURCE": "salesforce",
            "ASSIGNMENT_SOURCE_PATH": str(mapping_path()),
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield Beside(LocalOrg(address, clock), clock, system, DataFolder(tmp_path / "data"), tmp_path)
