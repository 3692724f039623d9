"""What orgs and machines do that nobody plans for: it is told as it is, and nothing is lost, doubled or overwritten."""

import json
import resource
import time
from datetime import datetime

import polars as pl
import pytest

from assignment_assets.domain.errors import AssignmentError, CycleClosed, WarehouseBusy
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.write_back.approving import discard, judged_approval
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.planning import owner_plans
from assignment_assets.write_back.set_aside import retry
from assignment_assets.write_back.states import Event, State
from assignment_assets.write_back.undoing import draft, owners_written, rollback_rows
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, KEY, PlanRunner, drawn, moves

PRIYA = "priya@example.com"
TOKEN = signer_token(KEY, PRIYA)
ROWS = moves(300)
TAKEN = iter(range(0, 300, 3))
OWNERS = dict(ROWS.select("account_id", "old_owner_id").iter_rows())
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"


@pytest.fixture(scope="module")
def org(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        local.clock.advance(2 * 86_400)
        yield local


@pytest.fixture
def runner(org, tmp_path):
    yield PlanRunner(org, tmp_path)
    org.clear_faults()


def fresh(runner, name="c.1", size=1):
    """A plan over accounts that no other test uses, three of them unless said otherwise, and the accounts."""
    rows = pl.concat([ROWS.slice(next(TAKEN), 3) for _ in range(size)])
    plan, ordered = drawn(rows, name)
    return runner.add(plan, ordered), ordered["account_id"].to_list()


def answers(runner, *parts, is_done=False):
    """Has the next write answered with these parts."""
    named = [{"referenceId": reference, "httpStatusCode": status, "body": body} for reference, status, body in parts]
    body = json.dumps({"compositeResponse": named})
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=1, body=body, is_done=is_done)


def at(runner, moment, work):
    """Has `work` done once, when a run comes to this moment."""
    left = [work]

    def witness(point):
        if point == moment and left:
            left.pop()()

    runner.with_tools(witness=witness)


def third(account):
    """Somebody who is neither the account's owner nor its new one."""
    return ACTIVE[2] if OWNERS[account] != ACTIVE[2] else ACTIVE[1]


def told(runner, plan):
    with runner.journal() as journal:
        states = journal.account_states(plan.plan_id)
    return {
        account: (code, text) for account, code, text in states.select("account_id", "code", "sentence").iter_rows()
    }


def reading(runner, change):
    """Has every record that is read pass through `change`."""
    make = runner.org.gateway

    def gateway():
        made = make()
        several, one = made.org.retrieve_several, made.org.retrieve

        def changed(records):
            return [record and change(record) for record in records]

        def together(parts, *riders):
            found, answered = several(parts, *riders)
            return [changed(records) for records in found], answered

        made.org.retrieve_several = together
        made.org.retrieve = lambda *asked: changed(one(*asked))
        return made

    return runner.with_tools(gateway=gateway)


@pytest.mark.parametrize(
    "body",
    [
        [{"duplicateResut": {"allowSave": False}, "errorCode": "DUPLICATES_DETECTED", "message": "Use one of these?"}],
        {"errors": [{"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these?"}], "success": False},
        [[{"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these?", "fields": []}]],
    ],
)
def test_a_duplicate_alert_is_grouped_by_its_code_whatever_shape_it_has(runner, body):
    plan, _ = fresh(runner)
    answers(runner, *((f"r{place}", 400, body) for place in range(3)))
    assert runner.run(plan).counts == {"FAILED_HUMAN": 3}
    [group] = runner.groups(plan)
    assert (group.code, group.messages) == ("DUPLICATES_DETECTED", ("Use one of these?",))


