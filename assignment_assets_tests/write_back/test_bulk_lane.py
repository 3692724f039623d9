"""Owners written in bulk: refused where drift matters, taken up after a crash, read back like any other."""

from collections import Counter

import pytest

from assignment_assets.io.salesforce.bulk_ingest import JOBS, SHAPE
from assignment_assets.sandbox import bulk
from assignment_assets.write_back.writer import last_lane
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, PlanRunner, drawn, moves
from assignment_assets_tests.write_back.test_writer import Killed, dies_at

POINTS = [
    "intent_committed",
    "bulk_before_create",
    "bulk_created",
    "bulk_journaled",
    "bulk_uploaded",
    "bulk_close_committed",
    "bulk_closed",
    "bulk_results_read",
    "answers_before_commit",
    "read_back",
]


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        org.clock.advance(2 * 86_400)
        yield PlanRunner(org, tmp_path).with_tools(lane="bulk")


def test_a_job_writes_all_and_every_row_is_read_back(runner):
    plan = runner.add(*drawn(moves(300)))
    bad = moves(300)["account_id"][7]
    runner.org.fault("row_error", record_id=bad, error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert runner.run(plan).counts == {"VERIFIED": 299, "FAILED_HUMAN": 1}
    assert runner.org.sent() == []
    assert runner.owners_written().height == 299
    assert runner.run(plan).counts == {"VERIFIED": 299, "FAILED_HUMAN": 1}
    runner.retry_all(plan)
    assert runner.run(plan).counts == {"VERIFIED": 300}


@pytest.mark.parametrize("field", ["OwnerId", "Name"])
def test_it_is_refused_where_accounts_drifted_or_were_modified_lately_unless_asked_for_by_name(runner, field):
    plan = runner.add(*drawn(moves(5)))
    runner.org.edit(moves(5)["account_id"][0], {field: FIELD[2] if field == "OwnerId" else "Renamed"})
    runner.org.clock.advance(60)
    refused = runner.run(plan)
    assert (refused.pause.code, refused.resume_at) == ("BULK_REFUSED", None)
    assert "Use the composite lane, or ask for bulk-without-precondition by name" in refused.pause.sentence
    assert runner.owners_written().height == 0
    runner.with_tools(lane="bulk-without-precondition").run(plan)
    assert Counter(runner.states(plan).values())["VERIFIED"] >= 4


@pytest.mark.parametrize("point", POINTS)
def test_a_run_that_dies_around_its_job_is_taken_up_without_losing_or_repeating_anything(runner, point):
    plan = runner.add(*drawn(moves(40)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at(point)).run(plan)
    assert set(runner.with_tools(witness=lambda _: None).run(plan).counts) == {"VERIFIED"}
    written = runner.owners_written()
    assert written.height == written["record_id"].n_unique() == 40
    assert all(request["status"] < 400 for request in runner.org.requests("jobs/ingest"))


def test_a_run_that_died_in_bulk_may_go_on_with_preconditions(runner):
    plan = runner.add(*drawn(moves(40)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("bulk_uploaded")).run(plan)
    assert runner.with_tools(witness=lambda _: None, lane="composite").run(plan).counts == {"VERIFIED": 40}
    assert runner.owners_written().height == 40


@pytest.fixture
def dead(runner):
    """A plan whose run died after its job was created, before it could write the job's id down."""
    plan = runner.add(*drawn(moves(40)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("bulk_created")).run(plan)
    runner.with_tools(witness=lambda _: None)
    return plan


def listed(runner) -> dict[str, str]:
    jobs, path = {}, JOBS
    while path:
        page = runner.org.gateway().org.exchange("GET", path)
        jobs |= {job["id"]: job["state"] for job in page["records"]}
        path = JOBS + page["nextRecordsUrl"].partition(JOBS)[2] if page["nextRecordsUrl"] else ""
    return jobs


def create(runner, **shape) -> str:
    return runner.org.gateway().org.exchange("POST", JOBS, SHAPE | shape)["id"]


def test_another_clients_job_of_our_own_user_is_not_touched(runner, dead):
    foreign = [create(runner, columnDelimiter="COMMA")]
    runner.org.clock.advance(600)
    foreign.append(create(runner))
    assert runner.run(dead).counts == {"VERIFIED": 40}
    states = listed(runner)
    assert [states.pop(job) for job in foreign] == ["Open", "Open"]
    assert sorted(states.values()) == ["Aborted", "JobComplete"]


def test_a_job_that_was_open_before_ours_was_asked_for_is_not_touched(runner):
    foreign = create(runner)
    runner.org.clock.advance(60)
    plan = runner.add(*drawn(moves(5)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("bulk_before_create")).run(plan)
    assert runner.with_tools(witness=lambda _: None).run(plan).counts == {"VERIFIED": 5}
    assert listed(runner)[foreign] == "Open"


def test_where_two_jobs_may_be_ours_the_run_stops_and_touches_neither(runner, dead):
    foreign = create(runner)
    stopped = runner.run(dead)
    assert (stopped.pause.code, stopped.resume_at) == ("BULK_AMBIGUOUS", None)
    assert foreign in stopped.pause.sentence
    assert "nobody can say which. None was touched, nothing was written" in stopped.pause.sentence
    assert set(listed(runner).values()) == {"Open"}
    assert runner.owners_written().height == 0
    runner.org.gateway().org.exchange("PATCH", f"{JOBS}/{foreign}", {"state": "Aborted"})
    assert runner.run(dead).counts == {"VERIFIED": 40}


def test_our_job_is_found_on_the_second_page_of_the_list(runner, monkeypatch):
    monkeypatch.setattr(bulk, "JOBS_A_PAGE", 2)
    foreign = [create(runner, columnDelimiter="COMMA") for _ in range(3)]
    plan = runner.add(*drawn(moves(5)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("bulk_created")).run(plan)
    assert runner.with_tools(witness=lambda _: None).run(plan).counts == {"VERIFIED": 5}
    states = listed(runner)
    assert [states.pop(job) for job in foreign] == ["Open"] * 3
    assert sorted(states.values()) == ["Aborted", "JobComplete"]


def test_the_lane_of_a_run_is_known_to_whoever_lets_the_rest_go(runner):
    plan = runner.add(*drawn(moves(30), first_batch=5))
    assert runner.run(plan).pause.code == "CANARY"
    with runner.journal() as journal:
        assert last_lane(journal, plan) == "bulk"
    other = runner.add(*drawn(moves(40).tail(10), "other.1"))
    with runner.journal() as journal:
        assert last_lane(journal, other) == "composite"
