"""The webhook takes what is signed now, once, and nothing else."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.folders import DataFolder
from assignment_assets.overlays.inbox import SentEvent, put, waiting
from assignment_assets.overlays.serving import running
from assignment_assets.overlays.webhook import SECRET, webhook, webhook_secret
from assignment_assets.sandbox.customer_success import signature

SHARED = "a-secret-of-both-sides"
NOW = datetime(2026, 10, 1, 8, 0)
ACCOUNT = "0015g00000AAAAA"
BODY = {
    "event_id": "evt-1",
    "company": {"sfdc_account_id": ACCOUNT, "csm_email": "ann@example.com"},
    "changed_at": "2026-10-01T07:59:00+00:00",
}
EVENT = SentEvent("csm", "evt-1", ACCOUNT, "ann@example.com", NOW, NOW, "webhook")


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path)


@pytest.fixture
def post(folder):
    def send(body=BODY, *, at=NOW, secret=SHARED, role="csm", signed=None):
        text = body if isinstance(body, str) else json.dumps(body)
        timestamp = str(int(at.replace(tzinfo=UTC).timestamp()))
        headers = {"X-CS-Timestamp": timestamp, "X-CS-Signature": signed or signature(secret, timestamp, text)}
        return requests.post(f"{address}/cs/{role}", text.encode(), headers=headers, timeout=10)

    with running(webhook(folder, frozenset({"csm"}), SHARED, lambda: NOW)) as address:
        yield send


def test_a_signed_event_is_on_disk_before_it_is_answered_for_and_counts_once(post, folder):
    first, second = post(), post()
    assert (first.status_code, first.json()["is_new"]) == (202, True)
    assert (second.status_code, second.json()["is_new"]) == (202, False)
    (row,) = waiting(folder, ["csm"]).events.to_dicts()
    assert (row["event_id"], row["person_key"], row["changed_at"]) == (
        "evt-1",
        "ann@example.com",
        NOW - timedelta(minutes=1),
    )
    assert row["account_id"].startswith(ACCOUNT)
    assert len(row["account_id"]) == 18


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"secret": "another-secret-here"}, 401),
        ({"signed": "v1="}, 401),
        ({"at": NOW - timedelta(minutes=6)}, 401),
        ({"at": NOW + timedelta(minutes=6)}, 401),
        ({"role": "nobody"}, 404),
        ({"body": "["}, 400),
        ({"body": "[" * 20_000}, 400),
        ({"body": "[]"}, 400),
        ({"body": BODY | {"event_id": ""}}, 400),
        ({"body": BODY | {"event_id": 7}}, 400),
        ({"body": BODY | {"company": {"sfdc_account_id": None}}}, 400),
        ({"body": BODY | {"company": {"sfdc_account_id": ACCOUNT, "csm_email": ["x"]}}}, 400),
        ({"body": BODY | {"company": {"sfdc_account_id": ACCOUNT, "csm_email": "\ud800"}}}, 400),
        ({"body": BODY | {"event_id": "\udfff"}}, 400),
        ({"body": " " * 70_000}, 413),
    ],
)
def test_what_is_not_signed_or_not_of_now_or_no_event_leaves_nothing(post, folder, sent, status):
    answer = post(**sent)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
    assert waiting(folder, ["csm"]).events.is_empty()


def test_an_event_names_no_path(post, folder):
    assert post(BODY | {"event_id": "../../x"}).status_code == 202
    assert [path.parent.name for path in folder.root.rglob("*.json")] == ["csm"]


def test_a_file_that_is_no_event_is_set_aside_and_the_others_are_taken(post, folder):
    post()
    (folder.overlay_inbox / "csm" / "broken.json").write_text("{")
    assert waiting(folder, ["csm"]).events.height == 1
    assert (folder.overlay_inbox / "csm" / "broken.unreadable").is_file()


@pytest.mark.parametrize(
    "changed",
    [
        {"person_key": 7},
        {"person_key": "\ud800"},
        {"event_id": ""},
        {"account_id": None},
        {"changed_at": "soon"},
        {"received_at": 5},
    ],
)
def test_a_file_that_no_table_can_hold_is_set_aside(folder, changed):
    content = json.loads(EVENT.text()) | changed
    path = EVENT.path(folder)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content))
    assert waiting(folder, ["csm"]).events.is_empty()
    assert path.with_suffix(".unreadable").is_file()


def test_a_moment_that_no_calendar_has_counts_as_now(post, folder):
    assert post(BODY | {"changed_at": 1e300}).status_code == 202
    assert waiting(folder, ["csm"]).events["changed_at"].to_list() == [NOW]


def test_an_event_that_cannot_be_put_down_is_refused_in_words(post, folder):
    folder.overlay_inbox.parent.mkdir(parents=True)
    folder.overlay_inbox.write_text("a file where the folder should be")
    answer = post()
    assert (answer.status_code, "send it again" in answer.json()["error"]) == (503, True)


def test_a_burst_is_taken_in_parts_and_each_event_once(folder):
    for number in range(30):
        put(folder, replace(EVENT, event_id=f"evt-{number}", received_at=NOW + timedelta(seconds=number)))
    taken = []
    while (part := waiting(folder, ["csm"], at_most=12)).files:
        taken.extend(part.events["event_id"].to_list())
        part.taken()
    assert sorted(taken) == sorted(f"evt-{number}" for number in range(30))


def test_a_secret_that_can_be_guessed_is_refused(monkeypatch):
    monkeypatch.setenv(SECRET, "short")
    with pytest.raises(InvalidInput, match="5 characters, expected at least 16"):
        webhook_secret()
