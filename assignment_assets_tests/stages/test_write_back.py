"""The last stage, on a real org: what is signed is written and read back, and nothing else ever is."""

import json
from contextlib import contextmanager

import dagster as dg
import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError, CycleClosed
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.resources import Clock, Source
from assignment_assets.sandbox import load, mapping_path, running
from assignment_assets.sandbox.request_log import read_requests
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.write_back_check import write_back_check
from assignment_assets.stages.write_back_log import require_writable
from assignment_assets.stages.written_owners import written_owners
from assignment_assets_tests.company import OLIVIA, PRIYA, config, org_id, tiny, with_org_ids
from assignment_assets_tests.rehearsal import Cycle, copy_of, settle_in
from assignment_assets_tests.sql.questions import QUESTIONS, asked


@contextmanager
def org_of(folder, monkeypatch):
    """The folder's org, running, and the engine pointed at it."""
    with running(folder / "org") as address:
        for name, value in address.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ASSIGNMENT_SOURCE", "salesforce")
        monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(mapping_path()))
        yield address


def owners():
    """Account → owner as the org says now."""
    org = Org(SalesforceSettings.from_environment())
    ids = [org_id(each) for each in tiny().accounts["account_id"]]
    return {record["Id"]: record["OwnerId"] for record in org.retrieve("Account", ids, ["Id", "OwnerId"]) if record}


def writes(address):
    """Every change of an account that was sent."""
    calls = [call for call in read_requests(address.state_dir) if "/composite" in call["path"] and call["body"]]
    return [part for call in calls for part in call["body"].get("compositeRequest", []) if part["method"] == "PATCH"]


@pytest.fixture(scope="module")
def story(tmp_path_factory, dagster_home):
    """The quarterly cycle read from an org, signed by all, not written."""
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as patch:
        teller = Cycle(settle_in(folder, dagster_home, patch))
        load(with_org_ids(tiny()), folder / "org")
        with org_of(folder, patch):
            teller.open(severe_conflicts_block=False).propose().review().sign_off()
    return folder, teller.now


@pytest.fixture
def signed(story, tmp_path, dagster_home, monkeypatch):
    """(cycle, running org), with everything approved."""
    folder, now = story
    cycle = Cycle(copy_of(folder, tmp_path, dagster_home, monkeypatch), now=now)
    with org_of(tmp_path, monkeypatch) as address:
        yield cycle, address


def test_what_is_signed_is_written_once_and_read_back(signed):
    cycle, address = signed
    before = owners()
    approved = dict(in_force(cycle.table(APPROVED_DIFF)).select("account_id", "new_owner_id").iter_rows())
    cycle.run("write_back")
    assert owners() == before | approved
    assert {part["url"].rpartition("/")[2].split("?")[0] for part in writes(address)} == set(approved)
    assert all(set(part["body"]) == {"OwnerId"} for part in writes(address))
    assert cycle.table(WRITE_BACK_LOG)["outcome"].unique().to_list() == ["verified"]
    assert cycle.table(CYCLE_EVENTS)["event"].to_list() == ["opened", "closed"]
    assert read_status(cycle.folder, cycle.name, cycle.now).state == "closed"
    log, sent = cycle.table(WRITE_BACK_LOG), len(writes(address))
    cycle.run("write_back")
    assert len(writes(address)) == sent
    assert cycle.table(WRITE_BACK_LOG).equals(log)
    words = ("cycle", "reopen", cycle.name, "--from", "review", "--as", OLIVIA, "--reason", "second thoughts")
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "Nothing re-opens after the first write" in result.output


def test_analysts_are_told_what_was_written(signed):
    cycle, _ = signed
    cycle.run("write_back")
    answers = {question: asked(cycle.folder.root, question, account=org_id("m01")) for question in QUESTIONS}
    header, *moves = answers["moves"]
    assert {row[header.index("account_id")] for row in moves} == set(cycle.table(WRITE_BACK_LOG)["account_id"])
    assert {row[header.index("write_outcome")] for row in moves} == {"verified"}
    header, *books = answers["balance_by_book"]
    owned = {row[header.index("rep_id")]: int(row[header.index("account_count_after")]) for row in books}
    assert owned == {each: list(owners().values()).count(each) - (each == org_id("ana")) for each in owned}
    assert len(answers["account_history"]) == 2


