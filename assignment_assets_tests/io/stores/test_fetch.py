"""Files that people put into a bucket or on a share reach the intake whole, once, and in time."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from fsspec.config import conf

from assignment_assets.automation.gate_watch import watch
from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.io.settings import FilesSetting, Settings
from assignment_assets.io.stores import fetch as fetching
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, GATE, NOON, OTHER
from assignment_assets_tests.io.workbooks.conftest import KEY, REP


def test_a_plain_file_is_taken_once_it_looks_the_same_twice(desk, books):
    desk.put(books["A"][:-300])
    assert desk.came() == []
    desk.put(books["A"])
    assert desk.came() == []
    assert desk.came() == [("accepted", "")]
    assert desk.came(fetches=3) == []


def test_an_upload_in_two_steps_is_taken_at_once_and_only_with_its_own_marker(desk, books):
    desk.put(books["A"], "keep.xlsx.partial")
    assert desk.came(fetches=2) == []
    assert "upload is not complete" in desk.waiting()
    desk.put(b"0" * 64, "keep.xlsx.ready")
    assert desk.came(fetches=2) == []
    assert "another digest" in desk.waiting()
    desk.put_sealed(books["A"])
    assert desk.came() == [("accepted", "")]
    assert desk.waiting() == ""


def test_a_then_b_then_a_are_three_submissions(desk, books):
    for name in "ABA":
        desk.put_sealed(books[name])
        assert desk.came() == [("accepted", "")], name
    assert desk.came() == []


def test_of_two_files_at_once_the_one_that_stays_counts(desk, books):
    desk.put(books["A"], "one.xlsx")
    desk.put(books["B"], "two.xlsx")
    assert desk.came(fetches=2) == [("held", "two_files")] * 2
    desk.take_away("two.xlsx")
    assert desk.came() == [("accepted", "")]


def test_what_is_changed_here_is_not_taken_away_here(desk, books):
    desk.put_sealed(books["A"])
    assert desk.came() == [("accepted", "")]
    desk.path("keep.xlsx").write_bytes(books["B"])
    for name in ("keep.xlsx.partial", "keep.xlsx.ready"):
        desk.take_away(name)
    assert desk.came() == [] and desk.look(NOON + timedelta(minutes=1)).receipts[-1].verdict == "accepted"
    assert desk.path("keep.xlsx").read_bytes() == books["B"]


def test_a_name_that_the_folder_here_has_already_loses_neither_file(desk, books):
    desk.drop(books["A"])
    desk.put_sealed(books["B"])
    desk.put_sealed(books["C"], "page.csv", OTHER)
    desk.fetch()
    assert desk.path("keep.xlsx").read_bytes() == books["A"]
    assert {path.name for path in desk.path("").iterdir()} == {
        "keep.xlsx",
        "stored-keep.xlsx.partial",
        "stored-keep.xlsx.ready",
    }
    assert desk.path("stored-page.csv.partial", OTHER).is_file()


def test_what_lay_in_the_store_in_time_is_in_time_however_late_it_is_fetched(desk_at, books):
    desk = desk_at("memory")
    desk.put(books["A"])
    desk.fetch(DEADLINE - timedelta(seconds=5))
    assert desk.look(DEADLINE).is_settling
    desk.fetch(DEADLINE + timedelta(seconds=25))
    [receipt] = desk.look(DEADLINE + timedelta(seconds=25)).new_receipts
    assert (receipt.verdict, receipt.is_late) == ("accepted", False)
    desk.put(books["B"], person=OTHER)
    assert desk.came(DEADLINE + timedelta(minutes=1), fetches=2) == [("refused", "other_person")]


def test_only_persons_folders_and_plain_names_are_fetched(desk_at, books, tmp_path):
    desk = desk_at("file")
    for name in ("deep/er.xlsx", "~$keep.xlsx", ".hidden.xlsx", "bad\nname.xlsx"):
        desk.put(books["A"], name)
    desk.put(books["A"], "keep.xlsx", "a person with blanks")
    (tmp_path / "secret").write_bytes(b"packet,x\n")
    os.symlink(tmp_path / "secret", tmp_path / "share" / "inbox" / CYCLE / GATE / REP / "link.csv")
    desk.fetch()
    fetched = desk.fetch()
    assert [path.name for path in desk.folder.inbox(CYCLE, GATE).rglob("*") if path.is_file()] == []
    assert len(fetched.strangers) == 3
    assert len([each for each in desk.look().messages if each.rule == "odd_name"]) == 3


def test_a_file_that_is_too_big_is_not_fetched_and_its_author_is_told(desk_at, monkeypatch):
    desk = desk_at("memory")
    monkeypatch.setattr(fetching, "MOST_BYTES", 100)
    desk.put(b"x" * 101, "huge.csv")
    assert desk.came(fetches=3) == []
    assert "it has 101 bytes, expected at most 100" in desk.waiting()


def test_a_fetch_that_runs_out_of_time_goes_on_at_the_next(desk_at, books, monkeypatch):
    desk = desk_at("memory")
    monkeypatch.setattr(fetching, "BATCH", 1)
    for person in (REP, OTHER):
        desk.put_sealed(books["A"], person=person)
    assert len(desk.fetch(seconds=0).pending_since()) == 2
    assert desk.fetch().pending_since() == []


def test_a_store_that_is_away_keeps_the_gate_open(desk_at, books, tmp_path):
    desk = desk_at("file")
    desk.put(books["A"])
    (tmp_path / "share").rename(tmp_path / "away")
    with pytest.raises(SourceUnavailable, match="its folder is not there"):
        desk.fetch()
    manifest = GateManifest.from_json((desk.folder.outbox(CYCLE, GATE) / "gate.json").read_text())
    settings = Settings(files=FilesSetting(inbox=f"{desk.url}/inbox", outbox=f"{desk.url}/outbox"))
    late = DEADLINE + timedelta(hours=1)
    assert not (seen := watch(desk.folder, manifest, ("", 0), late, KEY, settings=settings)).should_run
    assert "its folder is not there" in seen.why
    (tmp_path / "away").rename(tmp_path / "share")
    assert watch(desk.folder, manifest, ("", 0), late, KEY, settings=settings).should_run


def test_a_wrong_log_in_and_a_server_that_is_gone_are_said_in_one_sentence(desk_at, monkeypatch):
    desk = desk_at("ftp")
    monkeypatch.setitem(conf, "ftp", {"username": "rep"})
    with pytest.raises(SourceUnavailable, match=r"cannot open it .*log-in refused"):
        desk.fetch()
    with pytest.raises(SourceUnavailable, match="cannot open it"):
        fetching.fetch(desk.folder, CYCLE, GATE, "ftp://127.0.0.1:1/inbox", NOON)


CUT_OFF = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.stores import fetch as fetching
from assignment_assets.io.stores.fetch import fetch
count, write = 0, fetching.{name}
def counting(*given):
    global count
    count += 1
    if count == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(*given)
fetching.{name} = counting
fetch(DataFolder(Path(sys.argv[1])), "{cycle}", "{gate}", sys.argv[2], datetime(2026, 10, 2, 12))
"""


@pytest.mark.parametrize(
    ("name", "number"),
    [("replace_file", 1), ("replace_file", 2), ("replace_file", 3), ("write_fetched", 1), ("write_fetched", 2)],
)
def test_a_fetch_killed_at_any_step_loses_nothing_and_doubles_nothing(desk_at, books, name, number):
    desk = desk_at("file")
    desk.put_sealed(books["A"])
    desk.put_sealed(books["B"], "other.xlsx", OTHER)
    program = CUT_OFF.format(name=name, number=number, cycle=CYCLE, gate=GATE)
    done = subprocess.run(
        [sys.executable, "-c", program, desk.folder.root, f"{desk.url}/inbox"],
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    first = desk.look().new_receipts
    desk.fetch()
    given = [*first, *desk.look().new_receipts]
    assert sorted((each.person, each.verdict) for each in given) == [(REP, "accepted"), (OTHER, "refused")]
    assert [each.name for each in desk.path("").iterdir()].count("keep.xlsx.partial") == 1
