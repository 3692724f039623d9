"""From the customer-success system to the account and its open opportunities, through a real org and a real journal."""

import polars as pl
import pytest

from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_CHANGES,
    OVERLAY_DIFFERENCES,
    OVERLAY_EDITS,
    OVERLAY_LOG,
    OVERLAY_LOOKS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_STAMPS,
)
from assignment_assets.overlays.inbox import SentEvent, put
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM
from assignment_assets.sandbox.overlay_people import CS_OPERATIONS_ID
from assignment_assets_tests.overlays.conftest import PEOPLE

USERS = {row["Id"]: row["Email"] for row in PEOPLE.users().iter_rows(named=True)}


@pytest.fixture
def seen(beside):
    """The writer has looked once: everything agrees, and a policy is signed."""
    beside.sign_policy()
    with beside.writer() as writer:
        done = writer.one_pass()
    assert (done.look.changes, done.look.stamps) == (0, 0)
    return beside


def account_with(beside, *, is_open):
    """An account with a CSM and opportunities of both kinds, its opportunities that are open or closed."""
    deals = beside.table(OVERLAY_OPPORTUNITIES)
    said = beside.table(CS_ASSIGNMENTS)["account_id"].to_list()
    both = deals.group_by("account_id").agg(pl.col("is_closed").n_unique()).filter(is_closed=2)["account_id"]
    account = next(each for each in sorted(both) if each in said)
    return account, deals.filter(account_id=account, is_closed=not is_open)["opportunity_id"].to_list()


def other_than(person):
    return next(each for each in PEOPLE.csm_ids if each != person)


def test_a_change_reaches_the_account_and_every_open_opportunity_and_no_closed_one(seen):
    account, open_ones = account_with(seen, is_open=True)
    closed = account_with(seen, is_open=False)[1]
    before = {each: seen.on_opportunity(each) for each in closed}
    new = other_than(seen.on_account(account))
    seen.clock.advance(60)
    seen.system.hook("company", account_id=account, csm_email=USERS[new])
    with seen.writer() as writer:
        done = writer.one_pass()
    assert done.lane.outcomes == {"verified": 1 + len(open_ones)}
    assert seen.on_account(account) == new
    assert {seen.on_opportunity(each) for each in open_ones} == {new}
    assert {each: seen.on_opportunity(each) for each in closed} == before
    bodies = [call["body"] for call in seen.org.sent()]
    assert {field for body in bodies for field in body} == {ACCOUNT_CSM, OPPORTUNITY_CSM}
    with seen.writer() as writer:
        again = writer.one_pass()
    assert (again.look.changes, again.look.stamps, again.look.edits, again.lane.outcomes) == (0, 0, 0, {})


def test_an_event_that_was_sent_is_written_at_once_and_counts_once(seen):
    account, open_ones = account_with(seen, is_open=True)
    new = other_than(seen.on_account(account))
    now = seen.org.utc_now()
    event = SentEvent("csm", "evt-1", account, USERS[new].upper(), now, now, "webhook")
    assert put(seen.folder, event)
    assert not put(seen.folder, event)
    with seen.writer() as writer:
        assert writer.one_pass(asks_truth=False).lane.outcomes == {"verified": 1 + len(open_ones)}
    put(seen.folder, event)
    with seen.writer() as writer:
        done = writer.one_pass(asks_truth=False)
    assert (done.look.events, done.look.stamps) == (0, 0)


def test_without_a_standing_policy_everything_waits_and_says_so(beside):
    with beside.writer() as writer:
        writer.one_pass()
        account, open_ones = account_with(beside, is_open=True)
        new = other_than(beside.on_account(account))
        beside.clock.advance(60)
        beside.system.hook("company", account_id=account, csm_email=USERS[new])
        done = writer.one_pass()
    assert done.lane.waits == 1 + len(open_ones)
    assert "no standing policy for overlays is in force" in str(done)
    assert not beside.org.sent()
    beside.sign_policy(max_moves=1)
    with beside.writer() as writer:
        assert "covers 1 writes in 24 hours" in writer.one_pass().lane.why
    beside.sign_policy()
    with beside.writer() as writer:
        assert writer.one_pass().lane.outcomes == {"verified": 1 + len(open_ones)}


