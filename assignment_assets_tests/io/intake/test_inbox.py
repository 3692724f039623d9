"""Files arrive as people send them; each gets one receipt, and what counts is what the person sent last."""

import hashlib
import subprocess
import sys

from assignment_assets.io.intake.log import log_path
from assignment_assets.io.intake.look import archived, look, read_receipts, receipt_path
from assignment_assets_tests.io.intake.conftest import CYCLE, GATE, NOON, OTHER, lines
from assignment_assets_tests.io.workbooks.conftest import KEY, REP


def test_a_finished_workbook_is_accepted_archived_and_receipted(gate, books):
    gate.drop(books["A"])
    [receipt] = gate.look().new_receipts
    assert (receipt.receipt_no, receipt.verdict, receipt.person, receipt.revision) == (1, "accepted", REP, 1)
    assert receipt.digest == hashlib.sha256(books["A"]).hexdigest()
    assert archived(gate.folder, receipt).read_bytes() == books["A"]
    assert receipt.message == "keep.xlsx: 1 keep, 0 release, 7 blank"
    text = receipt_path(gate.folder, CYCLE, receipt).read_text()
    assert text.startswith("Receipt 1, 2026-10-02 12:00 UTC: accepted\n")
    assert "Provisional until the gate closes" in text


def test_a_gate_without_packets_and_a_draft_give_no_receipts(gate, books):
    gate.drop(books["A"])
    gate.issue(is_draft=True)
    assert gate.look().receipts == ()
    (gate.folder.outbox(CYCLE, GATE) / "gate.json").unlink()
    assert gate.look().receipts == ()


def test_looking_again_gives_no_second_receipt(gate, books):
    gate.drop(books["A"])
    assert gate.verdicts() == [("accepted", "")]
    assert gate.verdicts() == []


def test_the_log_survives_a_line_that_a_crash_cut_short(gate, books):
    gate.drop(books["A"])
    gate.look()
    with log_path(gate.folder, CYCLE, GATE).open("ab") as log:
        log.write(b'{"receipt_no": 2, "per')
    assert len(read_receipts(gate.folder, CYCLE, GATE)) == 1
    gate.drop(books["B"])
    assert gate.verdicts() == [("accepted", "")]
    assert [line["receipt_no"] for line in lines(log_path(gate.folder, CYCLE, GATE))] == [1, 2]


def test_receipts_that_a_crash_kept_from_being_noted_are_not_given_twice(gate, books):
    gate.drop(books["A"])
    gate.look()
    memory = log_path(gate.folder, CYCLE, GATE).with_suffix(".seen.json")
    before = memory.read_bytes()
    gate.drop(books["B"])
    gate.drop(books["C"], "other.xlsx", OTHER)
    gate.look()
    memory.write_bytes(before)
    assert gate.verdicts() == []
    memory.unlink()
    assert gate.verdicts() == []


def test_two_processes_looking_at_once_never_give_a_number_twice(gate):
    for number in range(12):
        person = f"0050000000000{number:02}AAA"
        gate.drop(b"hello", "keep.pdf", person)
    program = (
        "import sys; from datetime import datetime; from pathlib import Path\n"
        "from assignment_assets.io.folders import DataFolder; from assignment_assets.io.intake.look import look\n"
        f"look(DataFolder(Path(sys.argv[1])), {CYCLE!r}, {GATE!r}, datetime(2026, 10, 2), b'k', 0)"
    )
    lookers = [subprocess.Popen([sys.executable, "-c", program, str(gate.folder.root)]) for _ in range(3)]
    assert [looker.wait(60) for looker in lookers] == [0, 0, 0]
    numbers = [line["receipt_no"] for line in lines(log_path(gate.folder, CYCLE, GATE))]
    assert numbers == list(range(1, 13))


def test_a_look_at_one_person_leaves_everybody_else_as_they_were(gate, books):
    gate.drop(books["A"])
    gate.drop(gate.workbook({}, person=OTHER), person=OTHER)
    assert [each.person for each in gate.look().new_receipts] == [REP, OTHER]
    gate.drop(books["B"])
    gate.drop(b"new too", "new.csv", OTHER)
    mine = look(gate.folder, CYCLE, GATE, NOON, KEY, 0, person=REP)
    assert [(each.person, each.verdict) for each in mine.new_receipts] == [(REP, "accepted")]
    assert [(each.person, each.file_name) for each in gate.look().new_receipts] == [(OTHER, "new.csv")]
    assert gate.look().new_receipts == ()
