"""Routing as Dagster runs it: the job's assets, and both arms of every sensor."""

import dagster as dg
import pytest

from assignment_assets.automation import routing as automation
from assignment_assets.domain.routing.tables import EVENT_CYCLES, POLLS, SUMMARY
from assignment_assets.resources import Clock, Source
from assignment_assets.routing.decide import plan_events
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.rules_file import read_rules
from assignment_assets.sandbox import mapping_path
from assignment_assets.stages.routing import ROUTING
from assignment_assets.stages.routing_pass import RoutingState
from assignment_assets_tests.company import org_id


@pytest.fixture
def here(org, monkeypatch):
    """The org as the source in force."""
    monkeypatch.setenv("ASSIGNMENT_SOURCE", "salesforce")
    monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(mapping_path()))
    return org


def resources(org) -> dict:
    return {"source": Source(), "clock": Clock(fixed_at=org.now.isoformat())}


def run(org, job: str) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(assets=ROUTING, jobs=automation.ROUTING_JOBS, resources=resources(org))
    return definitions.resolve_job_def(job).execute_in_process(instance=dg.DagsterInstance.ephemeral())


def look(org, cursor: str | None) -> dg.SensorResult:
    with dg.build_sensor_context(cursor=cursor, resources=resources(org)) as context:
        return automation.source_poll(context)


def test_everything_is_off_until_somebody_switches_it_on():
    assert {each.default_status for each in automation.ROUTING_SENSORS} == {dg.DefaultSensorStatus.STOPPED}
    assert {each.default_status for each in automation.ROUTING_SCHEDULES} == {dg.DefaultScheduleStatus.STOPPED}


def test_the_assets_of_routing_have_a_pool_of_their_own_and_say_when_they_are_stale():
    for asset in ROUTING:
        assert asset.op.pool == "routing"
        assert all(spec.freshness_policy is not None for spec in asset.specs)


def test_the_job_gives_a_new_account_its_owner_and_sums_up(here):
    here.allow("routing")
    account = here.enter("n01")
    here.wait(minutes=2)
    result = run(here, "route")
    assert result.success
    assert here.owner(account) == org_id("nia")
    materialised = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert materialised == set(automation.ROUTE)
    assert here.table(SUMMARY).filter(span="day", rule="territory")["decisions"].to_list() == [1]


def test_the_views_are_drawn_though_nothing_was_routed_yet(here):
    assert run(here, "routing_views").success


def test_the_poll_asks_for_a_pass_once_for_each_change(here):
    rested = look(here, None)
    here.wait(minutes=11)
    here.go()
    here.enter("n01")
    here.wait(minutes=1)
    seen = look(here, rested.cursor)
    assert len(seen.run_requests) == 1
    again = look(here, seen.cursor)
    assert again.run_requests == [] and again.skip_reason.skip_message.startswith("nothing changed since poll")


def test_the_poll_asks_for_a_pass_every_hour_though_nothing_changed(here):
    here.wait(minutes=11)
    here.go()
    here.wait(minutes=59)
    assert look(here, None).run_requests == []
    here.wait(minutes=2)
    due = look(here, None)
    assert len(due.run_requests) == 1
    assert look(here, due.cursor).run_requests == []


def test_the_poll_asks_for_a_pass_when_a_quiet_window_ends(here):
    here.edit("ben", IsActive=False)
    here.wait(minutes=1)
    here.go()
    cursor = look(here, None).cursor
    assert read_rules().quiet_minutes == 30
    here.wait(minutes=31)
    assert len(look(here, cursor).run_requests) == 1


def test_an_event_that_no_policy_covers_waits_for_a_person_and_the_tick_says_so(here):
    here.allow("departure")
    here.edit("ana", On_Leave_Until__c="2026-11-01")
    here.wait(minutes=1)
    here.go()
    here.wait(minutes=31)
    here.go()
    cycles = here.table(EVENT_CYCLES)
    assert cycles["up_to"].to_list() == ["nothing"]
    with dg.instance_for_test() as instance, dg.build_sensor_context(instance=instance) as context:
        waits = automation.event_cycles(context)
    assert waits.run_requests == []
    assert waits.skip_reason.skip_message == f"waiting for a person: {cycles['cycle'][0]}"


def test_a_covered_departure_opens_its_cycle_and_a_second_tick_does_not(here):
    here.allow("departure")
    here.edit("ben", IsActive=False)
    here.wait(minutes=1)
    here.go()
    here.wait(minutes=31)
    here.go()
    with dg.instance_for_test() as instance:
        with dg.build_sensor_context(instance=instance) as context:
            first = automation.event_cycles(context)
        cycle = here.table(EVENT_CYCLES)["cycle"][0]
        assert [request.partition_key for request in first.run_requests] == [cycle]
        instance.add_dynamic_partitions("cycle", [cycle])
        with dg.build_sensor_context(instance=instance) as context:
            assert automation.event_cycles(context).run_requests == []


def test_a_cycle_waits_until_the_pass_that_planned_it_has_ended(here):
    here.allow("departure")
    here.edit("ben", IsActive=False)
    here.wait(minutes=1)
    here.go()
    here.wait(minutes=31)
    log = RoutingLog(here.folder)
    state = RoutingState.now(log, here.now)
    assert plan_events(log, state.rules, state.policies, [], here.now).height == 1
    assert automation.planned_cycles(here.folder).height == 0
    here.go()
    assert automation.planned_cycles(here.folder).height == 1


def test_a_failed_pass_leaves_the_log_as_it_was(here):
    before = here.table(POLLS).height
    here.rules.write_text('order = ["no such rule"]\n')
    here.enter("n01")
    here.wait(minutes=1)
    definitions = dg.Definitions(assets=ROUTING, jobs=automation.ROUTING_JOBS, resources=resources(here))
    result = definitions.resolve_job_def("route").execute_in_process(
        instance=dg.DagsterInstance.ephemeral(), raise_on_error=False
    )
    assert not result.success
    assert here.table(POLLS).height == before
