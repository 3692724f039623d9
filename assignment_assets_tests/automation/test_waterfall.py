"""Sensors wait for people and say for whom; a failed run tells what to do."""

import json
from datetime import timedelta

import dagster as dg
import polars as pl
import pytest
from dagster._core.events import EngineEventData
from dagster_shared.error import SerializableErrorInfo

from assignment_assets.automation.alerts import Failure
from assignment_assets.automation.waterfall import JOBS, SENSORS, alerts, failure_of, gate_sensor
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.gate import LOCK_GATE, SIGN_OFF_GATE
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import SignOff, signed_text
from assignment_assets.domain.tables import CYCLE_EVENTS, SUBMISSIONS
from assignment_assets.io.clock import utc_now
from assignment_assets.resources import Clock
from assignment_assets_tests.io.intake.conftest import CYCLE, DEADLINE, NOON, OTHER, REP, Gate
from assignment_assets_tests.io.workbooks.conftest import DORMANT, KEY


@pytest.fixture
def dagster():
    """A throw-away Dagster instance that knows the cycle."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("cycle", [CYCLE])
        yield instance


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """The lock lists' gate of two reps, in the data folder that the environment names."""
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ASSIGNMENT_KEY", KEY.decode())
    return Gate((tmp_path / "data").resolve())


class Ticks:
    """A sensor and its cursor: what one tick after the other says."""

    def __init__(self, dagster, gate=LOCK_GATE):
        self.dagster, self.sensor, self.cursor = dagster, gate_sensor(gate), None

    def __call__(self, now=NOON):
        context = dg.build_sensor_context(instance=self.dagster, cursor=self.cursor)
        result = self.sensor(context, clock=Clock(fixed_at=now.isoformat()))
        self.cursor = result.cursor
        return result

    def keys(self, now=NOON):
        return [request.run_key for request in self(now).run_requests]

    def why(self, now=NOON):
        result = self(now)
        assert not result.run_requests
        return result.skip_reason.skip_message


def put_at_rest(gate):
    """The time from which everything in the inbox has been at rest for long enough, and the gate moved around it."""
    now = utc_now() + timedelta(minutes=1)
    gate.issue(issued_at=now - timedelta(days=1), deadline=now + timedelta(days=1))
    return now


def test_without_packets_a_sensor_says_that_no_cycle_waits(dagster, gate):
    (gate.folder.outbox(CYCLE, "lock_lists") / "gate.json").unlink()
    assert Ticks(dagster).why() == "no cycle waits for lock_lists"


def test_a_sensor_that_waits_says_who_is_missing(dagster, gate):
    gate.drop(gate.workbook({}))
    tick = Ticks(dagster)
    now = put_at_rest(gate)
    assert tick.why(now).startswith(f"{CYCLE}: waiting: 1 of 2 lists, missing {OTHER}; deadline ")


def test_when_all_have_answered_the_segment_is_asked_for_once(dagster, gate):
    gate.drop(gate.workbook({}))
    gate.drop(gate.workbook({}, person=OTHER), person=OTHER)
    tick = Ticks(dagster)
    now = put_at_rest(gate)
    result = tick(now)
    [request] = result.run_requests
    [event] = result.asset_events
    assert request.partition_key == CYCLE
    assert request.run_key.startswith(f"lock_lists:{CYCLE}:1:")
    assert (event.asset_key.path, event.partition) == (["lock_lists"], CYCLE)
    assert event.metadata["receipts"].value == f"{REP}: 1, {OTHER}: 2"
    assert json.loads(tick.cursor)[CYCLE][1] == 1
    assert tick.why(now) == f"{CYCLE}: all 2 lists are in; run 1 was asked for"


def test_at_the_deadline_the_segment_is_asked_for_although_people_are_missing(dagster, gate):
    result = Ticks(dagster)(DEADLINE)
    assert len(result.run_requests) == 1
    assert result.asset_events[0].metadata["who is missing"].value == f"{REP}, {OTHER}"


def test_the_correction_window_keeps_the_gate_open_and_a_correction_starts_it_anew(dagster, gate):
    gate.drop(gate.workbook({}))
    gate.drop(gate.workbook({}, person=OTHER), person=OTHER)
    now = put_at_rest(gate)
    gate.issue(issued_at=now - timedelta(days=1), deadline=now + timedelta(days=1), correction_minutes=15)
    tick = Ticks(dagster)
    assert "open for corrections until" in tick.why(now)
    gate.drop(gate.workbook({DORMANT[0]: "keep"}))
    assert "open for corrections until" in tick.why(now + timedelta(minutes=14))
    assert "open for corrections until" in tick.why(now + timedelta(minutes=28))
    assert len(tick.keys(now + timedelta(minutes=29))) == 1


