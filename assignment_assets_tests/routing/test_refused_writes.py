"""What the org refuses of routing's writes waits for a person, by group; everything else is written without it."""

import json
from collections import Counter

import pytest
import requests
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.routing.tables import EXCEPTIONS, WRITES
from assignment_assets.io.salesforce.records import PROBE
from assignment_assets.sandbox.request_log import read_requests
from assignment_assets_tests.company import PRIYA, org_id

RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
BUSINESS = "This account has portal users: the owner needs a role."


def say(*arguments):
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


def enter(org, count):
    """So many new accounts, under a policy that lets them all be written."""
    org.allow("routing")
    org.edit("nia", Book_Capacity__c=100)
    entered = [org.enter(f"n{number:02}") for number in range(1, count + 1)]
    org.wait(minutes=1)
    return entered


def refuse(org, accounts, code=RULE, **more):
    org.address.hook("faults", kind="row_error", record_ids=accounts, error_code=code, times=9999, **more)


def clear(org):
    """Switches all faults off."""
    requests.delete(f"{org.address.url}/sandbox/faults", verify=org.address.ca_file, timeout=10).raise_for_status()


def sends(org):
    """How often each account was sent."""
    calls = [call["body"] for call in read_requests(org.address.state_dir) if call["path"].endswith("/composite")]
    parts = [part for body in calls if body for part in body["compositeRequest"] if part["method"] == "PATCH"]
    return Counter(part["url"][-18:] for part in parts if part["referenceId"] != PROBE)


def passes(org, count):
    """So many passes, five minutes apart."""
    for _ in range(count):
        org.go()
        org.wait(minutes=5)


@pytest.mark.parametrize(
    ("code", "message", "most"),
    [(RULE, "", 1), ("UNKNOWN_EXCEPTION", BUSINESS, 2)],
)
def test_a_refused_row_is_not_sent_at_every_pass_and_keeps_nobody_waiting(org, code, message, most):
    entered = enter(org, 6)
    bad = entered[1:3]
    refuse(org, bad, code, message=message)
    passes(org, 3)
    assert [org.owner(account) for account in entered if account not in bad] == [org_id("nia")] * 4
    assert {sends(org)[account] for account in bad} == {most}
    why = org.table(EXCEPTIONS).filter(kind="not_written").select("subject_id", "why").rows()
    assert [account for account, _ in why] == bad
    assert all("failed, " in sentence and "`assignment routing set-aside --retry " in sentence for _, sentence in why)


def test_refused_rows_take_no_place_of_a_policys_largest_number_of_moves(org):
    entered = enter(org, 5)
    org.allow("routing", max_moves=2)
    refuse(org, entered[:3])
    passes(org, 3)
    assert [org.owner(account) for account in entered[3:]] == [org_id("nia")] * 2


def test_the_status_and_the_list_name_the_groups_and_a_group_is_tried_again_when_asked(org):
    entered = enter(org, 4)
    refuse(org, entered[:2], message="Only Sales Operations may change the owner of Clinic 17.")
    passes(org, 2)
    code, text = say("routing", "status")
    assert code == 0 and f"  2 accounts  {RULE}: Only Sales Operations" in text
    assert "set aside: `assignment routing set-aside` lists the accounts" in text
    [group] = json.loads(say("routing", "set-aside", "--json")[1])["groups"]
    assert [row["account_id"] for row in group["accounts"]] == entered[:2]
    assert "expected one of" in say("routing", "set-aside", "--retry", "nothing")[1]

    assert "2 accounts are tried again" in say("routing", "set-aside", "--retry", group["group"])[1]
    passes(org, 2)
    assert {sends(org)[account] for account in entered[:2]} == {2}
    assert f"  2 accounts  {RULE}" in say("routing", "status")[1]
    say("routing", "set-aside", "--retry", group["group"])
    clear(org)
    passes(org, 1)
    assert {org.owner(account) for account in entered} == {org_id("nia")}
    assert say("routing", "set-aside")[1] == "routing: no account waits for a person\n"


@pytest.mark.parametrize(
    "code", ["UNKNOWN_EXCEPTION", "INVALID_FIELD_FOR_INSERT_UPDATE", "OP_WITH_INVALID_USER_TYPE_EXCEPTION"]
)
def test_an_org_that_refuses_everything_is_sent_no_row_more_than_twice_and_the_passes_end(org, code):
    entered = enter(org, 27)
    refuse(org, entered, code, message=BUSINESS)
    for _ in range(3):
        before = sends(org).total()
        done = org.go()
        org.wait(minutes=5)
        assert done.written <= 27 and sends(org).total() - before <= 50
    assert max(sends(org).values()) <= 2
    clear(org)
    for group in json.loads(say("routing", "set-aside", "--json")[1])["groups"]:
        say("routing", "set-aside", "--retry", group["group"])
    passes(org, 2)
    assert {org.owner(account) for account in entered} == {org_id("nia")}


def test_what_a_pass_left_undone_over_refusals_stands_in_the_exceptions_with_the_command_that_lists_them(org):
    entered = enter(org, 30)
    refuse(org, entered)
    passes(org, 1)
    why = org.table(EXCEPTIONS).filter(subject_id=entered[-1])["why"][0]
    assert "deferred, The run was stopped: 20 accounts were refused for new reasons" in why
    assert "`assignment routing set-aside` lists them" in why


def test_locks_pass_and_are_tried_again_without_anybody_asking(org):
    entered = enter(org, 3)
    org.address.hook("faults", kind="row_error", record_id=entered[0], error_code="UNABLE_TO_LOCK_ROW", times=2)
    passes(org, 1)
    assert org.owner(entered[0]) == org_id("nia")
    assert org.table(WRITES)["outcome"].to_list() == ["verified"] * 3


def test_only_a_writer_may_have_a_group_tried_again_where_there_are_roles(org):
    entered = enter(org, 1)
    refuse(org, entered)
    passes(org, 1)
    settings = org.folder.root.parent / "settings.toml"
    settings.write_text(settings.read_text() + '\n[roles]\n"wanda@example.com" = ["writer"]\n')
    [group] = json.loads(say("routing", "set-aside", "--json")[1])["groups"]
    code, text = say("routing", "set-aside", "--retry", group["group"], "--as", PRIYA)
    assert code == 2 and f"{PRIYA} is not writer" in text
