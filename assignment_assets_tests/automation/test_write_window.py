"""Signed accounts are written by the engine itself only where hours are set, and within them."""

from datetime import datetime

import dagster as dg
import pytest

from assignment_assets.automation.write_window import write_back_window
from assignment_assets.definitions import defs
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import APPROVED_DIFF, WRITE_BACK_LOG
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.salesforce.records import PROBE
from assignment_assets.resources import Clock
from assignment_assets.write_back.publishing import WriteBackState, publish_state
from assignment_assets_tests.stages.test_write_back import owners, signed, story, writes

__all__ = ["signed", "story"]
OPEN, SHUT = datetime(2026, 11, 2, 7, 30), datetime(2026, 11, 2, 9, 0)


@pytest.fixture
def dagster(tmp_path):
    """A Dagster instance that keeps its partitions and runs."""
    home = tmp_path / "instance"
    home.mkdir()
    with dg.instance_for_test(temp_dir=str(home)) as instance:
        yield instance


def tick(instance, at):
    context = dg.build_sensor_context(instance=instance, resources={"clock": Clock(fixed_at=at.isoformat())})
    return write_back_window(context)


def said(instance, at):
    result = tick(instance, at)
    reason = result if isinstance(result, dg.SkipReason) else result.skip_reason
    return reason.skip_message


def set_hours(cycle, hours):
    settings = cycle.folder.root.parent / "settings.toml"
    settings.write_text(settings.read_text() + f'\n[write_back]\nwindow = "{hours}"\ntimezone = "UTC"\n')


def test_without_hours_nothing_is_written_and_every_surface_says_so(signed, dagster):
    cycle, address = signed
    dagster.add_dynamic_partitions("cycle", [cycle.name])
    assert "names no hours" in said(dagster, OPEN)
    step = read_status(cycle.folder, cycle.name, cycle.now).next_step
    count = in_force(cycle.table(APPROVED_DIFF)).height
    assert step == f"{count} accounts are ready to be written: `assignment write-back apply {cycle.name}`."
    assert writes(address) == []


def test_within_the_hours_what_is_signed_is_written_by_a_run_of_its_own_once(signed, dagster):
    cycle, address = signed
    dagster.add_dynamic_partitions("cycle", [cycle.name])
    set_hours(cycle, "07:00-09:00")
    assert said(dagster, SHUT) == "signed accounts are written between 07:00 and 09:00 (UTC)"
    assert "or the sensor does it" in read_status(cycle.folder, cycle.name, cycle.now).next_step
    (request,) = tick(dagster, OPEN).run_requests
    assert request.partition_key == cycle.name and request.run_key.endswith(":2026-11-02")
    assert tick(dagster, OPEN).run_requests[0].run_key == request.run_key
    approved = dict(in_force(cycle.table(APPROVED_DIFF)).select("account_id", "new_owner_id").iter_rows())
    before = owners()
    cycle.run(write_back_window.job_name)
    assert owners() == before | approved
    assert set(cycle.table(WRITE_BACK_LOG)["outcome"]) == {"verified"}
    assert said(dagster, OPEN) == "no cycle is open"
    sent = [each for each in writes(address) if each["referenceId"] != PROBE]
    assert len(sent) == len(approved)


def test_a_pause_a_running_write_and_what_a_person_must_look_at_are_left_alone(signed, dagster):
    cycle, address = signed
    dagster.add_dynamic_partitions("cycle", [cycle.name])
    set_hours(cycle, "07:00-09:00")
    publish_state(
        cycle.folder.published(cycle.name), WriteBackState("paused", OPEN.isoformat(), code="CIRCUIT_BREAKER")
    )
    assert "under way, or paused" in said(dagster, OPEN)
    publish_state(cycle.folder.published(cycle.name), WriteBackState("finished", OPEN.isoformat()))
    job = defs.resolve_job_def("write_back")
    run = dagster.create_run_for_job(job, tags={"dagster/partition": cycle.name}, status=dg.DagsterRunStatus.STARTED)
    assert "under way, or paused" in said(dagster, OPEN)
    dagster.delete_run(run.run_id)
    assert len(tick(dagster, OPEN).run_requests) == 1
    assert writes(address) == []


def test_hours_and_timezones_that_are_none_are_refused_by_name(signed):
    cycle, _ = signed
    set_hours(cycle, "9 to 5")
    with pytest.raises(InvalidInput, match=r"write_back\.window: '9 to 5', expected two different times"):
        read_status(cycle.folder, cycle.name, cycle.now)
