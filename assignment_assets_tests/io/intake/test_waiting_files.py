"""Files that are not there yet: unfinished, half copied, not at rest, in two steps; and those that come too late."""

import hashlib
from datetime import timedelta

from assignment_assets.domain.gates.gates import Closing
from assignment_assets.io.clock import utc_now
from assignment_assets.io.intake.log import close
from assignment_assets_tests.io.intake.conftest import DEADLINE, NOON
from assignment_assets_tests.io.workbooks.conftest import DORMANT


def test_an_unfinished_workbook_waits_and_says_why(gate):
    gate.drop(gate.workbook({DORMANT[0]: "keep"}, is_finished=False))
    look = gate.look()
    assert look.receipts == ()
    assert [each.rule for each in look.messages] == ["unfinished"]
    assert gate.waiting() == "keep.xlsx: Finished? is not yes, so it does not count yet. Set it to yes and save.\n"
    gate.drop(gate.workbook({DORMANT[0]: "keep"}))
    assert gate.verdicts() == [("accepted", "")]
    assert gate.waiting() == ""


def test_an_unfinished_workbook_counts_as_not_returned_at_the_deadline(gate):
    gate.drop(gate.workbook({}, is_finished=False))
    gate.look()
    look = gate.look(DEADLINE + timedelta(seconds=1))
    assert [(each.verdict, each.rule) for each in look.new_receipts] == [("refused", "unfinished")]
    assert "it counts as not returned" in look.new_receipts[0].message
    assert gate.verdicts(DEADLINE + timedelta(minutes=1)) == []


def test_a_half_copied_workbook_waits_is_refused_after_an_hour_and_taken_when_whole(gate, books):
    gate.drop(books["A"][:-200])
    look = gate.look()
    assert (look.receipts, [each.rule for each in look.messages]) == ((), ["incomplete"])
    assert "waiting for the rest of the copy" in gate.waiting()
    assert gate.verdicts(NOON + timedelta(minutes=59)) == []
    assert gate.verdicts(NOON + timedelta(minutes=60)) == [("refused", "incomplete")]
    assert gate.verdicts(NOON + timedelta(minutes=61)) == []
    gate.drop(books["A"])
    assert gate.verdicts(NOON + timedelta(minutes=62)) == [("accepted", "")]


def test_a_file_must_be_at_rest_before_it_is_read(gate, books):
    gate.drop(books["A"])
    now = utc_now()
    gate.issue(deadline=now + timedelta(days=1))
    first = gate.look(now, settled_seconds=5)
    assert (first.receipts, [each.rule for each in first.messages], first.is_settling) == ((), ["unsettled"], True)
    gate.drop(books["B"])
    assert gate.look(now, settled_seconds=5).receipts == ()
    assert [each.verdict for each in gate.look(now, settled_seconds=5).new_receipts] == ["accepted"]


def test_a_file_that_has_been_at_rest_long_enough_is_taken_at_the_first_look(gate, books):
    gate.drop(books["A"])
    later = utc_now() + timedelta(seconds=6)
    gate.issue(deadline=later + timedelta(days=1))
    assert [each.verdict for each in gate.look(later, settled_seconds=5).new_receipts] == ["accepted"]


def test_a_file_that_arrived_in_time_but_settled_after_the_deadline_counts(gate, books):
    gate.drop(books["A"])
    first = gate.look(DEADLINE, settled_seconds=10**9)
    assert first.is_settling
    [receipt] = gate.look(DEADLINE + timedelta(seconds=30), settled_seconds=10**9).new_receipts
    assert (receipt.verdict, receipt.is_late) == ("accepted", False)


def test_a_late_file_is_refused_and_says_since_when(gate, books):
    gate.drop(books["A"])
    [receipt] = gate.look(DEADLINE + timedelta(hours=3)).new_receipts
    assert (receipt.verdict, receipt.rule, receipt.is_late) == ("refused", "late", True)
    assert "it came after the deadline 2026-10-08 17:00 UTC and does not count" in receipt.message


def test_a_file_after_the_closing_is_told_so(gate, books):
    close(gate.folder, gate.issue(), Closing(True, "all in", (), (), ""), NOON)
    gate.drop(books["A"])
    assert gate.verdicts(NOON + timedelta(minutes=1)) == [("refused", "gate_closed")]
    gate.issue(revision=2)
    gate.drop(gate.workbook({}, revision=2))
    assert gate.verdicts(NOON + timedelta(minutes=2)) == [("accepted", "")]


def test_a_gate_whose_next_packets_are_out_is_closed(gate, books):
    gate.issue(gate="review_edits")
    gate.drop(books["A"])
    assert gate.verdicts() == [("refused", "gate_closed")]


def test_lock_files_hidden_files_and_uploads_under_way_are_left_alone(gate, books):
    for name in ("~$keep.xlsx", ".keep.xlsx", ".DS_Store"):
        gate.drop(books["A"], name)
    gate.drop(books["A"], "up.xlsx.partial")
    look = gate.look()
    assert look.receipts == ()
    assert [(each.file_name, each.rule) for each in look.messages] == [("up.xlsx", "incomplete")]


def test_an_upload_counts_once_its_marker_agrees(gate, books):
    gate.drop(books["A"], "up.xlsx.partial")
    gate.drop(b"0" * 64, "up.xlsx.ready")
    assert [each.sentence for each in gate.look().messages] == [
        "up.xlsx: its .ready marker has another digest; waiting."
    ]
    gate.drop(f"{hashlib.sha256(books['A']).hexdigest()}  up.xlsx\n".encode(), "up.xlsx.ready")
    [receipt] = gate.look(settled_seconds=10**9).new_receipts
    assert (receipt.verdict, receipt.file_name) == ("accepted", "up.xlsx")
