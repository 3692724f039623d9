"""Rows that the org refuses go aside; the run goes on, stops where all goes wrong, and people decide on groups."""

from collections import Counter
from dataclasses import replace

import polars as pl
import pytest

from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.sample.company import generate
from assignment_assets.write_back.circuit_breaker import Budget
from assignment_assets.write_back.set_aside import groups, named
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, PlanRunner, drawn, moves

LARGE = generate(num_reps=8, num_accounts=3400, seed=5)
RULE = {"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Strategic accounts need a signed plan."}


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


@pytest.fixture
def large(tmp_path):
    with local_org(LARGE, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path).with_tools(workers=4)


def spread(count, company=COMPANY):
    """Changes of so many accounts, over all receivers in turn."""
    active = company.reps.filter(pl.col("is_active")).sort("rep_id")["rep_id"]
    owned = (
        company.accounts.filter(pl.col("owner_id").is_in(active.to_list()), pl.col("carve_out").is_null())
        .sort("account_id")
        .head(count)
        .with_row_index("place")
    )
    receiver = pl.col("place").map_elements(lambda place: active[place % len(active)], pl.String)
    other = pl.col("place").map_elements(lambda place: active[(place + 1) % len(active)], pl.String)
    return owned.select(
        *("account_id", "state", "carve_out", "parent_id"),
        old_owner_id="owner_id",
        new_owner_id=pl.when(receiver == pl.col("owner_id")).then(other).otherwise(receiver),
    )


def refuse(runner, accounts, times=9999, **fault):
    for account in accounts:
        runner.org.fault("row_error", record_id=account, times=times, **(fault or RULE))


def in_order(rows):
    """The accounts of a plan as it sends them."""
    return drawn(rows)[1]["account_id"].to_list()


def counted(runner, plan):
    return Counter(runner.states(plan).values())


@pytest.mark.parametrize("where", ["scattered", "on end"])
def test_sixty_accounts_that_a_rule_refuses_keep_none_of_two_thousand_waiting(large, where):
    rows = spread(2000, LARGE)
    plan = large.add(*drawn(rows))
    accounts = in_order(rows)
    refuse(large, accounts[::33][:60] if where == "scattered" else accounts[:60])
    first = large.run(plan)
    if first.pause:
        assert first.pause.code == "CIRCUIT_BREAKER" and "set-aside" in first.pause.sentence
        large.accept_all(plan)
        assert large.run(plan).pause is None
    assert (first.pause is None) == (where == "scattered")
    found = counted(large, plan)
    assert found["VERIFIED"] == 1940 and found["FAILED_HUMAN"] + found["ACCEPTED"] == 60
    assert max(large.sends().values()) == 1


@pytest.mark.parametrize("code", ["INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_CROSS_REFERENCE_KEY"])
def test_ten_accounts_without_access_over_many_receivers_stop_nothing(large, code):
    rows = spread(2000, LARGE)
    plan = large.add(*drawn(rows))
    refuse(large, in_order(rows)[7::190][:10], error_code=code)
    done = large.run(plan)
    assert done.pause is None
    assert done.counts == {"VERIFIED": 1990, "FAILED_HUMAN": 10}


@pytest.mark.parametrize("receivers", [1, 6])
@pytest.mark.parametrize(
    ("code", "pause"),
    [
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "CIRCUIT_BREAKER"),
        ("A_CODE_NOBODY_KNOWS", "CIRCUIT_BREAKER"),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "LOST_ACCESS"),
        ("UNABLE_TO_LOCK_ROW", "CIRCUIT_BREAKER"),
        ("ENTITY_IS_DELETED", "CIRCUIT_BREAKER"),
        ("UNKNOWN_EXCEPTION", "CIRCUIT_BREAKER"),
    ],
)
def test_an_org_that_refuses_everything_stops_a_run_within_fifty_rows(runner, code, pause, receivers):
    rows = moves(120) if receivers == 1 else spread(120)
    plan = runner.add(*drawn(rows))
    refuse(runner, rows["account_id"], error_code=code)
    stopped = runner.with_tools(workers=4).run(plan)
    assert stopped.pause.code == (pause if receivers > 1 else "CIRCUIT_BREAKER")
    assert stopped.resume_at is None
    assert len(runner.sends()) <= 50


def test_lost_access_is_a_part_of_the_last_two_hundred_rows_too(runner):
    rows = spread(420)
    plan = runner.add(*drawn(rows))
    refuse(runner, in_order(rows)[201::6], error_code="INSUFFICIENT_ACCESS_OR_READONLY")
    assert runner.run(plan).pause.code == "LOST_ACCESS"
    assert counted(runner, plan)["VERIFIED"] > 200


