"""Files arrive as people send them; each gets one receipt, and what counts is what the person sent last."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assignment_assets.domain.decisions import SignOff, signed_text
from assignment_assets.domain.gates import Closing, closing, latest_receipts
from assignment_assets.domain.identity import packet_code, signer_token
from assignment_assets.io.inbox import archived, look, read_receipts, receipt_path
from assignment_assets.io.intake.log import close, log_path
from assignment_assets.io.workbooks.filled_in import type_in
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, GATE, NOON, OTHER, Gate, lines
from assignment_assets_tests.io.workbooks.conftest import DORMANT, KEY, REP


def counting(gate):
    return [each.receipt_no for each in latest_receipts(read_receipts(gate.folder, CYCLE, GATE), 1)]


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


def test_a_resubmission_counts_in_place_of_the_first(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.drop(books["B"])
    assert gate.verdicts() == [("accepted", "")]
    assert counting(gate) == [2]


def test_going_back_to_the_first_content_is_a_third_submission(gate, books):
    for name in "ABA":
        gate.drop(books[name])
        assert gate.verdicts() == [("accepted", "")]
    assert counting(gate) == [3]


def test_a_new_file_beside_the_old_one_is_a_resubmission_and_the_old_one_stays_old(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.drop(books["B"], "keep (2).xlsx")
    assert gate.verdicts() == [("accepted", "")]
    assert gate.verdicts() == []
    assert counting(gate) == [2]


def test_a_file_taken_away_and_put_back_after_another_counts_again(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.path("keep.xlsx").unlink()
    gate.drop(books["B"], "other.xlsx")
    gate.look()
    gate.drop(books["A"])
    assert gate.verdicts() == [("accepted", "")]
    assert counting(gate) == [3]


def test_the_same_content_under_another_name_changes_nothing(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.drop(books["A"], "copy.xlsx")
    look = gate.look()
    assert [(each.verdict, each.rule) for each in look.new_receipts] == [("ignored", "same_content")]
    assert look.new_receipts[0].message == "copy.xlsx: the same content as receipt 1 (keep.xlsx); nothing changes."
    gate.drop(books["B"])
    gate.look()
    assert gate.verdicts() == []
    assert counting(gate) == [3]


def test_two_copies_of_one_content_at_once_count_once(gate, books):
    gate.drop(books["A"])
    gate.drop(books["A"], "keep - copy.xlsx")
    assert gate.verdicts() == [("accepted", ""), ("ignored", "same_content")]


def test_two_different_files_at_once_are_both_held_and_the_person_is_asked(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.drop(books["B"], "b.xlsx")
    look = gate.look()
    assert [(each.verdict, each.rule) for each in look.new_receipts] == [("held", "two_files")] * 2
    assert "Held: different files came at once (a.xlsx, b.xlsx). Remove all but the one that you mean." in (
        look.new_receipts[0].message)
    assert len(look.held) == 2
    assert counting(gate) == []
    assert gate.verdicts() == []


def test_removing_one_of_two_held_files_settles_it(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.drop(books["B"], "b.xlsx")
    gate.look()
    gate.path("a.xlsx").unlink()
    look = gate.look()
    assert [(each.verdict, each.file_name) for each in look.new_receipts] == [("accepted", "b.xlsx")]
    assert look.held == ()
    assert gate.verdicts() == []


def test_a_third_file_settles_two_that_are_held(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.drop(books["B"], "b.xlsx")
    gate.look()
    gate.drop(books["C"], "c.xlsx")
    assert gate.verdicts() == [("accepted", "")]
    assert counting(gate) == [3]


def test_two_different_files_after_an_earlier_receipt_are_held_and_the_earlier_one_waits(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.look()
    gate.drop(books["B"], "b.xlsx")
    gate.drop(books["C"], "c.xlsx")
    assert gate.verdicts() == [("held", "two_files")] * 2
    assert counting(gate) == [1]
    manifest = gate.issue(persons=gate.issue().persons[:1])
    receipts = read_receipts(gate.folder, CYCLE, GATE)
    assert not closing(manifest, receipts, NOON).is_closed
    assert closing(manifest, receipts, DEADLINE).is_closed


def test_holds_left_at_the_closing_get_no_further_receipts(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.drop(books["B"], "b.xlsx")
    gate.look()
    close(gate.folder, gate.issue(), Closing(True, "", (), (), ""), NOON)
    gate.path("a.xlsx").unlink()
    assert gate.verdicts() == []


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
    now = datetime.now(UTC).replace(tzinfo=None)
    gate.issue(deadline=now + timedelta(days=1))
    first = gate.look(now, settled_seconds=5)
    assert (first.receipts, [each.rule for each in first.messages], first.is_settling) == ((), ["unsettled"], True)
    gate.drop(books["B"])
    assert gate.look(now, settled_seconds=5).receipts == ()
    assert [each.verdict for each in gate.look(now, settled_seconds=5).new_receipts] == ["accepted"]


def test_a_file_that_has_been_at_rest_long_enough_is_taken_at_the_first_look(gate, books):
    gate.drop(books["A"])
    later = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=6)
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


@pytest.mark.parametrize(("changes", "rule"), [
    ({"key": b"another"}, "foreign_code"), ({"cycle": "2026q3-global"}, "other_cycle"),
    ({"gate": "review_edits"}, "other_gate"), ({"person": OTHER}, "other_person"),
    ({"revision": 2}, "older_revision")])
def test_a_packet_of_elsewhere_is_refused_with_the_rule(gate, changes, rule):
    gate.drop(gate.workbook({DORMANT[0]: "keep"}, **changes))
    assert gate.verdicts() == [("refused", rule)]
    assert counting(gate) == []


def test_an_answer_to_an_older_revision_is_told_which_one_is_asked(gate, books):
    gate.issue(revision=3)
    gate.drop(books["A"])
    [receipt] = gate.look().new_receipts
    assert (receipt.verdict, receipt.rule, receipt.revision) == ("refused", "older_revision", 1)
    assert "it answers revision 1, expected revision 3: the cycle was re-opened" in receipt.message


def test_a_person_who_was_not_asked_is_told_so(gate):
    stranger = "005000000000009AAA"
    gate.drop(gate.workbook({}, person=stranger), person=stranger)
    assert gate.verdicts() == [("refused", "not_asked")]


def test_a_csv_without_a_code_is_refused_and_with_one_accepted(gate):
    gate.drop(b"account_id,decision\n", "keep.csv")
    assert gate.verdicts() == [("refused", "missing_code")]
    text = f"packet,{packet_code(KEY, CYCLE, 1, GATE, REP)}\naccount_id,decision\n{DORMANT[0]},keep\n"
    gate.drop(text.encode(), "keep.csv")
    assert gate.verdicts() == [("accepted", "")]


@pytest.mark.parametrize(("content", "name", "rule", "words"), [
    (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "keep.xlsx", "encrypted", "protected by a password"),
    (b"<html><table></table></html>", "keep.xls", "web_page", "a web page under a workbook's name"),
    (b"%PDF-1.7", "keep.pdf", "unknown_kind", "a file of the kind .pdf, expected .xlsx or .ods or .csv"),
    (b"hello", "keep", "unknown_kind", "without suffix"),
    (b"packet,hello\naccount_id,decision\n", "keep.csv", "unreadable_code", "is not one of ours"),
    (b"PK\x03\x04" + b"\0" * 400, "keep.csv", "unreadable", "not text")])
def test_files_of_the_wrong_kind_are_refused_in_plain_words(gate, content, name, rule, words):
    gate.drop(content, name)
    [receipt] = gate.look().new_receipts
    assert (receipt.verdict, receipt.rule) == ("refused", rule)
    assert words in receipt.message
    assert archived(gate.folder, receipt).read_bytes() == content


def test_every_fault_of_a_workbook_is_listed_in_the_receipt(gate, books, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(books["A"])
    type_in(tmp_path / "a.xlsx", gate.path("keep.xlsx"), {"Accounts": {"C4": "Choice"}})
    [receipt] = gate.look().new_receipts
    assert (receipt.verdict, receipt.rule) == ("refused", "unusable")
    assert "  1. sheet Accounts, row 4: no column 'Decision'" in receipt.message


def test_rows_without_effect_are_named_in_the_receipt_and_the_rest_counts(gate):
    gate.drop(gate.workbook({DORMANT[0]: "Kepe", DORMANT[1]: "keep"}))
    [receipt] = gate.look().new_receipts
    assert receipt.verdict == "accepted"
    assert "1 keep, 0 release, 6 blank; 1 row without effect:\n  row" in receipt.message
    assert "'Kepe' is not an answer; write keep or release" in receipt.message


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
        "up.xlsx: its .ready marker has another digest; waiting."]
    gate.drop(f"{hashlib.sha256(books['A']).hexdigest()}  up.xlsx\n".encode(), "up.xlsx.ready")
    [receipt] = gate.look(settled_seconds=10**9).new_receipts
    assert (receipt.verdict, receipt.file_name) == ("accepted", "up.xlsx")


def test_of_a_plain_file_and_an_upload_in_two_steps_of_one_name_the_later_counts(gate, books):
    """As where somebody signs with the command first and on the page later."""
    def upload(content):
        gate.drop(content, "keep.xlsx.partial")
        gate.drop(hashlib.sha256(content).hexdigest().encode(), "keep.xlsx.ready")

    gate.drop(books["A"])
    assert gate.verdicts() == [("accepted", "")]
    upload(books["B"])
    assert gate.verdicts() == [("accepted", "")]
    gate.drop(books["C"])
    assert gate.verdicts() == [("accepted", "")]
    assert [each.digest for each in read_receipts(gate.folder, CYCLE, GATE)] == [
        hashlib.sha256(books[name]).hexdigest() for name in "ABC"]


def test_links_folders_and_odd_names_are_never_followed(gate, books, tmp_path):
    (tmp_path / "secret.xlsx").write_bytes(books["A"])
    gate.path("link.xlsx").symlink_to(tmp_path / "secret.xlsx")
    gate.path("folder.xlsx").mkdir()
    gate.drop(books["A"], "two\nlines.xlsx")
    inbox = gate.folder.inbox(CYCLE, GATE)
    (inbox / "a..b").mkdir()
    (inbox / OTHER).symlink_to(inbox / REP)
    look = gate.look()
    assert look.receipts == ()
    assert sorted((each.person, each.file_name, each.rule) for each in look.messages) == [
        ("", OTHER, "odd_name"), ("", "a..b", "odd_name"), (REP, "folder.xlsx", "not_a_file"),
        (REP, "link.xlsx", "not_a_file"), (REP, "two\\nlines.xlsx", "odd_name")]


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


def test_two_processes_looking_at_once_never_give_a_number_twice(gate, tmp_path):
    for number in range(12):
        person = f"0050000000000{number:02}AAA"
        gate.drop(b"hello", "keep.pdf", person)
    program = ("import sys; from datetime import datetime; from pathlib import Path\n"
               "from assignment_assets.io.folders import DataFolder; from assignment_assets.io.inbox import look\n"
               f"look(DataFolder(Path(sys.argv[1])), {CYCLE!r}, {GATE!r}, datetime(2026, 10, 2), b'k', 0)")
    lookers = [subprocess.Popen([sys.executable, "-c", program, str(gate.folder.root)]) for _ in range(3)]
    assert [looker.wait(60) for looker in lookers] == [0, 0, 0]
    numbers = [line["receipt_no"] for line in lines(log_path(gate.folder, CYCLE, GATE))]
    assert numbers == list(range(1, 13))


SIGNER = "gs@example.com"


@pytest.fixture
def sign_offs(tmp_path):
    return Gate(tmp_path / "data", "sign_offs", (SIGNER,))


def signed(token=None, **changes):
    decision = replace(SignOff(CYCLE, 1, "west", "ab" * 32, "approve", SIGNER), **changes)
    return signed_text(decision, token or signer_token(KEY, SIGNER)).encode()


def test_a_signed_decision_is_accepted_region_by_region_even_after_the_deadline(sign_offs):
    sign_offs.drop(signed(), "west.json", SIGNER)
    sign_offs.drop(signed(region="east"), "east.json", SIGNER)
    look = sign_offs.look(DEADLINE + timedelta(days=1))
    assert [(each.verdict, each.subject, each.is_late) for each in look.new_receipts] == [
        ("accepted", "east", True), ("accepted", "west", True)]


def test_two_decisions_on_one_region_at_once_are_held(sign_offs):
    sign_offs.drop(signed(), "yes.json", SIGNER)
    sign_offs.drop(signed(decision="reject"), "no.json", SIGNER)
    assert sign_offs.verdicts() == [("held", "two_files")] * 2


@pytest.mark.parametrize(("content", "rule"), [
    (signed(signer_token(KEY, "rd@example.com")), "bad_signature"), (signed(revision=2), "older_revision"),
    (signed(cycle="2026q3-global"), "other_cycle"), (signed(signed_by="rd@example.com"), "other_person"),
    (signed().replace(b'"west"', b'"east"'), "bad_signature"), (b"{}", "unreadable"), (b"[1]", "unreadable"),
    (b"hello", "unreadable"), (b"[" * 100_000, "unreadable"),
    (json.dumps({"kind": "sign_off"}).encode(), "unreadable"), (b"\xff\xfe", "unreadable")])
def test_a_decision_that_is_not_this_persons_for_this_revision_is_refused(sign_offs, content, rule):
    sign_offs.drop(content, "west.json", SIGNER)
    assert sign_offs.verdicts() == [("refused", rule)]


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
