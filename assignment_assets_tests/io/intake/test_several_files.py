"""Copies, second thoughts and uploads: of several files of one person one counts, or none until they choose."""

import hashlib

from assignment_assets.domain.gates.gates import Closing, closing
from assignment_assets.io.intake.log import close
from assignment_assets.io.intake.look import read_receipts
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, GATE, NOON


def test_a_resubmission_counts_in_place_of_the_first(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.drop(books["B"])
    assert gate.verdicts() == [("accepted", "")]
    assert gate.counting() == [2]


def test_going_back_to_the_first_content_is_a_third_submission(gate, books):
    for name in "ABA":
        gate.drop(books[name])
        assert gate.verdicts() == [("accepted", "")]
    assert gate.counting() == [3]


def test_a_new_file_beside_the_old_one_is_a_resubmission_and_the_old_one_stays_old(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.drop(books["B"], "keep (2).xlsx")
    assert gate.verdicts() == [("accepted", "")]
    assert gate.verdicts() == []
    assert gate.counting() == [2]


def test_a_file_taken_away_and_put_back_after_another_counts_again(gate, books):
    gate.drop(books["A"])
    gate.look()
    gate.path("keep.xlsx").unlink()
    gate.drop(books["B"], "other.xlsx")
    gate.look()
    gate.drop(books["A"])
    assert gate.verdicts() == [("accepted", "")]
    assert gate.counting() == [3]


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
    assert gate.counting() == [3]


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
        look.new_receipts[0].message
    )
    assert len(look.held) == 2
    assert gate.counting() == []
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
    assert gate.counting() == [3]


def test_two_different_files_after_an_earlier_receipt_are_held_and_the_earlier_one_waits(gate, books):
    gate.drop(books["A"], "a.xlsx")
    gate.look()
    gate.drop(books["B"], "b.xlsx")
    gate.drop(books["C"], "c.xlsx")
    assert gate.verdicts() == [("held", "two_files")] * 2
    assert gate.counting() == [1]
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
        hashlib.sha256(books[name]).hexdigest() for name in "ABC"
    ]
