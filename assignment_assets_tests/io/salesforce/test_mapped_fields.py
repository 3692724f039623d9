"""What a mapping may name beside stored fields, and what an org hides, against a running org."""

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.field_changes import OWNER
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.refusals import CallRefused
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import mapping_path
from assignment_assets_tests.servers.org import local_org

COMPANY = generate(num_reps=5, num_accounts=300, seed=11)
RATES = {"USD": 1.0, "CAD": 2.0}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        types = [
            {"IsoCode": code, "ConversionRate": rate, "IsActive": True, "IsCorporate": code == "USD"}
            for code, rate in RATES.items()
        ]
        local.address.hook("create", object="CurrencyType", records=types)
        yield local


@pytest.fixture
def local(shared, monkeypatch):
    for name, value in shared.address.environment().items():
        monkeypatch.setenv(name, value)
    yield shared
    shared.address.hook("access", "DELETE")


@pytest.fixture
def read(local, tmp_path):
    """Reads a snapshot through the sandbox's mapping with some texts replaced."""

    def snapshot(**replaced: str):
        text = mapping_path().read_text()
        for old, new in replaced.items():
            assert f'"{old}"' in text
            text = text.replace(f'"{old}"', f'"{new}"', 1)
        (tmp_path / "mapping.toml").write_text(text)
        return read_snapshot(SourceSetting(kind="salesforce", path=str(tmp_path / "mapping.toml")))

    return snapshot


def in_two_currencies(local):
    """Every account in dollars but the first, which is in Canadian ones."""
    local.address.hook("access", off=[])
    for place, account in enumerate(COMPANY.accounts["account_id"]):
        local.edit(account, {"CurrencyIsoCode": "CAD" if not place else "USD"})
    for deal in COMPANY.opportunities["opportunity_id"]:
        local.edit(deal, {"CurrencyIsoCode": "USD"}, object="Opportunity")


def test_labels_and_fields_of_a_parent_are_read_like_stored_ones(read):
    plain, mapped = read(), read(Tier__c="toLabel(Tier__c)", OwnerId="Owner.Id", Name="owner.name")
    assert mapped.accounts.drop("name").equals(plain.accounts.drop("name"))
    names = dict(COMPANY.reps.select("rep_id", "name").iter_rows())
    owners = [names.get(owner) for owner in mapped.accounts["owner_id"]]
    assert [name for name, owner in zip(mapped.accounts["name"], owners, strict=True) if owner != name] == []


def test_what_the_write_back_judges_by_may_be_a_label_and_is_then_queried(local, tmp_path):
    mapping = mapping_path().read_text().replace('"Carve_Out__c"', '"toLabel(carve_out__c)"')
    (tmp_path / "mapping.toml").write_text(mapping)
    ids = COMPANY.accounts["account_id"].to_list()
    labelled = OwnerGateway(Org(local.settings()), read_mapping(tmp_path / "mapping.toml").accounts)
    assert labelled.accounts(ids) == local.gateway().accounts(ids)
    assert labelled.records_and_users({OWNER: ids}, []) == local.gateway().records_and_users({OWNER: ids}, [])


def test_amounts_of_several_currencies_are_refused_unless_they_are_converted(local, read):
    in_two_currencies(local)
    with pytest.raises(InvalidInput) as refusal:
        read()
    assert "3 faults" in str(refusal.value)
    assert 'Account.TAM__c: amounts in CAD, USD, expected one currency. Map "convertCurrency(TAM__c)"' in str(
        refusal.value
    )
    converted = read(
        TAM__c="convertCurrency(TAM__c)",
        Account_Value__c="convertCurrency(Account_Value__c)",
        AnnualRevenue="convertCurrency(AnnualRevenue)",
    ).accounts
    stored = COMPANY.accounts.select("account_id", was=pl.col("tam_cents"))
    both = converted.select("account_id", "tam_cents").join(stored, on="account_id")
    first = COMPANY.accounts["account_id"][0]
    assert both.filter(pl.col("account_id") != first).filter(pl.col("tam_cents") != pl.col("was")).height == 0
    assert both.filter(account_id=first).select(pl.col("was") - 2 * pl.col("tam_cents")).item() in (0, 1)


def test_an_org_of_one_currency_is_not_asked_about_it_twice(local, read):
    before = len(local.requests("/query"))
    read()
    queries = [call["path"] for call in local.requests("/query")[before:]]
    assert sum("CurrencyIsoCode" in query for query in queries) == 2
    assert len(queries) == 5


def test_a_hidden_field_is_refused_in_words_and_never_read_as_empty(local, read):
    local.access(hidden_fields=["Account.Tier__c"])
    with pytest.raises(InvalidInput, match=r"No such column 'Tier__c' .* field-level security hides the field"):
        read()
    local.access(hidden_fields=["Account.Carve_Out__c"])
    with pytest.raises(CallRefused, match=r"'Carve_Out__c' .* field-level security hides the field"):
        local.gateway().accounts(COMPANY.accounts["account_id"].to_list())