def test_going_back_to_an_earlier_answer_before_the_closing_counts_and_runs_once(dagster, gate):
    tick = Ticks(dagster)
    books = [gate.workbook({DORMANT[0]: "keep"}), gate.workbook({DORMANT[1]: "keep"})]
    now = put_at_rest(gate)
    for content in (books[0], books[1], books[0]):
        gate.drop(content)
        assert "missing" in tick.why(now)
    gate.drop(gate.workbook({}, person=OTHER), person=OTHER)
    result = tick(now)
    assert result.asset_events[0].metadata["receipts"].value == f"{REP}: 3, {OTHER}: 4"


def test_a_reopened_gate_asks_for_its_segment_again_with_the_next_number(dagster, gate):
    tick = Ticks(dagster)
    assert [key.split(":")[2] for key in tick.keys(DEADLINE)] == ["1"]
    gate.issue(revision=2)
    assert [key.split(":")[2] for key in tick.keys(DEADLINE)] == ["2"]


def test_a_file_after_the_closing_is_refused_and_starts_nothing(dagster, gate):
    tick = Ticks(dagster)
    assert len(tick.keys(DEADLINE)) == 1
    gate.drop(gate.workbook({}))
    later = utc_now() + timedelta(minutes=1)
    assert "was asked for" in tick.why(max(later, DEADLINE))
    assert [
        line["rule"]
        for line in map(json.loads, (gate.folder.root / "intake" / CYCLE / "lock_lists.jsonl").read_text().splitlines())
    ] == ["gate_closed"]


def test_a_file_that_is_still_arriving_at_the_deadline_keeps_the_gate_open_a_little(dagster, gate):
    now = utc_now()
    gate.issue(issued_at=now - timedelta(days=1), deadline=now + timedelta(seconds=2))
    gate.drop(gate.workbook({}))
    tick = Ticks(dagster)
    assert "waiting: 0 of 2" in tick.why(now)
    gate.drop(gate.workbook({DORMANT[0]: "keep"}))
    gate.issue(issued_at=now - timedelta(days=1), deadline=now)
    assert "still arriving" in tick.why(now)
    assert len(tick.keys(now + timedelta(seconds=30))) == 1


def test_a_gate_whose_next_packets_are_out_a_draft_and_a_cycle_that_is_over_start_nothing(dagster, gate):
    tick = Ticks(dagster)
    gate.issue(gate="review_edits")
    assert tick.why(DEADLINE) == f"{CYCLE}: closed: the packets of review_edits are out"
    gate.issue(is_draft=True)
    assert tick.why(DEADLINE) == "no cycle waits for lock_lists"
    gate.issue()
    (gate.folder.outbox(CYCLE, "review_edits") / "gate.json").unlink()
    event = {
        "event_no": 2,
        "event": "cancelled",
        "revision": 1,
        "from_stage": None,
        "actor": "",
        "reason": "",
        "at": NOON,
    }
    published = gate.folder.published(CYCLE)
    published.mkdir(parents=True)
    pl.DataFrame([event], schema=CYCLE_EVENTS.columns).write_parquet(published / "cycle_events.parquet")
    assert tick.why(DEADLINE) == "no cycle waits for lock_lists"


def test_a_cycle_that_dagster_does_not_know_yet_is_added_with_its_run(gate):
    with dg.DagsterInstance.ephemeral() as empty:
        result = Ticks(empty)(DEADLINE)
    assert [request.partition_keys for request in result.dynamic_partitions_requests] == [[CYCLE]]
    assert len(result.run_requests) == 1


SIGNER = "gs@example.com"


def test_every_signed_decision_starts_its_segment_without_waiting_for_other_regions(dagster, gate):
    signing = Gate(gate.folder.root, "sign_offs", (SIGNER,))
    tick = Ticks(dagster, SIGN_OFF_GATE)
    assert "waiting: 0 of 1 sign-offs" in tick.why()
    for number, region in enumerate(("east", "west"), 1):
        decision = SignOff(CYCLE, 1, region, "ab" * 32, "approve", SIGNER)
        text = signed_text(decision, signer_token(KEY, SIGNER))
        signing.drop(text.encode(), f"{region}.json", SIGNER)
        assert tick.keys(utc_now() + timedelta(minutes=1))[0].split(":")[2] == str(number)
    assert "run 2 was asked for" in tick.why()


