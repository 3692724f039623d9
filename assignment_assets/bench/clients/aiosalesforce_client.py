"""What aiosalesforce does in an org, as JSON: it reads all pages, writes singly, in a composite and in bulk."""

import asyncio
import json
import os
import ssl
from importlib.metadata import version

import httpx
from aiosalesforce import Salesforce
from aiosalesforce.auth import ClientCredentialsFlow

NAME = "acme.my.salesforce.com"


class ToLoopback(httpx.AsyncHTTPTransport):
    """Sends what is meant for the org's public name to where it is."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The org's answer."""
        target = httpx.URL(os.environ["ORG_URL"])
        request.url = request.url.copy_with(host=target.host, port=target.port)
        request.headers["Host"] = f"{target.host}:{target.port}"
        return await super().handle_async_request(request)


async def work() -> dict:
    """What was read and written."""
    account, bulk_account, owner = (os.environ[name] for name in ("ORG_ACCOUNT", "ORG_BULK_ACCOUNT", "ORG_OWNER"))
    context = ssl.create_default_context(cafile=os.environ["ORG_CA_FILE"])
    auth = ClientCredentialsFlow(os.environ["ORG_CLIENT_ID"], os.environ["ORG_CLIENT_SECRET"])
    async with httpx.AsyncClient(transport=ToLoopback(verify=context), timeout=60) as client:
        salesforce = Salesforce(client, f"https://{NAME}", auth=auth)
        accounts = [record async for record in salesforce.query("SELECT Id, Owner.Name FROM Account")]
        await salesforce.sobject.update("Account", account, {"OwnerId": owner})
        async with salesforce.composite() as several:
            found = several.query(f"SELECT Id, OwnerId FROM Account WHERE Id = '{account}'")
            several.sobject.update("Account", account, {"Tier__c": "of aiosalesforce"})
        ingest = salesforce.bulk_v2.ingest
        job = await ingest.create_job("update", "Account")
        await ingest.upload_job_data(job.id, f"Id,OwnerId\n{bulk_account},{owner}\n".encode())
        while job.state != "JobComplete":
            job = await ingest.get_job(job.id)
        results = await salesforce.request("GET", f"{ingest.base_url}/{job.id}/successfulResults")
        jobs = [job.id async for job in ingest.list_jobs()]
        read = await salesforce.sobject.get("Account", account)
        return {
            "client": f"aiosalesforce {version('aiosalesforce')}",
            "accounts": len(accounts),
            "owner": found.records[0]["OwnerId"],
            "tier": read["Tier__c"],
            "in_bulk": len(results.text.splitlines()) - 1,
            "has_job": bool(jobs),
            "calls_allowed": (await salesforce.get_limits())["DailyApiRequests"]["Max"],
        }


print(json.dumps(asyncio.run(work())))
