"""What simple-salesforce does in an org, as JSON: it reads all pages, writes singly, in a composite, in bulk."""

import json
import os
from importlib.metadata import version

import requests
from simple_salesforce import Salesforce


def work() -> dict:
    """What was read and written."""
    url, account, bulk_account, owner = (
        os.environ[name] for name in ("ORG_URL", "ORG_ACCOUNT", "ORG_BULK_ACCOUNT", "ORG_OWNER")
    )
    with requests.Session() as session:
        session.trust_env, session.verify = False, os.environ["ORG_CA_FILE"]
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["ORG_CLIENT_ID"],
            "client_secret": os.environ["ORG_CLIENT_SECRET"],
        }
        token = session.post(f"{url}/services/oauth2/token", data=form, timeout=30).json()
        sf = Salesforce(session_id=token["access_token"], instance_url=token["instance_url"], session=session)
        accounts = sf.query_all("SELECT Id, Owner.Name FROM Account")["records"]
        sf.Account.update(account, {"OwnerId": owner})
        base = f"/services/data/v{sf.sf_version}/"
        query = f"query?q=SELECT+Id,OwnerId+FROM+Account+WHERE+Id='{account}'"
        parts = [
            {"method": "GET", "url": base + query, "referenceId": "found"},
            {
                "method": "PATCH",
                "url": f"{base}sobjects/Account/{account}",
                "referenceId": "set",
                "body": {"Tier__c": "of simple-salesforce"},
            },
        ]
        answers = sf.restful("composite", method="POST", json={"compositeRequest": parts})["compositeResponse"]
        done = sf.bulk2.Account.update(records=[{"Id": bulk_account, "OwnerId": owner}])
        return {
            "client": f"simple-salesforce {version('simple-salesforce')}",
            "accounts": len(accounts),
            "owner": answers[0]["body"]["records"][0]["OwnerId"],
            "tier": sf.Account.get(account)["Tier__c"],
            "in_bulk": sum(job["numberRecordsProcessed"] - job["numberRecordsFailed"] for job in done),
            "has_job": bool(sf.restful("jobs/ingest")["records"]),
            "calls_allowed": sf.limits()["DailyApiRequests"]["Max"],
        }


print(json.dumps(work()))