@pytest.mark.parametrize(
    "code", ["PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "RECORD_IN_USE_BY_WORKFLOW"]
)
def test_a_row_that_another_ones_refusal_or_a_workflow_held_up_is_no_refusal_of_its_own(runner, code):
    plan, (refused, *held_up) = fresh(runner)
    runner.org.fault("row_error", record_id=refused, error_code=RULE, times=99)
    runner.org.fault("row_error", record_ids=held_up, error_code=code, times=2)
    assert runner.run(plan).counts == {"FAILED_HUMAN": 1, "VERIFIED": 2}
    assert runner.sends()[refused] == 1


@pytest.mark.parametrize(("code", "status"), [("ORG_LOCKED", 500), ("ORG_IN_MAINTENANCE", 403)])
def test_an_org_that_moves_pauses_a_run_that_goes_on_by_itself(runner, code, status):
    plan, _ = fresh(runner)
    runner.org.fault("refused", path_contains="/composite", skip=1, error_code=code, status=status, message="It moves.")
    paused = runner.run(plan)
    assert paused.resume_at is not None or paused.counts == {"VERIFIED": 3}
    assert runner.run(plan).counts == {"VERIFIED": 3}


def test_answers_out_of_order_and_twice_over_are_told_by_what_the_org_shows(runner):
    plan, _ = fresh(runner)
    refused = [{"errorCode": RULE, "message": "no"}]
    answers(
        runner, *((f"r{n}", 204, None) for n in (2, 0, 1)), ("r1", 400, refused), ("r1", 400, refused), is_done=True
    )
    assert runner.run(plan).counts == {"VERIFIED": 3}


def test_a_yes_after_which_the_account_is_as_it_was_is_no_write_and_no_automation(runner):
    plan, _ = fresh(runner)
    answers(runner, *((f"r{place}", 204, None) for place in range(3)))
    assert runner.run(plan).counts == {"FAILED_HUMAN": 3}
    assert {code for code, _ in told(runner, plan).values()} == {"NOT_WRITTEN"}
    runner.retry_all(plan)
    assert runner.run(plan).counts == {"VERIFIED": 3}


def test_something_that_says_yes_to_everything_and_writes_nothing_stops_a_run_within_fifty_rows(runner):
    plan, _ = fresh(runner, size=20)
    parts = [(f"r{place}", 204, None) for place in range(25)]
    for skip in (1, 3, 5):
        named = [{"referenceId": name, "httpStatusCode": status, "body": None} for name, status, _ in parts]
        body = json.dumps({"compositeResponse": named})
        runner.org.fault("answer", path_contains="/composite", method="POST", skip=skip, body=body)
    stopped = runner.run(plan)
    assert stopped.pause.code == "CIRCUIT_BREAKER" and stopped.counts["FAILED_HUMAN"] <= 50
    assert not stopped.counts.get("REVERTED_BY_AUTOMATION")


def test_ids_of_fifteen_characters_are_the_same_records_and_people(runner):
    plan, _ = fresh(runner)
    ids = ("Id", "OwnerId", "LastModifiedById")
    reading(runner, lambda record: record | {name: record[name][:15] for name in ids if record.get(name)})
    assert runner.run(plan).counts == {"VERIFIED": 3}


@pytest.mark.parametrize("written", ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.999999999Z", "%Y-%m-%dT%H:%M:%S+00:00"])
def test_a_time_without_a_zone_or_with_fractions_is_no_wider_precondition(runner, monkeypatch, written):
    plan, accounts = fresh(runner)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()

    def other_words(record):
        if "LastModifiedDate" not in record:
            return record
        return record | {"LastModifiedDate": datetime.fromisoformat(record["LastModifiedDate"]).strftime(written)}

    reading(runner, other_words)
    at(runner, "intent_committed", lambda: runner.org.edit(accounts[0], {"OwnerId": third(accounts[0])}))
    counts = runner.run(plan).counts
    monkeypatch.undo()
    time.tzset()
    assert counts == {"VERIFIED": 2, "DRIFT": 1} and runner.org.owner(accounts[0]) == third(accounts[0])


def test_where_the_bin_may_not_be_asked_nothing_is_called_gone(runner):
    plan, accounts = fresh(runner)
    runner.org.edit(accounts[0], is_deleted=True)
    runner.org.fault("refused", path_contains="queryAll", error_code="INSUFFICIENT_ACCESS", status=403, times=99)
    assert runner.run(plan).counts == {"NOT_VISIBLE": 1, "VERIFIED": 2}
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"GONE": 1, "VERIFIED": 2}


@pytest.mark.parametrize("moment", ["read_before_writing", "intent_committed", "answers_committed"])
def test_an_account_that_is_merged_during_the_run_is_gone_and_holds_nobody_up(runner, moment):
    plan, (merged, master, _) = fresh(runner)
    at(runner, moment, lambda: runner.org.edit(merged, merged_into=master))
    assert runner.run(plan).counts == {"GONE": 1, "VERIFIED": 2}


def test_a_queue_as_receiver_is_held_before_anything_is_sent(runner):
    rows = ROWS.slice(next(TAKEN), 3).with_columns(new_owner_id=pl.lit("00G5g000004qQueEAU"))
    plan = runner.add(*drawn(rows))
    assert runner.run(plan).counts == {"HELD": 3}
    assert not set(runner.sends()) & set(rows["account_id"])


def test_what_another_tool_does_as_our_user_is_not_taken_for_our_write(runner):
    us = runner.org.gateway()
    us.organization_id()
    plan, (moved, given, after) = fresh(runner)

    def before():
        runner.org.edit(moved, {"OwnerId": third(moved)}, user_id=us.user_id)
        runner.org.edit(given, {"OwnerId": ACTIVE[0]}, user_id=us.user_id)

    at(runner, "intent_committed", before)
    assert runner.run(plan).counts == {"DRIFT": 1, "SKIPPED_ALREADY": 1, "VERIFIED": 1}
    with runner.journal() as journal:
        back = rollback_rows(owners_written(journal, plan.cycle))["account_id"].to_list()
    assert back == [after]


def test_an_owner_that_another_tool_sets_as_our_user_after_us_is_told_without_naming_automations_alone(runner):
    us = runner.org.gateway()
    us.organization_id()
    plan, (account, *_) = fresh(runner)
    at(runner, "answers_committed", lambda: runner.org.edit(account, {"OwnerId": third(account)}, user_id=us.user_id))
    assert runner.run(plan).counts == {"REVERTED_BY_AUTOMATION": 1, "VERIFIED": 2}
    assert "or another tool that logs in as our user" in told(runner, plan)[account][1]


def taken_back(runner, cycle):
    """The approved rollback of the cycle, not begun."""
    with runner.journal() as journal:
        rows = rollback_rows(owners_written(journal, cycle))
        plan, ordered = draft(journal, cycle, "rollback", rows, runner.tools, "a mistake")
        approved = judged_approval(plan, PRIYA, TOKEN, runner.tools)
        journal.add(plan, ordered, plan.first_event(runner.org.utc_now()), approved)
    return plan


def test_a_limit_in_the_middle_of_a_rollback_pauses_it_and_its_cycle_says_how_to_go_on(runner):
    plan, accounts = fresh(runner, "limit.1", size=10)
    runner.run(plan)
    back = taken_back(runner, "limit")
    runner.org.fault("request_limit", path_contains="/composite", method="POST", skip=3, times=1)
    paused = runner.run(back)
    assert paused.pause.code == "REQUEST_LIMIT_EXCEEDED" and paused.resume_at
    with runner.journal() as journal, pytest.raises(CycleClosed, match=f"write-back approve limit {back.plan_id}"):
        owner_plans(journal, "limit")
    assert runner.run(back).counts == {"VERIFIED": 30}
    with runner.journal() as journal, pytest.raises(CycleClosed, match="it was rolled back"):
        owner_plans(journal, "limit")
    with runner.journal() as journal, pytest.raises(CycleClosed, match="nothing to rollback"):
        draft(journal, "limit", "rollback", rollback_rows(owners_written(journal, "limit")), runner.tools, "again")
    counts = runner.owners_written().filter(pl.col("record_id").is_in(accounts)).group_by("record_id").len()
    assert set(counts["len"]) == {2}


@pytest.mark.parametrize("what", ["discard", "retry", "apply"])
def test_whoever_comes_while_a_run_holds_the_journal_is_told_who_does(runner, what):
    plan, _ = fresh(runner)
    said = []

    def come():
        with pytest.raises(WarehouseBusy) as error:
            if what == "apply":
                runner.run(plan)
            with runner.journal() as journal:
                if what == "retry":
                    retry(journal, [], PRIYA, runner.tools)
                discard(journal, plan, PRIYA, TOKEN, runner.tools)
        said.append(str(error.value))

    at(runner, "intent_committed", come)
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert "is writing back, expected nobody. Wait until that run has ended" in said[0]


def test_a_session_that_ends_in_mid_run_is_renewed_and_each_account_is_sent_on_its_precondition(runner):
    plan, _ = fresh(runner, size=10)
    runner.org.fault("expired_session", path_contains="/composite", method="POST", skip=2)
    assert runner.run(plan).counts == {"VERIFIED": 30}
    assert max(runner.sends().values()) <= 3


@pytest.fixture
def little_room():
    """No file of this process may grow beyond this many bytes, once it is asked for: as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_in_words_and_leaves_a_journal_that_goes_on(tmp_path, little_room):
    plan, rows = drawn(ROWS.head(1))
    path, at = tmp_path / "journal.duckdb", datetime(2026, 10, 1)
    with opened(path, KEY) as journal:
        journal.add(plan, rows, plan.first_event(at))
        little_room(200_000)
        with pytest.raises(AssignmentError, match=r"it cannot be written .*, expected room on its disk") as error:
            for number in range(99):
                journal.record([Event(plan.plan_id, "a", number, State.INTENT, at, sentence="x" * 20_000)])
                journal.commit()
        assert "Make room and run it again: what was sent is read back first." in str(error.value)
        committed = journal.seq
        little_room(resource.RLIM_INFINITY)
    with opened(path, KEY) as journal:
        assert journal.verify() == committed > 3