@pytest.mark.parametrize("where", ["scattered", "on end"])
def test_a_refusal_without_a_reason_is_a_persons_after_two_sends(runner, where):
    rows = spread(300)
    plan = runner.add(*drawn(rows))
    accounts = in_order(rows)
    bad = accounts[::5] if where == "scattered" else accounts[:60]
    refuse(runner, bad, error_code="UNKNOWN_EXCEPTION", message="The owner of a portal account must have a role.")
    while (last := runner.run(plan)).pause:
        assert where == "on end"
    assert last.counts == {"VERIFIED": 240, "FAILED_HUMAN": 60}
    sends = runner.sends()
    assert {sends[account] for account in bad} == {2}
    runner.run(plan)
    assert runner.sends() == sends


def test_nothing_known_bad_is_sent_again_unless_asked(runner):
    rows = spread(40)
    plan = runner.add(*drawn(rows))
    bad = in_order(rows)[:3]
    refuse(runner, bad)
    for _ in range(3):
        assert runner.run(plan).counts == {"VERIFIED": 37, "FAILED_HUMAN": 3}
    assert max(runner.sends().values()) == 1
    (group,) = runner.groups(plan)
    assert (group.code, group.messages) == (RULE["error_code"], (RULE["message"],))
    assert group.rows["account_id"].to_list() == sorted(bad)
    runner.org.clear_faults()
    runner.retry_all(plan)
    assert runner.run(plan).counts == {"VERIFIED": 40}
    assert runner.groups(plan) == []


def test_what_was_accepted_is_over_and_signed(runner):
    rows = spread(40)
    plan = runner.add(*drawn(rows))
    bad = in_order(rows)[:3]
    refuse(runner, bad)
    runner.run(plan)
    for person, token in (
        ("eve@example.com", None),
        ("priya@example.com", "0" * 64),
        ("priya@example.com", "nonsense"),
    ):
        with pytest.raises(NotEntitled, match="Nothing was decided"):
            runner.accept_all(plan, person, token)
    assert counted(runner, plan)["FAILED_HUMAN"] == 3
    runner.accept_all(plan)
    assert runner.groups(plan) == []
    assert runner.run(plan).counts == {"VERIFIED": 37, "ACCEPTED": 3}
    assert max(runner.sends().values()) == 1
    with runner.journal() as journal:
        events = journal.events([plan.plan_id]).filter(pl.col("state").is_in(["ACCEPT", "ACCEPTED"]))
        assert journal.open_accounts().is_empty()
    assert events.height == 4
    assert "priya@example.com" in events["sentence"][0]
    assert events["sentence"][1] == f"priya@example.com goes on without it. The org had said: {RULE['message']}"


def test_further_rows_of_a_decided_group_do_not_stop_a_run_and_others_do(runner):
    rows = spread(200)
    plan = runner.add(*drawn(rows))
    accounts = in_order(rows)
    refuse(runner, accounts[:60])
    assert runner.run(plan).pause.code == "CIRCUIT_BREAKER"
    runner.retry_all(plan)
    assert runner.run(plan).pause is None
    assert counted(runner, plan) == {"VERIFIED": 140, "FAILED_HUMAN": 60}
    assert max(runner.sends().values()) == 2


def test_how_much_may_go_wrong_is_configuration(runner):
    rows = spread(100)
    plan = runner.add(*drawn(rows))
    refuse(runner, in_order(rows)[::3])
    runner.with_tools(budget=Budget(at_most=5))
    assert runner.run(plan).pause.code == "CIRCUIT_BREAKER"
    assert counted(runner, plan)["FAILED_HUMAN"] < 15


def test_a_receiver_who_may_not_own_accounts_is_held_and_all_others_get_theirs(runner):
    rows = spread(240)
    plan = runner.add(*drawn(rows))
    held = rows.filter(new_owner_id=ACTIVE[2])["account_id"]
    refuse(runner, held, error_code="OP_WITH_INVALID_USER_TYPE_EXCEPTION", message="invalid user type for an owner")
    done = runner.run(plan)
    assert done.pause is None
    assert done.counts == {"VERIFIED": 240 - held.len(), "HELD": held.len()}
    sent = runner.sends()
    assert sum(sent[account] for account in held) <= 25
    runner.run(plan)
    assert runner.sends() == sent
    (group,) = runner.groups(plan)
    assert group.rows.height == held.len()


def test_a_receiver_who_leaves_in_mid_run_is_held_and_a_childs_inactive_owner_is_a_persons_matter(runner):
    rows = spread(60)
    plan = runner.add(*drawn(rows))
    accounts = in_order(rows)
    child = rows.filter(pl.col("new_owner_id") != ACTIVE[1])["account_id"][0]
    refuse(runner, [child], error_code="INACTIVE_OWNER_OR_USER", message="operation performed with inactive user")

    def leaves(point):
        if point == "intent_committed":
            runner.org.edit(ACTIVE[1], {"IsActive": False}, object="User")

    runner.with_tools(witness=leaves).run(plan)
    states = runner.states(plan)
    gains = rows.filter(new_owner_id=ACTIVE[1])["account_id"]
    assert {states[account] for account in gains} == {"HELD"}
    assert states[child] == "FAILED_HUMAN"
    assert counted(runner, plan)["VERIFIED"] == 59 - gains.len()
    assert accounts
    runner.org.edit(ACTIVE[1], {"IsActive": True}, object="User")
    assert runner.with_tools(witness=lambda _: None).run(plan).counts == {"VERIFIED": 59, "FAILED_HUMAN": 1}


