"""Every invariant: empty where it holds, and the offending rows where one row is spoiled."""

import polars as pl
import pytest

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.invariants import predicates
from assignment_assets.domain.invariants.invariant import Invariant, require
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    OVERFLOW,
    PROPOSED_BOOKS,
    SIGN_OFF_VERDICTS,
    WRITE_BACK_LOG,
)
from assignment_assets_tests.domain.tiny import add, drop

EXEMPT = pl.DataFrame(schema={"account_id": pl.String, "rep_id": pl.String})


def table(like, *rows):
    """Rows with some of a table's columns; the others are null."""
    return pl.DataFrame(list(rows), schema=like.columns)


def owners(**of):
    """An owners frame from account=owner."""
    return pl.DataFrame(list(of.items()), schema={"account_id": pl.String, "owner_id": pl.String}, orient="row")


@pytest.fixture
def stands(company):
    """The tiny company's owners as proposed."""
    return company.books.select("account_id", owner_id="proposed_owner_id")


@pytest.fixture
def locks():
    return pl.DataFrame({"account_id": ["a1"], "rep_id": ["ana"], "lock_kind": ["l3m_referrer"]})


def test_all_findings_that_do_not_hold_are_named_at_once():
    broken = pl.DataFrame({"account_id": [f"a{i}" for i in range(7)]})
    found = [
        Invariant("each_once", broken, "Every account goes to one owner."),
        Invariant("capacity", broken.clear(), "No book exceeds its capacity."),
        Invariant("no_carve_out", broken.head(1), "No carve-out is given away."),
    ]
    with pytest.raises(BrokenInvariant) as caught:
        require(found)
    assert str(caught.value) == (
        "each_once: Every account goes to one owner. 7 offend: account_id a0; account_id a1; account_id a2;"
        " account_id a3; account_id a4; and 2 more.\n"
        "no_carve_out: No carve-out is given away. 1 offend: account_id a0."
    )
    assert [invariant.holds for invariant in found] == [False, True, False]


def test_findings_that_hold_pass():
    require([Invariant("each_once", pl.DataFrame({"account_id": []}), "Every account goes to one owner.")])


def test_conservation_finds_what_is_lost_what_is_extra_and_what_is_twice():
    pool = pl.DataFrame({"account_id": ["a1", "a2", "a3"]})
    proposed = table(PROPOSED_BOOKS, {"account_id": "a1"}, {"account_id": "a2"})
    overflow = table(OVERFLOW, {"account_id": "a3"})
    assert predicates.conservation(pool, proposed, overflow).is_empty()
    spoiled = table(OVERFLOW, {"account_id": "a2"}, {"account_id": "zz"})
    assert predicates.conservation(pool, proposed, spoiled).rows() == [("a2", 1, 2), ("a3", 1, 0), ("zz", 0, 1)]


def test_each_once_looks_through_all_frames_together():
    one, other = pl.DataFrame({"account_id": ["a1", "a2"]}), pl.DataFrame({"account_id": ["a2", "a3"]})
    assert predicates.each_once(one).is_empty()
    assert predicates.each_once(one, other).rows() == [("a2", 2)]


def test_owners_of_the_proposal_are_reps_and_inside_sales_members():
    proposed = table(PROPOSED_BOOKS, {"account_id": "a1", "rep_id": "ana"})
    overflow = table(OVERFLOW, {"account_id": "o1", "member_id": "iris"})
    assert predicates.proposed_owners(proposed, overflow).rows() == [("a1", "ana"), ("o1", "iris")]


def test_capacity_counts_fixed_accounts_and_leaves_inside_sales_alone(company, stands):
    assert predicates.capacity(stands, company.reps).is_empty()
    full = company.with_rep("ben", fixed_count=1).with_rep("iris", capacity=0)
    assert predicates.capacity(stands, full.reps).rows() == [("ben", 5, 4)]


def test_a_book_that_fixed_accounts_alone_overfill_offends_only_when_given_more(company):
    reps = company.with_rep("ben", fixed_count=9).reps
    assert predicates.capacity(owners(a1="ana"), reps).is_empty()
    assert predicates.capacity(owners(b1="ben"), reps).rows() == [("ben", 10, 4)]


def test_covered_states_are_hard_for_whoever_is_in_a_field_book(company, stands, locks):
    reps = company.reps
    assert predicates.covered_states(stands, company.books, reps, locks, EXEMPT).is_empty()
    moved = owners(c3="ana", o1="iris", nowhere="ben")
    assert predicates.covered_states(moved, company.books, reps, locks, EXEMPT).rows() == [
        ("c3", "ana", "LA"),
        ("nowhere", "ben", None),
    ]


@pytest.mark.parametrize(
    ("kind", "offends"),
    [
        ("keep_with_owner", False),
        ("house", False),
        ("protected_deal", False),
        ("l3m_referrer", True),
        ("dormant_pick", True),
        ("never_referred_pick", True),
    ],
)
def test_only_some_locks_hold_off_territory(company, kind, offends):
    lock = pl.DataFrame({"account_id": ["c3"], "rep_id": ["ana"], "lock_kind": [kind]})
    found = predicates.covered_states(owners(c3="ana"), company.books, company.reps, lock, EXEMPT)
    assert found.is_empty() is not offends


def test_an_override_exempts_one_account_with_one_rep(company, locks):
    override = pl.DataFrame({"account_id": ["c3"], "rep_id": ["ana"]})
    reps, books = company.reps, company.books
    assert predicates.covered_states(owners(c3="ana"), books, reps, locks, override).is_empty()
    assert predicates.covered_states(owners(c3="ben"), books, reps, locks, override).height == 1


