"""A packet as a Google Sheet: the same tabs, dropdowns and locks; answers come back by the same rules."""

from datetime import timedelta

import pytest

from assignment_assets.io.intake.look import archived, look
from assignment_assets.io.sheets.grid import GridFile
from assignment_assets.io.workbooks.lock_list import compose_lock_list
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE
from assignment_assets_tests.io.sheets.conftest import ANN, BO
from assignment_assets_tests.io.workbooks import conftest as sent
from assignment_assets_tests.io.workbooks.conftest import (
    CANDIDATE,
    DORMANT,
    KEPT,
    KEY,
    MOVED,
    NEVER,
    RD,
    REP,
    lock_packet,
)
from assignment_assets_tests.servers.google import NotAllowed

FINISHED, DECISION, FIRST = (5, 1), 2, 4
ANN_ID, BO_ID = sent.ANN[0], sent.BO[0]


def finish(google, person, word="yes"):
    google.types(person, "Summary", *FINISHED, word)


def test_everybody_gets_a_sheet_of_their_own_with_the_tabs_of_the_workbook(sheet_gate, google):
    assert sheet_gate.send() == []
    assert sheet_gate.send() == []
    assert len(google.sheets) == 2 and [person for person, _ in google.mails] == [ANN, BO]
    assert "Please answer by 8 Oct 2026 17:00 UTC" in google.mails[0][1]
    _, sheet = google.of(ANN)
    assert [(each["title"], each["hidden"]) for each in sheet.tabs.values()] == [
        ("Summary", False),
        ("Accounts", False),
        ("_meta", True),
    ]
    assert sheet.name.startswith("Lock list of Ann Lee · 2026q4-global · revision 1 · ")


def test_a_sheet_takes_only_answers_and_only_where_the_workbook_is_open(sheet_gate, google):
    sheet_gate.send()
    google.types(ANN, "Accounts", FIRST, DECISION, "keep")
    google.types(ANN, "Accounts", FIRST, DECISION + 1, "any note")
    for tab, row, column, text in (
        ("Accounts", FIRST, DECISION, "Kepe"),
        ("Accounts", FIRST, 1, "another name"),
        ("Accounts", FIRST + 7, DECISION, "keep"),
        ("_meta", 0, 0, "code=mine"),
        ("Summary", 2, 1, "another code"),
        ("Summary", *FINISHED, "perhaps"),
    ):
        with pytest.raises(NotAllowed):
            google.types(ANN, tab, row, column, text)


def test_answers_count_once_finished_says_yes_and_the_last_ones_count(sheet_gate, google):
    sheet_gate.send()
    assert sheet_gate.came() == ()
    for row in (FIRST, FIRST + 3):
        google.types(ANN, "Accounts", row, DECISION, "keep")
    assert sheet_gate.came() == ()
    finish(google, ANN)
    assert sheet_gate.came(fetches=1) == ()
    [receipt] = sheet_gate.came(fetches=1)
    assert (receipt.person, receipt.verdict) == (REP, "accepted")
    assert receipt.message == "google.sheet: 2 keep, 0 release, 6 blank"
    google.types(ANN, "Accounts", FIRST, DECISION, "release")
    [receipt] = sheet_gate.came()
    assert receipt.message == "google.sheet: 1 keep, 1 release, 6 blank"
    returned = read_lock_list(archived(sheet_gate.folder, receipt))
    assert returned.faults == ()
    assert dict(returned.rows.select("account_id", "answer").iter_rows()) == {
        sorted(DORMANT)[0]: "release",
        NEVER[0]: "keep",
    }
    assert sheet_gate.came() == ()


