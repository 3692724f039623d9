"""Which changes are open, and in which order they may go."""

from collections import Counter

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.write_back.apply import open_changes
from assignment_assets.write_back.plan import Change, next_call, next_rings, owner_guards


def change(account, old, new):
    return Change("1", account, old, new, owner_guards("", "OH"))


def rows(*accounts, sign_off_no=1):
    columns = ["sign_off_no", "account_id", "old_owner_id", "new_owner_id", "state", "carve_out"]
    return pl.DataFrame([(sign_off_no, account, "r-1", "r-2", "OH", "") for account in accounts], columns, orient="row")


def logged(*entries):
    columns = ["sign_off_no", "account_id", "attempt", "outcome"]
    given = pl.DataFrame(entries, columns, orient="row")
    owners = {"old_owner_id": pl.lit("r-1"), "new_owner_id": pl.lit("r-2")}
    return WRITE_BACK_LOG.conform(
        pl.concat([WRITE_BACK_LOG.empty(), given.with_columns(**owners)], how="diagonal_relaxed")
    )


def order(*changes):
    return [each.record_id for each in changes]


def test_what_the_log_shows_as_finished_or_refused_for_good_is_not_open_again():
    log = logged(
        (1, "a", 1, "verified"),
        (1, "b", 1, "drift"),
        (1, "c", 1, "held"),
        (1, "c", 2, "deferred"),
        (1, "f", 1, "failed"),
        (1, "d", 1, "unknown"),
        (2, "e", 1, "verified"),
    )
    left = open_changes(rows("a", "b", "c", "d", "e", "f"), log)
    assert [(each.record_id, each.attempt, each.was_lost) for each in left] == [
        ("c", 3, False),
        ("d", 2, True),
        ("e", 1, False),
    ]
    assert dict(left[0].guards)["carve_out"] is None


def test_an_account_with_two_open_changes_stops_the_run():
    with pytest.raises(BrokenInvariant, match=r"1 accounts with two open changes, such as b, expected one new owner"):
        open_changes(pl.concat([rows("a", "b"), rows("b", sign_off_no=2)]), WRITE_BACK_LOG.empty())


def test_a_call_takes_no_more_than_the_receivers_seats():
    changes = [change("a", "x", "full"), change("b", "x", "one"), change("c", "x", "one"), change("d", "x", "queue")]
    assert order(*next_call(changes, {"full": 0, "one": 1}, 25)) == ["b", "d"]
    assert order(*next_call(changes, {}, 3)) == ["a", "b", "c"]


def test_a_seat_that_the_same_call_would_free_does_not_count():
    changes = [change("a", "full", "queue"), change("b", "queue", "full")]
    assert order(*next_call(changes, {"full": 0}, 25)) == ["a"]


def test_two_full_books_that_swap_form_a_ring():
    changes = [change("a", "r-1", "r-2"), change("b", "r-2", "r-1")]
    assert [order(*ring) for ring in next_rings(changes, {"r-1": 0, "r-2": 0}, 25)] == [["a", "b"]]


def test_rings_are_found_behind_dead_ends_and_share_no_account():
    changes = [
        change("a", "r-1", "r-2"),
        change("b", "r-2", "r-3"),
        change("c", "r-3", "r-1"),
        change("d", "r-1", "r-3"),
        change("e", "r-3", "r-1"),
        change("f", "r-9", "r-1"),
        change("g", "r-2", "r-4"),
    ]
    rings = next_rings(changes, {f"r-{number}": 0 for number in range(1, 10)}, 25)
    assert sorted(map(sorted, (order(*ring) for ring in rings))) == [["a", "b", "c"], ["d", "e"]]


def test_an_overfull_book_takes_part_in_no_ring():
    changes = [change("a", "r-1", "r-2"), change("b", "r-2", "r-1")]
    assert next_rings(changes, {"r-1": 0, "r-2": -1}, 25) == []


def test_rings_come_up_to_the_calls_size_but_one_comes_anyway():
    pairs = [
        change(f"{side}{number}", *ends)
        for number in range(9)
        for side, ends in (("a", ("r-1", "r-2")), ("b", ("r-2", "r-1")))
    ]
    assert len(next_rings(pairs, {"r-1": 0, "r-2": 0}, 5)) == 2
    assert len(next_rings(pairs, {"r-1": 0, "r-2": 0}, 1)) == 1


reps = st.integers(0, 5).map("r-{}".format) | st.just("queue")
moves = st.lists(st.tuples(reps, reps).filter(lambda ends: ends[0] != ends[1]), max_size=60)


@given(moves, st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_whatever_the_moves_no_book_ends_a_call_overfull_and_what_stays_cannot_go(moves, free):
    seats = {f"r-{number}": count for number, count in enumerate(free)}
    left = [change(f"a-{number:02}", old, new) for number, (old, new) in enumerate(moves)]
    while left:
        call = next_call(left, seats, 25) or [each for ring in next_rings(left, seats, 25) for each in ring]
        if not call:
            break
        assert len(set(call)) == len(call)
        for each in call:
            for rep, count in ((each.expected, 1), (each.new, -1)):
                if rep in seats:
                    seats[rep] += count
        assert min(seats.values()) >= 0
        left = [each for each in left if each not in call]
    gains = Counter(each.new for each in left)
    losses = Counter(each.expected for each in left)
    assert not left or any(gains[rep] > losses[rep] for rep in seats)
