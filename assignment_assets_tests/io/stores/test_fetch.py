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


def test_a_plain_file_is_taken_once_it_looks_the_same_twice(store_gate, books):
    store_gate.put(books["A"][:-300])
    assert store_gate.came() == []
    store_gate.put(books["A"])
    assert store_gate.came() == []
    assert store_gate.came() == [("accepted", "")]
    assert store_gate.came(fetches=3) == []


def test_an_upload_in_two_steps_is_taken_at_once_and_only_with_its_own_marker(store_gate, books):
    store_gate.put(books["A"], "keep.xlsx.partial")
    assert store_gate.came(fetches=2) == []
    assert "upload is not complete" in store_gate.waiting()
    store_gate.put(b"0" * 64, "keep.xlsx.ready")
    assert store_gate.came(fetches=2) == []
    assert "another digest" in store_gate.waiting()
    store_gate.put_sealed(books["A"])
    assert store_gate.came() == [("accepted", "")]
    assert store_gate.waiting() == ""


def test_a_then_b_then_a_are_three_submissions(store_gate, books):
    for name in "ABA":
        store_gate.put_sealed(books[name])
        assert store_gate.came() == [("accepted", "")], name
    assert store_gate.came() == []


def test_of_two_files_at_once_the_one_that_stays_counts(store_gate, books):
    store_gate.put(books["A"], "one.xlsx")
    store_gate.put(books["B"], "two.xlsx")
    assert store_gate.came(fetches=2) == [("held", "two_files")] * 2
    store_gate.take_away("two.xlsx")
    assert store_gate.came() == [("accepted", "")]


def test_what_is_changed_here_is_not_taken_away_here(store_gate, books):
    store_gate.put_sealed(books["A"])
    assert store_gate.came() == [("accepted", "")]
    store_gate.path("keep.xlsx").write_bytes(books["B"])
    for name in ("keep.xlsx.partial", "keep.xlsx.ready"):
        store_gate.take_away(name)
    assert store_gate.came() == [] and store_gate.look(NOON + timedelta(minutes=1)).receipts[-1].verdict == "accepted"
    assert store_gate.path("keep.xlsx").read_bytes() == books["B"]


def test_a_name_that_the_folder_here_has_already_loses_neither_file(store_gate, books):
    store_gate.drop(books["A"])
    store_gate.put_sealed(books["B"])
    store_gate.put_sealed(books["C"], "page.csv", OTHER)
    store_gate.fetch()
    assert store_gate.path("keep.xlsx").read_bytes() == books["A"]
    assert {path.name for path in store_gate.path("").iterdir()} == {
        "keep.xlsx",
        "stored-keep.xlsx.partial",
        "stored-keep.xlsx.ready",
    }
    assert store_gate.path("stored-page.csv.partial", OTHER).is_file()


def test_what_lay_in_the_store_in_time_is_in_time_however_late_it_is_fetched(store_gate_at, books):
    store_gate = store_gate_at("memory")
    store_gate.put(books["A"])
    store_gate.fetch(DEADLINE - timedelta(seconds=5))
    assert store_gate.look(DEADLINE).is_settling
    store_gate.fetch(DEADLINE + timedelta(seconds=25))
    [receipt] = store_gate.look(DEADLINE + timedelta(seconds=25)).new_receipts
    assert (receipt.verdict, receipt.is_late) == ("accepted", False)
    store_gate.put(books["B"], person=OTHER)
    assert store_gate.came(DEADLINE + timedelta(minutes=1), fetches=2) == [("refused", "other_person")]


def test_only_persons_folders_and_plain_names_are_fetched(store_gate_at, books, tmp_path):
    store_gate = store_gate_at("file")
    for name in ("deep/er.xlsx", "~$keep.xlsx", ".hidden.xlsx", "bad\nname.xlsx"):
        store_gate.put(books["A"], name)
    store_gate.put(books["A"], "keep.xlsx", "a person with blanks")
    (tmp_path / "secret").write_bytes(b"packet,x\n")
    os.symlink(tmp_path / "secret", tmp_path / "share" / "inbox" / CYCLE / GATE / REP / "link.csv")
    store_gate.fetch()
    fetched = store_gate.fetch()
    assert [path.name for path in store_gate.folder.inbox(CYCLE, GATE).rglob("*") if path.is_file()] == []
    assert len(fetched.strangers) == 3
    assert len([each for each in store_gate.look().messages if each.rule == "odd_name"]) == 3


