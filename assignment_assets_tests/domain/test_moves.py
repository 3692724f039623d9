"""Why each account goes where it goes: a closed code, a sentence, and what stays without a seat."""

import polars as pl
import pytest

from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.moves import MOVE_REASONS, overflow, proposed_books, unseated
from assignment_assets.domain.overrides import overrides_that_matter
from assignment_assets.domain.review_facts import COVERAGE_OVERRIDES
from assignment_assets.domain.tables import LOCKS
from assignment_assets_tests.company import account, books_of, config, pool_of, table, tiny

SOLVED = {
    "account_id": pl.String, "rep_id": pl.String, "phase": pl.String, "drive_minutes": pl.Int64,
    "runner_up_rep_id": pl.String, "keep_blocked": pl.String, "keep_cost_balance": pl.Float64,
    "keep_cost_minutes": pl.Float64, "keep_cost_moves": pl.Float64, "tie_rep_id": pl.String, "tie_minutes": pl.Int64,
    "tie_performance": pl.Float64, "performance": pl.Float64,
}
NOTES = {"account_id": pl.String, "family_name": pl.String, "family_size": pl.Int64, "family_outcome": pl.String}
KEPT = {"account_id": pl.String, "rep_id": pl.String}


def solved(account_id, rep_id, blocked="", **changes):
    """A row as the optimiser gives it."""
    return {"account_id": account_id, "rep_id": rep_id, "phase": "value", "drive_minutes": 12,
            "runner_up_rep_id": None, "keep_blocked": blocked, "keep_cost_balance": 0.01234,
            "keep_cost_minutes": -7.4, "keep_cost_moves": 0.0, "tie_rep_id": None, "tie_minutes": -1,
            "tie_performance": None, "performance": 110.0} | changes


def explained(*rows, company=None, locks=(), kept=(), overrides=(), families=()):
    """Account → row of `proposed_books`."""
    company = company or tiny()
    run_config = config(coverage_overrides=list(overrides))
    notes = pl.DataFrame(list(families), schema=NOTES, orient="row")
    exceptions = overrides_that_matter(run_config, company.accounts, books_of(company, run_config))
    frame = proposed_books(
        pl.DataFrame(list(rows), schema=SOLVED), table(LOCKS, *locks), pool_of(company, config()),
        pl.DataFrame(list(kept), schema=KEPT, orient="row"), company.reps, exceptions, notes,
    )
    return {row["account_id"]: row for row in frame.to_dicts()}


def left(company, run_config, locks=()):
    """(kept, to Inside Sales) where the optimiser placed nothing at all."""
    pool, books = pool_of(company, run_config), books_of(company, run_config)
    held = table(LOCKS, *locks)
    rows = pool.filter(pl.col("standing") == "free").join(held, on="account_id", how="anti").select(
        "account_id", rep_id=pl.lit(None, pl.String))
    overrides = overrides_that_matter(run_config, pool, books)
    kept, rest = unseated(rows, held, pool, books, free_seats(books, pool), overrides)
    return kept, rest


@pytest.mark.parametrize(("row", "code", "sentence"), [
    (solved("a03", "ana"), "stays", "Stays with Ana Ruiz (12 min)."),
    (solved("q01", "ana", "no_owner"), "unowned", "Nobody works it now; goes to Ana Ruiz (12 min)."),
    (solved("m02", "ana", "inactive"), "unowned", "Nobody works it now; goes to Ana Ruiz (12 min)."),
    (solved("i02", "ana", "inactive"), "owner_not_receiving",
     "Gus Hale receives nothing in this cycle; goes to Ana Ruiz (12 min)."),
    (solved("b12", "ana", "not_covered", runner_up_rep_id="cleo"), "not_covered",
     "Ben Ode does not cover its state; goes to Ana Ruiz (12 min). Next best: Cleo Park."),
    (solved("b03", "ana", tie_rep_id="ben", tie_minutes=13, tie_performance=97.5), "tie",
     "Goes to Ana Ruiz (12 min). A tie between Ben Ode (13 min, performance 97.5) and Ana Ruiz (12 min, performance"
     " 110): the better performer takes it."),
    (solved("b03", "ana", "full"), "full",
     "Ben Ode's book is full; goes to Ana Ruiz (12 min). Keeping it would change balance by +0.0123 points,"
     " drive time by -7 minutes and moves by 0."),
    (solved("b03", "ana"), "rebalance",
     "Goes from Ben Ode to Ana Ruiz (12 min). Keeping it would change balance by +0.0123 points,"
     " drive time by -7 minutes and moves by 0."),
])
def test_every_placed_account_has_a_code_and_a_sentence(row, code, sentence):
    found = explained(row)[row["account_id"]]
    assert (found["move_reason"], found["reason_sentence"]) == (code, sentence)
    assert found["is_move"] is (code != "stays")
    assert code in MOVE_REASONS


def test_locked_and_kept_accounts_stay_and_say_why():
    lock = {"account_id": "a01", "rep_id": "ana", "lock_kind": "l3m_referrer"}
    found = explained(solved("x99", None), locks=[lock], kept=[("c03", "cleo")])
    assert {each: (row["phase"], row["move_reason"], row["is_move"]) for each, row in found.items()} == {
        "a01": ("lock", "locked", False), "c03": ("kept", "kept", False)
    }
    assert found["a01"]["reason_sentence"] == "Locked (L3M referrer): it stays with its owner."