def test_an_edit_of_a_listed_profile_stands_and_one_of_anybody_else_is_set_back(seen):
    account, (first, *_) = account_with(seen, is_open=True)
    person = seen.on_account(account)
    other = other_than(person)
    seen.clock.advance(60)
    seen.org.edit(first, {OPPORTUNITY_CSM: other}, object="Opportunity", user_id=PEOPLE.csm_ids[0])
    with seen.writer() as writer:
        done = writer.one_pass()
    assert done.lane.outcomes == {"verified": 1}
    assert seen.on_opportunity(first) == person
    seen.clock.advance(60)
    seen.org.edit(first, {OPPORTUNITY_CSM: other}, object="Opportunity", user_id=CS_OPERATIONS_ID)
    with seen.writer() as writer:
        assert writer.one_pass().lane.outcomes == {}
    assert seen.on_opportunity(first) == other
    assert seen.table(OVERLAY_EDITS).sort("edited_at")["verdict"].to_list() == ["set_back", "stands"]


def test_a_deal_that_closes_between_the_look_and_the_write_is_not_written(seen):
    account, (first, *_) = account_with(seen, is_open=True)
    before = seen.on_opportunity(first)
    new = other_than(seen.on_account(account))
    seen.clock.advance(60)
    seen.system.hook("company", account_id=account, csm_email=USERS[new])
    closing = {"object": "Opportunity", "id": first, "fields": {"StageName": "Closed Won"}, "moment": "before_write"}
    seen.org.address.hook("edits", edits=[closing])

    def close(point):
        if point == "read_before_writing":
            seen.org.edit(first, {"StageName": "Closed Won"}, object="Opportunity")

    with seen.writer(witness=close) as writer:
        writer.one_pass()
    assert seen.on_opportunity(first) == before
    assert seen.table(OVERLAY_LOG).filter(record_id=first)["outcome"].to_list()[-1] in ("drift_rule", "drift")


def test_a_change_that_is_overtaken_before_it_was_written_is_not_sent(beside):
    with beside.writer() as writer:
        writer.one_pass()
        account, open_ones = account_with(beside, is_open=True)
        first, second = [each for each in PEOPLE.csm_ids if each != beside.on_account(account)][:2]
        for person in (first, second):
            beside.clock.advance(60)
            beside.system.hook("company", account_id=account, csm_email=USERS[person])
            writer.one_pass()
        beside.sign_policy()
        writer.one_pass()
    assert beside.on_account(account) == second
    assert {field for call in beside.org.sent() for field in call["body"].values()} == {second}
    outcomes = beside.table(OVERLAY_LOG)["outcome"].value_counts()
    assert dict(outcomes.iter_rows()) == {"overtaken": 1 + len(open_ones), "verified": 1 + len(open_ones)}


def test_the_daily_catch_lists_what_differs_and_repairs_it(seen):
    account, (first, *_) = account_with(seen, is_open=True)
    person = seen.on_account(account)
    seen.org.address.hook("tracking", fields=[])
    seen.org.edit(account, {ACCOUNT_CSM: None}, user_id=PEOPLE.csm_ids[0])
    with seen.writer() as writer:
        done = writer.one_pass(catches=True)
    assert seen.on_account(account) == person
    assert seen.on_opportunity(first) == person
    assert done.caught is not None
    assert seen.table(OVERLAY_CHANGES).height + seen.table(OVERLAY_STAMPS).height > 0
    assert seen.table(OVERLAY_DIFFERENCES).height == done.caught


def test_what_was_sent_and_is_polled_too_is_one_event(seen):
    account, _ = account_with(seen, is_open=True)
    new = other_than(seen.on_account(account))
    seen.clock.advance(60)
    seen.system.hook("company", account_id=account, csm_email=USERS[new])
    now = seen.org.utc_now()
    put(seen.folder, SentEvent("csm", "evt-1", account, USERS[new].upper(), now, now, "webhook"))
    with seen.writer() as writer:
        assert writer.one_pass().look.events == 1
    assert seen.table(OVERLAY_CHANGES)["event_id"].to_list() == ["evt-1"]


def test_a_poll_reads_again_what_looks_for_sent_events_may_have_left_out(seen):
    account, (first, *_) = account_with(seen, is_open=True)
    person = seen.on_account(account)
    seen.clock.advance(60)
    seen.org.edit(first, {OPPORTUNITY_CSM: other_than(person)}, object="Opportunity", user_id=PEOPLE.csm_ids[0])
    seen.clock.advance(20)
    with seen.writer() as writer:
        # as if the edit had not been shown yet: a look of half a minute later goes back ten seconds
        looks = seen.table(OVERLAY_LOOKS)
        late = looks.with_columns(look_no=2, origin=pl.lit("webhook"), crm_watermark=pl.lit(seen.org.utc_now()))
        with writer.log.open() as transaction:
            transaction.append(OVERLAY_LOOKS, late)
        assert writer.one_pass(asks_truth=False).look.edits == 0
        assert writer.one_pass().look.edits == 1
    assert seen.on_opportunity(first) == person
