"""Answers that are none, or not the right one, and those of a busy org, over HTTPS."""

import pytest
import requests
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceMalformedRequest, SalesforceRefusedRequest

from assignment_assets_tests.sandbox.conftest import token_answer
from assignment_assets_tests.sandbox.test_preconditions import DATA, composite, part


@pytest.fixture
def post(org, session, sf):
    def posted(*parts):
        body = {"allOrNone": False, "compositeRequest": list(parts)}
        return session.post(f"{org.url}{DATA}/composite", json=body, headers=sf.headers)

    return posted


@pytest.mark.parametrize("body", [{}, None, [], ["done"], "<html>Bad gateway</html>", '{"compositeResponse": ['])
@pytest.mark.parametrize("is_done", [False, True])
def test_an_answer_may_have_any_shape_whether_the_work_was_done_or_not(
    post, sf, account_ids, active_rep, hook, body, is_done
):
    account = next(account_ids)
    hook("faults", kind="answer", path_contains="/composite", body=body, is_done=is_done)
    answer = post(part("r0", account, active_rep))
    assert answer.status_code == 200
    assert answer.text == body if isinstance(body, str) else answer.json() == body
    assert (sf.Account.get(account)["OwnerId"] == active_rep) is is_done
    assert post(part("r0", account, active_rep)).json()["compositeResponse"][0]["httpStatusCode"] == 204


def test_an_answer_may_have_no_body_at_all_or_another_status(post, account_ids, active_rep, hook):
    one = part("r0", next(account_ids), active_rep)
    hook("faults", kind="answer", status=204, path_contains="/composite")
    hook("faults", kind="answer", status=420, body="Enhance your calm", path_contains="/composite")
    hook("faults", kind="answer", status=404, body="<html>Not here</html>", path_contains="/composite")
    answers = [post(one) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 420, 404]
    assert answers[2].headers["Content-Type"].startswith("text/html")


def test_an_answer_may_come_half_or_compressed(post, sf, account_ids, active_rep, hook):
    account = next(account_ids)
    kinds = ("truncated", "compressed", "damaged_compression")
    for kind in kinds:
        hook("faults", kind=kind, path_contains="/composite")
    half, packed = (post(part("r0", account, active_rep)) for _ in range(2))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        half.json()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json()["compositeResponse"][0]["httpStatusCode"] == 204
    with pytest.raises(requests.exceptions.ContentDecodingError):
        post(part("r0", account, active_rep))
    assert sf.Account.get(account)["OwnerId"] == active_rep


def test_parts_of_an_answer_may_be_odd_although_their_work_was_done(post, sf, account_ids, active_rep, hook):
    account = next(account_ids)
    hook("faults", kind="odd_parts", path_contains="/composite", body="no list", status=400)
    (answer,) = post(part("r0", account, active_rep)).json()["compositeResponse"]
    assert (answer["httpStatusCode"], answer["body"], answer["referenceId"]) == (400, "no list", "r0")
    assert sf.Account.get(account)["OwnerId"] == active_rep


def test_headers_may_come_in_another_order_and_with_a_date_that_is_none(sf, session, org, hook):
    hook("faults", kind="odd_headers", headers={"Date": "half past nine"})
    answer = session.get(f"{org.url}{DATA}/limits", headers=sf.headers)
    assert answer.headers["Date"] == "half past nine"
    assert answer.headers["Sforce-Limit-Info"].startswith(
        "per-app-api-usage=17/250(appName=sample-connected-app), api-"
    )


@pytest.mark.parametrize(
    ("kind", "status", "code", "message"),
    [
        ("concurrent_requests", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests"),
        ("request_limit", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests"),
        ("territory_realignment", 400, "TERRITORY_REALIGN_IN_PROGRESS", "territory realignment"),
        ("maintenance", 503, "SERVER_UNAVAILABLE", "maintenance"),
    ],
)
def test_a_busy_org_says_why(sf, hook, kind, status, code, message):
    hook("faults", kind=kind, path_contains="/query")
    with pytest.raises((SalesforceGeneralError, SalesforceMalformedRequest, SalesforceRefusedRequest)) as refusal:
        sf.query("SELECT Id FROM User LIMIT 1")
    (error,) = refusal.value.content
    assert (refusal.value.status, error["errorCode"]) == (status, code)
    assert message in error["message"]
    assert sf.query("SELECT Id FROM User LIMIT 1")["totalSize"] == 1


def test_a_whole_call_may_be_refused_with_any_code(sf, hook):
    hook("faults", kind="refused", path_contains="/query", error_code="QUERY_TIMEOUT", message="Your query timed out.")
    with pytest.raises(SalesforceMalformedRequest, match="QUERY_TIMEOUT"):
        sf.query("SELECT Id FROM User LIMIT 1")


def test_several_rows_may_be_refused_by_a_rule_or_by_what_a_rule_wraps(sf, account_ids, active_rep, hook, changed):
    ruled, wrapped = [next(account_ids), next(account_ids)], next(account_ids)
    hook("faults", kind="row_error", record_ids=ruled, error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION", times=2)
    hook(
        "faults",
        kind="row_error",
        record_id=wrapped,
        error_code="CANNOT_EXECUTE_FLOW_TRIGGER",
        wraps="UNABLE_TO_LOCK_ROW",
    )
    first, second, third = composite(
        sf, *(part(f"r{place}", each, active_rep) for place, each in enumerate([*ruled, wrapped]))
    )
    for answer in (first, second):
        (error,) = answer["body"]
        assert error["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        assert error["message"] == "This account's owner may only be changed by Sales Operations."
    assert (
        f"UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record or 1 records: {wrapped}"
        in (third["body"][0]["message"])
    )
    assert all(changed(account) == [] for account in (*ruled, wrapped))


def test_the_token_endpoint_may_be_down_answer_pages_or_lead_elsewhere(org, session, hook):
    where = {"path_contains": "/oauth2/token"}
    hook("faults", kind="maintenance", **where)
    hook("faults", kind="server_error", **where)
    hook("faults", kind="answer", status=200, body="<html>Login</html>", **where)
    hook("faults", kind="answer", status=200, body={}, **where)
    answers = [token_answer(org, session) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 500, 200, 200]
    assert answers[0].json() == {
        "error": "server_unavailable",
        "error_description": "The server is down for maintenance.",
    }
    assert answers[2].text == "<html>Login</html>"
    assert token_answer(org, session).status_code == 200


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_names_its_target_and_does_nothing(org, session, hook, status):
    target = f"{org.url}/services/oauth2/elsewhere"
    hook("faults", kind="redirect", status=status, location=target, path_contains="/oauth2/token")
    form = {"grant_type": "client_credentials", "client_id": org.client_id, "client_secret": org.client_secret}
    answer = session.post(f"{org.url}/services/oauth2/token", data=form, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"], answer.content) == (status, target, b"")
