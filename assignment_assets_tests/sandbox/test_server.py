import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
import requests

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sample import generate
from assignment_assets.sandbox import is_loaded, load, running, write_log
from assignment_assets.sandbox.authentication import SESSION_LENGTH, Credentials
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.state import DATABASE
from assignment_assets_tests.sandbox.conftest import MORNING, log_in, session_for, token_answer


@pytest.fixture(scope="module")
def small():
    return generate(4, 60, seed=2)


def test_changes_tokens_and_the_write_log_outlive_a_restart(small, tmp_path):
    load(small, tmp_path)
    owner = small.placeholder_owner_ids[0]
    account = small.accounts.filter(small.accounts["owner_id"] != owner)["account_id"][0]
    with running(tmp_path) as address, session_for(address) as session:
        sf = log_in(address, session)
        sf.Account.update(account, {"OwnerId": owner})
        token = sf.session_id
    with running(tmp_path) as address, session_for(address) as session:
        headers = {"Authorization": f"Bearer {token}"}
        record = session.get(f"{address.url}/services/data/v59.0/sobjects/Account/{account}", headers=headers).json()
        assert record["OwnerId"] == owner
        assert write_log(tmp_path).filter(channel="api").select("record_id", "new_value").rows() == [(account, owner)]


def test_loading_again_starts_the_org_over(small, tmp_path):
    load(small, tmp_path)
    with running(tmp_path) as address, session_for(address) as session:
        account = small.accounts["account_id"][0]
        address.hook("edit", id=account, fields={"Tier__c": "Z"})
        load(small, tmp_path)
        sf = log_in(address, session)
        assert sf.Account.get(account)["Tier__c"] == small.accounts["tier"][0]
        assert write_log(tmp_path).height == 0


def test_a_token_ends_after_twelve_hours(small, tmp_path):
    clock = OrgClock(lambda: MORNING)
    load(small, tmp_path, clock)
    with running(tmp_path, clock=clock) as address, session_for(address) as session:
        sf = log_in(address, session)
        limits = f"{address.url}/services/data/v59.0/limits"
        clock.advance((SESSION_LENGTH - timedelta(minutes=1)).total_seconds())
        assert session.get(limits, headers=sf.headers).status_code == 200
        clock.advance(61)
        assert session.get(limits, headers=sf.headers).status_code == 401


def test_the_servers_clock_is_told_in_its_answers(small, tmp_path):
    with running(tmp_path, clock=OrgClock(lambda: MORNING)) as address, session_for(address) as session:
        assert session.get(f"{address.url}/services/data").headers["Date"] == "Mon, 05 Oct 2026 09:00:00 GMT"


def test_a_used_up_daily_limit_refuses_every_further_call(small, tmp_path):
    load(small, tmp_path)
    with running(tmp_path, daily_calls=2) as address, session_for(address) as session:
        sf = log_in(address, session)
        limits = f"{address.url}/services/data/v59.0/limits"
        assert [session.get(limits, headers=sf.headers).status_code for _ in range(3)] == [200, 200, 403]


def test_credentials_may_be_others_than_the_published_ones(small, tmp_path):
    load(small, tmp_path)
    others = Credentials(client_secret="another")
    with running(tmp_path, credentials=others) as address, session_for(address) as session:
        assert token_answer(address, session).status_code == 200
        assert token_answer(address, session, client_secret=Credentials().client_secret).status_code == 400
        assert address.environment()["ASSIGNMENT_SF_CLIENT_SECRET"] == "another"


def test_an_org_is_loaded_once_it_has_accounts(small, tmp_path):
    assert not is_loaded(tmp_path)
    with running(tmp_path) as address:
        assert not is_loaded(tmp_path)
    with pytest.raises(SourceUnavailable, match="Start the sandbox org"):
        address.hook("writes", "GET")
    load(small, tmp_path)
    assert is_loaded(tmp_path)


def test_a_folder_is_served_by_one_server_at_a_time(tmp_path):
    with running(tmp_path) as address, pytest.raises(SourceUnavailable, match=address.url), running(tmp_path):
        pass
    with running(tmp_path) as again:
        assert again.url.startswith("https://localhost:")


def test_no_private_key_is_left_on_disk(tmp_path):
    with running(tmp_path):
        assert "PRIVATE KEY" not in "".join(path.read_text("latin-1") for path in tmp_path.iterdir())


def test_the_command_serves_until_interrupted(small, tmp_path):
    load(small, tmp_path)
    bounds = ["--without", "limits", "--hide", "Account.Tier__c", "--read-only", "Account.OwnerId"]
    command = [sys.executable, "-m", "assignment_assets.sandbox", "--state", str(tmp_path), "--port", "0", *bounds]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        lines = [server.stdout.readline() for _ in range(5)]
        settings = dict(line.removeprefix("  export ").strip().split("=", 1) for line in lines[1:])
        with requests.Session() as session:
            session.trust_env, session.verify = False, settings["ASSIGNMENT_SF_CA_FILE"]
            form = {
                "grant_type": "client_credentials",
                "client_id": settings["ASSIGNMENT_SF_CLIENT_ID"],
                "client_secret": settings["ASSIGNMENT_SF_CLIENT_SECRET"],
            }
            answer = session.post(f"{settings['ASSIGNMENT_SF_URL']}/services/oauth2/token", data=form)
            told = session.get(f"{settings['ASSIGNMENT_SF_URL']}/sandbox/access").json()
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
    assert answer.status_code == 200
    assert told == {
        "off": ["limits", "several_currencies"],
        "hidden_fields": ["account.tier__c"],
        "read_only_fields": ["account.ownerid"],
        "invisible_ids": [],
    }


def test_a_folder_of_an_earlier_release_gets_the_fields_that_came_since(small, tmp_path):
    load(small, tmp_path)
    account = small.accounts["account_id"][0]
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute('ALTER TABLE "Account" DROP COLUMN "IsPartner"')
        database.execute('ALTER TABLE "User" DROP COLUMN "UserType"')
        database.commit()
    with running(tmp_path) as address, session_for(address) as session:
        sf = log_in(address, session)
        assert sf.Account.get(account)["IsPartner"] is False
        assert sf.query("SELECT COUNT() FROM Account WHERE IsPartner = false")["totalSize"] == 60
        assert sf.Account.update(account, {"OwnerId": small.placeholder_owner_ids[0]}) == 204