def test_an_account_without_any_owner_moves_from_nobody():
    found = explained(solved("x01", "ana", "no_owner"), company=tiny(account("x01", None)))["x01"]
    assert (found["current_owner_id"], found["is_move"], found["move_reason"]) == (None, True, "unowned")


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
    surplus = sorted(pool_of(tiny(), run_config).filter(
        (pl.col("reason") == "surplus") & (pl.col("owner_id") == "ana"))["account_id"])
    assert left(tiny(), run_config)[0].filter(pl.col("rep_id") == "ana").height == 1
    lock = {"account_id": surplus[0], "rep_id": "ana", "lock_kind": "house"}
    assert left(tiny(), run_config, [lock])[0].filter(pl.col("rep_id") == "ana").height == 0


@pytest.mark.parametrize(("state", "code", "sentence"), [
    ("TX", "no_seat", "Every receiving rep who covers TX is full; Activators (Amy Fox) works it."),
    ("WY", "no_coverage", "No receiving rep covers WY; Activators (Amy Fox) works it."),
])
def test_overflow_says_whether_a_seat_or_a_rep_is_missing(state, code, sentence):
    placed = pl.DataFrame({"account_id": ["x01"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["x01"], "current_owner_id": ["amy"], "state": [state]})
    (row,) = overflow(placed, rest, books_of(tiny(), config()), tiny().reps, COVERAGE_OVERRIDES.empty(),
                      pl.DataFrame(schema=NOTES)).to_dicts()
    assert (row["move_reason"], row["reason_sentence"], row["is_move"]) == (code, sentence, False)


def test_an_account_held_by_an_override_says_so_with_its_reason():
    override = {"account_id": "i03", "rep_id": "ana", "reason": "She closed them twice."}
    found = explained(solved("i03", "ana"), solved("q01", "ana"), overrides=[override])
    assert found["i03"]["reason_sentence"].endswith(
        "Outside their covered states, by Growth Strategy's override: She closed them twice.")
    assert "override" not in found["q01"]["reason_sentence"]


def test_a_full_rep_with_an_override_means_that_a_seat_is_missing():
    override = {"account_id": "i03", "rep_id": "ana", "reason": "r"}
    run_config = config(coverage_overrides=[override])
    books, pool = books_of(tiny(), run_config), pool_of(tiny(), run_config)
    placed = pl.DataFrame({"account_id": ["i03"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["i03"], "current_owner_id": ["amy"], "state": ["WY"]})
    overrides = overrides_that_matter(run_config, pool, books)
    (row,) = overflow(placed, rest, books, tiny().reps, overrides, pl.DataFrame(schema=NOTES)).to_dicts()
    assert row["move_reason"] == "no_seat"
    assert row["reason_sentence"].startswith(
        "Every receiving rep who covers WY, or may hold it by an override, is full; Activators")


def test_what_an_owner_outside_the_cycle_holds_by_an_override_is_kept():
    company = tiny(account("b12", "ben", "LA", held_for_new_hire=True))
    run_config = config(scope="new_starter_class", reps=["nia"], surplus_book_size=100,
                        coverage_overrides=[{"account_id": "b12", "rep_id": "ben", "reason": "his cousin"}])
    assert "b12" in set(left(company, run_config)[0]["account_id"])


@pytest.mark.parametrize(("blocked", "ending"), [
    ("", " Next best: Cleo Park. Keeping it would change balance by +0.0123 points, drive time by -7 minutes and moves"
     " by 0."),
    ("not_covered", " Next best: Cleo Park."),
])
def test_a_move_with_its_family_names_it(blocked, ending):
    row = solved("b03", "ana", blocked, runner_up_rep_id="cleo")
    found = explained(row, families=[("b03", "Clinic b01", 3, "whole")])["b03"]
    assert found["move_reason"] == "family"
    assert found["reason_sentence"] == (
        "Goes from Ben Ode to Ana Ruiz (12 min) with its family, Clinic b01 (3 accounts)." + ending)
    assert explained(row, families=[("b03", "Clinic b01", 3, "split")])["b03"]["move_reason"] != "family"
    stays = explained(solved("b03", "ben"), families=[("b03", "Clinic b01", 3, "whole")])["b03"]
    assert stays["move_reason"] == "stays"


@pytest.mark.parametrize(("outcome", "code", "begin"), [
    ("no_book", "family", "No receiving rep can hold its family, Clinic x00, whole (2 accounts); Activators"),
    ("no_seat", "no_seat", "Every receiving rep who covers TX is full;"),
    ("split", "no_seat", "Every receiving rep who covers TX is full;"),
])
def test_overflow_says_whether_a_family_was_in_the_way(outcome, code, begin):
    placed = pl.DataFrame({"account_id": ["x01"], "inside_sales_queue": ["activators"], "member_id": ["amy"]})
    rest = pl.DataFrame({"account_id": ["x01"], "current_owner_id": ["amy"], "state": ["TX"]})
    notes = pl.DataFrame([("x01", "Clinic x00", 2, outcome)], schema=NOTES, orient="row")
    books, overrides = books_of(tiny(), config()), COVERAGE_OVERRIDES.empty()
    (row,) = overflow(placed, rest, books, tiny().reps, overrides, notes).to_dicts()
    assert row["move_reason"] == code
    assert row["reason_sentence"].startswith(begin)
