"""Files of elsewhere, of somebody else or of another kind: each is refused in plain words, or left alone."""

import pytest

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.io.intake.look import archived
from assignment_assets.io.intake.verdicts import READERS
from assignment_assets.io.workbooks.filled_in import type_in
from assignment_assets_tests.io.intake.conftest import CYCLE, GATE, OTHER
from assignment_assets_tests.io.workbooks.conftest import DORMANT, KEY, REP


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"key": b"another"}, "foreign_code"),
        ({"cycle": "2026q3-global"}, "other_cycle"),
        ({"gate": "review_edits"}, "other_gate"),
        ({"person": OTHER}, "other_person"),
        ({"revision": 2}, "older_revision"),
    ],
)
def test_a_packet_of_elsewhere_is_refused_with_the_rule(gate, changes, rule):
    gate.drop(gate.workbook({DORMANT[0]: "keep"}, **changes))
    assert gate.verdicts() == [("refused", rule)]
    assert gate.counting() == []


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


@pytest.mark.parametrize(
    ("content", "name", "rule", "words"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "keep.xlsx", "encrypted", "protected by a password"),
        (b"<html><table></table></html>", "keep.xls", "web_page", "a web page under a workbook's name"),
        (b"%PDF-1.7", "keep.pdf", "unknown_kind", "a file of the kind .pdf, expected .xlsx or .ods or .csv"),
        (b"hello", "keep", "unknown_kind", "without suffix"),
        (b"packet,hello\naccount_id,decision\n", "keep.csv", "unreadable_code", "is not one of ours"),
        (b"PK\x03\x04" + b"\0" * 400, "keep.csv", "unreadable", "not text"),
    ],
)
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
        ("", OTHER, "odd_name"),
        ("", "a..b", "odd_name"),
        (REP, "folder.xlsx", "not_a_file"),
        (REP, "link.xlsx", "not_a_file"),
        (REP, "two\\nlines.xlsx", "odd_name"),
    ]


def test_every_gate_that_is_not_signed_has_a_reader_of_its_answers():
    assert set(READERS) == {gate.name for gate in GATES.values() if not gate.is_signed}
