"""The roles beside the owner from the command line and in Dagster, against a running org."""

import json
from datetime import datetime
from pathlib import Path

import dagster as dg
import polars as pl
from click.testing import CliRunner

from assignment_assets.automation.overlays import OVERLAY_ASSETS, every_morning, overlay_poll
from assignment_assets.cli import main
from assignment_assets.domain.overlays.activities.tables import ACTIVITY_LINKS
from assignment_assets.domain.overlays.manager_answers import ACCEPTED
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS
from assignment_assets.domain.overlays.tables import HAND_OVERS, OVERLAY_HISTORY, OVERLAY_WORKLOAD
from assignment_assets.io.overlay_words import answer
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.resources import Clock, Source
from assignment_assets.sandbox.overlay_fields import OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT
from assignment_assets.stages.overlay_reports import next_accounts, overlay_hand_overs, overlay_workload
from assignment_assets_tests.overlays.conftest import PEOPLE
from assignment_assets_tests.overlays.test_writer import USERS, account_with, other_than


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
    assert "Do not pay by this file" in said("check", made["csv"], status=2)
    Path(made["sealed"]).unlink()
    assert "there is no seal, expected ownership_history.json" in said("check", made["csv"], status=2)


def test_what_the_page_shows_is_drawn_and_a_status_says_why_stamps_wait(beside):
    said("pass")
    drawn = json.loads(said("reports", "--json"))
    assert drawn["people"] == beside.table(OVERLAY_WORKLOAD).height > 0
    assert drawn["intervals_of_history"] == beside.table(OVERLAY_HISTORY).height > 0
    account, (first, *_) = account_with(beside, is_open=True)
    other = other_than(beside.on_account(account))
    beside.clock.advance(60)
    beside.org.edit(first, {OPPORTUNITY_CSM: other}, object="Opportunity", user_id=PEOPLE.csm_ids[0])
    said("pass")
    assert "still to come" in said("status") and "no standing policy for overlays is in force" in said("status")


def test_the_assets_make_a_pass_a_catch_and_the_reports(beside):
    beside.sign_policy()
    org = Org(beside.org.settings())
    deal = next(org.query("SELECT Id, AccountId FROM Opportunity WHERE IsClosed = FALSE"))
    logged = [{"WhatId": what, "OwnerId": PEOPLE.csm_ids[0], "Subject": "Call"} for what in deal.values() if what]
    beside.org.create("Task", [each for each in logged if isinstance(each["WhatId"], str)])
    done = dg.materialize(OVERLAY_ASSETS, resources={"source": Source(), "clock": Clock()})
    assert done.success
    links = beside.table(ACTIVITY_LINKS)
    assert (links.height, links["counts"].sum()) == (2, 1)
    assert set(links["opportunity_id"]) == {deal["Id"]}
    assert beside.table(OVERLAY_WORKLOAD)["accounts"].sum() > 0
    assert beside.table(OVERLAY_HISTORY).height > 0
    with beside.writer():
        again = dg.materialize(OVERLAY_ASSETS[:1], resources={"source": Source(), "clock": Clock()})
    (event,) = again.get_asset_materialization_events()
    assert "runs as a process of its own" in event.materialization.metadata["pass"].value


def test_a_change_is_handed_over_by_letter_once(beside):
    beside.sign_policy()
    with beside.writer() as writer:
        writer.one_pass()
        account, _ = account_with(beside, is_open=True)
        other = other_than(beside.on_account(account))
        beside.clock.advance(60)
        beside.system.hook("company", account_id=account, csm_email=USERS[other])
        writer.one_pass()
    for _ in range(2):
        assert dg.materialize([overlay_hand_overs], resources={"clock": Clock()}).success
    letters = sorted((beside.folder.root / "notices" / "overlays" / "previews").glob("*.eml"))
    assert len(letters) == 2
    assert all("Renewals" in letter.read_text() for letter in letters)
    (row,) = beside.table(HAND_OVERS).to_dicts()
    assert (row["account_id"], row["to_id"]) == (account, other)


def test_what_a_manager_accepts_is_stamped_where_the_account_is_the_truth(beside):
    beside.sign_policy()
    given = {"resources": {"source": Source(), "clock": Clock()}}
    assert dg.materialize([*OVERLAY_ASSETS[:1], overlay_workload, next_accounts], **given).success
    row = (
        beside.table(NEXT_ACCOUNTS).filter(pl.col("role") == "sa", pl.col("person_id").is_not_null()).row(0, named=True)
    )
    answer(beside.folder, "sa", row["account_id"], row["person_id"], ACCEPTED, "lead@example.com", beside.org.utc_now())
    with beside.writer() as writer:
        done = writer.one_pass()
    assert done.lane.outcomes == {"verified": 1}
    assert [call["body"] for call in beside.org.sent()] == [{SOLUTIONS_ARCHITECT: row["person_id"]}]
    with beside.writer() as writer:
        assert writer.one_pass().lane.outcomes == {}


def test_without_roles_nothing_runs_and_the_command_says_what_to_do(monkeypatch):
    monkeypatch.delenv("ASSIGNMENT_OVERLAYS", raising=False)
    assert "no roles are configured" in said("pass", status=2)
    found = overlay_poll(dg.build_sensor_context())
    assert "no roles beside the owner" in found.skip_reason.skip_message
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 10, 1, 5, 15))
    assert "no roles beside the owner" in every_morning(context).skip_message


def test_a_second_writer_is_told_that_one_runs(beside):
    with beside.writer():
        assert "another overlay writer runs, expected nobody" in said("pass", status=2)
