"""What the org does by itself when an owner changes, at which moments people edit, and what comes late."""

import pytest
import requests

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets_tests.sandbox.test_preconditions import composite, part


def children(sf, name, account):
    return sf.query(f"SELECT Id FROM {name} WHERE AccountId = '{account}'")["totalSize"]


def test_another_owner_costs_the_account_its_team_and_its_manual_shares(sf, company, active_rep):
    account = company.accounts.sort("account_id").filter(owner_id=company.accounts["owner_id"][0])["account_id"]
    shared = [each for each in sf.query_all("SELECT AccountId FROM AccountShare")["records"]]
    account = next(each["AccountId"] for each in shared if children(sf, "AccountTeamMember", each["AccountId"]))
    sf.Account.update(account, {"Tier__c": "A"})
    assert (children(sf, "AccountTeamMember", account), children(sf, "AccountShare", account)) == (1, 1)
    sf.Account.update(account, {"OwnerId": active_rep})
    assert (children(sf, "AccountTeamMember", account), children(sf, "AccountShare", account)) == (0, 0)


def test_an_assignment_rule_re_owns_accounts_unless_the_call_says_not_to(sf, account_ids, active_rep, hook):
    loud, quiet = next(account_ids), next(account_ids)
    hook("rule", owner_id=HUMAN_USER_ID)
    composite(sf, part("a", loud, active_rep), part("b", quiet, active_rep, Sforce_Auto_Assign="FALSE"))
    hook("rule", owner_id="")
    assert [sf.Account.get(account)["OwnerId"] for account in (loud, quiet)] == [HUMAN_USER_ID, active_rep]


@pytest.mark.parametrize(("moment", "winner"), [("before_write", "api"), ("after_write", "human")])
def test_people_edit_at_the_moment_that_was_chosen(sf, account_ids, active_rep, hook, changed, moment, winner):
    account = next(account_ids)
    hook("edits", edits=[{"id": account, "fields": {"OwnerId": HUMAN_USER_ID}, "moment": moment}])
    sf.Account.update(account, {"OwnerId": active_rep})
    assert changed(account)[-1]["channel"] == winner
    assert {row["channel"] for row in changed(account)} == {"api", "human"}


def test_a_late_commit_is_done_after_the_connection_broke(sf, account_ids, active_rep, hook, changed):
    account = next(account_ids)
    hook("faults", kind="late_commit", method="PATCH", requests=2)
    with pytest.raises(requests.exceptions.RequestException):
        sf.Account.update(account, {"OwnerId": active_rep})
    assert sf.Account.get(account)["OwnerId"] != active_rep
    assert sf.Account.get(account)["OwnerId"] == active_rep
    assert len(changed(account)) == 1


def test_a_composite_call_takes_five_collections_and_no_sixth(sf, account_ids):
    one = {
        "method": "POST",
        "url": "/services/data/v59.0/composite/sobjects/Account",
        "body": {"ids": [next(account_ids)], "fields": ["Id"]},
    }
    parts = [one | {"referenceId": f"r{number}"} for number in range(6)]
    assert [len(answer["body"]) for answer in composite(sf, *parts[:5])] == [1] * 5
    with pytest.raises(Exception, match="LIMIT_EXCEEDED"):
        composite(sf, *parts)


def ingest(sf, path, method="GET", **entries):
    return sf.restful(f"jobs/ingest{path}", method=method, **({"json": entries} if entries else {}))


def put(org, session, sf, job, text):
    return session.put(f"{org.url}/services/data/v59.0/jobs/ingest/{job}/batches", data=text, headers=sf.headers)


def test_a_bulk_job_updates_what_it_can_and_says_what_it_could_not(org, session, sf, account_ids, active_rep, hook):
    good, bad = next(account_ids), next(account_ids)
    hook("faults", kind="row_error", record_id=bad, error_code="ENTITY_IS_LOCKED")
    job = ingest(sf, "", "POST", object="Account", operation="update", contentType="CSV", lineEnding="LF")["id"]
    assert put(org, session, sf, job, f"Id,OwnerId\n{good},{active_rep}\n{bad},{active_rep}\n").status_code == 201
    assert ingest(sf, f"/{job}")["state"] == "Open"
    ingest(sf, f"/{job}", "PATCH", state="UploadComplete")
    assert [ingest(sf, f"/{job}")["state"] for _ in range(2)] == ["InProgress", "JobComplete"]
    base = f"{org.url}/services/data/v59.0/jobs/ingest/{job}"
    successful, failed = (
        session.get(f"{base}/{name}", headers=sf.headers).text for name in ("successfulResults", "failedResults")
    )
    assert f'"{good}","false","{good}","{active_rep}"' in successful
    assert "ENTITY_IS_LOCKED" in failed and good not in failed


def test_a_job_that_was_aborted_before_its_upload_was_complete_has_changed_nothing(
    org, session, sf, account_ids, active_rep, changed
):
    account = next(account_ids)
    job = ingest(sf, "", "POST", object="Account", operation="update", contentType="CSV", lineEnding="LF")["id"]
    put(org, session, sf, job, f"Id,OwnerId\n{account},{active_rep}\n")
    assert ingest(sf, f"/{job}", "PATCH", state="Aborted")["state"] == "Aborted"
    assert changed(account) == []
    with pytest.raises(Exception, match="INVALIDJOBSTATE"):
        ingest(sf, f"/{job}", "PATCH", state="UploadComplete")
    assert any(each["id"] == job for each in ingest(sf, "")["records"])


def test_a_bulk_query_gives_all_rows_in_pages(org, session, sf, company):
    body = {"operation": "query", "query": "SELECT Id, OwnerId FROM Account"}
    job = sf.restful("jobs/query", method="POST", json=body)["id"]
    url = f"{org.url}/services/data/v59.0/jobs/query/{job}/results"
    first = session.get(url, params={"maxRecords": 3000}, headers=sf.headers)
    rest = session.get(url, params={"locator": first.headers["Sforce-Locator"]}, headers=sf.headers)
    assert rest.headers["Sforce-Locator"] == "null"
    ids = [line.split(",")[0].strip('"') for text in (first.text, rest.text) for line in text.splitlines()[1:]]
    assert sorted(ids) == sorted(map(complete_id, company.accounts["account_id"]))