def test_a_lock_that_moved_or_vanished_offends(locks, stands):
    assert predicates.locks_unmoved(locks, stands).is_empty()
    assert predicates.locks_unmoved(locks, owners(a1="ben")).rows() == [("a1", "ana", "ben")]
    assert predicates.locks_unmoved(locks, owners(a2="ana")).rows() == [("a1", "ana", None)]


def test_a_carve_out_with_an_owner_offends():
    accounts = pl.DataFrame({"account_id": ["a1", "a2"], "carve_out": [None, "SUD"]})
    assert predicates.no_carve_out(accounts, owners(a1="ana")).is_empty()
    assert predicates.no_carve_out(accounts, owners(a1="ana", a2="ana")).rows() == [("a2", "SUD")]


def test_an_account_of_nobody_or_of_someone_who_left_offends(company, stands):
    assert predicates.active_owner(stands, company.reps).is_empty()
    left = owners(a1="max", a2=None, a3="queue", a4="ana")
    assert predicates.active_owner(left, company.reps).rows() == [("a1", "max"), ("a2", None), ("a3", "queue")]


def test_a_withdrawn_account_is_not_this_cycles_to_answer_for(company):
    gone = pl.DataFrame({"account_id": ["b3"], "other_cycle": ["2026-event-1"]})
    books = company.judge(withdrawn=gone).reviewed_books
    assert "b3" not in predicates.reviewed_owners(books)["account_id"]
    assert predicates.active_owner(predicates.reviewed_owners(books), company.reps).is_empty()


def test_changes_beyond_the_bounds_are_found_held_ones_counted(company):
    verdicts = company.judge(drop("b1", "ben", 1), add("b2", "ana", 2), add("c1", "ana", 3))
    found = predicates.within_bounds(
        verdicts.reviewed_books, verdicts.edit_verdicts, company.reps, max_adds=1, max_drops=0
    )
    assert found.rows() == [("ana", 2, 0), ("ben", 0, 2), ("cleo", 0, 1)]
    assert predicates.within_bounds(
        verdicts.reviewed_books, verdicts.edit_verdicts, company.reps, max_adds=2, max_drops=2
    ).is_empty()


def packet_rows(company, verdicts):
    """The packets of a review."""
    return packets(verdicts.reviewed_books, verdicts.edit_verdicts, company.reps, cycle="c", revision=1)[0]


def test_the_diff_is_exactly_the_moves_of_the_books(company):
    verdicts = company.judge(add("c1", "ana"), drop("b3", "ben", 2))
    shown = packet_rows(company, verdicts)
    assert predicates.diff_equals_books(verdicts.reviewed_books, shown).is_empty()
    other = company.judge().reviewed_books
    assert predicates.diff_equals_books(other, shown).rows() == [("b3", "max", "ben"), ("b3", "max", "iris")]


def approved(**changes):
    """One approved move between regions, signed in the South."""
    row = {
        "sign_off_no": 1,
        "region": "South",
        "account_id": "a3",
        "old_owner_id": "cleo",
        "new_owner_id": "ana",
        "status": "approved",
        "digest": "2222",
    }
    return table(APPROVED_DIFF, row | changes)


def signed(*pairs):
    """Accepted approvals of (region, digest)."""
    return table(
        SIGN_OFF_VERDICTS,
        *(
            {"receipt_no": number, "region": region, "digest": digest, "decision": "approve", "verdict": "accepted"}
            for number, (region, digest) in enumerate(pairs)
        ),
    )


def test_an_approved_move_has_the_signature_of_every_region_it_touches(company):
    both = signed(("North", "1111"), ("South", "2222"))
    assert predicates.approved_within_signed(approved(), both, company.reps).is_empty()
    assert predicates.approved_within_signed(approved(), both.tail(1), company.reps).rows() == [("a3", "North")]
    assert predicates.approved_within_signed(approved(digest="3333"), both, company.reps).rows() == [("a3", "South")]
    refused = both.with_columns(verdict=pl.lit("refused"))
    assert predicates.approved_within_signed(approved(), refused, company.reps).height == 2


def test_a_deferred_move_needs_no_signature_yet(company):
    nothing = signed()
    assert predicates.approved_within_signed(approved(status="deferred"), nothing, company.reps).is_empty()


def logged(**changes):
    """The log row of the approved move."""
    row = {
        "sign_off_no": 1,
        "account_id": "a3",
        "attempt": 1,
        "old_owner_id": "cleo",
        "new_owner_id": "ana",
        "outcome": "verified",
    }
    return table(WRITE_BACK_LOG, row | changes)


def test_the_log_accounts_for_exactly_the_diff():
    assert predicates.log_equals_diff(logged(), approved()).is_empty()
    retried = pl.concat([logged(outcome="failed"), logged(attempt=2)])
    assert predicates.log_equals_diff(retried, approved()).is_empty()
    missing = predicates.log_equals_diff(logged().clear(), approved())
    assert missing.rows() == [(1, "a3", "cleo", "ana")]
    assert predicates.log_equals_diff(logged(new_owner_id="ben"), approved()).height == 2
    assert predicates.log_equals_diff(logged(), approved().clear()).height == 1


def test_what_is_deferred_may_be_listed_but_not_written():
    deferred = approved(status="deferred")
    assert predicates.log_equals_diff(logged(outcome="deferred"), deferred).is_empty()
    assert predicates.log_equals_diff(logged().clear(), deferred).is_empty()
    assert predicates.log_equals_diff(logged(), deferred).height == 1
