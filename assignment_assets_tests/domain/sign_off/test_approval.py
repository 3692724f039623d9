"""The approved diff: regions that do not wait, moves that wait for both, gains that wait for a seat.

Ana (North, 2 seats) and Cleo (South, 2 seats) swap n1 for s1; b1 goes from Ben (North, 9 seats) to Ana, s2 from Cleo
to Inside Sales.
"""

import polars as pl
import pytest

from assignment_assets.domain.sign_off.approval import OWNED_NOW, approve
from assignment_assets.domain.sign_off.verdicts import SIGNED_REGIONS
from assignment_assets.domain.tables import APPROVED_DIFF, SIGN_OFF_PACKETS

ROWS = {
    "b1": (["North"], "ben", "ana"),
    "n1": (["North", "South"], "ana", "cleo"),
    "s1": (["North", "South"], "cleo", "ana"),
    "s2": (["South"], "cleo", "iris"),
}
NORTH, SOUTH = ("North", 1, "gus@example.com", "1111"), ("South", 2, "sol@example.com", "2222")


def packets_of(rows=ROWS, held=()):
    """SIGN_OFF_PACKETS of {account: (regions, old, new)}."""
    frame = [
        (region, account_id, None, old, new, "rebalance", "The engine says so", account_id in held)
        for account_id, (regions, old, new) in rows.items()
        for region in regions
    ]
    return SIGN_OFF_PACKETS.conform(pl.DataFrame(frame, schema=SIGN_OFF_PACKETS.columns, orient="row"))


def owned(ana=2, ben=1, cleo=2, capacity=2):
    """OWNED_NOW of the three."""
    rows = [("ana", "Ana Ruiz", ana, capacity), ("ben", "Ben Ode", ben, 9), ("cleo", "Cleo Park", cleo, capacity)]
    return pl.DataFrame(rows, schema=OWNED_NOW.columns, orient="row")


def approved(*signed, before=None, books=None, number=1, packets=None, **more):
    """What approving appends, as {account: status}, and the whole diff."""
    before = APPROVED_DIFF.empty() if before is None else before
    rows = approve(
        packets_of() if packets is None else packets,
        pl.DataFrame(list(signed), schema=SIGNED_REGIONS.columns, orient="row"),
        before,
        owned() if books is None else books,
        sign_off_no=number,
        **more,
    )
    return dict(rows.select("account_id", "status").iter_rows()), pl.concat([before, rows])


def waits(diff, account_id):
    """What the account's latest row waits for."""
    return diff.filter(pl.col("account_id") == account_id).sort("sign_off_no")["deferred_because"][-1]


def test_nothing_signed_nothing_approved():
    assert approved()[0] == {}


def test_a_signed_region_does_not_wait_and_its_gain_without_a_seat_is_deferred_and_names_the_blocker():
    statuses, diff = approved(NORTH)
    assert statuses == {"b1": "deferred"}
    assert waits(diff, "b1") == (
        "Ana Ruiz's book holds 2 of 2 accounts with all that is approved; waits for these to leave it:"
        " n1 (South not signed)"
    )
    signature = diff.select("sign_off_no", "region", "signed_by", "digest").rows()
    assert signature == [(1, "North", "gus@example.com", "1111")]


def test_a_move_between_regions_appears_under_the_later_sign_off():
    statuses, diff = approved(NORTH, SOUTH, books=owned(ana=1))
    assert statuses == {"b1": "approved", "n1": "approved", "s1": "approved", "s2": "approved"}
    assert diff.select("account_id", "region").rows() == [
        ("b1", "North"),
        ("n1", "South"),
        ("s1", "South"),
        ("s2", "South"),
    ]


def test_a_swap_between_full_books_is_approved_once_both_have_signed():
    swap = {name: ROWS[name] for name in ("n1", "s1")}
    assert approved(NORTH, packets=packets_of(swap))[0] == {}
    assert approved(NORTH, SOUTH, packets=packets_of(swap))[0] == {"n1": "approved", "s1": "approved"}


def test_a_deferred_gain_is_released_when_the_loss_is_signed():
    _, first = approved(NORTH, packets=packets_of({name: ROWS[name] for name in ("b1", "n1")}))
    statuses, diff = approved(
        NORTH, SOUTH, before=first, number=2, packets=packets_of({name: ROWS[name] for name in ("b1", "n1", "s2")})
    )
    assert statuses == {"b1": "approved", "n1": "approved", "s2": "approved"}
    assert diff.filter(pl.col("account_id") == "b1").select("sign_off_no", "status", "deferred_because").rows()[1] == (
        2,
        "approved",
        None,
    )


