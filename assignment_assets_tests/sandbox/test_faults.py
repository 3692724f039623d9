import pytest
import requests
from simple_salesforce.exceptions import SalesforceGeneralError

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sandbox.request_log import read_requests


def test_a_lost_response_leaves_the_change_committed(sf, account_ids, active_rep, hook, changed):
    account = next(account_ids)
    hook("faults", kind="lost_response", method="PATCH")
    with pytest.raises(requests.exceptions.RequestException):
        sf.Account.update(account, {"OwnerId": active_rep})
    assert sf.Account.get(account)["OwnerId"] == active_rep
    assert len(changed(account)) == 1


def test_a_lost_request_changes_nothing(sf, account_ids, active_rep, hook, changed):
    account = next(account_ids)
    hook("faults", kind="lost_request", method="PATCH")
    with pytest.raises(requests.exceptions.RequestException):
        sf.Account.update(account, {"OwnerId": active_rep})
    assert changed(account) == []


@pytest.mark.parametrize(("kind", "status"), [("server_error", 500), ("unavailable", 503), ("too_many_requests", 429)])
def test_refusals_of_a_busy_org_change_nothing_and_end_by_themselves(
    sf, account_ids, active_rep, hook, changed, kind, status
):
    account = next(account_ids)
    hook("faults", kind=kind, path_contains="/sobjects/Account", times=2, skip=1)
    assert sf.Account.update(account, {"OwnerId": active_rep}) == 204
    for _ in range(2):
        with pytest.raises(SalesforceGeneralError) as refusal:
            sf.Account.update(account, {"Tier__c": "Q"})
        assert refusal.value.status == status
    assert [row["field"] for row in changed(account)] == ["OwnerId"]
    assert sf.Account.update(account, {"Tier__c": "Q"}) == 204


def test_a_slow_answer_runs_into_the_clients_time_out(sf, hook):
    hook("faults", kind="slow", seconds=0.6)
    with pytest.raises(requests.exceptions.ReadTimeout):
        sf.query("SELECT Id FROM User LIMIT 1", timeout=0.2)


def test_one_row_may_be_locked_within_a_composite_call(sf, account_ids, active_rep, hook):
    free, locked = next(account_ids), next(account_ids)
    hook("faults", kind="row_error", record_id=locked)
    parts = [
        {
            "method": "PATCH",
            "url": f"/services/data/v59.0/sobjects/Account/{account}",
            "referenceId": f"r{number}",
            "body": {"OwnerId": active_rep},
        }
        for number, account in enumerate((free, locked))
    ]
    for expected in ([204, 400], [204, 204]):
        body = {"allOrNone": False, "compositeRequest": parts}
        answers = sf.restful("composite", method="POST", json=body)["compositeResponse"]
        assert [answer["httpStatusCode"] for answer in answers] == expected


def test_faults_are_listed_with_what_they_met_and_unknown_ones_refused(sf, hook):
    hook("faults", kind="server_error", path_contains="/limits", skip=1)
    sf.limits()
    (listed,) = hook("faults", "GET")["faults"]
    assert (listed["met"], listed["struck"]) == (1, 0)
    with pytest.raises(SourceUnavailable, match="'earthquake' is not a valid FaultKind; kinds: lost_request"):
        hook("faults", kind="earthquake")
    with pytest.raises(SourceUnavailable, match="INVALID_FAULT"):
        hook("faults", kind="slow", minutes=3)
    with pytest.raises(SourceUnavailable, match="404"):
        hook("weather")


def test_the_request_log_tells_what_was_asked_but_no_secret(org, sf, account_ids, active_rep, session):
    account = next(account_ids)
    sf.Account.update(account, {"OwnerId": active_rep}, headers={"Sforce-Auto-Assign": "FALSE"})
    entry = read_requests(org.state_dir)[-1]
    assert (entry["method"], entry["status"], entry["body"]) == ("PATCH", 204, {"OwnerId": active_rep})
    assert entry["headers"] == {"sforce-auto-assign": "FALSE"}
    text = (org.state_dir / "requests.jsonl").read_text("utf-8")
    assert org.client_secret not in text
    assert sf.session_id not in text
    assert sf.session_id.encode() not in (org.state_dir / "org.sqlite").read_bytes()
