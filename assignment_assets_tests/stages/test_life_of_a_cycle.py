"""Open, frozen, re-opened, cancelled, expired, compared: what a cycle may do and when it may not."""

import json
import shutil

import dagster as dg
import pytest
from click.testing import CliRunner

from assignment_assets.automation.assets import resources
from assignment_assets.automation.run_segment import instance
from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError, CycleClosed
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.stages.lock_packets import lock_packets
from assignment_assets_tests.company import OLIVIA, account, config, tiny
from assignment_assets_tests.rehearsal import Cycle

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
WHO = ("--as", OLIVIA, "--reason", "the numbers were wrong")


def assignment(*words, code=0):
    """What the command line says; as JSON where asked for."""
    result = CliRunner().invoke(main, words, catch_exceptions=False)
    assert result.exit_code == code, result.output
    return json.loads(result.output) if "--json" in words else result.output


def test_a_wrong_run_config_lists_every_fault_and_freezes_nothing(cycle):
    wrong = config(as_of="soon", scope="rep", reps=["zoe"], book_size=0, opened_by="")
    with pytest.raises(AssignmentError) as caught:
        cycle.run("open_cycle", wrong)
    for place in ("as_of", "opened_by", "book_size", "reps: 'zoe' is not in reps"):
        assert place in str(caught.value)
    for table in (RUN_CONFIG, CYCLE_EVENTS, ELIGIBLE_POOL):
        assert cycle.table(table).is_empty()
    assert read_gate(cycle.folder, cycle.name, "lock_lists") is None


def test_the_command_line_refuses_a_wrong_run_config_before_anything_runs(cycle):
    words = ("cycle", "new", "--scope", "region", "--regions", "West", "--book-size", "0", "--as-of", "2026-1-1")
    said = assignment(*words, code=2)
    assert "run config: 4 faults." in said
    for place in ("as_of", "opened_by", "book_size", "'West' has no field rep"):
        assert place in said
    assert not DataFolder.from_environment().root.exists()


def test_materialising_again_is_fine_while_nothing_changes_and_refused_after(opened):
    standing = read_gate(opened.folder, opened.name, "lock_lists")
    before = opened.table(ELIGIBLE_POOL)
    opened.pass_time(days=2)
    opened.open()
    assert opened.table(ELIGIBLE_POOL).equals(before)
    assert read_gate(opened.folder, opened.name, "lock_lists") == standing
    opened.source(tiny(account("x01", "ana")))
    with pytest.raises(AssignmentError, match="packets of lock_lists are out, expected the same content"):
        opened.open()
    assert "x01" not in set(opened.table(ACCOUNTS)["account_id"])
    with pytest.raises(AssignmentError, match="table run_config: its content would change"):
        opened.source(tiny()).open(book_size=11)


def test_a_frozen_table_says_how_to_re_open_and_that_command_works(opened):
    with pytest.raises(AssignmentError) as caught:
        opened.source(tiny(account("x01", "ana"))).open()
    command = str(caught.value).split("`")[1]
    words = command.removeprefix("assignment ").replace(" …", " new accounts").split()
    reason = words.index("--reason")
    words = [*words[: reason + 1], " ".join(words[reason + 1 :])]
    assert assignment(*words, "--as", OLIVIA).startswith("2026q4-global: revision 2")
    opened.open()
    assert "x01" in set(opened.table(ACCOUNTS)["account_id"])


def test_re_opening_raises_the_revision_and_files_of_the_old_one_are_told_so(opened):
    packet = opened.packet("lock_lists", "ana", "lock_list.xlsx")
    old = opened.folder.root / "old.xlsx"
    shutil.copyfile(packet, old)
    said = assignment("cycle", "reopen", opened.name, "--from", "setup", *WHO, "--json")
    assert said == {"cycle": opened.name, "revision": 2, "withdrawn": ["lock_lists"]}
    assert not packet.exists()
    opened.open(book_size=11)
    manifest = read_gate(opened.folder, opened.name, "lock_lists")
    assert (manifest.revision, packet.is_file()) == (2, True)
    opened.keep("ben", {})
    shutil.copyfile(old, opened.answer("lock_lists", "ana", "lock_list.xlsx"))
    receipts = {receipt.person: receipt for receipt in opened.look("lock_lists").new_receipts}
    assert (receipts["ben"].verdict, receipts["ana"].verdict) == ("accepted", "refused")
    assert "revision" in receipts["ana"].message
    assert [row["event"] for row in opened.rows(CYCLE_EVENTS)] == ["opened", "reopened"]