def test_a_loss_that_is_itself_deferred_blocks_and_says_so():
    rows = {"b1": ROWS["b1"], "n1": ROWS["n1"]}
    statuses, diff = approved(NORTH, SOUTH, packets=packets_of(rows))
    assert statuses == {"b1": "deferred", "n1": "deferred"}
    assert waits(diff, "b1").endswith("waits for these to leave it: n1 (deferred itself)")
    assert waits(diff, "n1") == (
        "Cleo Park's book holds 2 of 2 accounts with all that is approved, and no other move would free a seat"
    )


def test_a_deferral_that_waits_for_the_same_is_listed_once():
    _, first = approved(NORTH)
    assert approved(NORTH, before=first, number=2)[0] == {}


def test_a_deferral_is_listed_anew_when_it_waits_for_something_else():
    rows = {"b1": ROWS["b1"], "n1": ROWS["n1"]}
    _, first = approved(NORTH, packets=packets_of(rows))
    statuses, _ = approved(NORTH, SOUTH, before=first, number=2, packets=packets_of(rows))
    assert statuses == {"b1": "deferred", "n1": "deferred"}


def test_what_is_approved_is_never_appended_again():
    _, first = approved(NORTH, SOUTH, books=owned(ana=1))
    assert approved(NORTH, SOUTH, before=first, books=owned(ana=1), number=2)[0] == {}


def test_approved_but_unwritten_gains_keep_their_seats_and_verified_ones_are_counted_once():
    rows = {"b1": ROWS["b1"], "b2": (["North"], "ben", "ana")}
    _, first = approved(NORTH, packets=packets_of({"b1": rows["b1"]}), books=owned(ana=1))
    unwritten, _ = approved(NORTH, before=first, packets=packets_of(rows), books=owned(ana=1), number=2)
    assert unwritten == {"b2": "deferred"}
    written, _ = approved(
        NORTH, before=first, packets=packets_of(rows), books=owned(ana=2), number=2, verified=frozenset({"b1"})
    )
    assert written == {"b2": "deferred"}
    roomy, _ = approved(
        NORTH, before=first, packets=packets_of(rows), books=owned(ana=1), number=2, verified=frozenset({"b1"})
    )
    assert roomy == {"b2": "approved"}


def test_a_write_that_was_given_up_frees_the_seat_it_had_reserved():
    rows = {"b1": ROWS["b1"], "b2": (["North"], "ben", "ana")}
    _, first = approved(NORTH, packets=packets_of({"b1": rows["b1"]}), books=owned(ana=1))
    statuses, _ = approved(
        NORTH, before=first, packets=packets_of(rows), books=owned(ana=1), number=2, given_up=frozenset({"b1"})
    )
    assert statuses == {"b2": "approved"}


def test_a_gain_that_frees_nobodys_seat_waits_before_one_that_others_wait_for():
    rows = {"u1": (["North"], "queue", "ana"), "n2": (["North"], "ben", "ana")}
    statuses, _ = approved(NORTH, packets=packets_of(rows), books=owned(ana=1))
    assert statuses == {"n2": "approved", "u1": "deferred"}


def test_a_changed_move_is_approved_anew_instead_of_the_old_one():
    _, first = approved(NORTH, packets=packets_of({"b1": ROWS["b1"]}), books=owned(ana=1))
    statuses, diff = approved(
        NORTH, before=first, packets=packets_of({"b1": (["North"], "ben", "max")}), books=owned(ana=1), number=2
    )
    assert statuses == {"b1": "approved"}
    assert diff["new_owner_id"].to_list() == ["ana", "max"]


def test_a_held_account_is_not_approved():
    assert approved(NORTH, packets=packets_of({"b1": ROWS["b1"]}, held={"b1"}), books=owned(ana=0))[0] == {}


def test_a_long_list_of_blockers_is_cut_with_its_count():
    rows = {f"n{i}": (["North", "South"], "ana", "cleo") for i in range(1, 9)} | {"b1": ROWS["b1"]}
    _, diff = approved(NORTH, packets=packets_of(rows), books=owned(ana=8, capacity=8))
    assert waits(diff, "b1").endswith("n4 (South not signed), n5 (South not signed) and 3 more")


@pytest.mark.parametrize("order", [1, -1])
def test_the_diff_does_not_depend_on_the_order_of_rows(order):
    packets = packets_of() if order == 1 else packets_of().reverse()
    _, diff = approved(NORTH, SOUTH, packets=packets)
    assert diff["account_id"].to_list() == ["b1", "n1", "s1", "s2"]
