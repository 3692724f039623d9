"""Bulk API 2.0 over HTTPS: cells, whole job facts, lists in pages, what a job's state does not allow."""

import json

import pytest
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceMalformedRequest, SalesforceResourceNotFound

from assignment_assets.sample import generate
from assignment_assets.sandbox import load, running
from assignment_assets.sandbox.bulk import JOBS_A_PAGE
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.state import OrgState
from assignment_assets_tests.sandbox.conftest import log_in, session_for
from assignment_assets_tests.sandbox.test_behaviour import ingest, put

UPDATE = {"object": "Account", "operation": "update", "contentType": "CSV", "lineEnding": "LF"}


@pytest.fixture
def carried_out(org, session, sf):
    """Carries out a job with this CSV; its facts and its three results."""

    def run(text, **more):
        job = ingest(sf, "", "POST", **UPDATE | more)["id"]
        assert put(org, session, sf, job, text).status_code == 201
        ingest(sf, f"/{job}", "PATCH", state="UploadComplete")
        ingest(sf, f"/{job}")
        base = f"{org.url}/services/data/v59.0/jobs/ingest/{job}"
        names = ("successfulResults", "failedResults", "unprocessedrecords")
        return ingest(sf, f"/{job}"), *(session.get(f"{base}/{name}", headers=sf.headers).text for name in names)

    return run


def test_an_empty_cell_is_ignored_and_na_empties_the_field(carried_out, account_ids, active_rep, sf, changed):
    kept, emptied = next(account_ids), next(account_ids)
    for account in (kept, emptied):
        sf.Account.update(account, {"Tier__c": "A", "TAM__c": 5})
    text = f"id,OwnerId,Tier__c,TAM__c,Is_House__c\n{kept},{active_rep},,7.5,true\n{emptied},,#N/A,#N/A,false\n"
    facts, successful, failed, _ = carried_out(text)
    assert (facts["state"], facts["numberRecordsProcessed"], facts["numberRecordsFailed"]) == ("JobComplete", 2, 0)
    first, second = sf.Account.get(kept), sf.Account.get(emptied)
    assert [first[name] for name in ("OwnerId", "Tier__c", "TAM__c", "Is_House__c")] == [active_rep, "A", 7.5, True]
    assert (second["Tier__c"], second["TAM__c"]) == (None, None)
    assert "OwnerId" not in {row["field"] for row in changed(emptied)}
    assert successful.splitlines()[0] == '"sf__Id","sf__Created","id","OwnerId","Tier__c","TAM__c","Is_House__c"'
    assert failed.count("\n") == 1


def test_a_column_that_is_no_field_fails_the_job_as_a_whole(carried_out, account_ids, active_rep, changed):
    account = next(account_ids)
    text = f"Id,OwnerId,Colour\n{account},{active_rep},red\n"
    facts, successful, failed, unprocessed = carried_out(text)
    assert (facts["state"], facts["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Colour")
    assert (successful, failed, unprocessed) == ("", "", text)
    assert changed(account) == []


def test_a_job_has_the_delimiter_and_line_ends_that_it_asked_for(carried_out, account_ids, active_rep):
    account, text = next(account_ids), "Id|OwnerId\r\n{}|{}\r\n"
    _, successful, _, _ = carried_out(text.format(account, active_rep), columnDelimiter="PIPE", lineEnding="CRLF")
    assert successful.endswith(f'"{account}"|"{active_rep}"\r\n')


def test_a_job_tells_everything_that_salesforce_tells(sf):
    job = ingest(sf, "", "POST", **UPDATE)
    assert job["contentUrl"] == f"services/data/v59.0/jobs/ingest/{job['id']}/batches"
    facts = ingest(sf, f"/{job['id']}")
    told = {"apiVersion": 59.0, "jobType": "V2Ingest", "concurrencyMode": "Parallel", "columnDelimiter": "COMMA"}
    assert facts.items() >= told.items()
    assert facts["createdDate"].endswith("+0000") and facts["systemModstamp"] >= facts["createdDate"]
    query = sf.restful("jobs/query", method="POST", json={"operation": "query", "query": "SELECT Id FROM User"})
    assert (query["jobType"], query["object"]) == ("V2Query", "User")
    assert query["numberRecordsProcessed"] == sf.query("SELECT COUNT() FROM User")["totalSize"]


def test_data_is_put_once_and_jobs_are_deleted_once_they_have_ended(org, session, sf, account_ids, active_rep):
    job = ingest(sf, "", "POST", **UPDATE)["id"]
    text = f"Id,OwnerId\n{next(account_ids)},{active_rep}\n"
    assert put(org, session, sf, job, text).status_code == 201
    again = put(org, session, sf, job, text)
    assert again.status_code == 400
    assert again.json()[0]["message"].startswith("Found multiple contents for job")
    with pytest.raises(SalesforceMalformedRequest, match="INVALIDJOBSTATE"):
        sf.restful(f"jobs/ingest/{job}", method="DELETE")
    ingest(sf, f"/{job}", "PATCH", state="Aborted")
    session.delete(f"{org.url}/services/data/v59.0/jobs/ingest/{job}", headers=sf.headers).raise_for_status()
    with pytest.raises(SalesforceResourceNotFound):
        ingest(sf, f"/{job}")
    with pytest.raises(SalesforceGeneralError, match="METHOD_NOT_ALLOWED"):
        sf.restful(f"jobs/ingest/{job}/batches", method="POST", json={})


def test_jobs_are_listed_in_pages(tmp_path):
    load(generate(4, 60, seed=2), tmp_path)
    state, head = OrgState(tmp_path, OrgClock()), json.dumps({"object": "Account", "operation": "update"})
    with state.transaction():
        for number in range(JOBS_A_PAGE + 5):
            job = (f"750{number:012d}AAA", "ingest", "Open", head, "", "", "")
            state.execute("INSERT INTO bulk_job VALUES (?, ?, ?, ?, ?, ?, ?)", job)
    state.close()
    with running(tmp_path) as address, session_for(address) as session:
        sf = log_in(address, session)
        first = ingest(sf, "")
        assert (first["done"], len(first["records"])) == (False, JOBS_A_PAGE)
        rest = session.get(address.url + first["nextRecordsUrl"], headers=sf.headers).json()
        assert (rest["done"], rest["nextRecordsUrl"], len(rest["records"])) == (True, None, 5)
        assert {job["id"] for job in first["records"]}.isdisjoint({job["id"] for job in rest["records"]})
