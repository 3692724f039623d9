import json
from datetime import date, datetime

import polars as pl
import pytest

from assignment_assets.domain.routing.events.detect import PollSnapshot, detect, owners_meet
from assignment_assets_tests.company import account, rep, tiny

NOW = datetime(2026, 10, 2, 9, 0)


def seen(*accounts, day=date(2026, 10, 1), reps=None, without=(), more=()) -> PollSnapshot:
    drawn = tiny(*accounts, reps=reps, without=without)
    people = drawn.reps
    if more:
        people = pl.concat(
            [people, pl.DataFrame([dict.fromkeys(people.columns) | row for row in more], schema=people.schema)]
        )
    return PollSnapshot(drawn.accounts, people, drawn.opportunities, day)


def found(after: PollSnapshot, before: PollSnapshot | None = None, merged=None) -> list[tuple[str, str, str]]:
    rows = detect(before or seen(), after, merged or {}, 2, NOW)
    return rows.sort("kind", "subject_id").select("kind", "subject_id", "scope").rows()


def test_nothing_happened_where_nothing_changed():
    assert found(seen()) == []


@pytest.mark.parametrize(
    ("change", "kind", "scope"),
    [
        ({"is_active": False}, "departure", "churn"),
        ({"on_leave_until": date(2026, 11, 1)}, "leave_started", "churn"),
        ({"covered_states": ["TX", "OK", "LA"]}, "states_gained", "rep"),
        ({"covered_states": ["TX"]}, "states_lost", "region"),
        ({"capacity": 50}, "capacity_lowered", "churn"),
    ],
)
def test_a_change_of_a_rep_is_an_event_of_the_narrowest_scope(change, kind, scope):
    assert found(seen(reps={"ana": change})) == [(kind, "ana", scope)]


def test_a_capacity_that_rises_frees_the_reps_own_book():
    assert found(seen(), seen(reps={"ana": {"capacity": 50}})) == [("capacity_raised", "ana", "rep")]


def test_a_leave_ends_with_the_calendar_though_nothing_was_edited():
    away = {"ana": {"on_leave_until": date(2026, 10, 1)}}
    before, after = seen(reps=away), seen(reps=away, day=date(2026, 10, 2))
    assert found(after, before) == [("leave_ended", "ana", "rep")]


def test_a_new_name_is_a_new_starter_and_one_that_vanishes_has_left():
    new = rep("zoe", "Zoe Lin", "TX", "South")
    assert found(seen(more=(new,))) == [("new_starter", "zoe", "new_starter_class")]
    assert found(seen(), seen(more=(new,))) == [("departure", "zoe", "churn")]


def test_a_book_whose_referrals_dry_up_turns_non_productive():
    dry = [account(f"b{number:02}", "ben", state="OK" if number == 12 else "TX") for number in range(1, 13)]
    assert found(seen(*dry)) == [("book_non_productive", "ben", "churn")]


def test_a_merger_is_an_event_that_says_whether_two_owners_meet():
    gone = seen(without=("a12",))
    for winner, meets in (("b12", True), ("a11", False)):
        event = detect(seen(), gone, {"a12": winner}, 2, NOW)
        assert event.select("kind", "subject_id", "scope").rows() == [("merged", winner, "family")]
        said = json.loads(event["evidence"][0])
        assert (said["loser_id"], said["loser_owner"], said["name"]) == ("a12", "ana", "Clinic a12")
        assert said["owners_meet"] is meets and owners_meet(event).height == meets


@pytest.mark.parametrize(("was", "parent", "meets"), [(None, "c01", True), (None, "a01", False), ("c01", None, False)])
def test_a_new_parent_is_an_event_that_says_whether_two_owners_meet(was, parent, meets):
    before, after = (seen(account("a12", "ana", parent_id=each)) for each in (was, parent))
    event = detect(before, after, {}, 2, NOW)
    assert event.select("kind", "subject_id", "scope").rows() == [("re_parented", "a12", "family")]
    assert json.loads(event["evidence"][0])["parent_id"] == [was, parent]
    assert owners_meet(event).height == meets


def test_the_same_two_snapshots_give_the_same_events_and_another_poll_other_ones():
    after = seen(reps={"ana": {"is_active": False}})
    first, again = (detect(seen(), after, {}, 2, NOW) for _ in range(2))
    assert first.equals(again)
    assert detect(seen(), after, {}, 3, NOW)["event_id"][0] != first["event_id"][0]
    assert json.loads(first["evidence"][0]) == {"is_active": [True, False]}
