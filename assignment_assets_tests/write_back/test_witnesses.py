"""A restored, copied or deleted journal is noticed where a plan was begun, and goes on by a signature alone."""

import json
from datetime import datetime

import pytest

from assignment_assets.domain.errors import AssignmentError, NotEntitled, Tampered
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.io.folders import DataFolder
from assignment_assets.write_back.accepting import accept_journal
from assignment_assets.write_back.opening import journal_of, opened
from assignment_assets.write_back.publishing import JOURNAL_FILE, publish
from assignment_assets.write_back.states import Event, State
from assignment_assets.write_back.witnesses import anchor_file
from assignment_assets.write_back.writer import Tools
from assignment_assets_tests.write_back.org_plans import KEY, drawn, moves

AT = datetime(2026, 10, 1, 8, 0)
PERSON = "priya@example.com"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder whose journal's head is kept outside it."""
    monkeypatch.setenv("ASSIGNMENT_KEY", KEY.decode())
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", str(tmp_path / "keys" / "head.json"))
    return DataFolder.from_environment()


def tools():
    return Tools(pytest.fail, KEY, [PERSON], lambda: AT, pytest.fail)


def planned(folder):
    plan, rows = drawn(moves(3))
    with journal_of(folder) as journal:
        journal.add(plan, rows, plan.first_event(AT))
    return plan


def write(folder, plan, *states, publishes=True):
    """Some states of the plan's first account."""
    with journal_of(folder) as journal:
        account = journal.rows(plan.plan_id)["account_id"][0]
        journal.record([Event(plan.plan_id, "", 0, "STARTED", AT)])
        journal.record([Event(plan.plan_id, account, 1, state, AT, None, AT) for state in states])
        journal.commit()
        if publishes:
            publish(journal, folder.journal, folder.published("c"), "c")


def refuse(folder, said):
    with pytest.raises(Tampered, match=said) as error, journal_of(folder):
        pass
    assert "Nothing was sent" in str(error.value) and "accept-journal --as YOU" in str(error.value)


def without_witnesses(folder, *names):
    """The data folder without these: journal, head, copies."""
    paths = {"journal": folder.journal, "head": anchor_file(folder.journal)}
    paths["copies"] = folder.published("c") / JOURNAL_FILE
    for name in names:
        paths[name].unlink()


def test_a_restored_data_folder_is_noticed_by_the_head_outside_it(folder):
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    kept = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    write(folder, plan, State.VERIFIED)
    for path, content in kept.items():
        path.write_bytes(content)
    refuse(folder, r"it lacks event \d+, which its head outside the data folder \(head\.json\) knows")


@pytest.mark.parametrize("lost", [("journal",), ("journal", "head"), ("journal", "head", "copies")])
def test_a_deleted_journal_is_noticed_and_none_is_made_in_its_place(folder, lost):
    write(folder, planned(folder), State.INTENT)
    without_witnesses(folder, *lost)
    refuse(folder, r"journal\.duckdb is not there, expected \d+ events")
    assert not folder.journal.exists()


def test_without_a_head_outside_published_copies_know_what_was_begun(folder, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", "off")
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    older = folder.journal.read_bytes()
    write(folder, plan, State.VERIFIED)
    without_witnesses(folder, "head")
    folder.journal.write_bytes(older)
    refuse(folder, r"it lacks event \d+, which is published of c")
    folder.journal.unlink()
    refuse(folder, "expected what was published of c")


def test_a_deleted_head_outside_and_a_copy_elsewhere_are_noticed(folder, monkeypatch, tmp_path):
    write(folder, planned(folder), State.INTENT)
    monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", str(tmp_path / "keys" / "of-a-copy.json"))
    refuse(folder, "is not there, expected it beside the key")
    monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", str(tmp_path / "keys" / "head.json"))
    folder.journal_head.write_text(json.dumps(json.loads(folder.journal_head.read_text()) | {"seq": 1}))
    refuse(folder, "does not carry this engine's seal")
    folder.journal_head.unlink()
    refuse(folder, "is not there, expected it beside the key")


def test_where_no_plan_was_begun_nothing_is_missed(folder):
    planned(folder)
    folder.journal.unlink()
    with journal_of(folder) as journal:
        assert journal.seq == 0 and not journal.news


def test_an_existing_journal_gets_its_head_outside_at_its_first_opening_and_says_so_once(folder, monkeypatch):
    with opened(folder.journal, KEY) as journal:
        plan, rows = drawn(moves(3))
        journal.add(plan, rows, plan.first_event(AT))
        journal.record([Event(plan.plan_id, "", 0, "STARTED", AT)])
        journal.commit()
    with journal_of(folder) as journal:
        assert "head.json, too, from now on" in journal.news
    with journal_of(folder) as journal:
        assert journal.news == "" and json.loads(folder.journal_head.read_text())["seq"] == journal.seq == 3


def test_a_signer_takes_a_restored_journal_as_it_is(folder):
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    older = folder.journal.read_bytes()
    write(folder, plan, State.VERIFIED)
    folder.journal.write_bytes(older)
    with pytest.raises(NotEntitled, match="Nothing was changed"):
        accept_journal(folder, PERSON, "0" * 64, tools())
    refuse(folder, "it lacks event")
    accept_journal(folder, PERSON, signer_token(KEY, PERSON), tools())
    with journal_of(folder) as journal:
        assert journal.events([""])["code"].to_list()[-1] == PERSON
    write(folder, plan, State.VERIFIED)
    assert (folder.published("c") / "write_back_journal.replaced.parquet").is_file()


@pytest.mark.parametrize("remedy", ["repaired", "off", "elsewhere"])
def test_a_folder_in_which_no_head_can_be_kept_is_told_before_anything_is_begun(folder, tmp_path, monkeypatch, remedy):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(AssignmentError, match=r"head.json: .*expected a file that can be written. Nothing was begun"):
        planned(folder)
    if remedy == "repaired":
        (tmp_path / "keys").unlink()
    else:
        monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", "off" if remedy == "off" else str(tmp_path / "k2" / "head.json"))
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    with journal_of(folder) as journal:
        assert journal.account_states(plan.plan_id)["state"].to_list() == [State.INTENT]


def test_a_head_that_can_no_longer_be_kept_stops_a_run_and_the_next_goes_on_once_it_can(folder, tmp_path, monkeypatch):
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    with journal_of(folder) as journal:
        (tmp_path / "keys").rename(tmp_path / "away")
        (tmp_path / "keys").write_text("a file where the folder should be")
        journal.record([Event(plan.plan_id, "", 0, "FINISHED", AT)])
        with pytest.raises(AssignmentError, match="What was sent is in the journal; the next run goes on from it"):
            journal.commit()
    (tmp_path / "keys").unlink()
    (tmp_path / "away").rename(tmp_path / "keys")
    with journal_of(folder) as journal:
        assert journal.events([plan.plan_id])["state"][-1] == "FINISHED"


def test_a_journal_that_is_older_by_one_event_is_noticed(folder):
    plan = planned(folder)
    write(folder, plan, State.INTENT)
    older = folder.journal.read_bytes()
    with journal_of(folder) as journal:
        journal.record([Event(plan.plan_id, "", 0, "FINISHED", AT)])
        journal.commit()
    folder.journal.write_bytes(older)
    refuse(folder, "it lacks event")