def test_what_changed_since_the_approval_is_left_alone_and_listed(signed):
    cycle, address = signed
    rows = in_force(cycle.table(APPROVED_DIFF)).filter(pl.col("old_owner_id") != org_id("max")).sort("account_id")
    taken, moved, carved, deleted, *_ = rows["account_id"]
    address.hook("edit", id=taken, fields={"OwnerId": org_id("gus")})
    address.hook("edit", id=moved, fields={"BillingStateCode": "WY"})
    address.hook("edit", id=carved, fields={"Carve_Out__c": "TAD"})
    address.hook("edit", id=deleted, is_deleted=True)
    before = owners()
    cycle.pass_time(minutes=5)
    cycle.run("write_back")
    outcomes = dict(cycle.table(WRITE_BACK_LOG).select("account_id", "outcome").iter_rows())
    assert set(outcomes) == set(in_force(cycle.table(APPROVED_DIFF))["account_id"])
    assert [outcomes[each] for each in (taken, moved, carved, deleted)] == ["drift", "drift_rule", "drift_rule", "gone"]
    now = owners()
    assert all(now.get(each) == before.get(each) for each in (taken, moved, carved, deleted))
    rest = {each: outcome for each, outcome in outcomes.items() if each not in (taken, moved, carved, deleted)}
    assert set(rest.values()) <= {"verified", "deferred"}
    assert "verified" in rest.values()
    require_invariants(cycle.warehouse, cycle.name, "write_back_log")
    log = {row["account_id"]: row for row in cycle.rows(WRITE_BACK_LOG)}
    assert log[taken]["found_owner_id"] == org_id("gus")
    assert all(log[each]["error"] for each in (taken, moved, carved, deleted))


def test_what_a_narrower_cycle_has_taken_over_since_is_not_written(signed):
    cycle, _ = signed
    narrow = Cycle(cycle.folder, "one-rep", cycle.now)
    narrow.open(scope="rep", reps=[org_id("cleo")])
    claimed = {row["account_id"] for row in narrow.rows(ELIGIBLE_POOL, standing="free")}
    approved = set(in_force(cycle.table(APPROVED_DIFF))["account_id"])
    assert claimed & approved
    before = owners()
    with pytest.raises(AssignmentError, match="one-rep"):
        cycle.run("write_back")
    assert owners() == before
    assert cycle.table(WRITE_BACK_LOG).is_empty()
    cycle.run("sign_off")
    cycle.sign_off()
    cycle.run("write_back")
    now = owners()
    assert {each: now[each] for each in claimed} == {each: before[each] for each in claimed}
    assert cycle.table(SIGN_OFF_VERDICTS).filter(pl.col("verdict") == "refused").is_empty()
    still = dict(in_force(cycle.table(APPROVED_DIFF)).select("account_id", "new_owner_id").iter_rows())
    assert still
    assert {each: now[each] for each in still} == still


def test_nothing_is_written_before_the_effective_date_nor_from_a_draft_nor_of_an_old_revision(reviewed):
    here = reviewed.warehouse, reviewed.name
    on_the_day, before = Clock(fixed_at="2026-11-01T00:00:00"), Clock(fixed_at="2026-10-31T23:59:59")
    dated = config(write_not_before="2026-11-01")
    require_writable(*here, dated, on_the_day)
    with pytest.raises(CycleClosed, match="its effective date is 2026-11-01, expected that day or later"):
        require_writable(*here, dated, before)
    with pytest.raises(CycleClosed, match="it is a draft"):
        require_writable(*here, config(mode="draft"), on_the_day)
    words = ("cycle", "reopen", reviewed.name, "--from", "sign_off", "--as", OLIVIA, "--reason", "second thoughts")
    assert CliRunner().invoke(main, words).exit_code == 0
    with pytest.raises(CycleClosed, match="nothing of this revision was signed"):
        require_writable(*here, config(), on_the_day)


def test_an_org_gives_the_same_tables_as_the_drawing(signed):
    cycle, _ = signed
    assert (
        cycle.table(ACCOUNTS)
        .drop("created_at")
        .equals(with_org_ids(tiny()).accounts.drop("created_at").sort("account_id"))
    )


def test_the_org_is_asked_before_it_is_trusted_by_command_and_by_asset(signed):
    cycle, address = signed
    ana = next(iter(set(in_force(cycle.table(APPROVED_DIFF))["new_owner_id"])))
    address.hook("edit", id=ana, fields={"IsActive": False}, object="User")
    told = CliRunner().invoke(main, ["write-back", "check", cycle.name])
    assert told.exit_code == 0, told.output
    assert "INACTIVE_RECEIVER (" in told.output
    assert told.output.strip() == (cycle.folder.root / "write_back" / cycle.name / "org_check.txt").read_text().strip()
    alone = CliRunner().invoke(main, ["write-back", "check", "--json"])
    assert json.loads(alone.output)["accounts"] == 0
    ahead = CliRunner().invoke(main, ["write-back", "dry-run", cycle.name])
    assert ahead.output.startswith("Org check of ")
    assert "Write-back, dry run against org" in ahead.output
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("cycle", [cycle.name])
        made = dg.materialize(
            [write_back_check],
            partition_key=cycle.name,
            instance=instance,
            resources={"warehouse": cycle.warehouse, "source": Source()},
        )
    metadata = made.asset_materializations_for_node("write_back_check")[0].metadata
    assert "Org check of" in metadata["page"].value
    assert metadata["refusing"].value >= 1
    assert writes(address) == []


