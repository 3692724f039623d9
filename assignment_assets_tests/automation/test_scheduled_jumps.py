"""A cycle that the schedule opened stops where its sources jump, until somebody answers for them; others are warned."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from click.testing import CliRunner

from assignment_assets.automation.quarter import quarter_schedule
from assignment_assets.automation.run_segment import instance, run_segment
from assignment_assets.automation.waterfall import alerts
from assignment_assets.cli import main
from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import ACCOUNTS, AUDIT_LOG, CYCLE_EVENTS
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.resources import Clock
from assignment_assets_tests.company import OLIVIA, account, tiny
from assignment_assets_tests.rehearsal import BEGIN, Cycle, copy_of, settle_in

SCHEDULE = f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 12\npreset = "brief"\n'
JUMP = "accounts without an owner: 0.0 % in 2026q3, 27.3 % now."
QUARTER, AGAIN = "2026q4-global", "assignment run open_cycle 2026q4-global"
CONFIRM = ["cycle", "confirm-source", QUARTER, "--as", OLIVIA, "--reason", "the leavers of September"]


def nobodys(count):
    """So many accounts without an owner."""
    return tuple(account(f"a{number:02}", None) for number in range(1, 1 + count))


def said(*words, code=0):
    """What a command prints."""
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code, result.output
    return result.output


def tick():
    """The schedule's tick in October, and its run: what the run ended with, or nothing."""
    with instance() as dagster:
        at = datetime(2026, 10, 1, 10, tzinfo=UTC)
        request = quarter_schedule()(dg.build_schedule_context(instance=dagster, scheduled_execution_time=at))
    asked = RunConfig(**request.run_config["ops"]["run_config"]["config"])
    try:
        run_segment(OPEN_CYCLE.name, request.partition_key, asked, BEGIN)
    except AssignmentError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def quarters(tmp_path_factory):
    """A quarter that is over, another source since, and a schedule whose run has ended: the folder, what it said."""
    home = tmp_path_factory.mktemp("quarters")
    with pytest.MonkeyPatch.context() as patch:
        folder = settle_in(home, home / "dagster", patch)
        (home / "schedule.toml").write_text(SCHEDULE)
        Cycle(folder, "2026q3", BEGIN - timedelta(days=92)).source(tiny()).open()
        said("cycle", "cancel", "2026q3", "--as", OLIVIA, "--reason", "done with")
        cycle = Cycle(folder).source(tiny(*nobodys(12)))
        told = tick()
        with instance() as dagster:
            [run] = dagster.get_runs(limit=1)
            [failed] = dagster.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
            context = dg.build_run_status_sensor_context("alerts", failed.dagster_event, dagster, run)
            alerts(context.for_run_failure(), clock=Clock(fixed_at=BEGIN.isoformat()))
        assert read_gate(folder, cycle.name, "lock_lists") is None
    return home, told, run


@pytest.fixture
def stopped(quarters, tmp_path, monkeypatch):
    """The stopped cycle, in folders of the test's own."""
    home, _, _ = quarters
    return Cycle(copy_of(home, tmp_path, tmp_path / "dagster", monkeypatch))


def is_out(cycle):
    """Whether lock lists are out."""
    return read_gate(cycle.folder, cycle.name, "lock_lists") is not None


def test_it_stops_before_anything_is_sent_and_says_which_jumps_and_how_to_go_on(stopped, quarters):
    _, told, run = quarters
    assert told.startswith(f"cycle {QUARTER}, sources: figures jumped since the previous cycle, expected nothing")
    assert f"  1. {JUMP}\n" in told
    assert f"`assignment cycle confirm-source {QUARTER} --as … --reason …`" in told and f"`{AGAIN}`" in told
    assert run.tags["dagster/max_retries"] == "0"
    assert not is_out(stopped) and not stopped.folder.outbox(QUARTER, "lock_lists").exists()
    status = said("cycle", "status", QUARTER)
    assert f"Next: its sources jumped, nothing was sent: {JUMP}" in status and "confirm-source" in status


def test_it_leaves_an_alert_that_waits_for_a_person(stopped):
    [path] = (stopped.folder.root / "alerts").iterdir()
    text = path.read_text()
    assert text.startswith(f"open_cycle of {QUARTER} failed") and "Failed: lock_packets" in text
    assert JUMP in text and "confirm-source" in text and "confirm them, or correct the source" in text
    assert "starts it again by itself" not in text


def test_who_confirms_is_recorded_and_the_cycle_goes_on_from_what_was_read(stopped):
    read = stopped.table(ACCOUNTS)
    stopped.source(tiny(*nobodys(30)))
    told = said(*CONFIRM)
    assert told.startswith(f"{QUARTER}: confirmed\n  {JUMP}")
    assert is_out(stopped)
    assert stopped.table(ACCOUNTS).equals(read)
    [event] = stopped.rows(CYCLE_EVENTS, event="source confirmed")
    assert (event["actor"], event["reason"], event["revision"]) == (OLIVIA, "the leavers of September", 1)
    [audit] = stopped.rows(AUDIT_LOG, action="cycle source confirmed")
    assert JUMP in audit["what"] and audit["digest"]
    assert "nothing of its sources waits for a confirmation" in said(*CONFIRM, code=2)


def test_a_confirmation_counts_for_the_figures_that_were_confirmed_and_for_no_others(stopped):
    said(*CONFIRM)
    words = ["--from", "sources", "--as", OLIVIA, "--reason", "read again"]
    said("cycle", "reopen", QUARTER, *words)
    stopped.run(OPEN_CYCLE.name)
    assert is_out(stopped)
    said("cycle", "reopen", QUARTER, *words)
    stopped.source(tiny(*nobodys(30)))
    with pytest.raises(AssignmentError, match=r"accounts without an owner: 0\.0 % in 2026q3, 48\.4 % now"):
        stopped.run(OPEN_CYCLE.name)
    assert not is_out(stopped)


def test_a_corrected_source_needs_nobody(stopped):
    stopped.source(tiny())
    said(*AGAIN.split()[1:])
    assert is_out(stopped)


def test_nothing_stops_the_schedule_where_nothing_has_jumped(tmp_path, monkeypatch):
    folder = settle_in(tmp_path, tmp_path / "dagster", monkeypatch)
    (tmp_path / "schedule.toml").write_text(SCHEDULE)
    cycle = Cycle(folder).source(tiny())
    assert tick() == ""
    assert is_out(cycle)


def test_by_hand_and_in_drafts_a_jump_is_only_told(stopped):
    said("cycle", "cancel", QUARTER, "--as", OLIVIA, "--reason", "by hand instead")
    words = ["--as-of", "2026-10-01", "--opened-by", OLIVIA, "--book-size", "12", "--preset", "brief"]
    stopped.source(tiny())
    told = said("cycle", "new", "by-hand", *words)
    assert "Jumped since the previous cycle" in told and is_out(Cycle(stopped.folder, "by-hand"))
    said("cycle", "cancel", "by-hand", "--as", OLIVIA, "--reason", "as a draft instead")
    stopped.source(tiny(*nobodys(12)))
    draft = said("cycle", "new", "trial", "--mode", "draft", "--stop-on-jumps", *words)
    assert "Jumped since the previous cycle" in draft and "confirm-source" not in draft
