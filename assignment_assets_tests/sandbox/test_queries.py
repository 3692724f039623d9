"""SOQL over HTTPS beyond fields of one object: relationships, aggregates, semi-joins, functions, pages."""

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from assignment_assets.sandbox.loading import HUMAN_USER_ID


@pytest.fixture
def family(account_ids, hook):
    """A parent and its child; the parent belongs to the administrator."""
    parent, child = next(account_ids), next(account_ids)
    hook("edit", id=parent, fields={"OwnerId": HUMAN_USER_ID, "ParentId": None})
    hook("edit", id=child, fields={"ParentId": parent})
    return parent, child


def test_fields_of_records_that_are_referred_to_stand_inside(sf, family):
    parent, child = family
    soql = "SELECT Id, Owner.Name, parent.owner.username, Parent.ParentId FROM Account WHERE Id IN ('{}','{}')"
    first, second = sf.query(soql.format(*sorted(family)))["records"]
    records = {record["Id"]: record for record in (first, second)}
    assert records[child]["Parent"]["Owner"]["Username"] == "administrator@example.com"
    assert records[child]["Parent"]["attributes"]["url"].endswith(f"/Account/{parent}")
    assert records[child]["Parent"]["ParentId"] is None
    assert records[parent]["Parent"] is None
    assert records[parent]["Owner"] == {
        "attributes": {"type": "User", "url": f"/services/data/v59.0/sobjects/User/{HUMAN_USER_ID}"},
        "Name": "Org Administrator",
    }
    above = f"Parent.Owner.Name = 'org administrator' AND Parent.Id = '{parent}'"
    assert sf.query(f"SELECT COUNT() FROM Account WHERE {above}")["totalSize"] == 1


def test_children_are_asked_for_their_accounts_owner(sf, company):
    owner = company.opportunities.join(company.accounts, on="account_id")["owner_id_right"][0]
    soql = f"SELECT Id, Account.OwnerId FROM Opportunity WHERE Account.OwnerId = '{owner}' ORDER BY Account.Name"
    records = sf.query(soql)["records"]
    assert records and {record["Account"]["OwnerId"] for record in records} == {owner}


def test_a_hidden_parent_is_null(sf, family, hook):
    parent, child = family
    hook("access", invisible_ids=[parent])
    (record,) = sf.query(f"SELECT ParentId, Parent.Name FROM Account WHERE Id = '{child}'")["records"]
    assert (record["ParentId"], record["Parent"]) == (parent, None)


def test_counts_and_groups_come_as_aggregate_results(sf, company):
    counted = sf.query("SELECT COUNT(Id) FROM Account")
    assert counted["totalSize"] == 1
    assert counted["records"][0]["attributes"] == {"type": "AggregateResult"}
    assert counted["records"][0]["expr0"] == sf.query("SELECT COUNT() FROM Account")["totalSize"]
    soql = (
        "SELECT Owner.Name, COUNT(Id) held, MAX(TAM__c), COUNT_DISTINCT(BillingStateCode) FROM Account "
        "WHERE TAM__c != null GROUP BY Owner.Name HAVING COUNT(Id) > 5 ORDER BY COUNT(Id) DESC LIMIT 3"
    )
    records = sf.query(soql)["records"]
    assert [set(record) for record in records] == [{"attributes", "Name", "held", "expr0", "expr1"}] * len(records)
    assert [record["held"] for record in records] == sorted((record["held"] for record in records), reverse=True)
    assert all(record["held"] > 5 and isinstance(record["held"], int) for record in records)
    assert sf.query("SELECT SUM(TAM__c) FROM Account WHERE Name = 'nobody'")["records"][0]["expr0"] is None


def test_more_groups_than_a_page_are_refused(sf):
    with pytest.raises(Exception, match="Aggregate query does not support queryMore"):
        sf.query("SELECT Id, COUNT(Name) FROM Account GROUP BY Id")


def test_semi_joins_and_anti_joins_part_the_accounts(sf):
    inner = "SELECT AccountId FROM Opportunity WHERE IsClosed = false"
    with_deals, without, everything = (
        sf.query(f"SELECT COUNT() FROM Account{where}")["totalSize"]
        for where in (f" WHERE Id IN ({inner})", f" WHERE Id NOT IN ({inner})", "")
    )
    assert 0 < with_deals < everything
    assert with_deals + without == everything
    nested = "SELECT COUNT() FROM User WHERE Id IN (SELECT OwnerId FROM Account WHERE Owner.IsActive = false)"
    inactive = sf.query("SELECT COUNT() FROM User WHERE IsActive = false")["totalSize"]
    assert sf.query(nested)["totalSize"] == inactive


def test_fields_gives_all_of_a_kind_up_to_200_records(sf):
    (record,) = sf.query("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1")["records"]
    assert all(name.endswith("__c") for name in record if name != "attributes")
    (record,) = sf.query("SELECT Tier__c, FIELDS(STANDARD) FROM Account LIMIT 1")["records"]
    assert {"Id", "OwnerId", "Tier__c"} <= set(record)
    with pytest.raises(SalesforceMalformedRequest, match="LIMIT of at most 200"):
        sf.query("SELECT FIELDS(ALL) FROM Account LIMIT 201")


def test_money_is_converted_where_the_org_has_several_currencies(sf, account_ids, hook):
    account = next(account_ids)
    soql = f"SELECT Id, toLabel(Tier__c), convertCurrency(TAM__c) FROM Account WHERE Id = '{account}'"
    with pytest.raises(SalesforceMalformedRequest, match="several currencies"):
        sf.query(soql)
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'CurrencyIsoCode'"):
        sf.query("SELECT CurrencyIsoCode FROM Account")
    hook("access", off=[])
    hook("create", object="CurrencyType", records=[{"IsoCode": "EUR", "ConversionRate": 0.8, "IsActive": True}])
    hook("edit", id=account, fields={"CurrencyIsoCode": "EUR", "TAM__c": 80.0, "Tier__c": "A"})
    (record,) = sf.query(soql)["records"]
    assert (record["TAM__c"], record["Tier__c"]) == (100.0, "A")
    assert sf.Account.get(account)["CurrencyIsoCode"] == "EUR"


def test_a_page_is_as_long_as_the_caller_asks(sf, session, org):
    url = f"{org.url}/services/data/v59.0/query"
    for asked, expected in ((200, 200), (250, 250), (10, 200), (9_999, 2_000)):
        headers = {**sf.headers, "Sforce-Query-Options": f"batchSize={asked}"}
        page = session.get(url, params={"q": "SELECT Id FROM Account"}, headers=headers).json()
        assert len(page["records"]) == expected
        following = session.get(org.url + page["nextRecordsUrl"], headers=sf.headers).json()
        assert len(following["records"]) == expected
        assert page["records"][0]["Id"] < following["records"][0]["Id"]


def test_a_bulk_query_follows_relationships_and_refuses_aggregates(sf, family, session, org):
    _, child = family
    soql = f"SELECT Id, Parent.Owner.Name, Is_House__c FROM Account WHERE Id = '{child}'"
    job = sf.restful("jobs/query", method="POST", json={"operation": "query", "query": soql})["id"]
    text = session.get(f"{org.url}/services/data/v59.0/jobs/query/{job}/results", headers=sf.headers).text
    assert text.splitlines()[0] == '"Id","Parent.Owner.Name","Is_House__c"'
    assert text.splitlines()[1].startswith(f'"{child}","Org Administrator",')
    with pytest.raises(SalesforceMalformedRequest, match="API_ERROR"):
        sf.restful("jobs/query", method="POST", json={"operation": "query", "query": "SELECT COUNT(Id) FROM User"})
