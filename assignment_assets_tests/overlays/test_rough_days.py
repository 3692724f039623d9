"""Days on which something is wrong: words taken back, clocks that differ, records that go, fields that may not be
written, a writer that dies."""

import polars as pl

from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_ACCOUNTS,
    OVERLAY_DIFFERENCES,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_STAMPS,
)
from assignment_assets.overlays.inbox import SentEvent, put
from assignment_assets.sandbox.overlay_fields import OPPORTUNITY_CSM
from assignment_assets_tests.overlays.conftest import PEOPLE
from assignment_assets_tests.overlays.test_changed_roles import name, one_pass
from assignment_assets_tests.overlays.test_commands import said
from assignment_assets_tests.overlays.test_writer import USERS, account_with, other_than, seen

__all__ = ["seen"]
WITNESSES = (
    *("intent_before_commit", "intent_committed"),
    *("call_before_sending", "call_answered", "answers_committed", "verified_before_commit", "run_ended"),
)


class Killed(BaseException):
    """The process ends here."""


def test_a_word_that_is_taken_back_before_it_was_written_is_not_written(beside):
    one_pass(beside)
    account, open_ones = account_with(beside, is_open=True)
    person = beside.on_account(account)
    first, second = [each for each in PEOPLE.csm_ids if each != person][:2]
    for each in (first, person):
        name(beside, account, each)
        one_pass(beside)
    beside.sign_policy()
    assert one_pass(beside).lane.outcomes == {"overtaken": 1 + len(open_ones), "skipped_already": 1 + len(open_ones)}
    assert not beside.org.sent()
    beside.sign_policy(max_moves=0)
    for each in (first, second, first):
        name(beside, account, each)
        assert one_pass(beside).lane.waits == 1 + len(open_ones), "what is overtaken does not wait"
    beside.sign_policy(max_moves=1 + len(open_ones))
    one_pass(beside)
    assert {beside.on_account(account), *map(beside.on_opportunity, open_ones)} == {first}


def test_a_clock_that_differs_hides_no_change_and_a_wrong_word_is_set_right_by_the_catch(seen):
    account, _ = account_with(seen, is_open=True)
    for minutes in (-7, 7):
        seen.system.hook("behaviour", skew_minutes=minutes)
        seen.clock.advance(900)
        one_pass(seen)
        new = other_than(seen.on_account(account))
        name(seen, account, new)
        one_pass(seen)
        assert seen.on_account(account) == new, minutes
    seen.system.hook("behaviour", skew_minutes=0)
    now = seen.org.utc_now()
    put(seen.folder, SentEvent("csm", "late", account, USERS[other_than(new)], now, now, "webhook"))
    one_pass(seen, asks_truth=False)
    assert seen.on_account(account) != new
    seen.clock.advance(900)
    one_pass(seen, catches=True)
    assert seen.on_account(account) == new


def test_what_is_deleted_or_merged_is_known_no_more_and_what_comes_back_is_known_again(seen):
    account, (first, *_) = account_with(seen, is_open=True)
    open_ones = seen.table(OVERLAY_OPPORTUNITIES).filter(~pl.col("is_closed"), pl.col("account_id") != account)
    seen.clock.advance(60)
    seen.org.edit(first, merged_into=open_ones["opportunity_id"][0], is_deleted=False, object="Opportunity")
    name(seen, account, other_than(seen.on_account(account)))
    assert one_pass(seen).lane.outcomes == {"verified": 1}, "a duplicate that stays is not stamped"
    other, hidden, *_ = [each for each in seen.table(CS_ASSIGNMENTS)["account_id"].sort() if each != account]
    seen.clock.advance(60)
    seen.org.edit(first, is_deleted=True, object="Opportunity")
    seen.org.edit(other, is_deleted=True)
    done = one_pass(seen)
    assert (done.look.stamps, done.lane.outcomes) == (0, {})
    assert first not in seen.table(OVERLAY_OPPORTUNITIES)["opportunity_id"]
    assert other not in seen.table(OVERLAY_ACCOUNTS)["account_id"]
    name(seen, other, PEOPLE.csm_ids[0])
    assert one_pass(seen).look.stamps == 0

    seen.org.see_all_but(hidden)
    seen.clock.advance(600)
    done = one_pass(seen, catches=True)
    assert done.look.stamps == 0
    assert hidden not in seen.table(OVERLAY_ACCOUNTS)["account_id"], "gone while nobody looked"
    said = seen.table(CS_ASSIGNMENTS).filter(standing="unknown_account")
    assert set(said["account_id"]) == {other, hidden}
    listed = seen.table(OVERLAY_DIFFERENCES).filter(pl.col("record_id").is_in([other, hidden]))
    assert set(listed["kind"]) == {"unknown_account"}
    seen.org.see_all_but()
    new = other_than(seen.on_account(hidden))
    name(seen, hidden, new)
    one_pass(seen, catches=True)
    assert seen.on_account(hidden) == new, "an account that appears after its word"