STOPS = {
    "a resource that is not there": (404, "NOT_FOUND", "The requested resource does not exist"),
    "a retired version": (410, "UNSUPPORTED_API_VERSION", "This version of the API is retired"),
    "a wrong method": (405, "METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed"),
    "no API": (403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"),
}


@pytest.mark.parametrize("name", STOPS)
def test_a_call_that_the_org_refuses_as_a_whole_stops_the_run_after_one_group(runner, name):
    status, code, message = STOPS[name]
    plan = runner.add(*drawn(spread(120)))
    body = f'[{{"errorCode": "{code}", "message": "{message}"}}]'
    more = {"path_contains": "/composite", "method": "POST", "times": 1, "skip": 1}
    runner.org.fault("answer", status=status, body=body, **more)
    stopped = runner.run(plan)
    assert (stopped.pause.code, stopped.resume_at) == (code, None)
    assert message in stopped.pause.sentence and stopped.pause.sentence.endswith(")")
    assert counted(runner, plan) == {"DEFERRED": 120}
    assert runner.run(plan).counts == {"VERIFIED": 120}


def test_a_call_refused_as_a_whole_whose_rows_could_not_be_read_back_blames_none_of_them(runner):
    plan = runner.add(*drawn(spread(60)))
    body = '[{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}]'
    runner.org.fault("answer", path_contains="/composite", method="POST", status=404, body=body, skip=1, times=9)
    assert runner.run(plan).pause.code == "NOT_FOUND"
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"VERIFIED": 60}


def test_field_level_security_stops_the_run_and_no_row_is_sent_more_than_twice_however_often_it_is_run(runner):
    rows = spread(120)
    plan = runner.add(*drawn(rows))
    refuse(runner, rows["account_id"], error_code="INVALID_FIELD_FOR_INSERT_UPDATE", message="fields: OwnerId")
    for _ in range(6):
        stopped = runner.run(plan)
        assert stopped.pause.code == "INVALID_FIELD_FOR_INSERT_UPDATE"
        assert "field-level security" in stopped.pause.sentence
    assert len(runner.sends()) == 30 and max(runner.sends().values()) == 1
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"VERIFIED": 120}


RESTS = {
    "a realignment of territories": {
        "status": 400,
        "body": '[{"errorCode": "TERRITORY_REALIGN_IN_PROGRESS", "message": "x"}]',
    },
    "the day's limit": {"status": 403, "body": '[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}]'},
    "maintenance": {"status": 400, "body": '[{"errorCode": "SOMETHING", "message": "down for maintenance"}]'},
    "420": {"status": 420, "body": ""},
    "a page of HTML": {"status": 404, "body": "<html></html>", "headers": {"Content-Type": "text/html"}},
}


@pytest.mark.parametrize("name", RESTS)
def test_what_passes_by_itself_pauses_the_run_which_goes_on_by_itself(runner, name):
    plan = runner.add(*drawn(spread(120)))
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=2, times=9, **RESTS[name])
    paused = runner.run(plan)
    assert paused.pause and paused.resume_at
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"VERIFIED": 120}
    assert max(Counter(runner.owners_written()["record_id"]).values()) == 1


def test_too_many_calls_at_once_are_tried_again_and_not_taken_for_the_days_limit(runner):
    plan = runner.add(*drawn(spread(60)))
    body = '[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}]'
    runner.org.fault("answer", path_contains="/composite", method="POST", status=403, body=body, skip=1, times=2)
    done = runner.run(plan)
    assert (done.pause, done.counts) == (None, {"VERIFIED": 60})


def test_a_token_endpoint_under_maintenance_in_mid_run_is_a_pause_and_no_wrong_credential(runner):
    plan = runner.add(*drawn(spread(60)))
    runner.org.fault("expired_session", path_contains="/composite", method="POST", skip=2)
    runner.org.fault("answer", path_contains="/oauth2/token", status=503, body="<html></html>", skip=1, times=9)
    paused = runner.run(plan)
    assert paused.pause.code == "ORG_UNREACHABLE" and paused.resume_at
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"VERIFIED": 60}


def test_a_group_is_named_by_what_it_begins_with(runner):
    plan = runner.add(*drawn(spread(10)))
    refuse(runner, in_order(spread(10))[:1])
    runner.run(plan)
    with runner.journal() as journal:
        found = groups(journal, plan.cycle)
    assert named(found, found[0].group[:3], "cycle c", "list") == found[0]
    assert str(found[0]).endswith(f"1 account  {RULE['error_code']}: {RULE['message']}")
    for name in ("", "zz"):
        with pytest.raises(CycleClosed, match="expected one of"):
            named(found, name, "cycle c", "list")
    with pytest.raises(CycleClosed, match="2 groups"):
        named([*found, replace(found[0], group=found[0].group[:7] + "x")], found[0].group[:7], "cycle c", "list")
