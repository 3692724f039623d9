"""Plans written through the journal: taken up after a pause or a crash, never written twice."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from assignment_assets.domain.errors import CycleClosed, NotEntitled, Tampered, WarehouseBusy
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.write_back.canary import Watch
from assignment_assets.write_back.document import approval
from assignment_assets.write_back.open_changes import Pace
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, FIELD, KEY, PlanRunner, drawn, moves


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


class Killed(BaseException):
    """The run's process ends here."""


def dies_at(point: str, times: int = 1):
    """A witness who ends the run when a point is reached for the n-th time."""
    met = Counter()

    def witness(name: str) -> None:
        met[name] += 1
        if name == point and met[name] == times:
            raise Killed

    return witness


def test_a_plan_is_written_and_a_second_run_sends_nothing(runner):
    plan = runner.add(*drawn(moves(60)))
    assert runner.run(plan).counts == {"VERIFIED": 60}
    calls = len(runner.org.requests())
    assert runner.run(plan).counts == {"VERIFIED": 60}
    assert len(runner.org.requests()) == calls
    assert runner.owners_written().height == 60


@pytest.mark.parametrize(
    "point",
    [
        "read_before_writing",
        "intent_before_commit",
        "intent_committed",
        "call_before_sending",
        "call_answered",
        "answers_before_commit",
        "answers_committed",
        "read_back",
        "verified_before_commit",
        "verified_committed",
        "run_ended",
    ],
)
def test_a_run_that_dies_is_taken_up_without_losing_or_repeating_anything(runner, point):
    plan = runner.add(*drawn(moves(60)))
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at(point), pace=Pace(group=25, read_back=25)).run(plan)
    if point != "run_ended":
        with pytest.raises(Killed):
            runner.with_tools(witness=dies_at("read_back")).run(plan)
    assert set(runner.with_tools(witness=lambda _: None).run(plan).counts) == {"VERIFIED"}
    assert Counter(runner.states(plan).values()) == {"VERIFIED": 60}
    written = runner.owners_written()
    assert written.height == written["record_id"].n_unique() == 60


def test_a_late_commit_after_a_crash_meets_the_precondition_of_the_next_run(runner):
    plan = runner.add(*drawn(moves(3)))
    runner.org.fault("lost_request", path_contains="/composite", method="POST", skip=1)
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("answers_before_commit")).run(plan)
    runner.with_tools(witness=lambda _: None)
    assert runner.run(plan).counts == {"VERIFIED": 3}


def test_an_account_that_was_modified_after_a_lost_answer_is_left_to_a_person(runner):
    plan = runner.add(*drawn(moves(2)))
    first = moves(2)["account_id"][0]
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at("call_answered")).run(plan)
    runner.org.clock.advance(5)
    runner.org.edit(first, {"OwnerId": moves(2)["old_owner_id"][0]})
    runner.org.clock.advance(5)
    runner.with_tools(witness=lambda _: None).run(plan)
    assert runner.states(plan) == {first: "DRIFT", moves(2)["account_id"][1]: "VERIFIED"}
    assert runner.org.owner(first) == moves(2)["old_owner_id"][0]


