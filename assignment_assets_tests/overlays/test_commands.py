"""The roles beside the owner from the command line and in Dagster, against a running org."""

import json
from datetime import datetime
from pathlib import Path

import dagster as dg
from click.testing import CliRunner

from assignment_assets.automation.overlays import OVERLAY_ASSETS, every_morning, overlay_poll
from assignment_assets.cli import main
from assignment_assets.domain.overlays.tables import OVERLAY_HISTORY, OVERLAY_WORKLOAD
from assignment_assets.resources import Clock, Source
from assignment_assets.sandbox.overlay_fields import OPPORTUNITY_CSM
from assignment_assets_tests.overlays.conftest import PEOPLE
from assignment_assets_tests.overlays.test_writer import account_with, other_than


def said(*options, status=0):
    done = CliRunner().invoke(main, ["overlays", *options])
    assert done.exit_code == status, done.output
    return done.output


def test_from_a_pass_to_a_history_that_finance_checks(beside, tmp_path):
    beside.sign_policy()
    assert "nothing was looked at yet" in said("status", status=2)
    assert "look 1: " in said("pass")
    account, (first, *_) = account_with(beside, is_open=True)
    other = other_than(beside.on_account(account))
    beside.clock.advance(60)
    beside.org.edit(first, {OPPORTUNITY_CSM: other}, object="Opportunity", user_id=PEOPLE.csm_ids[0])
    assert json.loads(said("pass", "--json"))["outcomes"] == {"verified": 1}
    assert "differences caught" in said("catch")
    assert "edit: " in said("status")
    made = json.loads(said("history", str(tmp_path / "history"), "--json"))
    assert made["digest"] in said("check", made["csv"])
    rows = beside.table(OVERLAY_HISTORY)
    assert {"owner", "csm", "sa"} <= set(rows["role"])


def test_a_history_that_was_changed_is_told(beside, tmp_path):
    said("pass")
    made = json.loads(said("history", str(tmp_path), "--json"))
    path = Path(made["csv"])
    path.write_text(path.read_text(encoding="utf-8").replace("primary", "supporting", 1), encoding="utf-8")
    assert "error: " in said("check", made["csv"], status=2)


def test_the_assets_make_a_pass_a_catch_and_the_reports(beside):
    beside.sign_policy()
    done = dg.materialize(OVERLAY_ASSETS, resources={"source": Source(), "clock": Clock()})
    assert done.success
    assert beside.table(OVERLAY_WORKLOAD)["accounts"].sum() > 0
    assert beside.table(OVERLAY_HISTORY).height > 0
    with beside.writer():
        again = dg.materialize(OVERLAY_ASSETS[:1], resources={"source": Source(), "clock": Clock()})
    (event,) = again.get_asset_materialization_events()
    assert "runs as a process of its own" in event.materialization.metadata["pass"].value


def test_without_roles_nothing_runs_and_the_command_says_what_to_do(monkeypatch):
    monkeypatch.delenv("ASSIGNMENT_OVERLAYS", raising=False)
    assert "no roles are configured" in said("pass", status=2)
    found = overlay_poll(dg.build_sensor_context())
    assert "no roles beside the owner" in found.skip_reason.skip_message
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 10, 1, 5, 15))
    assert "no roles beside the owner" in every_morning(context).skip_message


def test_a_second_writer_is_told_that_one_runs(beside):
    with beside.writer():
        assert "expected nobody" in said("pass", status=2)
