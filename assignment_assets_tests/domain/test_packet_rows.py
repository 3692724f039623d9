"""What people are shown, drawn from the waterfall's tables; and the proposal as one frame."""

import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.lock_facts import lock_facts
from assignment_assets.domain.locks import lock_candidates
from assignment_assets.domain.packet_rows import book_summary, lock_list_rows
from assignment_assets.domain.review.shown import EDITABLE, MOVES, editable_rows
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
)
from assignment_assets_tests.company import books_of, config, pool_of, set_up, table, tiny
from assignment_assets_tests.in_memory import InMemory

PROPOSED = table(
    PROPOSED_BOOKS,
    {"account_id": "a01", "rep_id": "ana", "phase": "lock", "current_owner_id": "ana", "is_move": False},
    {"account_id": "a03", "rep_id": "ana", "phase": "value", "current_owner_id": "ana", "is_move": False},
    {
        "account_id": "b03",
        "rep_id": "cleo",
        "phase": "value",
        "current_owner_id": "ben",
        "is_move": True,
        "move_reason": "rebalance",
        "reason_sentence": "So it is.",
        "keep_cost_imbalance": 0.5,
    },
    {"account_id": "q01", "rep_id": "nia", "phase": "value", "current_owner_id": None, "is_move": True},
    {"account_id": "i01", "rep_id": "iris", "phase": "lock", "current_owner_id": "iris", "is_move": False},
)
OVER = table(
    OVERFLOW,
    {"account_id": "c12", "member_id": "amy", "current_owner_id": "cleo", "is_move": True, "move_reason": "no_seat"},
)


def shown():
    """The proposal above as one frame."""
    return assigned(PROPOSED, OVER)


def proposed(company=None, run_config=None):
    """The tables of a company that the proposal above was made for."""
    company, run_config = company or tiny(), run_config or config()
    return InMemory(
        (ACCOUNTS, company.accounts),
        (REPS, company.reps),
        (CURRENT_BOOKS, books_of(company, run_config)),
        (ELIGIBLE_POOL, pool_of(company, run_config)),
        (PROPOSED_BOOKS, PROPOSED),
        (OVERFLOW, OVER),
    )


def test_the_proposal_is_one_row_an_account():
    rows = {row["account_id"]: row for row in shown().to_dicts()}
    assert {each: (row["new_owner_id"], row["owner_kind"], row["is_locked"]) for each, row in rows.items()} == {
        "a01": ("ana", "field", True),
        "a03": ("ana", "field", False),
        "b03": ("cleo", "field", False),
        "c12": ("amy", "inside_sales", False),
        "i01": ("iris", "field", True),
        "q01": ("nia", "field", False),
    }


def test_a_lock_list_shows_free_accounts_of_active_field_reps_automatic_locks_first():
    company, run_config = tiny(), config()
    facts = lock_facts(set_up(company, run_config), run_config)
    rows = lock_list_rows(lock_candidates(facts, run_config), company.reps)
    assert set(rows["rep_id"]) == {"ana", "ben", "cleo"}
    anas = rows.filter(pl.col("rep_id") == "ana")
    assert set(anas["account_id"][:3]) == {"a01", "a02", "a11"}
    assert anas["referral_status"][3:].to_list() == ["dormant"] * 6 + ["never"] * 3
    dormant = anas.filter(pl.col("lock_kind").is_null() & (pl.col("referral_status") == "dormant"))
    assert dormant["value_cents"].is_sorted(descending=True)


def test_only_owners_of_free_accounts_get_a_lock_list():
    company, run_config = tiny(), config(scope="rep", reps=["ana"])
    facts = lock_facts(set_up(company, run_config), run_config)
    rows = lock_list_rows(lock_candidates(facts, run_config), company.reps)
    assert set(rows["rep_id"]) == {"ana"}


def test_moves_name_both_ends():
    rows = {row["account_id"]: row for row in proposed().answer(MOVES).to_dicts()}
    assert set(rows) == {"b03", "q01", "c12"}
    wanted = ("from_name", "to_name", "from_region", "to_region", "is_to_field")
    assert {each: tuple(row[name] for name in wanted) for each, row in rows.items()} == {
        "b03": ("Ben Ode", "Cleo Park", "North", "South", True),
        "q01": ("nobody", "Nia Noor", None, "South", True),
        "c12": ("Cleo Park", "Amy Fox", "South", None, False),
    }
    assert (rows["b03"]["reason_sentence"], rows["b03"]["keep_cost_imbalance"]) == ("So it is.", 0.5)


def test_books_show_what_may_be_edited():
    rows = editable_rows(proposed().answer(EDITABLE))
    assert rows.select("rep_id", "account_id", "is_move").rows() == [
        ("ana", "a03", False),
        ("cleo", "b03", True),
        ("nia", "q01", True),
    ]


def test_the_summary_counts_books_before_and_after():
    company = tiny()
    before = pl.DataFrame({"account_id": ["a01", "a03", "b03"], "rep_id": ["ana", "ana", "ben"]})
    after = pl.DataFrame({"account_id": ["a01", "a03", "b03"], "rep_id": ["ana", "cleo", "cleo"]})
    books = book_summary(before, after, company.accounts, books_of(company, config()), company.reps)
    counted = {row["rep_id"]: (row["accounts_before"], row["accounts_after"]) for row in books.to_dicts()}
    assert counted == {"ana": (2, 1), "ben": (1, 0), "cleo": (0, 2), "max": (0, 0), "nia": (0, 0)}
    tam = dict(company.accounts.select("account_id", "tam_cents").iter_rows())
    assert books.filter(pl.col("rep_id") == "cleo")["tam_cents_after"].item() == tam["a03"] + tam["b03"]
