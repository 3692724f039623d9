"""The customer-success system on loopback: its reads as Gainsight documents them, its webhook, what can go wrong."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sample import generate
from assignment_assets.sandbox import OverlayPeople, load
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.customer_success import (
    CustomerSuccessAddress,
    Entry,
    companies_of,
    running,
    signature,
)
from assignment_assets_tests.sandbox.conftest import MORNING

ACCOUNTS = [f"0015g00000AAA{number:02d}" for number in range(12)]
READ = "/v1/data/objects/query/Company"


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[CustomerSuccessAddress]:
    """Twelve companies, every third without a CSM, over HTTPS, at nine in the morning."""
    clock = OrgClock(lambda: MORNING)
    with running(tmp_path_factory.mktemp("cs"), (), clock=clock) as address:
        yield address


@pytest.fixture
def system(served) -> CustomerSuccessAddress:
    """The system as at first."""
    served.hook("behaviour", "DELETE")
    served.hook("webhook", url="", is_held=False)
    entries = [
        {"account_id": account, "name": f"Company {no:02d}", "csm_email": f"csm{no % 2}@x.com" if no % 3 else ""}
        for no, account in enumerate(ACCOUNTS)
    ]
    served.hook("companies", companies=entries)
    return served


def asked(system: CustomerSuccessAddress, key: str | None = None, **body) -> requests.Response:
    body = {"select": ["SfdcAccountId", "Csm__gr.Email"], "limit": 5000, "offset": 0} | body
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(system.ca_file)
        headers = {"AccessKey": system.access_key if key is None else key}
        return session.post(system.url + READ, json=body, headers=headers, timeout=10)


def records(system: CustomerSuccessAddress, **body) -> list[dict]:
    answer = asked(system, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["records"]


def places(system: CustomerSuccessAddress, **body) -> list[int]:
    return [ACCOUNTS.index(each["SfdcAccountId"]) for each in records(system, **body)]


def where(expression: str, **conditions: tuple) -> dict:
    """`where("A AND B", A=(field, operator, values), …)` as the API writes it."""
    listed = [
        {"name": name, "alias": alias, "operator": operator, "value": values}
        for alias, (name, operator, values) in conditions.items()
    ]
    return {"conditions": listed, "expression": expression}


def test_a_read_gives_records_under_the_names_that_were_asked_for_in_the_documented_envelope(system):
    select = ["Gsid", "SFDC_Account_Id__gc", "csm__gr.email", "CSM__gr.Name", "Csm", "ModifiedDate"]
    answer = asked(system, select=select, limit=2).json()
    assert (answer["result"], answer["errorCode"], answer["errorDesc"], bool(answer["requestId"])) == (
        True,
        None,
        None,
        True,
    )
    nobodys, somebodys = answer["data"]["records"]
    assert list(somebodys) == select
    assert (nobodys["csm__gr.email"], nobodys["Csm"]) == (None, None)
    assert (somebodys["csm__gr.email"], somebodys["CSM__gr.Name"]) == ("csm1@x.com", "Csm1")
    assert datetime.fromtimestamp(somebodys["ModifiedDate"] / 1000, UTC).year == 2026


def test_a_wrong_key_is_refused_and_so_is_another_object(system):
    answer = asked(system, key="wrong")
    assert (answer.status_code, answer.json()["errorCode"], answer.json()["result"]) == (401, "GS_APIG_2401", False)
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(system.ca_file)
        headers = {"accesskey": system.access_key}
        other = session.post(system.url + READ.replace("Company", "Person"), json={}, headers=headers)
    assert (other.status_code, other.json()["errorCode"]) == (404, "OBJECT_NOT_FOUND")


def test_conditions_are_joined_by_their_expression(system):
    mine = ("Csm__gr.Email", "EQ", ["CSM1@x.com"])
    early = ("SfdcAccountId", "LT", [ACCOUNTS[6]])
    assert places(system, where=where("A AND B", A=mine, B=early)) == [1, 5]
    assert places(system, where=where("A OR B", A=mine, B=early)) == [0, 1, 2, 3, 4, 5, 7, 11]
    nobody = ("Csm", "IS_NULL", None)
    assert places(system, where=where("A", A=nobody)) == [0, 3, 6, 9]
    both = where("(A OR B) AND C", A=nobody, B=mine, C=("SfdcAccountId", "BTW", [ACCOUNTS[3], ACCOUNTS[7]]))
    assert places(system, where=both, orderBy={"SfdcAccountId": "desc"}) == [7, 6, 5, 3]
    some = ("SfdcAccountId", "IN", [ACCOUNTS[2], ACCOUNTS[9]])
    assert places(system, where=where("A", A=some)) == [2, 9]


def test_changes_since_a_moment_are_found_and_a_clock_that_is_ahead_dates_them_so(system):
    system.hook("clock", advance_seconds=3600)
    system.hook("company", account_id=ACCOUNTS[4], csm_email="new@x.com")
    system.hook("behaviour", skew_minutes=7)
    system.hook("company", account_id=ACCOUNTS[5], csm_email="")
    now = datetime.fromisoformat(system.hook("clock", advance_seconds=0)["now"])
    since = ("ModifiedDate", "GTE", [f"{now:%Y-%m-%d %H:%M:%S}"])
    select = ["SfdcAccountId", "Csm__gr.Email", "ModifiedDate"]
    found = records(system, select=select, where=where("A", A=since), orderBy={"ModifiedDate": "asc"})
    assert [(each["SfdcAccountId"], each["Csm__gr.Email"]) for each in found] == [
        (ACCOUNTS[4], "new@x.com"),
        (ACCOUNTS[5], None),
    ]
    assert found[1]["ModifiedDate"] - found[0]["ModifiedDate"] == 7 * 60 * 1000


def test_pages_may_be_smaller_than_was_asked_for(system):
    system.hook("behaviour", page_cap=5)
    pages = [records(system, orderBy={"SfdcAccountId": "asc"}, offset=offset) for offset in (0, 5, 10, 12)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    assert [each["SfdcAccountId"] for page in pages for each in page] == ACCOUNTS


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"select": ["Colour"]}, "GSOBJ_1002"),
        ({"select": []}, "GSOBJ_1023"),
        ({"limit": 5001}, "GSOBJ_1023"),
        ({"offset": -1}, "GSOBJ_1023"),
        ({"orderBy": {"Name": "up"}}, "GSOBJ_1023"),
        ({"where": where("A", A=("ModifiedDate", "GTE", ["yesterday"]))}, "GSOBJ_1005"),
        ({"where": where("A", A=("Name", "LIKE", ["x"]))}, "GSOBJ_1023"),
        ({"where": where("A AND B", A=("Name", "EQ", ["x"]))}, "GSOBJ_1023"),
        ({"where": where("(A", A=("Name", "EQ", ["x"]))}, "GSOBJ_1023"),
    ],
)
def test_what_is_no_documented_read_is_refused_with_a_code(system, body, code):
    answer = asked(system, **body)
    assert (answer.status_code, answer.json()["result"], answer.json()["errorCode"]) == (400, False, code)


def test_too_many_calls_are_told_to_wait_for_so_long_or_without_a_word(system):
    system.hook("behaviour", too_many=2, retry_after=3)
    first, second, third = asked(system), asked(system), asked(system)
    assert [each.status_code for each in (first, second, third)] == [429, 429, 200]
    assert first.headers["Retry-After"] == "3"
    system.hook("behaviour", too_many=1, retry_after=None)
    assert "Retry-After" not in asked(system).headers
    system.hook("behaviour", "DELETE")
    system.hook("behaviour", calls_a_minute=2)
    statuses = [asked(system).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    system.hook("clock", advance_seconds=60)
    assert asked(system).status_code == 200


def test_answers_may_be_slow_unavailable_or_garbage_each_for_the_next_ones_alone(system):
    system.hook("behaviour", slow=1, slow_seconds=0.2)
    started = time.monotonic()
    assert asked(system).status_code == 200 and time.monotonic() - started >= 0.2
    system.hook("behaviour", unavailable=1)
    assert asked(system).status_code == 503
    kinds = ["html", "truncated", "empty", "null", "list", "no_data", "texts"]
    system.hook("behaviour", garbage=kinds)
    spoilt = [asked(system) for _ in kinds]
    assert {each.status_code for each in spoilt} == {200}
    assert [each.text[:1] for each in spoilt[:3]] == ["<", "{", ""]
    assert [each.json() for each in spoilt[3:5]] == [None, []]
    assert "data" not in spoilt[5].json()
    assert spoilt[6].json()["data"]["records"] == ["Company"]
    assert len(records(system)) == 12
    with pytest.raises(SourceUnavailable, match="INVALID_BEHAVIOUR"):
        system.hook("behaviour", garbage=["weather"])


def test_both_documented_places_of_records_and_both_ways_of_no_hit_can_be_chosen(system):
    nobody = where("A", A=("Name", "EQ", ["nobody"]))
    assert asked(system, where=nobody).json()["data"] == {"records": []}
    system.hook("behaviour", shape="list", refuses_empty=True)
    assert len(asked(system).json()["data"]) == 12
    refused = asked(system, where=nobody)
    assert (refused.status_code, refused.json()["errorDesc"]) == (400, "No data found for given criteria")


@pytest.fixture
def receiver() -> Iterator["Receiver"]:
    """A server that takes webhooks on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.received, server.status = [], 204
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Receiver(BaseHTTPRequestHandler):
    """Keeps what comes, and answers with the server's status."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args) -> None:
        """Says nothing."""


def aimed(receiver) -> str:
    return f"http://127.0.0.1:{receiver.server_address[1]}/webhook"


def test_each_change_of_a_csm_is_posted_and_signed(system, receiver):
    system.hook("webhook", url=aimed(receiver))
    event = system.hook("company", account_id=ACCOUNTS[1], csm_email="new@x.com")["event"]
    cleared = system.hook("company", account_id=ACCOUNTS[2], csm_email=None)["event"]
    assert system.hook("company", account_id=ACCOUNTS[2], name="Another name")["event"] is None
    (headers, body), (_, second) = receiver.received
    assert headers["X-CS-Signature"] == signature(system.webhook_secret, headers["X-CS-Timestamp"], body)
    told = json.loads(body)
    assert told["event_id"] == event["event_id"]
    assert told["company"] == {"sfdc_account_id": ACCOUNTS[1], "csm_email": "new@x.com"}
    assert datetime.fromisoformat(told["changed_at"]).timestamp() == int(headers["X-CS-Timestamp"])
    assert json.loads(second)["company"] == {"sfdc_account_id": ACCOUNTS[2], "csm_email": None}
    assert cleared["deliveries"] == [204]


def test_an_event_is_delivered_again_as_often_as_is_asked_late_or_signed_by_somebody_else(system, receiver):
    system.hook("webhook", url=aimed(receiver), is_held=True)
    event_id = system.hook("company", account_id=ACCOUNTS[7], csm_email="late@x.com")["event"]["event_id"]
    assert receiver.received == []
    system.hook("redeliver", event_id=event_id)
    system.hook("redeliver", event_id=event_id, seconds_ago=600)
    told = system.hook("redeliver", event_id=event_id, secret="another")["event"]
    assert told["deliveries"] == [204] * 3
    assert len({body for _, body in receiver.received}) == 1
    now, earlier, forged = (headers for headers, _ in receiver.received)
    assert int(now["X-CS-Timestamp"]) - int(earlier["X-CS-Timestamp"]) == 600
    assert forged["X-CS-Timestamp"] == now["X-CS-Timestamp"] and forged["X-CS-Signature"] != now["X-CS-Signature"]
    with pytest.raises(SourceUnavailable, match="no such event"):
        system.hook("redeliver", event_id="evt_nothing")


def test_a_receiver_that_is_away_or_refuses_costs_the_system_nothing_and_nothing_is_sent_elsewhere(system, receiver):
    system.hook("webhook", url=aimed(receiver))
    receiver.status = 500
    refused = system.hook("company", account_id=ACCOUNTS[8], csm_email="a@x.com")["event"]
    system.hook("webhook", url="http://127.0.0.1:9/webhook")
    away = system.hook("company", account_id=ACCOUNTS[8], csm_email="b@x.com")["event"]
    assert (refused["deliveries"], away["deliveries"]) == ([500], ["ConnectionError"])
    assert [each["event_id"] for each in system.hook("events", "GET")["events"]][-2:] == [
        refused["event_id"],
        away["event_id"],
    ]
    with pytest.raises(SourceUnavailable, match="not on loopback"):
        system.hook("webhook", url="https://example.com/webhook")


def test_what_was_asked_is_kept_and_entries_of_no_company_are_refused(system):
    records(system, limit=3)
    last = system.hook("requests", "GET")["requests"][-1]
    assert (json.loads(last["body"])["limit"], last["status"]) == (3, 200)
    for wrong in ({"csm_email": "a@x.com"}, {"account_id": ACCOUNTS[0], "colour": "red"}):
        with pytest.raises(SourceUnavailable, match="INVALID_COMPANY"):
            system.hook("company", **wrong)


def test_the_command_serves_the_companies_of_a_loaded_org_over_plain_http_too(tmp_path):
    load(generate(2, 60, seed=2), tmp_path, overlays=OverlayPeople())
    companies = companies_of(tmp_path)
    assert companies and all(each.csm_email.startswith("csm-") for each in companies)
    assert isinstance(companies[0], Entry)
    command = [
        sys.executable,
        "-m",
        "assignment_assets.sandbox.customer_success",
        "--org",
        str(tmp_path),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        first, key, _ = (server.stdout.readline() for _ in range(3))
        url = first.split()[2].rstrip(",")
        body = {"select": ["SfdcAccountId"], "limit": 5000}
        headers = {"AccessKey": key.strip().split("=", 1)[1]}
        found = requests.post(url + READ, json=body, headers=headers, timeout=10).json()["data"]["records"]
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
    assert {each["SfdcAccountId"] for each in found} == {each.account_id for each in companies}
