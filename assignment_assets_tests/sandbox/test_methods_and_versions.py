"""Which versions there are, which methods an address takes, and calls that take from one another, over HTTPS."""

import pytest

from assignment_assets_tests.sandbox.test_preconditions import DATA, composite


@pytest.fixture
def status(org, session, sf):
    def asked(method, path, **given):
        answer = session.request(method, org.url + path, headers=sf.headers, **given)
        return answer.status_code, answer.json()[0]["errorCode"] if answer.status_code >= 400 else ""

    return asked


def test_current_versions_answer_and_retired_ones_are_gone(status, session, org):
    listed = [entry["version"] for entry in session.get(f"{org.url}/services/data").json()]
    assert (listed[0], listed[-1]) == ("31.0", "67.0")
    for version, expected in (
        ("67.0", (200, "")),
        ("31.0", (200, "")),
        ("30.0", (410, "UNSUPPORTED_API_VERSION")),
        ("7.0", (410, "UNSUPPORTED_API_VERSION")),
        ("68.0", (404, "NOT_FOUND")),
        ("6.0", (404, "NOT_FOUND")),
    ):
        assert status("GET", f"/services/data/v{version}/limits") == expected


def test_a_wrong_method_is_not_allowed(status, account_ids):
    account = next(account_ids)
    for method, path in (
        ("PUT", f"sobjects/Account/{account}"),
        ("DELETE", f"sobjects/Account/{account}"),
        ("POST", f"sobjects/Account/{account}"),
        ("POST", "query"),
        ("DELETE", "limits"),
        ("GET", "composite"),
        ("PUT", "composite"),
        ("POST", "composite/sobjects"),
        ("PATCH", "composite/sobjects/Account"),
        ("PUT", "jobs/ingest"),
    ):
        assert (path, *status(method, f"{DATA}/{path}", json={})) == (path, 405, "METHOD_NOT_ALLOWED")


def test_a_later_request_takes_from_the_answers_to_earlier_ones(sf, account_ids, active_rep):
    account, other = next(account_ids), next(account_ids)
    soql = f"SELECT+Id,OwnerId+FROM+Account+WHERE+Id+=+'{account}'"
    url = f"{DATA}/sobjects/Account/"
    wanted = {"OwnerId": "@{found.records[0].OwnerId}", "Tier__c": "of @{found.totalSize}"}
    parts = [
        {"method": "GET", "url": f"{DATA}/query?q={soql}", "referenceId": "found"},
        {"method": "PATCH", "url": url + other, "referenceId": "set", "body": wanted},
        {"method": "GET", "url": url + "@{found.records[0].Id}", "referenceId": "read"},
        {"method": "GET", "url": url + "@{found.records[1].Id}", "referenceId": "none"},
        {"method": "GET", "url": url + "@{none.Id}", "referenceId": "after"},
    ]
    answers = composite(sf, *parts)
    assert [answer["httpStatusCode"] for answer in answers] == [200, 204, 200, 400, 400]
    assert answers[4]["body"][0]["errorCode"] == "INVALID_INPUT"
    record = sf.Account.get(other)
    assert (record["OwnerId"], record["Tier__c"]) == (answers[2]["body"]["OwnerId"], "of 1")


def collection(sf, *records, all_or_none=False):
    body = {"allOrNone": all_or_none, "records": list(records)}
    return sf.restful("composite/sobjects", method="PATCH", json=body)


def test_a_collection_is_updated_record_by_record(sf, account_ids, active_rep, inactive_rep, changed):
    good, bad = next(account_ids), next(account_ids)
    kind = {"attributes": {"type": "Account"}}
    records = [kind | {"id": good, "OwnerId": active_rep}, kind | {"Id": bad, "OwnerId": inactive_rep}, {"id": good}]
    answers = collection(sf, *records)
    assert [answer["success"] for answer in answers] == [True, False, False]
    assert answers[0] == {"id": good, "success": True, "errors": []}
    assert answers[1]["errors"][0]["statusCode"] == "INACTIVE_OWNER_OR_USER"
    assert answers[2]["errors"][0]["statusCode"] == "INVALID_TYPE"
    assert len(changed(good)) <= 1
    tier = [kind | {"id": good, "Tier__c": "T"}, kind | {"id": bad, "OwnerId": inactive_rep}]
    halted = collection(sf, *tier, all_or_none=True)
    assert [answer["errors"][0]["statusCode"] for answer in halted] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INACTIVE_OWNER_OR_USER",
    ]
    assert sf.Account.get(good)["Tier__c"] != "T"
    with pytest.raises(Exception, match="cannot submit more than 200"):
        collection(sf, *[records[0]] * 201)


def test_a_collection_knows_no_preconditions(org, session, sf, account_ids, active_rep):
    account = next(account_ids)
    record = {"attributes": {"type": "Account"}, "id": account, "OwnerId": active_rep}
    answer = session.patch(
        f"{org.url}{DATA}/composite/sobjects",
        json={"records": [record]},
        headers={**sf.headers, "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    )
    assert (answer.status_code, answer.json()[0]["success"]) == (200, True)
