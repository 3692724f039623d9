"""Every scope of the design, from the source to the proposal, with its invariants kept."""

import polars as pl
import pytest

from assignment_assets.domain.tables import CURRENT_BOOKS, ELIGIBLE_POOL, LOCKS, OVERFLOW, PROPOSED_BOOKS
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.stages.invariants import require_invariants
from assignment_assets_tests.company import account, tiny

SCOPES = {
    "region": {"scope": "region", "regions": ["South"]},
    "rep": {"scope": "rep", "reps": ["ana"]},
    "churn": {"scope": "churn"},
    "starters": {"scope": "new_starter_class", "reps": ["nia"], "surplus_book_size": 10, "capacities": {"nia": 4}},
}


def held_by(cycle):
    """Rep → accounts of the proposal."""
    rows = cycle.table(PROPOSED_BOOKS)
    return {rep_id: set(group["account_id"]) for (rep_id,), group in rows.group_by("rep_id")}


@pytest.mark.parametrize("name", SCOPES)
def test_a_scope_gives_free_accounts_to_its_receivers_only(cycle, name):
    cycle.name = f"scope-{name}"
    cycle.source(tiny(account("m04", "max", "LA", "recent"))).open(mode="draft", **SCOPES[name]).run("propose")
    require_invariants(cycle.warehouse, cycle.name, "eligible_pool", "locks", "proposed_books")
    pool, books = cycle.table(ELIGIBLE_POOL), cycle.table(CURRENT_BOOKS)
    free = set(pool.filter(pl.col("standing") == "free")["account_id"])
    proposed, overflow = cycle.table(PROPOSED_BOOKS), cycle.table(OVERFLOW)
    assert {*proposed["account_id"], *overflow["account_id"]} == free
    receivers = set(books.filter("is_receiver")["rep_id"])
    gained = proposed.filter("is_move")
    assert gained.height
    assert set(gained["rep_id"]) <= receivers
    stays = proposed.filter(~pl.col("is_move"))
    assert stays.filter(pl.col("rep_id") != pl.col("current_owner_id")).is_empty()


def test_a_global_cycle_gives_every_seat_to_an_active_field_rep(proposed):
    require_invariants(proposed.warehouse, proposed.name, "eligible_pool", "locks", "proposed_books")
    held = held_by(proposed)
    assert set(held) == {"ana", "ben", "cleo", "nia"}
    assert max(map(len, held.values())) <= 12
    assert proposed.table(OVERFLOW)["account_id"].to_list() == ["i03"]


def test_nobody_is_asked_whose_accounts_are_not_free(cycle):
    cycle.name = "asked-rep"
    cycle.open(scope="rep", reps=["ana"])
    manifest = read_gate(cycle.folder, cycle.name, "lock_lists")
    assert [person.person for person in manifest.persons] == ["ana"]


def test_a_full_class_of_new_starters_leaves_the_rest_where_it_is(cycle):
    """Nia may hold 2; the surplus beyond stays with its owners, what nobody works goes to Inside Sales."""
    cycle.name = "class-of-one"
    cycle.open(mode="draft", scope="new_starter_class", reps=["nia"], surplus_book_size=10, capacities={"nia": 2})
    cycle.run("propose")
    rows = cycle.table(PROPOSED_BOOKS)
    assert rows.filter(pl.col("rep_id") == "nia").height == 2
    kept = rows.filter(pl.col("phase") == "kept")
    assert kept.height
    assert not kept["is_move"].any()
    assert set(kept["rep_id"]) <= {"ana", "ben", "cleo"}
    locked = set(cycle.table(LOCKS)["account_id"])
    assert locked.isdisjoint(kept["account_id"])


def test_a_surplus_that_its_owner_may_not_hold_goes_to_inside_sales(cycle):
    """Books may hold 10 and three reps own 12: no surplus can stay, and no invariant is broken over it."""
    cycle.name = "class-of-overfull"
    cycle.open(
        mode="draft", scope="new_starter_class", reps=["nia"], surplus_book_size=10, book_size=10, capacities={"nia": 2}
    )
    cycle.run("propose")
    require_invariants(cycle.warehouse, cycle.name, "proposed_books")
    surplus = {row["account_id"] for row in cycle.rows(ELIGIBLE_POOL, reason="surplus")}
    placed = set(cycle.table(PROPOSED_BOOKS).filter(pl.col("rep_id") == "nia")["account_id"])
    assert surplus - placed
    assert surplus - placed <= set(cycle.table(OVERFLOW)["account_id"])
