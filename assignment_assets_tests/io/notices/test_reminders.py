"""Who is missing is reminded once, near the deadline, with a link that opens their page."""

from datetime import datetime, timedelta

import pytest

from assignment_assets.domain.gates.gates import Addressee, GateManifest
from assignment_assets.domain.identity.links import read_link
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.notices.reminders import due_reminders, remind
from assignment_assets.io.settings import NoticesSetting, PagesSetting, Settings

KEY, CYCLE, BEGIN = b"a key", "2026q4-global", datetime(2026, 10, 1, 9, 0)
SETTINGS = Settings(notices=NoticesSetting(reminder_hours=48), pages=PagesSetting(url="https://pages.example.com/"))


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path)


def issue(folder, gate="review_edits", **changes) -> None:
    people = tuple(
        Addressee(f"{name}@example.com", name.title(), f"{name}@example.com", "review.xlsx", subject)
        for name, subject in (("dana", ""), ("lee", ""))
    )
    facts = {"persons": people, "deadline": BEGIN + timedelta(days=7)} | changes
    manifest = GateManifest(cycle=CYCLE, revision=1, gate=gate, issued_at=BEGIN, **facts)
    write_whole(folder.outbox(CYCLE, gate) / "gate.json", manifest.to_json())


def due(folder, **later) -> list[str]:
    return [each.person for each in due_reminders(folder, CYCLE, SETTINGS, KEY, BEGIN + timedelta(**later))]


def test_people_are_reminded_from_two_days_before_the_deadline_until_it_passes(folder):
    issue(folder)
    assert due(folder, days=4) == [] and due(folder, days=7) == []
    assert due(folder, days=5) == ["dana@example.com", "lee@example.com"]


def test_the_link_opens_that_persons_page_and_no_other(folder):
    issue(folder)
    now = BEGIN + timedelta(days=6)
    reminder = due_reminders(folder, CYCLE, SETTINGS, KEY, now)[0]
    address, _, text = reminder.link.partition("/in?k=")
    granted = read_link(KEY, text, now)
    assert address == "https://pages.example.com"
    assert (granted.role, granted.person, granted.cycle) == ("director", "dana@example.com", CYCLE)
    assert reminder.deadline == "8 Oct 2026 09:00 UTC"


def test_drafts_and_gates_that_the_waterfall_has_passed_remind_nobody(folder):
    issue(folder, is_draft=True)
    assert due(folder, days=6) == []
    issue(folder)
    issue(folder, "sign_offs", deadline=BEGIN + timedelta(days=90))
    assert due(folder, days=6) == []


def test_each_person_gets_one_reminder_whatever_the_number_of_regions(folder):
    regions = tuple(
        Addressee("priya@example.com", "Priya", "priya@example.com", f"{region}.xlsx", region)
        for region in ("North", "South")
    )
    issue(folder, "sign_offs", persons=regions)

    def clock() -> datetime:
        return BEGIN + timedelta(days=6)

    assert [each.outcome for each in remind(folder, CYCLE, SETTINGS, KEY, clock)] == ["previewed"]
    assert [each.outcome for each in remind(folder, CYCLE, SETTINGS, KEY, clock)] == ["known"]
