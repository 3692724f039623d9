"""Accounts that the org refuses, from the write to the closed cycle: set aside, told, left out, told again."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import APPROVED_DIFF, CYCLE_EVENTS, WRITE_BACK_LOG
from assignment_assets.io.folders import engine_key
from assignment_assets.sandbox import load
from assignment_assets.stages.invariants import require_invariants
from assignment_assets_tests.company import PRIYA, tiny, with_org_ids
from assignment_assets_tests.rehearsal import Cycle, settle_in
from assignment_assets_tests.stages.test_write_back import org_of, owners

MESSAGE = "Strategic accounts need a signed plan."


def assignment(*words, code=0):
    """What a command prints."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def refused(tmp_path, dagster_home, monkeypatch):
    """(cycle, running org, account): a written cycle of which the org refused one account."""
    cycle = Cycle(settle_in(tmp_path, dagster_home, monkeypatch))
    load(with_org_ids(tiny()), tmp_path / "org")
    with org_of(tmp_path, monkeypatch) as address:
        cycle.open(severe_conflicts_block=False).propose().review().sign_off()
        account = in_force(cycle.table(APPROVED_DIFF)).sort("account_id")["account_id"][0]
        code = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        address.hook("faults", kind="row_error", record_id=account, error_code=code, message=MESSAGE, times=99)
        cycle.run("write_back")
        yield cycle, address, account


def test_a_refused_account_waits_is_left_out_by_a_signature_and_the_cycle_closes(refused, monkeypatch):
    cycle, _, account = refused
    assert cycle.table(CYCLE_EVENTS)["event"].to_list() == ["opened"]
    told = assignment("write-back", "status", cycle.name)
    assert f"1 accounts wait for a person: `assignment write-back set-aside {cycle.name}`" in told
    ((group, accounts),) = json.loads(assignment("write-back", "status", cycle.name, "--json"))["set_aside"].items()
    assert accounts == [account]
    listed = assignment("write-back", "set-aside", cycle.name)
    assert f"{group}  1 account  FIELD_CUSTOM_VALIDATION_EXCEPTION: {MESSAGE}" in listed and account in listed
    accept = ("write-back", "set-aside", cycle.name, "--accept", group)
    assert "say who you are" in assignment(*accept, code=2)
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", "wrong")
    assert "Nothing was changed" in assignment(*accept, "--as", PRIYA, code=2)
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
    assert "either --retry or --accept" in assignment(*accept, "--retry", group[:4], "--as", PRIYA, code=2)
    twice = (*accept, "--accept", group[:5], "--as", PRIYA)
    assert assignment(*twice).count(f"goes on without 1 accounts, signed by {PRIYA}") == 1
    before = owners()
    cycle.run("write_back")
    assert owners() == before
    *_, last = cycle.rows(WRITE_BACK_LOG, account_id=account)
    assert (last["outcome"], last["attempt"]) == ("left_out", 2)
    assert last["error"] == f"{PRIYA} goes on without it. The org had said: {MESSAGE}"
    assert cycle.table(CYCLE_EVENTS)["event"].to_list() == ["opened", "closed"]
    require_invariants(cycle.warehouse, cycle.name, "write_back_log")
    letters = [path.read_text() for path in (cycle.folder.root / "notices" / cycle.name).rglob("*.eml")]
    assert any("Taken back" in letter and "goes on without it" in letter.replace("=\n", "") for letter in letters)


def test_a_group_that_is_retried_is_written_once_the_org_takes_it(refused):
    cycle, address, account = refused
    cycle.run("write_back")
    assert [row["outcome"] for row in cycle.rows(WRITE_BACK_LOG, account_id=account)] == ["failed"]
    address.hook("faults", "DELETE")
    (group,) = json.loads(assignment("write-back", "set-aside", cycle.name, "--json"))["groups"]
    assert "tried again" in assignment("write-back", "set-aside", cycle.name, "--retry", group["group"])
    cycle.run("write_back")
    assert [row["outcome"] for row in cycle.rows(WRITE_BACK_LOG, account_id=account)] == ["failed", "verified"]
    assert cycle.table(CYCLE_EVENTS)["event"].to_list() == ["opened", "closed"]
    assert assignment("write-back", "set-aside", cycle.name) == f"{cycle.name}: no account waits for a person\n"
