"""An account that the org does not show is not gone: it is looked for again, and many at once stop the run."""

from collections import Counter

import pytest

from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, PlanRunner, drawn, moves


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def test_an_account_that_is_not_shown_is_looked_for_again_and_one_that_is_deleted_is_gone(runner):
    rows = moves(40)
    plan = runner.add(*drawn(rows))
    hidden, deleted, merged, winner = rows["account_id"][:4]
    runner.org.see_all_but(hidden)
    runner.org.edit(deleted, is_deleted=True)
    runner.org.edit(merged, merged_into=winner)
    runner.org.clock.advance(5)
    assert runner.run(plan).counts == {"VERIFIED": 37, "NOT_VISIBLE": 1, "GONE": 2}
    assert runner.states(plan)[hidden] == "NOT_VISIBLE"
    (group,) = runner.groups(plan)
    assert (group.code, group.rows["account_id"].to_list()) == ("NOT_VISIBLE", [hidden])
    assert runner.run(plan).counts == {"VERIFIED": 37, "NOT_VISIBLE": 1, "GONE": 2}
    runner.org.see_all_but()
    assert runner.run(plan).counts == {"VERIFIED": 38, "GONE": 2}
    assert runner.sends()[hidden] == 1


def test_many_accounts_out_of_sight_stop_the_run_before_anything_is_written(runner):
    rows = moves(120)
    plan = runner.add(*drawn(rows))
    runner.org.see_all_but(*rows["account_id"])
    stopped = runner.run(plan)
    assert (stopped.pause.code, stopped.resume_at) == ("LOST_SIGHT", None)
    assert runner.org.sent() == []
    assert set(runner.states(plan).values()) == {"NOT_VISIBLE", "DEFERRED"}
    runner.org.see_all_but()
    assert runner.run(plan).counts == {"VERIFIED": 120}


@pytest.mark.parametrize("fault", [None, "lost_response", "lost_request"])
def test_what_goes_out_of_sight_once_it_was_sent_is_read_when_it_is_seen_again(runner, fault):
    rows = moves(3)
    plan = runner.add(*drawn(rows))
    hidden = rows["account_id"][1]
    if fault:
        runner.org.fault(fault, path_contains="/composite", method="POST", skip=1)

    def hides(point):
        if point == "answers_committed":
            runner.org.see_all_but(hidden)

    assert runner.with_tools(witness=hides).run(plan).counts == {"VERIFIED": 2, "UNKNOWN": 1}
    runner.org.see_all_but()
    assert runner.with_tools(witness=lambda _: None).run(plan).counts == {"VERIFIED": 3}
    assert Counter(runner.owners_written()["record_id"]) == dict.fromkeys(rows["account_id"], 1)


def test_a_person_may_go_on_without_an_account_that_stays_out_of_sight(runner):
    rows = moves(5)
    plan = runner.add(*drawn(rows))
    runner.org.see_all_but(rows["account_id"][0])
    runner.run(plan)
    runner.accept_all(plan)
    runner.org.see_all_but()
    assert runner.run(plan).counts == {"VERIFIED": 4, "ACCEPTED": 1}
    assert runner.sends()[rows["account_id"][0]] == 0
