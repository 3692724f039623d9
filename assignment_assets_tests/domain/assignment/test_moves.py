"""Why each account goes where it goes: a closed code, a sentence."""

import polars as pl
import pytest

from assignment_assets.domain.assignment.moves import MOVE_REASONS, proposed_books
from assignment_assets.domain.assignment.problem import ProblemInput
from assignment_assets.domain.setup.overrides import overrides_that_matter
from assignment_assets.domain.tables import LOCKS
from assignment_assets_tests.company import account, books_of, config, set_up, table, tiny

SOLVED = {
    "account_id": pl.String,
    "rep_id": pl.String,
    "phase": pl.String,
    "drive_minutes": pl.Int64,
    "is_capped": pl.Boolean,
    "runner_up_rep_id": pl.String,
    "keep_blocked": pl.String,
    "keep_cost_imbalance": pl.Float64,
    "keep_cost_minutes": pl.Float64,
    "keep_cost_moves": pl.Float64,
    "tie_rep_id": pl.String,
    "tie_minutes": pl.Int64,
    "tie_performance": pl.Float64,
    "performance": pl.Float64,
}
NOTES = {"account_id": pl.String, "family_name": pl.String, "family_size": pl.Int64, "family_outcome": pl.String}
KEPT = {"account_id": pl.String, "rep_id": pl.String}


def solved(account_id, rep_id, blocked="", **changes):
    """A row as the optimiser gives it."""
    return {
        "account_id": account_id,
        "rep_id": rep_id,
        "phase": "value",
        "drive_minutes": 12,
        "is_capped": False,
        "runner_up_rep_id": None,
        "keep_blocked": blocked,
        "keep_cost_imbalance": 0.01234,
        "keep_cost_minutes": -7.4,
        "keep_cost_moves": 0.0,
        "tie_rep_id": None,
        "tie_minutes": -1,
        "tie_performance": None,
        "performance": 110.0,
    } | changes


def explained(*rows, company=None, locks=(), kept=(), overrides=(), families=()):
    """Account → row of `proposed_books`."""
    company = company or tiny()
    run_config = config(coverage_overrides=list(overrides))
    notes = pl.DataFrame(list(families), schema=NOTES, orient="row")
    exceptions = overrides_that_matter(run_config, company.accounts, books_of(company, run_config))
    frame = proposed_books(
        pl.DataFrame(list(rows), schema=SOLVED),
        ProblemInput.read(set_up(company, config(), locks=table(LOCKS, *locks)), "c"),
        pl.DataFrame(list(kept), schema=KEPT, orient="row"),
        exceptions,
        notes,
    )
    return {row["account_id"]: row for row in frame.to_dicts()}


@pytest.mark.parametrize(
    ("row", "code", "sentence"),
    [
        (solved("a03", "ana"), "stays", "Stays with Ana Ruiz (12 min)."),
        (solved("q01", "ana", "no_owner"), "unowned", "Nobody works it now; goes to Ana Ruiz (12 min)."),
        (solved("m02", "ana", "inactive"), "unowned", "Nobody works it now; goes to Ana Ruiz (12 min)."),
        (
            solved("i02", "ana", "inactive"),
            "owner_not_receiving",
            "Gus Hale receives nothing in this cycle; goes to Ana Ruiz (12 min).",
        ),
        (
            solved("b12", "ana", "not_covered", runner_up_rep_id="cleo"),
            "not_covered",
            "Ben Ode does not cover its state; goes to Ana Ruiz (12 min). Next best: Cleo Park.",
        ),
        (
            solved("b03", "ana", tie_rep_id="ben", tie_minutes=13, tie_performance=97.5),
            "tie",
            "Goes to Ana Ruiz (12 min). A tie between Ben Ode (13 min, performance 97.5) and Ana Ruiz (12 min, "
            "performance"
            " 110): the better performer takes it.",
        ),
        (
            solved("b03", "ana", "full"),
            "full",
            "Ben Ode's book is full; goes to Ana Ruiz (12 min). Keeping it would change imbalance by +0.0123 points,"
            " drive time by -7 minutes and moves by 0.",
        ),
        (
            solved("b03", "ana", "capped"),
            "revenue_cap",
            "Ben Ode's book has no room for its revenue; goes to Ana Ruiz (12 min).",
        ),
        (
            solved("b03", "ana"),
            "rebalance",
            "Goes from Ben Ode to Ana Ruiz (12 min). Keeping it would change imbalance by +0.0123 points,"
            " drive time by -7 minutes and moves by 0.",
        ),
    ],
)
def test_every_placed_account_has_a_code_and_a_sentence(row, code, sentence):
    found = explained(row)[row["account_id"]]
    assert (found["move_reason"], found["reason_sentence"]) == (code, sentence)
    assert found["is_move"] is (code != "stays")
    assert code in MOVE_REASONS


def test_locked_and_kept_accounts_stay_and_say_why():
    lock = {"account_id": "a01", "rep_id": "ana", "lock_kind": "l3m_referrer"}
    found = explained(solved("x99", None), locks=[lock], kept=[("c03", "cleo")])
    assert {each: (row["phase"], row["move_reason"], row["is_move"]) for each, row in found.items()} == {
        "a01": ("lock", "locked", False),
        "c03": ("kept", "kept", False),
    }
    assert found["a01"]["reason_sentence"] == "Locked (L3M referrer): it stays with its owner."


def test_an_account_without_any_owner_moves_from_nobody():
    found = explained(solved("x01", "ana", "no_owner"), company=tiny(account("x01", None)))["x01"]
    assert (found["current_owner_id"], found["is_move"], found["move_reason"]) == (None, True, "unowned")


def test_an_account_held_by_an_override_says_so_with_its_reason():
    override = {"account_id": "i03", "rep_id": "ana", "reason": "She closed them twice."}
    found = explained(solved("i03", "ana"), solved("q01", "ana"), overrides=[override])
    assert found["i03"]["reason_sentence"].endswith(
        "Outside their covered states, by Growth Strategy's override: She closed them twice."
    )
    assert "override" not in found["q01"]["reason_sentence"]


@pytest.mark.parametrize(
    ("blocked", "ending"),
    [
        (
            "",
            " Next best: Cleo Park. Keeping it would change imbalance by +0.0123 points, drive time by -7 minutes "
            "and moves"
            " by 0.",
        ),
        ("not_covered", " Next best: Cleo Park."),
    ],
)
def test_a_move_with_its_family_names_it(blocked, ending):
    row = solved("b03", "ana", blocked, runner_up_rep_id="cleo")
    found = explained(row, families=[("b03", "Clinic b01", 3, "whole")])["b03"]
    assert found["move_reason"] == "family"
    assert found["reason_sentence"] == (
        "Goes from Ben Ode to Ana Ruiz (12 min) with its family, Clinic b01 (3 accounts)." + ending
    )
    assert explained(row, families=[("b03", "Clinic b01", 3, "split")])["b03"]["move_reason"] != "family"
    stays = explained(solved("b03", "ben"), families=[("b03", "Clinic b01", 3, "whole")])["b03"]
    assert stays["move_reason"] == "stays"
