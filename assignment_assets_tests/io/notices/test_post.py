"""Letters by a real mail server on loopback: each person one, across refusals and crashes."""

from dataclasses import replace
from datetime import datetime

import pytest

from assignment_assets.domain.errors import AssignmentError, SourceUnavailable
from assignment_assets.domain.notices.letters import Handoff, Handover, Reminder
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.post import post
from assignment_assets.io.settings import NoticesSetting
from assignment_assets_tests.servers.mail import mail_server

NOW = datetime(2026, 10, 20, 9, 0)
CLINIC = Handover("a1", "Clinic a1", "TX", 120_000_00, "Ben Ode", "Ana Ruiz", "Ben Ode's book is full.", 2, 50_000_00)
LEFT = Handover("a2", "Clinic a2", "OK", 1_00, "Ana Ruiz", "Cleo Park", "Nearer.", 0, 0)


def handoff(person: str = "ana", **changes) -> Handoff:
    facts = Handoff("2026q4-global", 1, "receiver", person, f"{person}@example.com", person.title(), (CLINIC,), (LEFT,))
    return replace(facts, **changes)


@pytest.fixture
def box():
    with mail_server() as box:
        yield box


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path)


def sent(folder, box, *letters, **changes) -> list[tuple[str, str]]:
    setting = NoticesSetting(mode="smtp", host="127.0.0.1", port=box.port, security="none", **changes)
    return [(each.person, each.outcome) for each in post(folder, "2026q4-global", letters, setting, lambda: NOW)]


def test_a_receiver_is_told_what_comes_what_goes_who_had_it_why_and_which_deals(folder, box):
    assert sent(folder, box, handoff()) == [("ana", "sent")]
    letter = box.letters[0]
    text = letter.get_payload(decode=True).decode()
    assert letter["Subject"] == "1 account for you (2026q4-global)" and letter["To"] == "Ana <ana@example.com>"
    for words in (
        "Clinic a1, TX, worth $120,000",
        "until now with Ben Ode; 2 open deals of $50,000",
        "Ben Ode's book is full.",
        "Clinic a2, OK: now with Cleo Park",
    ):
        assert words in text


def test_nobody_gets_a_letter_twice_and_new_content_is_a_new_letter(folder, box):
    assert sent(folder, box, handoff(), handoff("ben")) == [("ana", "sent"), ("ben", "sent")]
    assert sent(folder, box, handoff(), handoff("ben")) == [("ana", "known"), ("ben", "known")]
    assert sent(folder, box, handoff(sign_off_no=2)) == [("ana", "sent")]
    assert [len(box.to(f"{person}@example.com")) for person in ("ana", "ben")] == [2, 1]


def test_a_temporary_refusal_waits_and_a_permanent_one_is_listed_while_others_get_theirs(folder, box):
    box.refusals = {"ana@example.com": "451 try later", "ben@example.com": "550 no such person"}
    first = sent(folder, box, handoff(), handoff("ben"), handoff("cleo"))
    assert first == [("ana", "waiting"), ("ben", "refused"), ("cleo", "sent")]
    box.refusals = {}
    assert sent(folder, box, handoff(), handoff("ben"), handoff("cleo")) == [
        ("ana", "sent"),
        ("ben", "known"),
        ("cleo", "known"),
    ]


def test_a_cut_connection_loses_nobody_and_the_copy_carries_the_same_message_id(folder, box):
    box.dies_after = 2
    letters = [handoff(person) for person in ("ana", "ben", "cleo")]
    with pytest.raises(SourceUnavailable, match="Letters sent so far are in the ledger"):
        sent(folder, box, *letters)
    assert sent(folder, box, *letters) == [("ana", "known"), ("ben", "sent"), ("cleo", "sent")]
    by_id = {letter["Message-ID"] for letter in box.letters}
    assert len(by_id) == 3 and len(box.to("ana@example.com")) == 1


def test_a_ledger_line_that_a_crash_cut_short_does_not_count(folder, box):
    sent(folder, box, handoff())
    path = folder.root / "notices" / "2026q4-global" / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert sent(folder, box, handoff(), handoff("ben")) == [("ana", "sent"), ("ben", "sent")]
    assert path.read_bytes().endswith(b"\n") and len({letter["Message-ID"] for letter in box.letters}) == 2


def test_without_a_server_nothing_is_taken_for_sent(folder, box):
    setting = NoticesSetting(mode="smtp", host="127.0.0.1", port=1, security="none")
    with pytest.raises(SourceUnavailable, match="expected an SMTP server"):
        post(folder, "2026q4-global", [handoff()], setting, lambda: NOW)
    assert sent(folder, box, handoff()) == [("ana", "sent")]


@pytest.mark.parametrize(
    "address", ["", "ana", "ana@x.com\nBcc: eve@example.com", "a@b@c.com", "ana@example.com, eve@x.com"]
)
def test_what_is_no_address_gets_no_letter(folder, box, address):
    assert sent(folder, box, handoff(email=address)) == [("ana", "refused")]
    assert box.letters == []


def test_names_cannot_start_another_header(folder, box):
    sent(folder, box, handoff(name="Ana\r\nBcc: eve@example.com", cycle="2026q4-global"))
    assert box.letters[0]["Bcc"] is None


def test_previews_are_files_and_send_nothing_away(folder, box):
    posted = post(folder, "2026q4-global", [handoff()], NoticesSetting(), lambda: NOW)
    assert [each.outcome for each in posted] == ["previewed"] and box.letters == []
    previews = list((folder.root / "notices").rglob("*.eml"))
    assert len(previews) == 1 and "Clinic a1" in previews[0].read_text()
    assert sent(folder, box, handoff()) == [("ana", "sent")]


def test_the_users_own_template_is_taken_and_its_faults_are_said(folder, box, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "receiver.txt").write_text("Subject: Hi {{ name }}\n\nOur own words for {{ comes[0].account }}.\n")
    sent(folder, box, handoff(), templates=str(own))
    assert box.letters[0]["Subject"] == "Hi Ana"
    (own / "receiver.txt").write_text("Subject: {{ nobody_knows }}\n\n")
    with pytest.raises(AssignmentError, match="'nobody_knows' is undefined"):
        sent(folder, box, handoff("ben"), templates=str(own))
    (own / "receiver.txt").write_text("no subject here\n")
    with pytest.raises(AssignmentError, match="Put it there"):
        sent(folder, box, handoff("ben"), templates=str(own))


def test_a_reminder_goes_once_whatever_its_link_says(folder, box):
    reminder = Reminder(
        "2026q4-global", 1, "review_edits", "dana", "dana@example.com", "Dana", "28 Nov 2026", "http://x/in?k=1"
    )
    assert sent(folder, box, reminder) == [("dana", "sent")]
    assert sent(folder, box, replace(reminder, link="http://x/in?k=2")) == [("dana", "known")]
    assert "http://x/in?k=1" in box.letters[0].get_payload()
