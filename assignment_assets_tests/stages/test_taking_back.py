"""What was written is taken back: judged before anything is stored, told on every surface afterwards."""

import json

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.automation.run_segment import instance
from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.approval import OWNED_NOW, in_force
from assignment_assets.domain.tables import APPROVED_DIFF
from assignment_assets.io.folders import engine_key
from assignment_assets.io.published_cycle import tables_of
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.trail import write_back
from assignment_assets.resources import Clock, Source
from assignment_assets.sandbox import load
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.undoing import owners_written, propose, rollback_rows
from assignment_assets_tests.company import PRIYA, org_id, tiny, with_org_ids
from assignment_assets_tests.rehearsal import Cycle, copy_of, settle_in
from assignment_assets_tests.stages.test_write_back import org_of, owners


def assignment(*words, code=0):
    """What a command prints."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def story(tmp_path_factory, dagster_home):
    """The quarterly cycle, written to an org."""
    folder = tmp_path_factory.mktemp("written")
    with pytest.MonkeyPatch.context() as patch:
        teller = Cycle(settle_in(folder, dagster_home, patch))
        load(with_org_ids(tiny()), folder / "org")
        with org_of(folder, patch):
            teller.open(severe_conflicts_block=False).propose().review().sign_off()
            before = owners()
            teller.run("write_back")
    return folder, teller.now, before


@pytest.fixture
def written(story, tmp_path, dagster_home, monkeypatch):
    """(cycle, running org, owners before), with everything written and PRIYA at the command line."""
    folder, now, before = story
    cycle = Cycle(copy_of(folder, tmp_path, dagster_home, monkeypatch), now=now)
    with org_of(tmp_path, monkeypatch) as address:
        monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
        yield cycle, address, before


def rollback(cycle, *more, person=PRIYA, code=0):
    return assignment("write-back", "rollback", cycle.name, "--reason", "a mistake", "--as", person, *more, code=code)


def test_a_rollback_that_is_refused_changes_nothing_and_one_that_is_not_names_people_who_left(written, monkeypatch):
    cycle, _, before = written
    journal, now = cycle.folder.journal.read_bytes(), owners()
    refusals = (
        ("not a token", PRIYA, f"the token is not that of {PRIYA}"),
        ("0" * 64, PRIYA, f"the token is not that of {PRIYA}"),
        (signer_token(engine_key(), PRIYA), "nobody@example.com", "nobody@example.com may not approve it"),
    )
    for token, person, said in refusals:
        monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", token)
        assert said in rollback(cycle, person=person, code=2)
    approved = in_force(cycle.table(APPROVED_DIFF))
    leavers = approved.filter(pl.col("old_owner_id") == org_id("max"))["account_id"].to_list()
    said = rollback(cycle, code=2)
    assert f"would give back {len(leavers)} accounts of people who have left" in said and "inactive in the" in said
    assert cycle.folder.journal.read_bytes() == journal and owners() == now
    assert f"left out: {len(leavers)} accounts of people who have left" in rollback(cycle, "--leave-out-leavers")
    now, moved = owners(), dict(approved.select("account_id", "new_owner_id").iter_rows())
    expected = {each: moved[each] if each in leavers else before[each] for each in moved}
    assert {each: now[each] for each in moved} == expected
    told = f"{len(leavers)} in place, {len(moved) - len(leavers)} given back"
    _is_told_everywhere(cycle, approved, leavers, told)


def _is_told_everywhere(cycle, approved, leavers, told):
    """One count on every surface, and letters to those whom the first letters told."""
    for words in (("cycle", "status"), ("write-back", "status"), ("write-back", "verify")):
        assert told in assignment(*words, cycle.name)
    assert f"After a rollback: {told}." in write_back_section(cycle)
    with instance() as dagster:
        event = dagster.get_latest_materialization_event(dg.AssetKey("write_back_log"))
    assert event.asset_materialization.metadata["accounts"].value == told
    books = {row["rep_id"]: row["owned_count"] for row in cycle.warehouse.answer(cycle.name, OWNED_NOW).to_dicts()}
    now = list(owners().values())
    assert books == {each: now.count(each) - (each == org_id("ana")) for each in books}
    back = approved.filter(~pl.col("account_id").is_in(leavers))
    letters = sorted((cycle.folder.root / "notices" / cycle.name / "previews").glob("given_back-*.eml"))
    people = {path.name.split("-")[1] for path in letters}
    assert set(back["new_owner_id"]) <= people and len(people - set(back["new_owner_id"])) == 2, "two directors"
    assert "Subject: Given back: " in letters[0].read_text()
    require_invariants(cycle.warehouse, cycle.name, "approved_diff", "write_back_log")


def write_back_section(cycle):
    """The sentences of the report's section."""
    report = ReportInput(cycle.name, tables_of(cycle.folder, cycle.name), "closed")
    names = Names(report.frame("accounts"), report.frame("reps"))
    return " ".join(write_back(report, names).sentences)


def test_a_rollback_that_was_never_begun_blocks_its_cycle_until_it_is_discarded(written, monkeypatch):
    cycle, _, _ = written
    with opened(cycle.folder.journal, engine_key()) as journal:
        plans = journal.plans(cycle.name)
        rows = rollback_rows(owners_written(journal, cycle.name))
        plan = propose(journal, cycle.name, "rollback", rows, tools(Source(), Clock()), "stored by an earlier release")
    with pytest.raises(AssignmentError, match=f"{plan.plan_id} would roll it back and was never begun"):
        cycle.run("write_back")
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", "0" * 64)
    assert "the token is not that of" in assignment("write-back", "discard", plan.plan_id, "--as", PRIYA, code=2)
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
    assert "it writes what was signed" in assignment("write-back", "discard", plans[0].plan_id, "--as", PRIYA, code=2)
    assert f"{plan.plan_id}: discarded by {PRIYA}" in assignment("write-back", "discard", plan.plan_id, "--as", PRIYA)
    assert "it was discarded before" in assignment("write-back", "discard", plan.plan_id, "--as", PRIYA, code=2)
    approve = ("write-back", "approve", cycle.name, plan.plan_id, "--as", PRIYA)
    assert "it was discarded" in assignment(*approve, code=2)
    states = json.loads(assignment("write-back", "status", cycle.name, "--json"))["plans"]
    assert states[plan.plan_id] == {"DISCARDED": rows.height}
    assert "people who have left" in rollback(cycle, code=2)
