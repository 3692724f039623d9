"""Public clients of others against the org, each in a process of its own: they read and write what the org says."""

import pytest

from assignment_assets.bench.foreign_clients import Errand, installed, told
from assignment_assets.sandbox.app import DAILY_CALLS


@pytest.mark.parametrize("name", ["simple_salesforce", "aiosalesforce"])
def test_a_client_of_others_reads_and_writes_what_the_org_says(org, sf, account_ids, active_rep, changed, name):
    errand = Errand(next(account_ids), next(account_ids), active_rep)
    facts = told(installed(f"{name}_client.py"), org, errand)
    client = facts.pop("client", "")
    assert facts == {
        "accounts": sf.query("SELECT COUNT() FROM Account")["totalSize"],
        "owner": active_rep,
        "tier": f"of {name.replace('_', '-')}",
        "in_bulk": 1,
        "has_job": True,
        "calls_allowed": DAILY_CALLS,
    }
    assert client.startswith(name.replace("_", "-"))
    for account in (errand.account, errand.bulk_account):
        assert sf.Account.get(account)["OwnerId"] == active_rep
        assert [row["field"] for row in changed(account)].count("OwnerId") == 1
