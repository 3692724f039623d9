"""The published simple-salesforce against the local org: everything that the engine calls."""

import pytest
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from assignment_assets.sandbox.fields import salesforce_columns
from assignment_assets_tests.sandbox.conftest import log_in, session_for, token_answer


class ToLoopback(HTTPAdapter):
    """Sends what is meant for acme.my.salesforce.com to the local org."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url

    def send(self, request, **kwargs):
        request.url = request.url.replace("https://acme.my.salesforce.com", self.url)
        return super().send(request, **kwargs)


@pytest.mark.parametrize("with_password", [False, True])
def test_it_logs_in_by_itself_with_client_credentials_or_a_password(org, session, with_password):
    session.mount("https://acme.my.salesforce.com", ToLoopback(org.url))
    user = {"username": org.username, "password": org.password} if with_password else {}
    sf = Salesforce(
        consumer_key=org.client_id, consumer_secret=org.client_secret, domain="acme.my", session=session, **user
    )
    assert sf.query("SELECT COUNT() FROM User")["totalSize"] > 20


def test_wrong_credentials_are_refused_in_the_words_of_oauth(org, session):
    session.mount("https://acme.my.salesforce.com", ToLoopback(org.url))
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid_client"):
        Salesforce(consumer_key=org.client_id, consumer_secret="wrong", domain="acme.my", session=session)
    wrong_user = token_answer(org, session, grant_type="password", username="x", password="y")
    assert (wrong_user.status_code, wrong_user.json()["error"]) == (400, "invalid_grant")
    assert token_answer(org, session, grant_type="jwt").json()["error"] == "unsupported_grant_type"


def test_a_certificate_that_is_not_trusted_is_refused(org):
    with session_for(org) as session, pytest.raises(OSError, match="certificate"):
        session.get(f"{org.url}/services/data", verify=True)


def test_query_all_reads_every_account_page_by_page(sf, company, session):
    columns = salesforce_columns("accounts")
    result = sf.query_all(f"SELECT {', '.join(columns.values())} FROM Account")
    assert result["totalSize"] == company.accounts.height == len({record["Id"] for record in result["records"]})
    first = sf.query("SELECT Id FROM Account")
    assert (len(first["records"]), first["done"], first["totalSize"]) == (2_000, False, company.accounts.height)
    last = sf.query_more(first["nextRecordsUrl"].replace("-2000", "-4000"), identifier_is_url=True)
    assert (len(last["records"]), last["done"]) == (500, True)


def test_what_was_loaded_is_what_is_read(sf, company):
    account = company.accounts.filter(company.accounts["co_owner_ids"].list.len() > 0).row(0, named=True)
    record = sf.Account.get(account["account_id"])
    assert record["OwnerId"] == account["owner_id"]
    assert record["TAM__c"] == account["tam_cents"] / 100
    assert record["BPS__c"] == account["bps"] / 100
    assert record["Co_Owners__c"] == ";".join(account["co_owner_ids"])
    assert record["Keep_With_Owner__c"] is account["keep_with_owner"]
    assert record["CreatedDate"] == account["created_at"].strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    rep = company.reps.filter(company.reps["performance"].is_not_null()).row(0, named=True)
    user = sf.User.get(rep["rep_id"])
    assert user["Covered_States__c"] == ";".join(rep["covered_states"])
    assert user["Performance__c"] == rep["performance"]
    assert user["Started_On__c"] == rep["started_on"].isoformat()


def test_users_without_a_team_are_not_reps(sf, company):
    everyone = sf.query("SELECT COUNT() FROM User")["totalSize"]
    assert sf.query("SELECT COUNT() FROM User WHERE Assignment_Team__c != null")["totalSize"] == company.reps.height
    assert everyone == company.reps.height + 2


def test_update_answers_204_and_the_record_has_its_new_owner(sf, account_ids, active_rep, changed):
    account = next(account_ids)
    before = sf.Account.get(account)["OwnerId"]
    assert sf.Account.update(account[:15], {"OwnerId": active_rep}) == 204
    record = sf.Account.get(account)
    assert record["OwnerId"] == active_rep
    (row,) = changed(account)
    assert (row["field"], row["old_value"], row["new_value"], row["channel"]) == ("OwnerId", before, active_rep, "api")
    assert row["user_id"] == record["LastModifiedById"]


def test_an_update_to_the_same_owner_is_no_effective_write(sf, account_ids, changed):
    account = next(account_ids)
    assert sf.Account.update(account, {"OwnerId": sf.Account.get(account)["OwnerId"]}) == 204
    assert changed(account) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Ownr": "x"}, "INVALID_FIELD"),
        ({"LastModifiedDate": "2026-01-01"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"OwnerId": "nobody"}, "MALFORMED_ID"),
        ({"OwnerId": "0015g00000zzzzz"}, "MALFORMED_ID"),
        ({"OwnerId": "00G5g00000zzzzz"}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"OwnerId": "0055g00000zzzzz"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": None}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"TAM__c": "much"}, "JSON_PARSER_ERROR"),
    ],
)
def test_an_update_that_cannot_be_is_refused_with_salesforces_code(sf, account_ids, changed, values, code):
    account = next(account_ids)
    with pytest.raises(SalesforceMalformedRequest) as refusal:
        sf.Account.update(account, values)
    assert refusal.value.content[0]["errorCode"] == code
    assert changed(account) == []


def test_an_inactive_owner_is_refused(sf, account_ids, inactive_rep):
    with pytest.raises(SalesforceMalformedRequest) as refusal:
        sf.Account.update(next(account_ids), {"OwnerId": inactive_rep})
    assert refusal.value.content[0]["errorCode"] == "INACTIVE_OWNER_OR_USER"


def test_missing_deleted_and_malformed_ids_are_told_apart(sf, account_ids, hook, active_rep):
    account = next(account_ids)
    hook("edit", id=account, is_deleted=True)
    codes = {"0015g00000zzzzz": "NOT_FOUND", account: "ENTITY_IS_DELETED", active_rep: "NOT_FOUND"}
    for record_id, code in codes.items():
        with pytest.raises(SalesforceResourceNotFound) as refusal:
            sf.Account.update(record_id, {"OwnerId": active_rep})
        assert refusal.value.content[0]["errorCode"] == code
    with pytest.raises(SalesforceResourceNotFound, match="Provided external ID field does not exist") as refusal:
        sf.Account.update("0015g0000", {"OwnerId": active_rep})
    assert refusal.value.content[0]["errorCode"] == "NOT_FOUND"


def test_deleted_accounts_are_seen_by_query_all_with_deleted_only(sf, account_ids, hook):
    loser, winner = next(account_ids), next(account_ids)
    hook("edit", id=loser, merged_into=winner)
    soql = f"SELECT Id, MasterRecordId FROM Account WHERE Id = '{loser}'"
    assert sf.query_all(soql)["records"] == []
    (record,) = sf.query_all(soql, include_deleted=True)["records"]
    assert record["MasterRecordId"] == winner


def test_retrieve_gives_the_records_in_order_and_null_for_what_is_gone(sf, account_ids, hook):
    first, gone, last = next(account_ids), next(account_ids), next(account_ids)
    hook("edit", id=gone, is_deleted=True)
    ids = [last, gone, "0015g00000zzzzz", first]
    records = sf.restful(
        "composite/sobjects/Account",
        method="POST",
        json={"ids": ids, "fields": ["Id", "OwnerId", "LastModifiedDate", "LastModifiedById"]},
    )
    assert [record and record["Id"] for record in records] == [last, None, None, first]
    with pytest.raises(SalesforceMalformedRequest, match="EXCEEDED_ID_LIMIT"):
        sf.restful("composite/sobjects/Account", method="POST", json={"ids": [first] * 2_001, "fields": ["Id"]})
    with pytest.raises(SalesforceMalformedRequest, match="JSON_PARSER_ERROR"):
        sf.restful("composite/sobjects/Account", method="POST", json=[first])


def test_limits_are_counted_and_told_with_every_answer(sf):
    before = sf.limits()["DailyApiRequests"]
    sf.query("SELECT COUNT() FROM Account")
    after = sf.limits()["DailyApiRequests"]
    assert before["Remaining"] - after["Remaining"] == 2
    assert sf.api_usage["api-usage"].used == after["Max"] - after["Remaining"]


def test_the_org_tells_who_it_is_and_who_is_asking(sf, org, session):
    (organization,) = sf.query("SELECT Id, IsSandbox FROM Organization")["records"]
    assert sf.is_sandbox() is True
    user = sf.oauth2("userinfo")
    assert user["organization_id"] == organization["Id"]
    assert user["username"] == org.username
    token = token_answer(org, session).json()
    identity = session.get(token["id"], headers={"Authorization": f"Bearer {token['access_token']}"}).json()
    assert identity["user_id"] == user["user_id"]


def test_versions_objects_and_fields_are_described(sf, org, session):
    assert "60.0" in {entry["version"] for entry in session.get(f"{org.url}/services/data").json()}
    assert {entry["name"] for entry in sf.describe()["sobjects"]} >= {"Account", "User", "Opportunity"}
    fields = {field["name"]: field for field in sf.Account.describe()["fields"]}
    assert fields["OwnerId"]["referenceTo"] == ["User"]
    assert not fields["LastModifiedDate"]["updateable"]


def test_no_call_without_a_token_and_none_with_one_that_has_ended(org, session, hook, sf):
    assert session.get(f"{org.url}/services/data/v59.0/limits").status_code == 401
    hook("faults", kind="expired_session")
    for _ in range(2):
        with pytest.raises(SalesforceExpiredSession):
            sf.query("SELECT Id FROM User")
    assert log_in(org, session).query("SELECT Id FROM User LIMIT 1")["totalSize"] == 1


def test_the_daily_limit_refuses_with_403(sf, hook):
    hook("faults", kind="request_limit")
    with pytest.raises(SalesforceRefusedRequest) as refusal:
        sf.query("SELECT Id FROM User LIMIT 1")
    assert refusal.value.content[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"


def test_unknown_paths_are_not_found_and_long_addresses_too_long(sf):
    with pytest.raises(SalesforceResourceNotFound):
        sf.restful("sobjects/Lead/00Q5g00000zzzzz")
    with pytest.raises(SalesforceGeneralError) as refusal:
        sf.query(f"SELECT Id FROM Account WHERE Name = '{'x' * 17_000}'")
    assert refusal.value.status == 414