def test_decisions_that_were_judged_already_start_nothing(dagster, gate):
    signing = Gate(gate.folder.root, "sign_offs", (SIGNER,))
    decision = SignOff(CYCLE, 1, "west", "ab" * 32, "approve", SIGNER)
    signing.drop(signed_text(decision, signer_token(KEY, SIGNER)).encode(), "west.json", SIGNER)
    signing.look()
    row = {
        "gate": "sign_offs",
        "receipt_no": 1,
        "person": SIGNER,
        "revision": 1,
        "digest": "",
        "file_name": "",
        "received_at": NOON,
        "is_late": False,
        "verdict": "accepted",
        "message": "",
    }
    published = signing.folder.published(CYCLE)
    published.mkdir(parents=True)
    pl.DataFrame([row], schema=SUBMISSIONS.columns).write_parquet(published / "submissions.parquet")
    assert "new decisions" not in Ticks(dagster, SIGN_OFF_GATE).why()


def test_every_gate_has_a_sensor_that_runs_and_starts_the_segment_behind_it():
    assert all(each.default_status == dg.DefaultSensorStatus.RUNNING for each in SENSORS)
    targets = {each.name: each.job_name for each in SENSORS if each.name.endswith("_gate")}
    assert targets == {"lock_lists_gate": "propose", "review_edits_gate": "review", "sign_offs_gate": "sign_off"}
    assert set(targets.values()) < {job.name for job in JOBS}


def failed_run(instance, error):
    @dg.op
    def reads_the_sources():
        raise error

    @dg.job(name="open_cycle")
    def job():
        reads_the_sources()

    result = job.execute_in_process(instance=instance, raise_on_error=False, tags={"dagster/partition": CYCLE})
    event = next(event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE")
    return dg.build_run_status_sensor_context("alerts", event, instance, result.dagster_run).for_run_failure()


def test_a_failed_run_says_what_failed_and_what_to_do(dagster, gate):
    context = failed_run(dagster, InvalidInput("accounts.csv", []))
    alerts(context, clock=Clock(fixed_at=NOON.isoformat()))
    [path] = (gate.folder.root / "alerts").iterdir()
    assert path.name.startswith(f"20261002T120000-open_cycle-{CYCLE}-")
    lines = path.read_text().splitlines()
    assert lines[0].startswith(f"open_cycle of {CYCLE} failed (run ")
    assert lines[1:] == [
        "Failed: reads_the_sources",
        "  It said: accounts.csv: 0 faults.",
        "  What to do: Correct what is listed, then launch the job again.",
    ]


def test_an_error_that_nobody_foresaw_is_told_with_where_to_look(dagster, gate):
    alerts(failed_run(dagster, ZeroDivisionError("by nothing")), clock=Clock(fixed_at=NOON.isoformat()))
    [path] = (gate.folder.root / "alerts").iterdir()
    assert "  It said: by nothing\n  What to do: This is a fault of the engine" in path.read_text()


def test_a_run_that_never_got_to_a_step_says_what_dagster_says(dagster, gate):
    @dg.job(name="propose")
    def job():
        pass

    run = dagster.create_run_for_job(job, tags={"dagster/partition": CYCLE, "dagster/will_retry": "true"})
    error = SerializableErrorInfo("NameError: name 'reps' is not defined", [], "NameError")
    dagster.report_engine_event("Could not load job definition.", run, EngineEventData(error=error))
    event = dagster.report_run_failed(run)
    failure = failure_of(dg.build_run_status_sensor_context("alerts", event, dagster, run).for_run_failure())
    assert failure.said == (("the start of the run", "NameError", "name 'reps' is not defined"),)
    assert failure.text().splitlines()[-1].startswith("Dagster starts it again by itself")


ONLY_CRASHES = {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False}


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE])
@pytest.mark.parametrize(
    ("settings", "reason", "promised"),
    [
        ({"enabled": True, "max_retries": 1}, None, True),
        ({"enabled": True, "max_retries": 0}, None, False),
        ({"enabled": False}, None, False),
        (ONLY_CRASHES, "RUN_EXCEPTION", True),
        (ONLY_CRASHES, "STEP_FAILURE", False),
    ],
)
def test_a_failure_that_is_seen_before_its_tag_is_written_is_told_right(gate, settings, reason, promised, status):
    @dg.job(name="propose")
    def job():
        pass

    with dg.DagsterInstance.ephemeral(settings={"run_retries": settings}) as instance:
        run = instance.create_run_for_job(job, tags={"dagster/partition": CYCLE})
        event = instance.report_run_failed(run)
        why = {"dagster/failure_reason": reason} if reason else {}
        untold = instance.get_run_by_id(run.run_id).with_tags({"dagster/partition": CYCLE, **why}).with_status(status)
        failure = failure_of(dg.build_run_status_sensor_context("alerts", event, instance, untold).for_run_failure())
    assert failure.will_retry == promised


def test_a_run_whose_process_was_killed_is_said_to_have_ended_without_a_word():
    text = Failure("run", "propose", CYCLE, (), False).text()
    assert "ended without a word (killed, out of memory, or the machine stopped)" in text
    assert "starts it again" not in text
