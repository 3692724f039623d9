"""A poll that stands still is seen in Dagster: its assets fail their freshness policy, in a real instance."""

import shutil
import time
from contextlib import ExitStack
from datetime import timedelta

import dagster as dg
import pytest
from dagster._core.events import AssetMaterialization, DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.test_utils import create_test_daemon_workspace_context
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.freshness import FreshnessDaemon

from assignment_assets.automation.routing import ROUTE, VIEWS
from assignment_assets.io.folders import PROJECT


@pytest.fixture
def instance(tmp_path) -> dg.DagsterInstance:
    """An instance of its own under the project's own dagster.yaml."""
    shutil.copy(PROJECT / "dagster.yaml", tmp_path / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as found:
        yield found


def materialised(instance: dg.DagsterInstance, name: str, ago: timedelta) -> None:
    """The asset's last materialisation, so long ago."""
    data = StepMaterializationData(AssetMaterialization(name))
    event = DagsterEvent(DagsterEventType.ASSET_MATERIALIZATION.value, "route", event_specific_data=data)
    instance.event_log_storage.store_event(
        EventLogEntry(None, "debug", "", run_id="", timestamp=time.time() - ago.total_seconds(), dagster_event=event)
    )


def test_a_poll_that_stands_still_fails_its_freshness_and_one_that_runs_passes(instance):
    assert "FRESHNESS_DAEMON" in instance.get_required_daemon_types()
    for number, name in enumerate(ROUTE):
        materialised(instance, name, timedelta(minutes=(5, 80, 130)[number % 3]))
    with ExitStack() as stack:
        target = ModuleTarget("assignment_assets.definitions", None, str(PROJECT), "assignment_assets")
        workspace = stack.enter_context(create_test_daemon_workspace_context(target, instance))
        list(FreshnessDaemon().run_iteration(workspace))
    states = instance.get_freshness_state_records([dg.AssetKey(name) for name in (*ROUTE, *VIEWS)])
    found = {key.path[-1]: record.freshness_state.value for key, record in states.items()}
    assert [found[name] for name in ROUTE] == ["PASS", "WARN", "FAIL"] * 2
    assert {found[name] for name in VIEWS} == {"UNKNOWN"}