def test_the_first_batch_must_be_verified_before_the_rest_goes(runner):
    plan = runner.add(*drawn(moves(40), first_batch=5))
    bad = moves(40)["account_id"][2]
    runner.org.fault("row_error", record_id=bad, error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    paused = runner.with_tools(watch=Watch("go")).run(plan)
    assert (paused.pause.code, paused.resume_at) == ("FIRST_BATCH", None)
    assert len(runner.org.sent()) == 5
    assert runner.run(plan).counts == {"VERIFIED": 39, "FAILED_HUMAN": 1}
    assert [len(call["body"]["compositeRequest"]) for call in runner.org.write_calls()] == [5, 1, 25, 9]


def test_the_circuit_breaker_stops_a_run_that_goes_wrong(runner):
    plan = runner.add(*drawn(moves(60)))
    for account in moves(60)["account_id"]:
        runner.org.fault("row_error", record_id=account, error_code="NEVER_HEARD_OF")
    paused = runner.run(plan)
    assert paused.pause.code == "CIRCUIT_BREAKER"
    assert len(runner.org.sent()) == 25
    assert Counter(runner.states(plan).values()) == {"FAILED_HUMAN": 25, "DEFERRED": 35}


def test_the_orgs_daily_limit_pauses_the_run_and_says_when_it_goes_on(runner):
    plan = runner.add(*drawn(moves(60)))
    runner.org.fault("request_limit", path_contains="/composite", method="POST", skip=2)
    paused = runner.run(plan)
    assert paused.pause.code == "REQUEST_LIMIT_EXCEEDED"
    assert (paused.resume_at - runner.org.utc_now()).total_seconds() > 1700
    assert Counter(runner.states(plan).values()) == {"VERIFIED": 25, "DEFERRED": 35}
    assert runner.run(plan).counts == {"VERIFIED": 60}


def test_another_org_is_refused(runner):
    plan = runner.add(*drawn(moves(2), org_id="00D000000000000AAA"))
    with pytest.raises(Tampered, match="leads to org 00D5g00000SANDB"):
        runner.run(plan)
    assert runner.org.sent() == []


def test_a_plan_waits_for_its_effective_date(runner):
    plan = runner.add(*drawn(moves(2), write_not_before="2999-01-01"))
    with pytest.raises(CycleClosed, match="its effective date is 2999-01-01"):
        runner.run(plan)


def test_a_rollback_needs_an_entitled_persons_signature_over_exactly_this_plan(runner):
    plan = runner.add(*drawn(moves(2), kind="rollback", signatures=()))
    other, _ = drawn(moves(3), kind="rollback", signatures=())
    person, at = "priya@example.com", runner.org.utc_now()
    token = signer_token(KEY, person)
    for event in (
        None,
        approval(replace(plan, row_count=9), person, token, at),
        approval(other, person, token, at),
        approval(plan, "eve@example.com", signer_token(KEY, "eve@example.com"), at),
    ):
        with runner.journal() as journal:
            journal.record([event] if event else [])
            journal.commit()
        with pytest.raises(NotEntitled, match="nobody entitled has approved it"):
            runner.run(plan)
    with runner.journal() as journal:
        journal.record([approval(plan, person, token, at)])
        journal.commit()
    assert runner.run(plan).counts == {"VERIFIED": 2}


def test_two_appliers_at_once_are_one_too_many(runner):
    plan = runner.add(*drawn(moves(2)))
    with runner.journal(), pytest.raises(WarehouseBusy, match="is writing back, expected nobody"):
        runner.run(plan)
    assert runner.org.requests() == []


def test_what_was_withdrawn_is_not_written(runner):
    plan = runner.add(*drawn(moves(3)))
    gone = moves(3)["account_id"][1]
    assert runner.run(plan, withdrawn=frozenset([gone])).counts == {"VERIFIED": 2, "WITHDRAWN": 1}
    assert gone not in runner.owners_written()["record_id"]


def test_several_workers_share_the_calls_and_families_stay_together(runner):
    rows = moves(100).with_columns(parent_id=pl.when(pl.int_range(pl.len()) % 10 == 3).then(pl.lit("001family")))
    plan = runner.add(*drawn(rows))
    assert runner.with_tools(workers=4).run(plan).counts == {"VERIFIED": 100}
    family = set(rows.filter(pl.col("parent_id").is_not_null())["account_id"])
    homes = {
        number
        for number, call in enumerate(runner.org.write_calls())
        for part in call["body"]["compositeRequest"]
        if part["url"][-18:] in family
    }
    assert len(homes) <= 2


def test_seats_hold_for_plans_too(runner):
    plan = runner.add(*drawn(moves(5)))
    assert runner.run(plan, seats={ACTIVE[0]: 2}).counts == {"VERIFIED": 2, "DEFERRED": 3}
    assert FIELD


def test_an_assignment_of_the_engine_never_sends_more_than_the_owner(runner):
    runner.run(runner.add(*drawn(moves(30))))
    assert {tuple(part["body"]) for part in runner.org.sent()} == {("OwnerId",)}
