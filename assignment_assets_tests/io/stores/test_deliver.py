"""Packets and receipts reach a bucket or a share whole, each once, and what is withdrawn is taken away."""

import hashlib
import shutil

import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.settings import read_settings
from assignment_assets.io.stores import deliver as delivering
from assignment_assets.io.stores.schemes import SCHEMES, address_fault
from assignment_assets.io.stores.store import Store
from assignment_assets_tests.io.intake.conftest import CYCLE, GATE, OTHER
from assignment_assets_tests.io.workbooks.conftest import REP


def issued(store_gate, text="the packet of"):
    """The gate with its packets out."""
    issue(store_gate.folder, store_gate.issue(), lambda person, _, path: path.write_text(f"{text} {person}"))


def test_packets_are_delivered_with_markers_and_the_inbox_waits(store_gate):
    issued(store_gate)
    assert store_gate.deliver() == 0
    there = store_gate.delivered()
    packet = there[f"{GATE}/{REP}/{REP}.xlsx"]
    assert packet == f"the packet of {REP}".encode()
    assert there[f"{GATE}/{REP}/{REP}.xlsx.ready"].decode() == hashlib.sha256(packet).hexdigest()
    assert set(there) == {
        f"{GATE}/gate.json",
        *(f"{GATE}/{each}/{each}.xlsx{end}" for each in (REP, OTHER) for end in ("", ".ready")),
    }
    if SCHEMES[store_gate.url.partition(":")[0]].has_folders:
        assert store_gate.store[0].isdir(store_gate.at(f"{GATE}/{OTHER}"))


def test_receipts_go_back_and_a_word_about_what_waits_is_taken_away_again(store_gate, books):
    issued(store_gate)
    store_gate.put(books["A"], "keep.xlsx.partial")
    store_gate.came()
    store_gate.deliver()
    waiting = f"receipts/{REP}/{GATE}-waiting.txt"
    assert b"not complete" in store_gate.delivered()[waiting]
    store_gate.put_sealed(books["A"])
    assert store_gate.came() == [("accepted", "")]
    store_gate.deliver()
    there = store_gate.delivered()
    assert waiting not in there and b"accepted" in there[f"receipts/{REP}/{GATE}-1.txt"]


def test_packets_written_again_replace_and_withdrawn_ones_disappear(store_gate):
    issued(store_gate)
    store_gate.deliver()
    issued(store_gate, "a newer packet of")
    store_gate.deliver()
    assert store_gate.delivered()[f"{GATE}/{REP}/{REP}.xlsx"].startswith(b"a newer packet of")
    target = store_gate.folder.outbox(CYCLE, GATE)
    shutil.move(target, target.with_name(f"{GATE}.withdrawn-1"))
    store_gate.deliver()
    assert store_gate.delivered() == {}


def test_what_has_not_changed_is_not_sent_again(store_gate_at):
    store_gate = store_gate_at("file")
    issued(store_gate)
    store_gate.deliver()
    path = store_gate.at(f"{GATE}/{REP}/{REP}.xlsx", "outbox")
    store_gate.store[0].pipe_file(path, b"changed there")
    issued(store_gate)
    store_gate.deliver()
    assert store_gate.delivered()[f"{GATE}/{REP}/{REP}.xlsx"] == b"changed there"
    assert delivering.deliver(store_gate.folder, CYCLE, f"{store_gate.url}/inbox") == 0
    assert store_gate.store[0].cat_file(store_gate.at(f"{GATE}/{REP}/{REP}.xlsx")) == f"the packet of {REP}".encode()


def test_a_delivery_that_runs_out_of_time_says_how_much_waits_and_the_manifest_goes_last(store_gate_at, monkeypatch):
    store_gate = store_gate_at("memory")
    monkeypatch.setattr(delivering, "BATCH", 1)
    issued(store_gate)
    assert store_gate.deliver(seconds=-1) == 3
    assert store_gate.delivered() == {}
    monkeypatch.setattr(delivering, "_remember", _cut_off)
    with pytest.raises(KeyboardInterrupt):
        store_gate.deliver()
    assert f"{GATE}/gate.json" not in store_gate.delivered()
    monkeypatch.undo()
    assert store_gate.deliver() == 0 and f"{GATE}/gate.json" in store_gate.delivered()


def _cut_off(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://example.com/inbox", "has none of the schemes file://, memory://, ftp://"),
        ("simplecache::s3://bucket/inbox", "has none of the schemes"),
        ("/a/folder", "has none of the schemes"),
        ("s3://", "names no bucket or folder"),
        ("ftp://rep:pw@host/inbox", "carries a log-in"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_when_the_settings_are_read(tmp_path, monkeypatch, url, said):
    path = tmp_path / "settings.toml"
    path.write_text(f'[files]\ninbox = "{url}"\n')
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(path))
    with pytest.raises(InvalidInput, match=said) as caught:
        read_settings()
    assert "settings, files.inbox" in str(caught.value) and ":pw@" not in str(caught.value)
    assert address_fault("") == "" and address_fault("s3://bucket/inbox") == ""


def test_a_scheme_whose_package_is_not_installed_names_it():
    with pytest.raises(InvalidInput, match=r"the package adlfs is not installed.*pip install adlfs"):
        Store("abfs://container@account/inbox")
