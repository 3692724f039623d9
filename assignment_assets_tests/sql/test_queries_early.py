"""The queries of the setup, the locks and the proposal, put to companies drawn by hand: each against its answer."""

from datetime import timedelta

import pytest

from assignment_assets.domain.assignment.families import FAMILY_MEMBERS
from assignment_assets.domain.lock_facts import FREE_SEATS, LOCK_FACTS
from assignment_assets.domain.lock_lists import LOCK_LIST_REPS
from assignment_assets.domain.setup.eligible_pool import ACCOUNT_FACTS, FAULTY_ACCOUNTS
from assignment_assets.domain.tables import LOCKS, OPPORTUNITIES, SOURCE_EXCEPTIONS
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets_tests.company import AS_OF, account, config, deal, set_up, table, tiny
from assignment_assets_tests.sql.answers import as_text, kept
from assignment_assets_tests.sql.finished_cycle import EMPTY, Q4, rows, tell

RING = (
    account("a09", "ana", parent_id="a10"),
    account("a10", "ana", parent_id="a09"),
    account("b09", "ben", parent_id="a10"),
    account("c09", "cleo", parent_id="unknown"),
    account("c10", "cleo", parent_id="unknown"),
    account("b07", "ben", parent_id="a11"),
    account("i03", "amy", parent_id="c12"),
)
"""a09 and a10 name each other, b09 is below them; c09 and c10 have a parent that the source does not know; b07 is below
a11, which Ana keeps; i03 is below c12, and both are free."""


def answer(frame):
    """A frame as an answer is kept."""
    return as_text(frame.columns, frame.iter_rows())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The warehouse of `finished_cycle.py`."""
    warehouse = Warehouse(database=str(tmp_path_factory.mktemp("finished") / "warehouse.duckdb"))
    tell(warehouse)
    return warehouse


def test_an_owner_whom_the_source_does_not_know_works_nothing(finished):
    found = finished.answer(Q4, ACCOUNT_FACTS, placeholder_owner_ids=["queue", "amy"])
    assert answer(found) == kept("eligible_pool/account_facts")


def test_nobodys_accounts_are_asked_for_without_a_placeholder_too(finished):
    assert finished.answer(EMPTY, ACCOUNT_FACTS, placeholder_owner_ids=[]).is_empty()


def test_a_faulty_account_is_told_with_all_its_faults_and_one_that_came_through_is_not():
    names = "table_name record_id column_name found owner_id"
    faults = (
        ("accounts", "x01", "tam", "-1 dollars", "ana"),
        ("accounts", "x01", "state", "ZZ", "ana"),
        ("accounts", "x02", "state", None, None),
        ("accounts", "a01", "parent_id", "zz", None),
        ("reps", "zoe", "region", "", None),
    )
    company = set_up(tiny(), config(), source_exceptions=rows(SOURCE_EXCEPTIONS, names, *faults))
    assert answer(company.answer(FAULTY_ACCOUNTS)) == kept("eligible_pool/faulty_accounts")


def test_a_deal_protects_from_the_first_day_to_the_last():
    company = tiny()
    deals = [
        deal("d1", "a03", 0),
        deal("d2", "b03", 30),
        deal("d3", "c03", 31),
        deal("d4", "m01", -1),
        deal("d5", "a03", 7),
        deal("d6", "n03", 1) | {"is_closed": True},
    ]
    given = set_up(company, config(), opportunities=table(OPPORTUNITIES, *deals))
    found = given.answer(LOCK_FACTS, as_of=AS_OF, protected_until=AS_OF + timedelta(days=30))
    assert answer(found) == kept("locks/lock_facts")


def test_a_book_that_fixed_accounts_overfill_has_no_seat_and_a_new_one_has_all():
    given = set_up(tiny(), config(scope="rep", reps=["nia"], book_size=11))
    assert answer(given.answer(FREE_SEATS)) == kept("locks/free_seats")


def test_who_has_left_or_owns_nothing_free_is_sent_no_list():
    assert answer(set_up(tiny(), config()).answer(LOCK_LIST_REPS)) == kept("lock_packets/lock_list_reps")


def test_a_family_is_known_by_its_top_and_bound_to_who_keeps_most_of_it():
    locks = table(LOCKS, *({"account_id": each, "rep_id": "ana", "lock_kind": "house"} for each in ("a11", "a06")))
    given = set_up(tiny(*RING), config(), locks=locks)
    assert answer(given.answer(FAMILY_MEMBERS)) == kept("referring_front/family_members")
