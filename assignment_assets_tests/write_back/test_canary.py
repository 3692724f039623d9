"""The first batch is looked at again after a wait; the rest waits for a person unless the settings say otherwise."""

from dataclasses import replace

import pytest

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.write_back.canary import Watch
from assignment_assets.write_back.second_look import SecondLook
from assignment_assets.write_back.writer import canary_of
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, KEY, PlanRunner, drawn, moves
from assignment_assets_tests.write_back.test_writer import Killed, dies_at

PRIYA = "priya@example.com"


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        org.clock.advance(2 * 86_400)
        yield PlanRunner(org, tmp_path)


@pytest.fixture
def plan(runner):
    return runner.add(*drawn(moves(40), first_batch=5))


def during_the_wait(runner, work) -> None:
    """Has `work` done in the org after the first batch was written and before it is looked at again."""

    def pause(seconds: float) -> None:
        runner.org.clock.advance(seconds)
        if seconds == runner.tools.watch.wait_seconds:
            work()

    runner.with_tools(pause=pause)


def found(runner, plan) -> SecondLook:
    with runner.journal() as journal:
        return SecondLook.of(canary_of(plan, journal, runner.tools).looked["sentence"])


def go_on(runner, plan, person: str = PRIYA, token: str | None = None) -> None:
    with runner.journal() as journal:
        canary = canary_of(plan, journal, runner.tools)
        journal.record([canary.go_on(person, token or signer_token(KEY, person))])
        journal.commit()


def test_the_rest_waits_for_a_persons_go_on(runner, plan):
    before = runner.org.utc_now()
    paused = runner.run(plan)
    assert (paused.pause.code, paused.resume_at, paused.counts["VERIFIED"]) == ("CANARY", None, 5)
    assert "5 of 5 accounts of the first batch have the owner that we wrote" in paused.pause.sentence
    assert "waits for a named person's go on" in paused.pause.sentence
    assert (runner.org.utc_now() - before).total_seconds() >= 60
    assert len(runner.org.sent()) == 5
    assert runner.run(plan).pause.code == "CANARY"
    assert len(runner.org.sent()) == 5
    go_on(runner, plan)
    assert runner.run(plan).counts == {"VERIFIED": 40}
    assert runner.owners_written()["record_id"].n_unique() == runner.owners_written().height == 40


def test_what_automations_did_meanwhile_is_shown_before_the_rest_goes(runner, plan):
    first, second, third = moves(3)["account_id"]

    def automations() -> None:
        runner.org.edit(first, {"OwnerId": FIELD[3]})
        runner.org.edit(second, {"Name": "Renamed by a flow"})
        runner.org.create("Task", [{"AccountId": third, "OwnerId": FIELD[2]}])

    during_the_wait(runner, automations)
    paused = runner.run(plan)
    look = found(runner, plan)
    assert (look.accounts, look.owners, look.fields) == (5, {first: FIELD[3]}, {"Name": 1})
    assert look.tasks == {FIELD[2]: 1}
    assert look.unanswered == {}
    assert "4 of 5 accounts of the first batch" in paused.pause.sentence
    page = look.page(plan.plan_id)
    assert f"{first}: {FIELD[3]}" in page
    assert "1  accounts have another Name than before" in page
    assert f"1  tasks were created for {FIELD[2]}" in page


def test_a_setting_lets_the_rest_go_by_itself_where_every_owner_stayed(runner, plan):
    assert runner.with_tools(watch=Watch("go", 30)).run(plan).counts == {"VERIFIED": 40}
    assert found(runner, plan).seconds == 30


def test_an_owner_that_did_not_stay_asks_a_person_whatever_the_setting(runner, plan):
    during_the_wait(
        runner.with_tools(watch=Watch("go", 30)),
        lambda: runner.org.edit(moves(1)["account_id"][0], {"OwnerId": FIELD[3]}),
    )
    assert runner.run(plan).pause.code == "CANARY"
    assert len(runner.org.sent()) == 5
    go_on(runner, plan)
    assert runner.run(plan).counts == {"VERIFIED": 40}


def test_only_a_signer_with_their_own_token_lets_the_rest_go(runner, plan):
    runner.run(plan)
    with pytest.raises(NotEntitled, match="is not that of priya"):
        go_on(runner, plan, token="somebody else's")
    with pytest.raises(NotEntitled, match=r"lee@.* may not let it go on"):
        go_on(runner, plan, "lee@example.com")
    runner.run(plan)
    assert len(runner.org.sent()) == 5


def test_a_go_on_of_a_person_who_may_no_longer_sign_does_not_count(runner, plan):
    runner.run(plan)
    go_on(runner, plan)
    assert runner.with_tools(signers=[]).run(plan).pause.code == "CANARY"
    assert len(runner.org.sent()) == 5


def test_a_plan_that_is_no_larger_than_its_first_batch_waits_for_nobody(runner):
    plan = runner.add(*drawn(moves(5), first_batch=5))
    assert runner.run(plan).counts == {"VERIFIED": 5}


@pytest.mark.parametrize("point", ["call_answered", "verified_committed"])
def test_a_run_that_dies_within_the_first_batch_is_looked_at_with_what_was_kept_before(runner, plan, point):
    with pytest.raises(Killed):
        runner.with_tools(witness=dies_at(point)).run(plan)
    runner.org.clock.advance(5)
    runner.org.edit(moves(1)["account_id"][0], {"Name": "Renamed by a flow"})
    runner.org.clock.advance(5)
    assert runner.with_tools(witness=lambda _: None).run(plan).pause.code == "CANARY"
    assert len(runner.org.sent()) == 5
    assert found(runner, plan).fields == {"Name": 1}


def test_an_org_that_cannot_be_reached_for_the_second_look_is_asked_again(runner, plan):
    def away() -> None:
        runner.org.fault("lost_request", path_contains="/composite/sobjects", times=50)

    during_the_wait(runner, away)
    paused = runner.run(plan)
    assert paused.pause.code != "CANARY"
    assert paused.resume_at is not None
    runner.org.clear_faults()
    runner.tools = replace(runner.tools, pause=runner.org.clock.advance)
    assert runner.run(plan).pause.code == "CANARY"
    assert len(runner.org.sent()) == 5