def test_owners_that_others_changed_are_told_by_command_asset_alert_and_kpi(signed):
    cycle, address = signed
    cycle.run("write_back")
    log = cycle.table(WRITE_BACK_LOG).sort(pl.col("new_owner_id") == org_id("cleo"), "account_id")
    written = log["account_id"].to_list()
    robot = org_id("gus")
    address.hook("edit", id=written[0], fields={"OwnerId": org_id("cleo")})
    address.hook("edit", id=written[1], fields={"OwnerId": org_id("cleo")}, user_id=robot)
    settings = cycle.folder.root.parent / "settings.toml"
    settings.write_text(settings.read_text() + f'\n[write_back]\nintegrations = ["{robot}"]\n')
    expected = set(written[:2])
    told = CliRunner().invoke(main, ["write-back", "reconcile"])
    assert told.exit_code == 0, told.output
    assert {line.split(":")[0] for line in told.output.strip().splitlines()} == expected
    assert "overwritten by an integration" in told.output
    alert = (cycle.folder.root / "alerts" / "owners.txt").read_text()
    assert told.output.strip() in alert
    of_cycle = CliRunner().invoke(main, ["write-back", "reconcile", cycle.name])
    assert of_cycle.output == told.output
    refused = CliRunner().invoke(main, ["write-back", "reconcile", "--repair"])
    assert refused.exit_code == 2 and "--repair needs a cycle" in refused.output
    with dg.DagsterInstance.ephemeral() as instance:
        given = {"source": Source(), "clock": Clock()}
        made = dg.materialize([written_owners], instance=instance, resources=given)
        metadata = made.asset_materializations_for_node("written_owners")[0].metadata
    assert (metadata["written"].value, metadata["changed since"].value) == (len(written), len(expected))


def test_what_does_not_follow_is_offered_as_files_after_the_write(signed):
    cycle, address = signed
    row = cycle.rows(APPROVED_DIFF, status="approved")[0]
    contact = {"AccountId": row["account_id"], "OwnerId": row["old_owner_id"], "LastName": "One"}
    address.hook("create", object="Contact", records=[contact])
    early = CliRunner().invoke(main, ["write-back", "companions", cycle.name])
    assert early.exit_code == 2 and "it has no plan" in early.output
    ahead = json.loads(CliRunner().invoke(main, ["write-back", "dry-run", cycle.name, "--json"]).output)
    cycle.run("write_back")
    told = json.loads(CliRunner().invoke(main, ["write-back", "companions", cycle.name, "--json"]).output)
    assert told["counts"] == ahead["companions"]
    load, back = (pl.read_csv(told["files"]["Contact"][name]) for name in ("load", "rollback"))
    assert (load["OwnerId"].to_list(), back["OwnerId"].to_list()) == ([row["new_owner_id"]], [row["old_owner_id"]])


def test_an_org_that_ignores_preconditions_is_written_to_only_where_a_signer_says_how(signed, monkeypatch):
    cycle, address = signed
    address.hook("access", off=["preconditions", "several_currencies"])
    before = owners()
    early = CliRunner().invoke(main, ["write-back", "apply", cycle.name, "--without-precondition", "--as", PRIYA])
    assert early.exit_code == 2
    assert "no plan has found that the org ignores preconditions" in early.output
    cycle.run("write_back")
    assert owners() == before
    told = CliRunner().invoke(main, ["write-back", "status", cycle.name])
    assert "--second-probe --as YOU" in told.output
    nobody = CliRunner().invoke(main, ["write-back", "apply", cycle.name, "--without-precondition", "--as", "eve"])
    assert "eve may not approve it" in nobody.output
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", "f" * 64)
    wrong = CliRunner().invoke(main, ["write-back", "apply", cycle.name, "--without-precondition", "--as", PRIYA])
    assert "the token is not that of" in wrong.output
    assert owners() == before
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
    CliRunner().invoke(main, ["write-back", "apply", cycle.name, "--without-precondition", "--as", PRIYA])
    approved = dict(in_force(cycle.table(APPROVED_DIFF)).select("account_id", "new_owner_id").iter_rows())
    assert owners() == before | approved


def test_teams_that_load_by_hand_get_what_is_approved_before_anything_is_written(signed):
    cycle, address = signed
    approved = dict(in_force(cycle.table(APPROVED_DIFF)).select("account_id", "new_owner_id").iter_rows())
    result = CliRunner().invoke(main, ["write-back", "export", cycle.name])
    assert result.exit_code == 0, result.output
    path = cycle.folder.root / "write_back" / cycle.name / "owner_changes.csv"
    changes = pl.read_csv(path)
    assert changes.columns == ["Id", "OwnerId"]
    assert dict(changes.iter_rows()) == approved
    assert writes(address) == []
