"""The org over the wire: log-in, reading, what goes wrong and how it is told."""

import re
from dataclasses import replace

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.mapping.mapping import Connection, read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.refusals import AnswerLost, CallRefused
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.tables import as_texts
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import mapping_path
from assignment_assets_tests.servers.org import local_org

COMPANY = generate(num_reps=5, num_accounts=2100, seed=11)
QUERY = "SELECT Id, OwnerId FROM Account"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        yield local


@pytest.fixture
def local(shared):
    yield shared
    shared.clear_faults()


@pytest.fixture
def environment(local, monkeypatch):
    for name, value in local.address.environment().items():
        monkeypatch.setenv(name, value)


def test_a_snapshot_of_the_org_equals_the_company_that_was_loaded(environment):
    snapshot = read_snapshot(SourceSetting(kind="salesforce", path=str(mapping_path())))
    assert snapshot.exceptions.is_empty()
    assert snapshot.reps.equals(COMPANY.reps)
    assert snapshot.opportunities.equals(COMPANY.opportunities)
    seconds = pl.col("created_at").dt.truncate("1s")
    assert snapshot.accounts.equals(COMPANY.accounts.with_columns(seconds))


def test_pages_of_a_long_answer_are_all_read_although_the_token_expires_between_them(local):
    local.fault("expired_session", path_contains="/query/01g")
    org = Org(local.settings())
    assert len(list(org.query(QUERY))) == 2100
    assert len(local.requests("/oauth2/token")) >= 2


def test_an_expired_token_is_renewed_once_and_the_call_repeated(local):
    org = Org(local.settings())
    first = list(org.query("SELECT Id FROM User"))
    local.fault("expired_session", path_contains="/query")
    assert list(org.query("SELECT Id FROM User")) == first


def test_a_token_that_expires_again_and_again_is_refused_and_does_not_recurse(local):
    local.fault("expired_session", path_contains="/query", times=9)
    with pytest.raises(CallRefused, match="401 INVALID_SESSION_ID") as refusal:
        list(Org(local.settings()).query(QUERY))
    assert refusal.value.code == "INVALID_SESSION_ID"


def test_wrong_credentials_are_refused_with_what_to_do(local):
    with pytest.raises(CallRefused, match=r"log-in refused with 400 .* Check the client id and secret"):
        list(Org(local.settings(client_secret="wrong")).query(QUERY))


@pytest.mark.parametrize("kind", ["lost_request", "lost_response", "server_error", "unavailable"])
@pytest.mark.parametrize("path", ["/query", "/composite/sobjects/Account"])
def test_a_reading_call_is_repeated_when_its_answer_is_lost(local, kind, path):
    org = Org(local.settings())
    local.fault(kind, path_contains=path, times=2)
    assert len(list(org.query("SELECT Id FROM Organization"))) == 1
    assert len(org.retrieve("Account", COMPANY.accounts["account_id"].head(1).to_list(), ["Id"])) == 1


def test_a_writing_call_is_sent_once_and_its_lost_answer_is_told(local):
    org = Org(local.settings())
    org.organization_id()
    before = len(local.requests("/composite"))
    local.fault("lost_response", path_contains="/composite")
    with pytest.raises(AnswerLost, match=r"no usable answer .* Check the address and the network"):
        org.composite([{"method": "GET", "url": f"{org.data_path}/limits", "referenceId": "r0"}])
    assert len(local.requests("/composite")) == before + 1


@pytest.mark.parametrize("kind", ["server_error", "unavailable"])
def test_a_server_error_on_a_writing_call_counts_as_a_lost_answer(local, kind):
    org = Org(local.settings())
    local.fault(kind, path_contains="/composite")
    with pytest.raises(AnswerLost, match="the org answered 50"):
        org.composite([{"method": "GET", "url": f"{org.data_path}/limits", "referenceId": "r0"}])


def test_a_slow_answer_ends_in_a_time_out(local):
    org = Org(local.settings(answer_seconds=0.2))
    org.organization_id()
    local.fault("slow", path_contains="/composite", seconds=0.6)
    with pytest.raises(AnswerLost, match="timed out"):
        org.composite([{"method": "GET", "url": f"{org.data_path}/limits", "referenceId": "r0"}])


def test_the_call_limit_is_told_by_its_code(local):
    local.fault("request_limit", path_contains="/query")
    with pytest.raises(CallRefused) as refusal:
        list(Org(local.settings()).query(QUERY))
    assert refusal.value.code == "REQUEST_LIMIT_EXCEEDED"


def test_an_org_that_nobody_serves_is_told_by_its_address():
    settings = SalesforceSettings("https://localhost:9", "id", "secret")
    with pytest.raises(AnswerLost, match="https://localhost:9: no usable answer"):
        list(Org(settings).query(QUERY))


def test_the_servers_time_and_the_calls_used_come_from_every_answer(local):
    org = Org(local.settings())
    assert org.api_usage is None
    list(org.query("SELECT Id FROM Organization"))
    assert abs((org.server_now - local.clock.now().replace(tzinfo=None)).total_seconds()) <= 2
    used, total = org.api_usage
    assert 0 < used < total == 100_000
    assert org.calls == 2