def test_re_opening_names_the_next_step_anew(reviewed):
    status = ("cycle", "status", reviewed.name)
    assert "Next: sign North, South" in assignment(*status)
    assignment("cycle", "reopen", reviewed.name, "--from", "review", *WHO)
    said = assignment(*status)
    assert "revision 2" in said
    assert f"Next: `assignment run propose {reviewed.name}`" in said
    assignment("cycle", "reopen", reviewed.name, "--from", "setup", *WHO)
    assert f"Next: `assignment run open_cycle {reviewed.name}`" in assignment(*status)


@pytest.mark.parametrize(("command", "state"), [("cancel", "cancelled"), ("expire", "expired")])
def test_a_cycle_that_is_over_runs_no_further(opened, command, state):
    assert assignment("cycle", command, opened.name, *WHO) == f"{opened.name}: {state}.\n"
    assert read_gate(opened.folder, opened.name, "lock_lists") is None
    assert f"{opened.name}: {state}" in assignment("cycle", "status", opened.name)
    with pytest.raises(AssignmentError, match=f"it is {state} since"):
        opened.open()
    assert f"it is {state} since" in assignment("cycle", command, opened.name, *WHO, code=2)


def test_a_cancelled_cycle_sends_no_packets_even_by_hand(opened):
    assignment("cycle", "cancel", opened.name, *WHO)
    with instance() as dagster, pytest.raises(CycleClosed, match="it is cancelled since"):
        dg.materialize(
            [lock_packets], partition_key=opened.name, instance=dagster, resources=resources(), run_config=QUIET
        )
    assert read_gate(opened.folder, opened.name, "lock_lists") is None


def test_a_gate_that_is_open_says_who_is_missing(opened):
    opened.keep("ana", {})
    opened.look("lock_lists")
    with pytest.raises(AssignmentError) as caught:
        opened.run("propose")
    assert "waiting: 1 of 3 lists, missing Ben Ode, Cleo Park" in str(caught.value)
    assert opened.table(PROPOSED_BOOKS).is_empty()


def cycle_books(name):
    """Whom a cycle proposes each account to, Inside Sales included."""
    folder = DataFolder.from_environment()
    books = read_published(folder, name, PROPOSED_BOOKS).select("account_id", "rep_id").rows()
    return {*books, *read_published(folder, name, OVERFLOW).select("account_id", "member_id").rows()}


def test_drafts_send_nothing_never_write_and_can_be_compared(cycle):
    new = ("cycle", "new", "--as-of", "2026-10-01", "--opened-by", OLIVIA, "--mode", "draft", "--preset", "quick")
    for name, size in (("draft-a", "12"), ("draft-b", "9")):
        said = assignment(*new, name, "--book-size", size, "--json")
        assert (said["cycle"], said["state"]) == (name, "draft")
        assert not (cycle.folder.root / "outbox" / name).exists()
    text = assignment("cycle", "compare", "draft-a", "draft-b")
    assert "book_size" in text.replace(" ", "_")
    assert "draft-a" in text and "draft-b" in text
    assert not text.startswith("Comparison(")
    found = assignment("cycle", "compare", "draft-a", "draft-b", "--accounts", "--json")
    differing = cycle_books("draft-a") ^ cycle_books("draft-b")
    assert {row["account_id"] for row in found["changed"]} == {account_id for account_id, _ in differing}
    assert found["changed"] and not found["came"] + found["went"]
    draft = Cycle(cycle.folder, "draft-a")
    draft.run("review")
    assert draft.table(REVIEWED_BOOKS).height == draft.table(PROPOSED_BOOKS).height + 1
    draft.run("sign_off")
    with pytest.raises(AssignmentError, match=r"it is a draft, expected an open cycle\. A draft can never write"):
        draft.run("write_back")
    assert not (cycle.folder.root / "outbox" / "draft-a").exists()


def test_unknown_cycles_are_named_with_the_known_ones(opened):
    said = assignment("cycle", "status", "2026q3-global", code=2)
    assert "there is none, expected one of 2026q4-global" in said
    assert "there is none" in assignment("cycle", "cancel", "2026q3-global", *WHO, code=2)
