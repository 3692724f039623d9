"""What Google says no to, for a while or for good, and what a crash leaves half done."""

import json
import os
from pathlib import Path

import pytest

from assignment_assets.automation.gate_watch import watch
from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.settings import Settings, SheetsSetting
from assignment_assets.io.sheets import door
from assignment_assets.io.sheets import google as asking
from assignment_assets.io.sheets.google import ACCOUNT
from assignment_assets.io.sheets.packets import read_sent
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, OTHER
from assignment_assets_tests.io.sheets.conftest import ANN, BO
from assignment_assets_tests.io.workbooks.conftest import KEY, REP
from assignment_assets_tests.servers.google import EDITOR, FOLDER

SOON = {"retry-after": "0.05"}


@pytest.mark.parametrize("call", ["GET /drive", "POST /drive/v3/files", ":batchUpdate", "permissions"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_google_is_asked_again_and_nobody_gets_two_sheets(sheet_gate, google, call, status):
    google.faults = [(call, status, SOON)] * 3
    assert sheet_gate.send() == []
    assert google.faults == []
    assert sorted(sheet.writers[-1] for sheet in google.sheets.values()) == [ANN, BO]


def test_a_google_that_stays_busy_is_left_alone_and_the_next_look_goes_on(sheet_gate, google):
    google.faults = [("permissions", 429, SOON)] * asking.TRIES
    with pytest.raises(SourceUnavailable, match="429 injected although asked again"):
        sheet_gate.send()
    assert sheet_gate.send() == []
    assert len(google.sheets) == 2 and [person for person, _ in google.mails] == [ANN, BO]


def test_a_look_does_not_wait_for_longer_than_a_sensor_may(sheet_gate, google):
    google.faults = [("GET /drive", 429, {"retry-after": str(asking.PATIENCE_SECONDS * 10)})] * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "LONGEST_WAIT_SECONDS", asking.PATIENCE_SECONDS + 1)
        with pytest.raises(SourceUnavailable, match="429"):
            sheet_gate.send()
    assert len(google.faults) == 1


def test_without_a_word_from_google_the_waits_grow_and_are_bounded():
    class Answer:
        def __init__(self, **headers):
            self.headers = headers

    waits = [asking._wait(Answer(), number) for number in (1, 2, 3, 9)]
    assert waits == sorted(waits) and waits[-1] == asking.LONGEST_WAIT_SECONDS
    assert asking._wait(Answer(**{"retry-after": "3"}), 1) == 3
    assert asking._wait(Answer(**{"retry-after": "86400"}), 1) == asking.LONGEST_WAIT_SECONDS


@pytest.mark.parametrize("call", [":batchUpdate", "permissions"])
def test_what_broke_half_way_is_finished_once_and_leaves_nothing_behind(sheet_gate, google, call):
    google.faults = [(call, 500, SOON)] * asking.TRIES
    with pytest.raises(SourceUnavailable):
        sheet_gate.send()
    assert all(sheet.writers == [EDITOR] for sheet in google.sheets.values())
    assert sheet_gate.send() == []
    assert sorted(sheet.writers[-1] for sheet in google.sheets.values()) == [ANN, BO]


def test_a_sheet_that_was_filled_and_forgotten_is_found_again_by_its_name(sheet_gate, google):
    google.faults = [("permissions", 500, SOON)] * asking.TRIES
    with pytest.raises(SourceUnavailable):
        sheet_gate.send()
    made = set(google.sheets)
    (sheet_gate.folder.root / "sheets" / CYCLE / "lock_lists" / "sent" / "sheets.json").unlink()
    assert sheet_gate.send() == []
    assert set(google.sheets) == made


def test_one_person_whom_google_refuses_does_not_hold_up_the_others(sheet_gate, google):
    google.unknown_people = {ANN}
    [said] = sheet_gate.send()
    assert f"{ANN} has no Google account" in said and said.startswith(f"{REP}: ")
    assert google.of(BO) and not read_sent(sheet_gate.folder, CYCLE, "lock_lists")[REP].is_shared
    google.unknown_people = set()
    assert sheet_gate.send() == [] and google.of(ANN)


def test_somebody_without_an_address_is_named(sheet_gate, google):
    sheet_gate.issue({REP: ANN, OTHER: ""})
    assert sheet_gate.send() == [f"{OTHER}: no e-mail address to share a Sheet with"]
    assert len(google.sheets) == 1


def test_a_folder_that_is_not_shared_says_with_whom_to_share_it(sheet_gate, google):
    google.folders.clear()
    with pytest.raises(SourceUnavailable, match=f"folder {FOLDER}: 404 .*Share it with that address") as caught:
        sheet_gate.send()
    assert EDITOR in str(caught.value)


def test_a_sheet_that_was_taken_from_the_engine_is_said_to_its_person(sheet_gate, google):
    sheet_gate.send()
    google.types(ANN, "Summary", 5, 1, "yes")
    _, sheet = google.of(ANN)
    sheet.writers.remove(EDITOR)
    assert sheet_gate.came() == ()
    waiting = sheet_gate.folder.root / "outbox" / CYCLE / "receipts" / REP / "lock_lists-waiting.txt"
    assert "cannot be read" in waiting.read_text() and EDITOR in waiting.read_text()
    del google.sheets[google.of(ANN)[0]]
    sheet_gate.came()
    assert "no longer where it was made" in waiting.read_text()


def test_a_gate_stays_open_while_google_does_not_answer(sheet_gate, google, monkeypatch):
    sheet_gate.send()
    settings = Settings(sheets=SheetsSetting(folder=FOLDER))
    google.faults = [("GET /drive", 500, SOON)] * (3 * asking.TRIES)
    seen = watch(sheet_gate.folder, sheet_gate.manifest, ("", 0), DEADLINE, KEY, settings=settings)
    assert not seen.should_run and "It is tried again at the next look" in seen.why
    google.faults.clear()
    assert watch(sheet_gate.folder, sheet_gate.manifest, ("", 0), DEADLINE, KEY, settings=settings).should_run


def test_sending_that_runs_out_of_time_says_how_much_is_left(sheet_gate, google):
    assert sheet_gate.send(seconds=-1) == ["2 Sheets are still to be made"]
    assert google.sheets == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "a file that is not there"),
        ("no json", "a file that is no JSON"),
        ("[]", "a file without client_email"),
        (json.dumps({"client_email": EDITOR, "token_uri": "http://x"}), "a file without a usable key"),
    ],
)
def test_a_service_account_that_cannot_be_used_is_said_with_its_variable(google, tmp_path, monkeypatch, content, said):
    path = tmp_path / "account.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(ACCOUNT, str(path))
    with pytest.raises(InvalidInput, match=f"{ACCOUNT}: {said}"):
        door.open_google()
    monkeypatch.delenv(ACCOUNT)
    with pytest.raises(InvalidInput, match=f"{ACCOUNT}: not set"):
        door.open_google()


def test_a_log_in_that_google_refuses_is_one_sentence(sheet_gate, google, monkeypatch, tmp_path):
    account = json.loads(Path(os.environ[ACCOUNT]).read_text())
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account | {"token_uri": f"{google.url}/nowhere"}))
    monkeypatch.setenv(ACCOUNT, str(path))
    with pytest.raises(SourceUnavailable, match="RefreshError"):
        sheet_gate.send()


def test_without_the_extra_the_message_names_it(monkeypatch):
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(InvalidInput, match=r"pip install 'assignment-assets\[sheets\]'"):
        door.open_google()
