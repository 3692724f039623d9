"""One run of a cycle at a time, commands and the daemon's runs alike; ended cycles keep no packets."""

import re
from datetime import date

import dagster as dg
import pytest
from click.testing import CliRunner

from assignment_assets.automation.assets import WATERFALL, resources
from assignment_assets.automation.gate_watch import open_gates
from assignment_assets.automation.run_segment import instance
from assignment_assets.automation.waterfall import JOBS
from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError, WarehouseBusy
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.cycle_lock import one_run
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.invariants import INVARIANT_CHECKS
from assignment_assets_tests.company import tiny

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
WHO = ("--as", "olivia@example.com", "--reason", "changed our minds")


def assignment(*words: str, code: int = 0) -> str:
    """What a command says, once it has ended with this code."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    return result.output


def run_as_the_daemon_does(cycle, segment: str, patience: float = 0.2) -> dg.ExecuteInProcessResult:
    """One segment with the resources of `definitions`, in a run that Dagster started."""
    given = resources(cycle.now.isoformat())
    given["warehouse"] = Warehouse(database=given["warehouse"].database, lock_patience_seconds=patience)
    definitions = dg.Definitions(assets=WATERFALL, asset_checks=INVARIANT_CHECKS, jobs=JOBS, resources=given)
    with instance() as dagster:
        return definitions.resolve_job_def(segment).execute_in_process(
            instance=dagster, partition_key=cycle.name, run_config=QUIET
        )


def test_a_run_of_the_daemon_waits_for_a_command_and_says_who_is_at_it(opened):
    opened.pass_time(days=8)
    named = r"process \d+ \(propose\) has been at it"
    with one_run(opened.folder, opened.name, "propose"), pytest.raises(dg.DagsterResourceFunctionError) as caught:
        run_as_the_daemon_does(opened, "propose")
    assert isinstance(caught.value.__cause__, WarehouseBusy)
    assert re.search(named, str(caught.value.__cause__))
    assert read_gate(opened.folder, opened.name, "review_edits") is None
    assert run_as_the_daemon_does(opened, "propose").success
    with one_run(opened.folder, opened.name, "sign_off", 0.2):
        assert read_gate(opened.folder, opened.name, "review_edits") is not None


@pytest.mark.parametrize("look", ["sensor", "status"])
def test_packets_that_a_killed_cancel_left_out_are_withdrawn_by_the_next_look(opened, monkeypatch, look):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assignment_assets.commands.cycles.withdraw", die)
        assignment("cycle", "cancel", opened.name, *WHO, code=1)
    assert read_gate(opened.folder, opened.name, "lock_lists") is not None
    for _ in range(2):
        if look == "sensor":
            assert open_gates(opened.folder, "lock_lists", opened.now) == []
        else:
            assert "cancelled" in assignment("cycle", "status", opened.name)
        assert read_gate(opened.folder, opened.name, "lock_lists") is None


def test_packets_that_a_killed_reopen_left_out_are_withdrawn_and_those_of_its_revision_stay(opened, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assignment_assets.commands.cycles.withdraw", die)
        assignment("cycle", "reopen", opened.name, "--from", "setup", *WHO, code=1)
    assert open_gates(opened.folder, "lock_lists", opened.now) == []
    opened.open()
    assert [each.revision for each in open_gates(opened.folder, "lock_lists", opened.now)] == [2]


def test_where_nobody_could_take_an_account_the_cycle_does_not_open_and_both_faults_are_listed(cycle):
    away = {name: {"on_leave_until": date(2026, 12, 1)} for name in ("ana", "ben", "cleo", "nia", "iris", "gus")}
    cycle.source(tiny(reps=away | {"amy": {"is_active": False}}))
    with pytest.raises(AssignmentError) as caught:
        cycle.open()
    said = str(caught.value)
    assert "2 faults" in said
    assert "none of 5 field reps receives (1 inactive, 4 on_leave)" in said
    assert "none of 3 members works on 2026-10-01 (1 inactive, 2 on_leave)" in said


def test_an_error_that_is_not_ours_says_what_to_do(opened, monkeypatch):
    opened.pass_time(days=8)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Warehouse, "_note_due", full)
    with pytest.raises(AssignmentError, match=r"No space left on device.*See that the disk has room"):
        opened.run("propose")
