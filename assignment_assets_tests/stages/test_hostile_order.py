"""Segments asked for out of order, and cycles re-opened after signatures: nothing stale is handed on."""

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError, BrokenInvariant
from assignment_assets.domain.regions import regions_of_owners
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import APPROVED_DIFF, PROPOSED_BOOKS, REGION_DIGESTS, REPS
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.published_cycle import known_cycles
from assignment_assets.stages.invariants import require_invariants
from assignment_assets_tests.company import OLIVIA
from assignment_assets_tests.rehearsal import Cycle

WHO = ("--as", OLIVIA, "--reason", "the numbers were wrong")


def assignment(*words, code=0):
    """What the command line says."""
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def test_a_re_opened_cycle_is_opened_again_as_it_was_frozen(opened):
    assignment("cycle", "reopen", opened.name, "--from", "setup", *WHO)
    said = assignment("cycle", "status", opened.name)
    assert f"Next: `assignment run open_cycle {opened.name}`" in said
    assert "done" in assignment("run", "open_cycle", opened.name)
    assert read_gate(opened.folder, opened.name, "lock_lists").revision == 2


def test_opening_a_cycle_without_a_run_config_stores_nothing(opened):
    assert "it has no run config, expected a frozen one" in assignment("run", "open_cycle", "brand-new", code=2)
    assert known_cycles(opened.folder) == [opened.name]


def test_a_review_before_the_proposal_says_what_is_missing(opened):
    with pytest.raises(AssignmentError, match="review_edits: its packets are not out, expected them"):
        opened.run("review")
    with pytest.raises(AssignmentError, match="its reviewed books are not there, expected those of revision 1"):
        opened.run("sign_off")


def test_books_reviewed_before_a_cycle_was_re_opened_are_not_sent_for_signing(reviewed):
    assignment("cycle", "reopen", reviewed.name, "--from", "review", *WHO)
    for _ in range(2):
        with pytest.raises(AssignmentError, match="reviewed books are of revision 1, expected those of revision 2"):
            reviewed.run("sign_off")
        assert read_gate(reviewed.folder, reviewed.name, "sign_offs") is None
        reviewed.run("propose")
    reviewed.review()
    assert read_gate(reviewed.folder, reviewed.name, "sign_offs").revision == 2


def test_what_was_approved_before_a_cycle_was_re_opened_is_not_written_after(reviewed):
    reviewed.sign_off()
    assert in_force(reviewed.table(APPROVED_DIFF)).height
    require_invariants(reviewed.warehouse, reviewed.name, "approved_diff")
    assignment("cycle", "reopen", reviewed.name, "--from", "review", *WHO)
    reviewed.run("propose")
    reviewed.review()
    with pytest.raises(BrokenInvariant, match="`assignment run sign_off` takes it back"):
        require_invariants(reviewed.warehouse, reviewed.name, "approved_diff")
    reviewed.run("sign_off")
    assert in_force(reviewed.table(APPROVED_DIFF)).is_empty()
    require_invariants(reviewed.warehouse, reviewed.name, "approved_diff")
    reviewed.sign_off()
    assert in_force(reviewed.table(APPROVED_DIFF)).height


@pytest.mark.parametrize("last", ["North", "South"])
def test_a_move_between_regions_is_taken_back_when_either_has_to_sign_again(reviewed, last):
    first = {"North": "South", "South": "North"}[last]
    reviewed.sign_off(first)
    reviewed.sign_off(last)
    before = dict(reviewed.table(REGION_DIGESTS).select("region", "digest").iter_rows())
    rep = next(row["rep_id"] for row in reviewed.rows(PROPOSED_BOOKS, is_move=True) if row["rep_id"] in ("ana", "ben"))
    taken = next(row for row in reviewed.rows(PROPOSED_BOOKS, is_move=True, rep_id=rep))
    narrow = Cycle(reviewed.folder, "narrow", reviewed.now).open(scope="rep", reps=[taken["current_owner_id"]])
    assert narrow.folder == reviewed.folder
    reviewed.run("sign_off")
    after = dict(reviewed.table(REGION_DIGESTS).select("region", "digest").iter_rows())
    changed = {region for region in before if before[region] != after.get(region)}
    left = regions_of_owners(in_force(reviewed.table(APPROVED_DIFF)).drop("region"), reviewed.table(REPS))
    assert changed
    assert left.filter(left["region"].is_in(sorted(changed))).is_empty()
