"""Packets go out whole, settings are read once, the key comes from outside the data folder."""

from datetime import datetime, timedelta

import pytest

from assignment_assets.domain.errors import AssignmentError, InvalidInput, SourceUnavailable
from assignment_assets.domain.gates.gates import Addressee, GateManifest
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import issue, read_gate, withdraw
from assignment_assets.io.settings import read_settings

NOON = datetime(2026, 10, 1, 12, 0)


def manifest(revision=1, at=NOON, people=("ana", "ben")):
    """A gate that asks some people."""
    persons = tuple(Addressee(person, person.title(), "", "list.xlsx") for person in people)
    return GateManifest("one", revision, "lock_lists", at, at + timedelta(days=7), persons)


def write(person, subject, path):
    """A packet of one line."""
    path.write_text(f"for {person}")


def test_packets_lie_in_a_folder_a_person_and_the_inbox_is_ready(tmp_path):
    folder = DataFolder(tmp_path)
    assert read_gate(folder, "one", "lock_lists") is None
    assert issue(folder, manifest(), write) == manifest()
    assert read_gate(folder, "one", "lock_lists") == manifest()
    assert (folder.outbox("one", "lock_lists") / "ben" / "list.xlsx").read_text() == "for ben"
    assert (folder.inbox("one", "lock_lists") / "ana").is_dir()
    assert not list(tmp_path.rglob("*.partial"))


def test_packets_sent_again_give_nobody_more_time(tmp_path):
    folder = DataFolder(tmp_path)
    issue(folder, manifest(), write)
    assert issue(folder, manifest(at=NOON + timedelta(days=3)), write).deadline == manifest().deadline
    assert issue(folder, manifest(revision=2, at=NOON + timedelta(days=3)), write).deadline == NOON + timedelta(days=10)


def test_a_packet_that_says_the_same_is_left_as_it_is(tmp_path):
    folder, said, calls = DataFolder(tmp_path), {"ana": "a1", "ben": "b1"}, []

    def counted(person, subject, path):
        calls.append(person)
        path.write_text(said[person])

    def again():
        calls.clear()
        issue(folder, manifest(), counted, lambda person, subject: said[person])
        return list(calls)

    assert again() == ["ana", "ben"]
    assert again() == []
    said["ben"] = "b2"
    assert again() == ["ben"]
    packet = folder.outbox("one", "lock_lists") / "ana" / "list.xlsx"
    packet.write_text("somebody wrote into it")
    assert again() == ["ana"] and packet.read_text() == "a1"
    packet.unlink()
    assert again() == ["ana"]


def test_withdrawn_packets_are_written_again_whatever_they_say(tmp_path):
    folder = DataFolder(tmp_path)
    issue(folder, manifest(), write, lambda person, subject: person)
    withdraw(folder, "one", "lock_lists", NOON)
    issue(folder, manifest(revision=2), write, lambda person, subject: person)
    assert (folder.outbox("one", "lock_lists") / "ana" / "list.xlsx").is_file()


def test_a_gate_is_out_only_when_all_its_packets_are(tmp_path):
    def stops(person, subject, path):
        if person == "ben":
            raise SourceUnavailable("the disk is full")
        write(person, subject, path)

    with pytest.raises(SourceUnavailable):
        issue(DataFolder(tmp_path), manifest(), stops)
    assert read_gate(DataFolder(tmp_path), "one", "lock_lists") is None


def test_withdrawn_packets_are_set_aside_not_thrown_away(tmp_path):
    folder = DataFolder(tmp_path)
    issue(folder, manifest(), write)
    assert withdraw(folder, "one", "lock_lists", NOON)
    assert not withdraw(folder, "one", "lock_lists", NOON)
    assert read_gate(folder, "one", "lock_lists") is None
    (kept,) = tmp_path.glob("outbox/one/lock_lists.withdrawn-*/ana/list.xlsx")
    assert kept.read_text() == "for ana"


def test_settings_say_who_may_sign_and_the_environment_names_the_source(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text('[source]\nkind = "files"\npath = "a.toml"\n[signers]\n"priya@example.com" = ["*"]\n')
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(path))
    monkeypatch.delenv("ASSIGNMENT_SOURCE", raising=False)
    monkeypatch.delenv("ASSIGNMENT_SOURCE_PATH", raising=False)
    assert read_settings().source.kind == "files"
    monkeypatch.setenv("ASSIGNMENT_SOURCE", "sample")
    monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(tmp_path))
    found = read_settings()
    assert (found.source.kind, found.source.path) == ("sample", str(tmp_path))
    assert found.signers == {"priya@example.com": ["*"]}


def test_wrong_settings_are_listed_all_at_once(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text('colour = "red"\n[source]\nkind = "abacus"\n[signers]\n"priya@example.com" = "all"\n')
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(path))
    monkeypatch.delenv("ASSIGNMENT_SOURCE", raising=False)
    with pytest.raises(InvalidInput) as caught:
        read_settings()
    assert len(caught.value.faults) == 3
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(tmp_path / "none.toml"))
    with pytest.raises(SourceUnavailable, match="expected the file that ASSIGNMENT_SETTINGS names"):
        read_settings()


def test_the_key_comes_from_the_environment_or_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("ASSIGNMENT_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("ASSIGNMENT_KEY", "from the environment")
    assert engine_key() == b"from the environment"
    monkeypatch.delenv("ASSIGNMENT_KEY")
    assert engine_key() == b"from a file"
    monkeypatch.setenv("ASSIGNMENT_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(AssignmentError, match="Make one with `assignment init-key`"):
        engine_key()
    (tmp_path / "none").write_bytes(b"\xff\xfe\x00no text")
    with pytest.raises(InvalidInput, match="none: not a text, expected a key as text"):
        engine_key()


@pytest.mark.parametrize("content", [b"signers = ", b"\xff\xfe[source]", b"source = 3"])
def test_settings_that_cannot_be_read_say_so(tmp_path, monkeypatch, content):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(path))
    with pytest.raises(InvalidInput, match=r"settings settings\.toml"):
        read_settings()