def test_a_file_that_is_too_big_is_not_fetched_and_its_author_is_told(store_gate_at, monkeypatch):
    store_gate = store_gate_at("memory")
    monkeypatch.setattr(fetching, "MOST_BYTES", 100)
    store_gate.put(b"x" * 101, "huge.csv")
    assert store_gate.came(fetches=3) == []
    assert "it has 101 bytes, expected at most 100" in store_gate.waiting()


def test_a_fetch_that_runs_out_of_time_goes_on_at_the_next(store_gate_at, books, monkeypatch):
    store_gate = store_gate_at("memory")
    monkeypatch.setattr(fetching, "BATCH", 1)
    for person in (REP, OTHER):
        store_gate.put_sealed(books["A"], person=person)
    assert len(store_gate.fetch(seconds=0).pending_since()) == 2
    assert store_gate.fetch().pending_since() == []


def test_a_store_that_is_away_keeps_the_gate_open(store_gate_at, books, tmp_path):
    store_gate = store_gate_at("file")
    store_gate.put(books["A"])
    (tmp_path / "share").rename(tmp_path / "away")
    with pytest.raises(SourceUnavailable, match="its folder is not there"):
        store_gate.fetch()
    manifest = GateManifest.from_json((store_gate.folder.outbox(CYCLE, GATE) / "gate.json").read_text())
    settings = Settings(files=FilesSetting(inbox=f"{store_gate.url}/inbox", outbox=f"{store_gate.url}/outbox"))
    late = DEADLINE + timedelta(hours=1)
    assert not (seen := watch(store_gate.folder, manifest, ("", 0), late, KEY, settings=settings)).should_run
    assert "its folder is not there" in seen.why
    (tmp_path / "away").rename(tmp_path / "share")
    assert watch(store_gate.folder, manifest, ("", 0), late, KEY, settings=settings).should_run


def test_a_wrong_log_in_and_a_server_that_is_gone_are_said_in_one_sentence(store_gate_at, monkeypatch):
    store_gate = store_gate_at("ftp")
    monkeypatch.setitem(conf, "ftp", {"username": "rep"})
    with pytest.raises(SourceUnavailable, match=r"cannot open it .*530 Authentication failed"):
        store_gate.fetch()
    with pytest.raises(SourceUnavailable, match="cannot open it"):
        fetching.fetch(store_gate.folder, CYCLE, GATE, "ftp://127.0.0.1:1/inbox", NOON)


CUT_OFF = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.stores import fetch as fetching
from assignment_assets.io.stores.fetch import fetch
count, write = 0, fetching.{name}
def counting(*given, **named):
    global count
    count += 1
    if count == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
    return write(*given, **named)
fetching.{name} = counting
fetch(DataFolder(Path(sys.argv[1])), "{cycle}", "{gate}", sys.argv[2], datetime(2026, 10, 2, 12))
"""


@pytest.mark.parametrize(
    ("name", "number"),
    [("write_whole", 1), ("write_whole", 2), ("write_whole", 3), ("write_fetched", 1), ("write_fetched", 2)],
)
def test_a_fetch_killed_at_any_step_loses_nothing_and_doubles_nothing(store_gate_at, books, name, number):
    store_gate = store_gate_at("file")
    store_gate.put_sealed(books["A"])
    store_gate.put_sealed(books["B"], "other.xlsx", OTHER)
    program = CUT_OFF.format(name=name, number=number, cycle=CYCLE, gate=GATE)
    done = subprocess.run(
        [sys.executable, "-c", program, store_gate.folder.root, f"{store_gate.url}/inbox"],
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    first = store_gate.look().new_receipts
    store_gate.fetch()
    given = [*first, *store_gate.look().new_receipts]
    assert sorted((each.person, each.verdict) for each in given) == [(REP, "accepted"), (OTHER, "refused")]
    assert [each.name for each in store_gate.path("").iterdir()].count("keep.xlsx.partial") == 1
