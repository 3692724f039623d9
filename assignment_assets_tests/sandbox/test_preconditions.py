import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from assignment_assets.sandbox.values import http_date, moment_of

DATA = "/services/data/v59.0"


def part(reference: str, account: str, owner: str, method: str = "PATCH", **headers: str) -> dict:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "method": method,
        "url": f"{DATA}/sobjects/Account/{account}",
        "referenceId": reference,
        "body": {"OwnerId": owner},
        "httpHeaders": headers,
    }


def composite(sf, *parts: dict, all_or_none: bool = False) -> list[dict]:
    body = {"allOrNone": all_or_none, "compositeRequest": list(parts)}
    return sf.restful("composite", method="POST", json=body)["compositeResponse"]


def last_modified(sf, account: str) -> str:
    return http_date(moment_of(sf.Account.get(account)["LastModifiedDate"]))


def test_a_composite_call_writes_only_where_the_account_is_unmodified(sf, account_ids, active_rep, hook, changed):
    quiet, edited = next(account_ids), next(account_ids)
    since = {account: last_modified(sf, account) for account in (quiet, edited)}
    hook("clock", advance_seconds=5)
    hook("edit", id=edited, fields={"Tier__c": "Z"})
    answers = composite(
        sf,
        *(
            part(f"r{number}", account, active_rep, If_Unmodified_Since=since[account])
            for number, account in enumerate((quiet, edited))
        ),
    )
    assert [(answer["referenceId"], answer["httpStatusCode"]) for answer in answers] == [("r0", 204), ("r1", 412)]
    assert answers[0]["body"] is None
    assert sf.Account.get(quiet)["OwnerId"] == active_rep
    assert [row["field"] for row in changed(edited)] == ["Tier__c"]


def test_a_second_change_within_the_same_second_passes_unseen(sf, account_ids, active_rep, hook):
    account = next(account_ids)
    hook("edit", id=account, fields={"Tier__c": "Y"})
    since = last_modified(sf, account)
    hook("edit", id=account, fields={"Tier__c": "Z"})
    (answer,) = composite(sf, part("r0", account, active_rep, If_Unmodified_Since=since))
    assert answer["httpStatusCode"] == 204


def test_if_match_sees_every_change(sf, account_ids, active_rep, hook, org, session):
    account = next(account_ids)
    read = session.get(f"{org.url}{DATA}/sobjects/Account/{account}", headers=sf.headers)
    assert composite(sf, part("r0", account, active_rep, If_Match='"other"'))[0]["httpStatusCode"] == 412
    hook("edit", id=account, fields={"Tier__c": "Y"})
    assert composite(sf, part("r0", account, active_rep, If_Match=read.headers["ETag"]))[0]["httpStatusCode"] == 412
    fresh = session.get(f"{org.url}{DATA}/sobjects/Account/{account}", headers=sf.headers).headers["ETag"]
    assert composite(sf, part("r0", account, active_rep, If_Match=f'"other", {fresh}'))[0]["httpStatusCode"] == 204


def test_a_plain_update_honours_the_same_headers(sf, account_ids, active_rep, org, session):
    account = next(account_ids)
    answer = session.patch(
        f"{org.url}{DATA}/sobjects/Account/{account}",
        json={"OwnerId": active_rep},
        headers={**sf.headers, "If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    )
    assert answer.status_code == 412


def test_a_header_that_is_no_http_date_is_a_bad_request(sf, account_ids, active_rep, changed):
    account = next(account_ids)
    stamp = sf.Account.get(account)["LastModifiedDate"]
    (answer,) = composite(sf, part("r0", account, active_rep, If_Unmodified_Since=stamp))
    assert answer["httpStatusCode"] == 400
    assert changed(account) == []


def test_parts_fail_apart_unless_all_or_none_is_asked(sf, account_ids, active_rep, inactive_rep, changed):
    good, bad = next(account_ids), next(account_ids)
    halted = composite(sf, part("a", good, active_rep), part("b", bad, inactive_rep), all_or_none=True)
    assert [answer["body"][0]["errorCode"] for answer in halted] == ["PROCESSING_HALTED", "INACTIVE_OWNER_OR_USER"]
    assert changed(good) == []
    apart = composite(sf, part("a", good, active_rep), part("b", bad, inactive_rep))
    assert [answer["httpStatusCode"] for answer in apart] == [204, 400]
    assert len(changed(good)) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(f"r{number}", "0015g00000zzzzz", "x") for number in range(26)],
        [part("same", "0015g00000zzzzz", "x")] * 2,
        [part("no-dash", "0015g00000zzzzz", "x")],
        [{**part("r0", "0015g00000zzzzz", "x"), "url": "/services/data/v42.0/limits"}],
        ["no object"],
    ],
)
def test_a_malformed_composite_call_is_refused_as_a_whole(sf, parts):
    with pytest.raises(SalesforceMalformedRequest):
        composite(sf, *parts)


def test_a_composite_call_may_read_and_query_too(sf, account_ids):
    account = next(account_ids)
    parts = [
        {"method": "GET", "url": f"{DATA}/sobjects/Account/{account}?fields=Id,Tier__c", "referenceId": "one"},
        {"method": "GET", "url": f"{DATA}/query?q=SELECT+COUNT()+FROM+User", "referenceId": "two"},
    ]
    read, counted = composite(sf, *parts)
    assert set(read["body"]) == {"attributes", "Id", "Tier__c"}
    assert counted["body"]["totalSize"] > 20


def test_moments_have_the_resolution_of_one_second(sf, account_ids, active_rep, hook):
    account = next(account_ids)
    sf.Account.update(account, {"OwnerId": active_rep})
    record = sf.Account.get(account)
    assert record["LastModifiedDate"].endswith(".000+0000")
    assert record["SystemModstamp"] == record["LastModifiedDate"]
