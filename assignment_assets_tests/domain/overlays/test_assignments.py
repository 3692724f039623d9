"""The latest word of a system of truth, in whatever order words arrive."""

from itertools import permutations

import polars as pl
import pytest

from assignment_assets.domain.overlays.assignments import latest, moved, new_events
from assignment_assets.domain.overlays.tables import CS_ASSIGNMENTS, CS_EVENTS
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets_tests.domain.overlays.toy import CSM, PEOPLE, frame, minute


def event(number, person, changed, received, account="a1"):
    return {
        **{"role": "csm", "event_id": f"e{number}", "account_id": account, "person_key": person},
        **{"changed_at": minute(changed), "received_at": minute(received)},
    }


def heard(*looks):
    """The assignments after looks that brought these events each."""
    standing, kept = CS_ASSIGNMENTS.empty(), CS_EVENTS.empty()
    for events in looks:
        fresh = new_events(frame(CS_EVENTS, events), kept)
        standing = latest(standing, fresh, CSM, PEOPLE, ["a1"])
        kept = CS_EVENTS.conform(pl.concat([kept, fresh]))
    return standing


EVENTS = [event(1, "c1", 10, 11), event(2, "c2", 12, 12), event(3, "c3", 90, 11), event(4, "c4", 12, 13)]


@pytest.mark.parametrize("order", list(permutations(EVENTS)))
def test_the_order_of_arrival_makes_no_difference(order):
    assert heard(*[[each] for each in order]).equals(heard(EVENTS))
    assert heard(order)["person_id"].to_list() == ["c4"]


def test_a_clock_that_goes_ahead_does_not_win_over_what_is_said_afterwards():
    rows = heard([event(1, "c1", 90, 11)], [event(2, "c2", 12, 12)])
    assert rows["person_id"].to_list() == ["c2"]


def test_an_event_counts_once_also_when_it_comes_again_later_and_says_something_else():
    ahead, again = event(1, "c1", 90, 11), event(1, "c5", 90, 60)
    assert heard([ahead], [event(2, "c2", 30, 30)], [again])["person_id"].to_list() == ["c2"]


def test_accounts_that_the_crm_does_not_show_are_told_until_it_does():
    before = latest(CS_ASSIGNMENTS.empty(), frame(CS_EVENTS, [event(1, "c1", 1, 1, "a9")]), CSM, PEOPLE, [])
    after = latest(before, CS_EVENTS.empty(), CSM, PEOPLE, ["a9"])
    assert [*before["standing"], *after["standing"]] == ["unknown_account", "known"]
    assert moved(before, after).height == 1
    assert moved(after, after).is_empty()


def test_ids_of_accounts_get_their_one_spelling():
    fresh = new_events(frame(CS_EVENTS, [event(1, "c1", 1, 1, "001000000ABCdef")]), CS_EVENTS.empty())
    assert fresh["account_id"].to_list() == [complete_id("001000000ABCdef")]
