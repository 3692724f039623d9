"""Slack is told of closed gates, approvals, changes and routed accounts, each once, by a real server on loopback."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.gates.gates import Addressee, Closing, GateManifest
from assignment_assets.domain.notices.bulletins import Bulletin, approvals, routed_on
from assignment_assets.domain.routing.tables import ANSWERS, DECISIONS
from assignment_assets.domain.tables import APPROVED_DIFF, CYCLE_EVENTS, REPS
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.log import close
from assignment_assets.io.notices import bulletins
from assignment_assets.io.notices import slack as asking
from assignment_assets.io.notices.bulletins import ROUTING, announce
from assignment_assets.io.settings import NoticesSetting
from assignment_assets.io.warehouse.routing_copies import routing_copies
from assignment_assets_tests.company import PRIYA, field_reps, table
from assignment_assets_tests.servers.slack import CHANNEL, TOKEN, serve_slack

CYCLE, NOW = "2026q4-global", datetime(2026, 11, 2, 9, 0)
WEBHOOK, BOT = NoticesSetting(slack="webhook"), NoticesSetting(slack="channel", slack_channel=CHANNEL)
SOON = {"Retry-After": "0"}


@pytest.fixture
def channel(httpserver_ipv4, monkeypatch):
    channel = serve_slack(httpserver_ipv4)
    monkeypatch.setenv(asking.WEBHOOK, f"{channel.url}/hook")
    monkeypatch.setenv(asking.TOKEN, TOKEN)
    monkeypatch.setenv(asking.ADDRESS, f"{channel.url}/api/")
    return channel


@pytest.fixture
def folder(tmp_path):
    """A cycle whose two first gates are closed: Ana and Ben were asked, nobody answered."""
    folder = DataFolder(tmp_path)
    people = tuple(Addressee(name, name.title(), "", "x.xlsx") for name in ("ana", "ben"))
    for gate in ("lock_lists", "review_edits"):
        manifest = GateManifest(CYCLE, 1, gate, NOW - timedelta(days=9), NOW - timedelta(days=2), people)
        write_whole(folder.outbox(CYCLE, gate) / "gate.json", manifest.to_json())
        close(folder, manifest, Closing(True, "", people, (), "0"), NOW)
    return folder


def told(folder, setting, cycle=CYCLE):
    return [(each.kind, each.outcome) for each in announce(folder, cycle, setting, lambda: NOW)]


def move(account_id, old, new, status="approved", number=1, region="North"):
    return {
        "sign_off_no": number,
        "region": region,
        "account_id": account_id,
        "old_owner_id": old,
        "new_owner_id": new,
        "status": status,
        "signed_by": PRIYA,
    }


def test_an_approval_names_who_signed_and_counts_what_changes_for_whom():
    approved = table(
        APPROVED_DIFF,
        move("a1", "ben", "ana"),
        move("a2", "ben", "ana"),
        move("a3", "ana", "ben"),
        move("a4", "ben", "nia", "deferred"),
        move("c1", "cleo", "nia", number=2, region="South"),
    )
    said = [(each.kind, each.subject, each.text) for each in approvals(CYCLE, approved, table(REPS, *field_reps()))]
    assert said[0] == (
        "approval",
        "sign-off 1",
        f"*Approved* ({CYCLE}): North, by {PRIYA}\n3 accounts may change hands; 1 account waits for a seat.",
    )
    assert said[1][2].splitlines() == [
        f"*Changes* ({CYCLE}): 3 accounts in North",
        "• Ana Ruiz: 2 in, 1 out",
        "• Ben Ode: 1 in, 2 out",
    ]
    assert [each[:2] for each in said[2:]] == [("approval", "sign-off 2"), ("change", "sign-off 2")]
    assert not any(account in text for *_, text in said for account in ("a1", "c1"))


@pytest.mark.parametrize("setting", [WEBHOOK, BOT])
def test_each_bulletin_is_said_once(folder, channel, setting):
    assert told(folder, setting) == [("acceptance", "sent")] * 2
    assert told(folder, setting) == [("acceptance", "known")] * 2
    assert channel.said == [
        f"*Keep-lists are closed* ({CYCLE}): 0 of 2 answered.\nMissing: Ana, Ben.",
        f"*Reviews are closed* ({CYCLE}): 0 of 2 answered.\nMissing: Ana, Ben.",
    ]


def test_slack_is_off_by_default(folder, channel):
    assert told(folder, NoticesSetting()) == [] and channel.calls == 0


@pytest.mark.parametrize("setting", [WEBHOOK, BOT])
def test_a_rate_limit_is_waited_for_and_a_long_one_left_for_the_next_time(folder, channel, setting):
    channel.faults = [(429, "ratelimited", SOON)] * 3
    assert told(folder, setting) == [("acceptance", "sent")] * 2
    (folder.root / "notices" / CYCLE / "slack.jsonl").unlink()
    channel.faults = [(429, "ratelimited", {"Retry-After": "3600"})]
    assert told(folder, setting) == [("acceptance", "waiting"), ("acceptance", "sent")]
    assert told(folder, setting) == [("acceptance", "sent"), ("acceptance", "known")]
    assert len(channel.said) == 4


@pytest.mark.parametrize(
    ("setting", "fault"), [(WEBHOOK, (400, "invalid_payload", {})), (BOT, (200, "msg_too_long", {}))]
)
def test_a_message_that_slack_never_takes_is_listed_and_the_others_are_said(folder, channel, setting, fault):
    channel.faults = [fault]
    first, second = announce(folder, CYCLE, setting, lambda: NOW)
    assert (first.outcome, second.outcome) == ("refused", "sent") and fault[1] in first.said
    assert told(folder, setting) == [("acceptance", "known")] * 2


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        (WEBHOOK, (404, "no_service", {})),
        (WEBHOOK, (403, "action_prohibited", {})),
        (WEBHOOK, (500, "oops", {})),
        (NoticesSetting(slack="channel", slack_channel="C9"), None),
    ],
)
def test_what_a_person_must_put_right_is_said_and_nothing_is_lost(folder, channel, setting, fault):
    channel.faults = [fault] * 2 if fault else []
    assert told(folder, setting) == [("acceptance", "waiting")] * 2
    right = setting if fault else BOT
    assert told(folder, right) == [("acceptance", "sent")] * 2


def test_a_cut_connection_loses_nothing(folder, channel):
    channel.dies_after = 1
    assert told(folder, WEBHOOK) == [("acceptance", "waiting"), ("acceptance", "sent")]
    assert told(folder, WEBHOOK) == [("acceptance", "sent"), ("acceptance", "known")]
    assert len(set(channel.said)) == 2


def test_a_slack_that_is_not_there_waits_without_its_secret_being_said(folder, channel, monkeypatch):
    monkeypatch.setenv(asking.WEBHOOK, "http://127.0.0.1:1/services/secret")
    [first, _] = announce(folder, CYCLE, WEBHOOK, lambda: NOW)
    assert first.outcome == "waiting" and "secret" not in first.said
    assert "secret" not in (folder.root / "notices" / CYCLE / "slack.jsonl").read_text()


def test_what_is_missing_is_said_by_name(folder, channel, monkeypatch):
    with pytest.raises(InvalidInput, match=r"notices\.slack_channel: empty"):
        told(folder, NoticesSetting(slack="channel"))
    monkeypatch.delenv(asking.WEBHOOK)
    with pytest.raises(InvalidInput, match=f"{asking.WEBHOOK}: not set"):
        told(folder, WEBHOOK)
    monkeypatch.setattr(bulletins, "find_spec", lambda name: None)
    with pytest.raises(InvalidInput, match=r"pip install 'assignment-assets\[slack\]'"):
        told(folder, WEBHOOK)


def test_a_name_cannot_address_the_channel(folder, channel):
    people = (Addressee("eve", "<!channel> & co", "", "x.xlsx"),)
    manifest = GateManifest(CYCLE, 1, "lock_lists", NOW, NOW, people)
    write_whole(folder.outbox(CYCLE, "lock_lists") / "gate.json", manifest.to_json())
    told(folder, WEBHOOK)
    assert "Missing: &lt;!channel&gt; &amp; co." in channel.said[0]


def test_a_cycle_that_is_over_tells_nothing_more(folder, channel):
    over = table(CYCLE_EVENTS, {"event_no": 1, "event": "closed"})
    folder.published(CYCLE).mkdir(parents=True)
    over.with_columns(cycle=pl.lit(CYCLE)).write_parquet(folder.published(CYCLE) / "cycle_events.parquet")
    assert told(folder, WEBHOOK) == [] and channel.calls == 0


def test_a_day_of_routed_accounts_is_told_when_it_is_over(folder, channel):
    yesterday = NOW - timedelta(days=1)
    decided = [
        dict.fromkeys(DECISIONS.columns)
        | {"decision_no": number, "account_id": f"n{number}", "new_owner_id": "ana", "accept_by": NOW}
        for number in range(1, 6)
    ]
    answers = [
        {"decision_no": number, "account_id": f"n{number}", "rep_id": rep, "answer": answer, "at": at}
        for number, rep, answer, at in (
            (1, "ana", "accepted", yesterday),
            (2, "ben", "declined", yesterday),
            (3, "ben", "lapsed", yesterday),
            (4, "ana", "accepted", NOW),
        )
    ]
    routing_copies(folder).publish(DECISIONS, DECISIONS.conform(pl.DataFrame(decided, schema=DECISIONS.columns)))
    routing_copies(folder).publish(ANSWERS, table(ANSWERS, *answers))
    assert told(folder, WEBHOOK, ROUTING) == [("acceptance", "sent")]
    assert channel.said == [
        "*Routed accounts* on 1 Nov 2026: 1 accepted, 1 declined, 1 not answered in time; 1 wait.\n"
        "Not taken by ben; routed again."
    ]
    assert told(folder, WEBHOOK, ROUTING) == [("acceptance", "known")]
    assert routed_on(NOW.date() - timedelta(days=9), table(ANSWERS, *answers), 0, {}) is None


def test_the_same_matter_in_other_words_is_the_same_bulletin():
    one, two = Bulletin(CYCLE, "change", "sign-off 1", ("a",)), Bulletin(CYCLE, "change", "sign-off 1", ("b",))
    assert one.digest == two.digest != Bulletin(CYCLE, "approval", "sign-off 1", ("a",)).digest


def test_a_whole_cycle_tells_slack_of_its_approval(reviewed, channel):
    settings = Path(os.environ["ASSIGNMENT_SETTINGS"])
    settings.write_text(f'{settings.read_text()}[notices]\nslack = "webhook"\n')
    reviewed.sign_off()
    assert [text.split("*")[1] for text in channel.said].count("Approved") == reviewed.table(APPROVED_DIFF)[
        "sign_off_no"
    ].n_unique()
    before = list(channel.said)
    reviewed.run("sign_off")
    assert channel.said == before
    ledger = (reviewed.folder.root / "notices" / reviewed.name / "slack.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in ledger].count("sent") == len(before)
