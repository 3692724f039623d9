// What jsforce does in an org, as JSON: it logs in, reads all pages, writes singly, as a collection and in bulk.
const jsforce = require("jsforce");
const { version } = require("jsforce/package.json");

async function work() {
  const { ORG_URL, ORG_CLIENT_ID, ORG_CLIENT_SECRET, ORG_ACCOUNT, ORG_BULK_ACCOUNT, ORG_OWNER } = process.env;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: ORG_CLIENT_ID,
    client_secret: ORG_CLIENT_SECRET,
  });
  const answer = await fetch(`${ORG_URL}/services/oauth2/token`, { method: "POST", body: form });
  const token = await answer.json();
  const connection = new jsforce.Connection({
    instanceUrl: token.instance_url,
    accessToken: token.access_token,
    version: "60.0",
  });
  const accounts = await connection.query("SELECT Id, Owner.Name FROM Account", { autoFetch: true, maxFetch: 1e6 });
  await connection.sobject("Account").update({ Id: ORG_ACCOUNT, OwnerId: ORG_OWNER });
  const [other] = await connection.sobject("Account").update([{ Id: ORG_ACCOUNT, Tier__c: "of jsforce" }]);
  const found = await connection.query(`SELECT Id, OwnerId FROM Account WHERE Id = '${ORG_ACCOUNT}'`);
  connection.bulk2.pollInterval = 200;
  const done = await connection.bulk2.loadAndWaitForResults({
    object: "Account",
    operation: "update",
    input: [{ Id: ORG_BULK_ACCOUNT, OwnerId: ORG_OWNER }],
  });
  const read = await connection.sobject("Account").retrieve(ORG_ACCOUNT);
  const limits = await connection.request("/limits");
  const jobs = await connection.request("/jobs/ingest");
  return {
    client: `jsforce ${version}`,
    accounts: accounts.records.length,
    owner: found.records[0].OwnerId,
    tier: other.success ? read.Tier__c : null,
    in_bulk: done.successfulResults.length,
    has_job: jobs.records.length > 0,
    calls_allowed: limits.DailyApiRequests.Max,
  };
}

work().then((facts) => console.log(JSON.stringify(facts)));
