"""Conditional headers as Salesforce documents them, on reading and on writing, over HTTPS."""

import pytest

from assignment_assets_tests.sandbox.test_preconditions import DATA, composite, last_modified, part

LONG_AGO, FAR_AHEAD = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"


@pytest.fixture
def account(account_ids, hook):
    """An account that was changed a minute ago."""
    account = next(account_ids)
    hook("edit", id=account, fields={"Tier__c": "C"})
    hook("clock", advance_seconds=60)
    return account


@pytest.fixture
def read(org, session, sf):
    def asked(account, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return session.get(f"{org.url}{DATA}/sobjects/Account/{account}", headers={**sf.headers, **headers})

    return asked


def test_reading_answers_304_where_nothing_is_new(read, account, sf):
    tag = read(account).headers["ETag"]
    since = last_modified(sf, account)
    for header, value, status in (
        ("If_None_Match", tag, 304),
        ("If_None_Match", '"other"', 200),
        ("If_None_Match", f'"other", {tag}', 304),
        ("If_None_Match", "*", 304),
        ("If_Modified_Since", since, 304),
        ("If_Modified_Since", LONG_AGO, 200),
        ("If_Match", tag, 200),
        ("If_Match", '"other"', 412),
        ("If_Unmodified_Since", since, 200),
        ("If_Unmodified_Since", LONG_AGO, 412),
    ):
        answer = read(account, **{header: value})
        assert (header, value, answer.status_code) == (header, value, status)
        assert bool(answer.content) is (status != 304)


def test_writing_answers_412_where_a_header_does_not_hold(read, account, sf, changed):
    tag, since, before = read(account).headers["ETag"], last_modified(sf, account), len(changed(account))
    owner = sf.Account.get(account)["OwnerId"]
    for header, value in (
        ("If_None_Match", tag),
        ("If_None_Match", "*"),
        ("If_Modified_Since", since),
        ("If_Modified_Since", FAR_AHEAD),
        ("If_Match", '"other"'),
        ("If_Unmodified_Since", LONG_AGO),
    ):
        assert composite(sf, part("r0", account, owner, **{header: value}))[0]["httpStatusCode"] == 412
    assert len(changed(account)) == before
    for header, value in (("If_Match", "*"), ("If_None_Match", '"other"'), ("If_Modified_Since", LONG_AGO)):
        assert composite(sf, part("r0", account, owner, **{header: value}))[0]["httpStatusCode"] == 204


@pytest.mark.parametrize("header", ["If_Match", "If_None_Match", "If_Unmodified_Since", "If_Modified_Since"])
def test_a_malformed_header_is_a_bad_request(read, account, sf, changed, active_rep, header):
    before = len(changed(account))
    for value in ("other", '"open', "yesterday"):
        assert read(account, **{header: value}).status_code == 400
        assert composite(sf, part("r0", account, active_rep, **{header: value}))[0]["httpStatusCode"] == 400
    assert len(changed(account)) == before


def test_an_org_may_ignore_preconditions(account, sf, active_rep, hook, read):
    hook("access", off=["preconditions"])
    assert composite(sf, part("r0", account, active_rep, If_Unmodified_Since=LONG_AGO))[0]["httpStatusCode"] == 204
    assert sf.Account.get(account)["OwnerId"] == active_rep
    assert read(account, If_None_Match="*").status_code == 200


def test_which_is_judged_first_the_precondition_or_the_owner_differs_by_org(account, sf, hook, changed):
    nobody, before = "0055g00000zzzzz", len(changed(account))
    probe = part("r0", account, nobody, If_Unmodified_Since=LONG_AGO)
    assert composite(sf, probe)[0]["httpStatusCode"] == 412
    hook("access", off=["preconditions_first"])
    assert composite(sf, probe)[0]["httpStatusCode"] == 400
    assert (
        composite(sf, part("r0", account, sf.Account.get(account)["OwnerId"], If_Unmodified_Since=LONG_AGO))[0][
            "httpStatusCode"
        ]
        == 412
    )
    assert len(changed(account)) == before