def test_a_wrong_row_is_named_as_in_a_workbook(sheet_gate, google):
    sheet_gate.send()
    _, sheet = google.of(ANN)
    cells = sheet.tab("Accounts")["cells"]
    cells[FIRST, DECISION] = {"stringValue": "Kepe"}  # as a script or an import may write it
    finish(google, ANN)
    [receipt] = sheet_gate.came()
    assert "row 5: 'Kepe' is not an answer; write keep or release" in receipt.message
    cells[FIRST, 9] = {"numberValue": 77}
    sheet.tab("Accounts")["merges"].append({"startRowIndex": 5, "endRowIndex": 7})
    finish(google, ANN)
    [receipt] = sheet_gate.came()
    assert receipt.verdict == "refused"
    assert "sheet Accounts, row 5: a locked cell was changed" in receipt.message
    assert "cells row 6 to 7 are merged" in receipt.message


def test_a_tab_that_was_removed_is_said_in_the_readers_words(sheet_gate, google):
    sheet_gate.send()
    _, sheet = google.of(ANN)
    finish(google, ANN)
    del sheet.tabs[2]
    [receipt] = sheet_gate.came()
    assert receipt.verdict == "refused" and "no header row with 'Account id'" in receipt.message


def test_a_sheet_changed_in_time_is_in_time_and_one_not_finished_is_told_so(sheet_gate, google):
    sheet_gate.send()
    finish(google, ANN)
    sheet_gate.fetch(DEADLINE - timedelta(seconds=3))
    assert look(sheet_gate.folder, CYCLE, "lock_lists", DEADLINE, KEY).is_settling
    [receipt] = sheet_gate.came(DEADLINE + timedelta(seconds=27), fetches=1)
    assert (receipt.verdict, receipt.is_late) == ("accepted", False)
    google.types(BO, "Accounts", FIRST, DECISION, "keep")
    assert [each.verdict for each in sheet_gate.came(DEADLINE + timedelta(minutes=2))] == ["refused"]


def test_a_review_goes_out_and_comes_back_with_its_reasons(review_sheet_gate, google):
    review_sheet_gate.send()
    for tab, row, word in (("Moves", 2, "undo"), ("Books", 2, "drop")):
        google.types(RD, tab, row, 2, word)
        google.types(RD, tab, row, 3, "morale")
    for column, text in enumerate((CANDIDATE, "Bo Chen", "relationship", "knows them")):
        google.types(RD, "Adds", 2, column, text)
    with pytest.raises(NotAllowed):
        google.types(RD, "Adds", 3, 1, "Zoe")
    with pytest.raises(NotAllowed):
        google.types(RD, "Books", 3, 3, "boredom")
    finish(google, RD)
    [receipt] = review_sheet_gate.came()
    assert receipt.verdict == "accepted", receipt.message
    edits = read_review(archived(review_sheet_gate.folder, receipt)).edits
    undone, *others = edits.select("edit_kind", "rep_id", "account_id", "edit_reason").rows()
    assert undone == ("drop", BO_ID, MOVED, "morale")
    assert others == [("drop", ANN_ID, KEPT, "morale"), ("add", BO_ID, CANDIDATE, "relationship")]
    assert edits["rule"].null_count() == 3


def test_a_cycle_that_was_reopened_makes_a_new_sheet_and_takes_the_old_one_away(sheet_gate, google):
    sheet_gate.send()
    old, _ = google.of(ANN)
    finish(google, ANN)
    sheet_gate.issue({REP: ANN}, revision=2)
    assert sheet_gate.send() == []
    new, _ = google.of(ANN)
    assert new != old and old not in google.sheets
    assert sheet_gate.came() == ()
    finish(google, ANN)
    assert [(each.verdict, each.revision) for each in sheet_gate.came()] == [("accepted", 2)]


def test_the_grid_has_every_cell_that_the_workbook_shows():
    grid = GridFile()
    compose_lock_list(lock_packet(), grid)
    texts = {value for tab in grid.tabs for kind, value, _ in tab.cells.values() if kind == "text"}
    assert {"Lock list of Ann Lee", "Finished?", "Decision", "locked: L3M", *DORMANT} <= texts