def test_what_one_field_or_record_does_not_take_holds_up_nothing_else_and_is_listed(seen):
    account, (refused, *others) = account_with(seen, is_open=True)
    seen.org.fault("row_error", record_id=refused, error_code="FIELD_CUSTOM_VALIDATION_EXCEPTION", times=100)
    new = other_than(seen.on_account(account))
    name(seen, account, new)
    with seen.writer() as writer:
        writer.one_pass()
        sent = len(seen.org.sent())
        for _ in range(3):
            seen.clock.advance(40)
            writer.one_pass()
    assert {seen.on_account(account), *map(seen.on_opportunity, others)} == {new}
    assert len(seen.org.sent()) == sent, "it is not sent again at every pass"
    assert f"not written: Opportunity {refused} (csm)" in said("status")

    seen.org.clear_faults()
    seen.org.access(read_only_fields=[f"Opportunity.{OPPORTUNITY_CSM}"])
    name(seen, account, other_than(new))
    with seen.writer() as writer:
        why = writer.one_pass().lane.why
        both = seen.table(OVERLAY_ACCOUNTS).drop_nulls("person_id").group_by("account_id").len().filter(len=2)
        facts = {"AccountId": both["account_id"].min(), "StageName": "Negotiation", "CloseDate": "2099-01-01"}
        seen.org.create("Opportunity", [facts | {"Name": "Of two roles"}])
        for _ in range(2):
            seen.clock.advance(40)
            writer.one_pass()
        parts = seen.table(OVERLAY_LOG).filter(role="sa", object="Opportunity")
        assert parts["outcome"].to_list() == ["verified"], "another role does not wait for the field"
        rows = seen.table(OVERLAY_LOG).height
        for _ in range(3):
            seen.clock.advance(40)
            writer.one_pass()
        assert seen.table(OVERLAY_LOG).height == rows, "the same again is no news"
        assert OPPORTUNITY_CSM in why
        seen.org.access(read_only_fields=[])
        for _ in range(2):
            seen.clock.advance(2_000)
            writer.one_pass(catches=True)
    assert {seen.on_opportunity(each) for each in (refused, *others)} == {seen.on_account(account)}


def test_a_writer_that_dies_at_any_point_loses_nothing_and_writes_nothing_twice(seen):
    account, open_ones = account_with(seen, is_open=True)
    died = set()
    for number, point in enumerate(WITNESSES):
        new = [each for each in PEOPLE.csm_ids if each != seen.on_account(account)][number % 2]
        name(seen, account, new)

        def kill(reached, point=point):
            if reached == point:
                died.add(point)
                raise Killed

        try:
            with seen.writer(witness=kill) as writer:
                writer.one_pass()
        except Killed:
            pass
        seen.clock.advance(40)
        one_pass(seen)
        assert {seen.on_account(account), *map(seen.on_opportunity, open_ones)} == {new}, point
    stamps = seen.table(OVERLAY_STAMPS)
    last = seen.table(OVERLAY_LOG).sort("stamp_no", "attempt").unique("stamp_no", keep="last")
    assert set(last["outcome"]) == {"verified"}
    assert last.height == stamps.height == len(WITNESSES) * (1 + len(open_ones))
    assert died == set(WITNESSES), died
