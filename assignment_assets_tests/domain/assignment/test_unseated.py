"""What stays with an owner outside the cycle, and why the rest goes to Inside Sales."""

import polars as pl
import pytest

from assignment_assets.domain.assignment.problem import ProblemInput
from assignment_assets.domain.assignment.unseated import overflow_reasons, unseated
from assignment_assets.domain.lock_facts import FREE_SEATS
from assignment_assets.domain.setup.overrides import COVERAGE_OVERRIDES, overrides_that_matter
from assignment_assets.domain.tables import LOCKS
from assignment_assets_tests.company import account, books_of, config, pool_of, set_up, table, tiny

NOTES = {"account_id": pl.String, "family_name": pl.String, "family_size": pl.Int64, "family_outcome": pl.String}


def left(company, run_config, locks=()):
    """(kept, to Inside Sales) where the optimiser placed nothing at all."""
    held = table(LOCKS, *locks)
    given = set_up(company, run_config, locks=held)
    problem = ProblemInput.read(given, "c")
    rows = (
        problem.pool.filter(pl.col("standing") == "free")
        .join(held, on="account_id", how="anti")
        .select("account_id", rep_id=pl.lit(None, pl.String), is_capped=pl.lit(False))
    )
    overrides = overrides_that_matter(run_config, problem.pool, problem.books)
    return unseated(rows, problem, given.answer(FREE_SEATS), overrides)


def test_without_a_seat_an_account_stays_with_an_owner_outside_the_cycle():
    kept, rest = left(tiny(), config(scope="new_starter_class", reps=["nia"], surplus_book_size=10))
    assert set(kept["rep_id"]) == {"ana", "ben", "cleo"}
    assert set(rest["account_id"]) == {"m01", "m02", "i01", "q01"}


def test_in_a_global_cycle_nobody_is_outside_and_nothing_is_kept():
    kept, rest = left(tiny(), config())
    assert kept.is_empty()
    assert rest.height == 43


def test_what_the_owner_does_not_cover_is_not_kept():
    company = tiny(account("b12", "ben", "LA", held_for_new_hire=True))
    kept, rest = left(company, config(scope="new_starter_class", reps=["nia"], surplus_book_size=100))
    assert "b12" in set(rest["account_id"])
    assert "b12" not in set(kept["account_id"])


def test_an_overfull_book_keeps_no_more_than_its_capacity():
    """Of Ana's surplus of 3, a10 lies where Nia does not cover; 10 are fixed, 10 she may hold: 2 have no seat."""
    run_config = config(scope="new_starter_class", reps=["nia"], surplus_book_size=9, capacities={"ana": 10})
    kept, rest = left(tiny(), run_config)
    assert "ana" not in set(kept["rep_id"])
    assert rest.filter(pl.col("current_owner_id") == "ana").height == 2


def test_locks_take_their_seats_before_what_is_kept():
    run_config = config(scope="new_starter_class", reps=["nia"], surplus_book_size=9, capacities={"ana": 11})
    surplus = sorted(
        pool_of(tiny(), run_config).filter((pl.col("reason") == "surplus") & (pl.col("owner_id") == "ana"))[
            "account_id"
        ]
    )
    assert left(tiny(), run_config)[0].filter(pl.col("rep_id") == "ana").height == 1
    lock = {"account_id": surplus[0], "rep_id": "ana", "lock_kind": "house"}
    assert left(tiny(), run_config, [lock])[0].filter(pl.col("rep_id") == "ana").height == 0


@pytest.mark.parametrize(
    ("state", "code", "sentence"),
    [
        ("TX", "no_seat", "Every receiving rep who covers TX is full; Activators (Amy Fox) works it."),
        ("WY", "no_coverage", "No receiving rep covers WY; Activators (Amy Fox) works it."),
    ],
)
def test_overflow_says_whether_a_seat_or_a_rep_is_missing(state, code, sentence):
    placed = pl.DataFrame({"account_id": ["x01"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["x01"], "current_owner_id": ["amy"], "state": [state], "is_capped": [False]})
    (row,) = overflow_reasons(
        placed, rest, books_of(tiny(), config()), tiny().reps, COVERAGE_OVERRIDES.empty(), pl.DataFrame(schema=NOTES)
    ).to_dicts()
    assert (row["move_reason"], row["reason_sentence"], row["is_move"]) == (code, sentence, False)


def test_a_full_rep_with_an_override_means_that_a_seat_is_missing():
    override = {"account_id": "i03", "rep_id": "ana", "reason": "r"}
    run_config = config(coverage_overrides=[override])
    books, pool = books_of(tiny(), run_config), pool_of(tiny(), run_config)
    placed = pl.DataFrame({"account_id": ["i03"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["i03"], "current_owner_id": ["amy"], "state": ["WY"], "is_capped": [False]})
    overrides = overrides_that_matter(run_config, pool, books)
    (row,) = overflow_reasons(placed, rest, books, tiny().reps, overrides, pl.DataFrame(schema=NOTES)).to_dicts()
    assert row["move_reason"] == "no_seat"
    assert row["reason_sentence"].startswith(
        "Every receiving rep who covers WY, or may hold it by an override, is full; Activators"
    )


def test_what_an_owner_outside_the_cycle_holds_by_an_override_is_kept():
    company = tiny(account("b12", "ben", "LA", held_for_new_hire=True))
    run_config = config(
        scope="new_starter_class",
        reps=["nia"],
        surplus_book_size=100,
        coverage_overrides=[{"account_id": "b12", "rep_id": "ben", "reason": "his cousin"}],
    )
    assert "b12" in set(left(company, run_config)[0]["account_id"])


@pytest.mark.parametrize(
    ("outcome", "code", "begin"),
    [
        ("no_book", "family", "No receiving rep can hold its family, Clinic x00, whole (2 accounts); Activators"),
        ("no_seat", "no_seat", "Every receiving rep who covers TX is full;"),
        ("split", "no_seat", "Every receiving rep who covers TX is full;"),
    ],
)
def test_overflow_says_whether_a_family_was_in_the_way(outcome, code, begin):
    placed = pl.DataFrame({"account_id": ["x01"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["x01"], "current_owner_id": ["amy"], "state": ["TX"], "is_capped": [False]})
    notes = pl.DataFrame([("x01", "Clinic x00", 2, outcome)], schema=NOTES, orient="row")
    books, overrides = books_of(tiny(), config()), COVERAGE_OVERRIDES.empty()
    (row,) = overflow_reasons(placed, rest, books, tiny().reps, overrides, notes).to_dicts()
    assert row["move_reason"] == code
    assert row["reason_sentence"].startswith(begin)


def test_overflow_says_where_a_revenue_cap_left_no_room():
    placed = pl.DataFrame({"account_id": ["x01"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["x01"], "current_owner_id": ["amy"], "state": ["TX"], "is_capped": [True]})
    books, overrides = books_of(tiny(), config()), COVERAGE_OVERRIDES.empty()
    (row,) = overflow_reasons(placed, rest, books, tiny().reps, overrides, pl.DataFrame(schema=NOTES)).to_dicts()
    assert (row["move_reason"], row["reason_sentence"]) == (
        "revenue_cap",
        "No receiving rep who covers TX has both a seat and, below the revenue cap, room for it; "
        "Activators (Amy Fox) works it.",
    )
