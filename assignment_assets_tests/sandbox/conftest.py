from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from simple_salesforce import Salesforce

from assignment_assets.sample import Company, generate
from assignment_assets.sandbox import OrgAddress, load, running
from assignment_assets.sandbox.clock import OrgClock

MORNING = datetime(2026, 10, 5, 9, 0, 0, 250_000, tzinfo=UTC)


@pytest.fixture(scope="session")
def company() -> Company:
    """A company with enough accounts for three pages of a query."""
    return generate(20, 4_500, seed=5)


@pytest.fixture(scope="session")
def served(company, tmp_path_factory) -> Iterator[OrgAddress]:
    """The company's org on loopback, its clock standing at 9:00 on 5 October 2026 until a test moves it on."""
    folder = tmp_path_factory.mktemp("org")
    clock = OrgClock(lambda: MORNING)
    load(company, folder, clock)
    with running(folder, clock=clock) as address:
        yield address


@pytest.fixture
def org(served) -> Iterator[OrgAddress]:
    """The org with all faults switched off, and all its features on, before and after."""
    for name in ("faults", "access"):
        served.hook(name, "DELETE")
    yield served
    for name in ("faults", "access"):
        served.hook(name, "DELETE")


@pytest.fixture
def session(org) -> Iterator[requests.Session]:
    with session_for(org) as session:
        yield session


@pytest.fixture
def sf(org, session) -> Salesforce:
    """simple-salesforce as published, logged in."""
    return log_in(org, session)


def session_for(address: OrgAddress) -> requests.Session:
    """A session that trusts the org's certificate and nothing of this machine's settings."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(address.ca_file)
    return session


def token_answer(address: OrgAddress, session: requests.Session, **changes: str) -> requests.Response:
    """The token endpoint's answer to the right client credentials, but for `changes`."""
    form = {
        "grant_type": "client_credentials",
        "client_id": address.client_id,
        "client_secret": address.client_secret,
        **changes,
    }
    return session.post(f"{address.url}/services/oauth2/token", data=form)


def log_in(address: OrgAddress, session: requests.Session) -> Salesforce:
    token = token_answer(address, session).json()
    return Salesforce(session_id=token["access_token"], instance_url=token["instance_url"], session=session)


@pytest.fixture
def hook(org):
    """Calls a hook under /sandbox/ and gives its answer."""
    return org.hook


@pytest.fixture
def changed(org):
    """The rows of the write log about one record."""

    def rows(record_id: str) -> list[dict]:
        return [row for row in org.hook("writes", "GET")["writes"] if row["record_id"] == record_id]

    return rows


@pytest.fixture
def account_ids(company) -> Iterator[str]:
    """Accounts for one test to change; `next(account_ids)` gives one that no other test got."""
    return _UNUSED.setdefault("ids", iter(company.accounts["account_id"].to_list()))


_UNUSED: dict[str, Iterator[str]] = {}


@pytest.fixture
def active_rep(company) -> str:
    return company.reps.filter(company.reps["is_active"] & (company.reps["team"] == "field"))["rep_id"][0]


@pytest.fixture
def inactive_rep(company) -> str:
    return company.reps.filter(~company.reps["is_active"])["rep_id"][0]