def test_every_call_asks_that_assignment_rules_stay_out(local):
    Org(local.settings()).organization_id()
    assert local.requests("/query")[-1]["headers"]["sforce-auto-assign"] == "FALSE"


def test_a_deleted_record_is_retrieved_as_nothing(local):
    gone = COMPANY.accounts["account_id"][-1]
    kept = COMPANY.accounts["account_id"][0]
    local.edit(gone, is_deleted=True)
    now = local.gateway().accounts([kept, gone])
    assert list(now) == [kept]


def test_field_names_in_any_case_give_the_same_snapshot_and_the_same_accounts(environment, local, tmp_path):
    other = re.sub(r'"(\w+)"', lambda name: f'"{name.group(1).swapcase()}"', mapping_path().read_text())
    (tmp_path / "swapped.toml").write_text(other)
    as_written = read_snapshot(SourceSetting(kind="salesforce", path=str(mapping_path())))
    swapped = read_snapshot(SourceSetting(kind="salesforce", path=str(tmp_path / "swapped.toml")))
    for name in ("accounts", "reps", "opportunities"):
        assert getattr(as_written, name).equals(getattr(swapped, name))
    ids = COMPANY.accounts["account_id"].head(50).to_list()
    carved = OwnerGateway(Org(local.settings()), read_mapping(tmp_path / "swapped.toml").accounts).accounts(ids)
    assert carved == local.gateway().accounts(ids)
    assert any(dict(account.guards)["carve_out"] for account in carved.values())


def test_a_record_without_a_field_that_was_asked_for_is_refused_and_security_is_named():
    with pytest.raises(CallRefused, match=r"Account\.Tier__c: missing from 1 of 2 records .* field-level security"):
        as_texts([{"Id": "1", "tier__C": None}, {"Id": "2"}], ["Id", "Tier__c"], "Account")


def test_a_refusal_begins_with_salesforces_words_and_ends_without_the_query(local):
    with pytest.raises(CallRefused) as refusal:
        list(Org(local.settings()).query(f"SELECT Tear__c FROM Account WHERE Name IN ('{'x' * 900}')"))
    assert str(refusal.value).startswith("No such column 'Tear__c' on entity 'Account'")
    assert "field-level security hides the field" in str(refusal.value)
    assert "/services/data/v60.0/query" in str(refusal.value)
    assert len(str(refusal.value)) < 600


def test_a_mapping_with_fields_that_the_org_lacks_is_refused_for_every_table(environment, tmp_path):
    mapping = mapping_path().read_text().replace("Tier__c", "Tear__c").replace("Region__c", "Regime__c")
    (tmp_path / "company.toml").write_text(mapping)
    with pytest.raises(InvalidInput) as refusal:
        read_snapshot(SourceSetting(kind="salesforce", path=str(tmp_path / "company.toml")))
    assert "2 faults" in str(refusal.value)
    assert "No such column 'Tear__c' on entity 'Account'" in str(refusal.value)
    assert "No such column 'Regime__c' on entity 'User'" in str(refusal.value)


def test_a_mapping_of_another_kind_than_the_source_is_refused():
    with pytest.raises(InvalidInput, match=r"source.kind: files, expected salesforce, as salesforce_fields.toml maps"):
        read_snapshot(SourceSetting(kind="files", path=str(mapping_path())))


def test_everything_that_is_missing_from_the_settings_is_listed():
    with pytest.raises(InvalidInput) as refusal:
        SalesforceSettings.from_environment(
            Connection(url="http://plain.example.com"), {"ASSIGNMENT_SF_CA_FILE": "nowhere.pem"}
        )
    assert str(refusal.value).splitlines() == [
        "The Salesforce settings are incomplete: 4 faults.",
        "  1. ASSIGNMENT_SF_URL: 'http://plain.example.com', expected an address such as "
        "https://acme.my.salesforce.com. Set it, or url under [connection] of the mapping.",
        "  2. ASSIGNMENT_SF_CLIENT_ID: not set, expected the connected app's credentials. Set it.",
        "  3. ASSIGNMENT_SF_CLIENT_SECRET: not set, expected the connected app's credentials. Set it, or a key file.",
        "  4. ASSIGNMENT_SF_CA_FILE: no file nowhere.pem, expected a certificate file. Correct the path.",
    ]


def test_the_environment_goes_before_the_mapping():
    written = Connection(url="https://one.example.com", api_version="59.0")
    given = {"ASSIGNMENT_SF_CLIENT_ID": "id", "ASSIGNMENT_SF_CLIENT_SECRET": "secret"}
    settings = SalesforceSettings.from_environment(written, given)
    assert (settings.url, settings.api_version) == ("https://one.example.com", "59.0")
    elsewhere = SalesforceSettings.from_environment(written, given | {"ASSIGNMENT_SF_URL": "https://two.example.com/"})
    assert elsewhere == replace(settings, url="https://two.example.com")
