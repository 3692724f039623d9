"""A paused or dead write-back goes on by itself when it may, and only then."""

from datetime import datetime, timedelta

import dagster as dg
import pytest

from assignment_assets.automation.write_back import may_go_on, write_back_daily, write_back_resume
from assignment_assets.io.folders import DataFolder
from assignment_assets.resources import Clock
from assignment_assets.write_back.publishing import WriteBackState, publish_state

NOW = datetime(2026, 11, 1, 12, 0)
AGO = (NOW - timedelta(minutes=10)).isoformat()


@pytest.mark.parametrize(
    ("state", "is_running", "goes_on", "why"),
    [
        (WriteBackState("paused", AGO, code="API_BUDGET", resume_at=AGO), False, True, "paused (API_BUDGET)"),
        (WriteBackState("paused", AGO, code="API_BUDGET", resume_at="2026-11-01T12:00:01"), False, False, "until"),
        (WriteBackState("paused", AGO, code="CIRCUIT_BREAKER"), False, False, "a person must look"),
        (WriteBackState("writing", AGO), False, True, "its run died"),
        (WriteBackState("writing", AGO), True, False, "a run is writing"),
        (WriteBackState("writing", NOW.isoformat()), False, False, "writing"),
        (WriteBackState("finished", AGO), False, False, "finished"),
    ],
)
def test_who_goes_on_by_itself(state, is_running, goes_on, why):
    told, sentence = may_go_on(state, NOW, is_running)
    assert told is goes_on
    assert why in sentence


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path))
    return DataFolder.from_environment()


def evaluated(instance):
    context = dg.build_sensor_context(instance=instance, resources={"clock": Clock(fixed_at=NOW.isoformat())})
    return write_back_resume(context)


def test_the_sensor_asks_for_one_run_a_pause_and_else_says_why_not(folder):
    instance = dg.DagsterInstance.ephemeral()
    assert "no cycle has begun to write" in evaluated(instance).skip_reason.skip_message
    publish_state(folder.published("c-one"), WriteBackState("paused", AGO, code="ORG_UNREACHABLE", resume_at=AGO))
    publish_state(folder.published("c-two"), WriteBackState("paused", AGO, code="FIRST_BATCH"))
    (request,) = evaluated(instance).run_requests
    assert (request.partition_key, request.run_key) == ("c-one", f"write_back:c-one:{AGO}")
    publish_state(folder.published("c-one"), WriteBackState("finished", AGO))
    assert "c-two: paused (FIRST_BATCH): a person must look" in evaluated(instance).skip_reason.skip_message


def test_written_cycles_are_looked_at_every_morning_for_five_weeks(folder):
    publish_state(folder.published("c-new"), WriteBackState("finished", AGO))
    publish_state(folder.published("c-old"), WriteBackState("finished", (NOW - timedelta(days=40)).isoformat()))
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("cycle", ["c-new", "c-old"])
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NOW)
        assert [request.partition_key for request in write_back_daily(context)] == ["c-new"]
