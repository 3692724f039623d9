"""What may go wrong with moves: each kind told once a region, severe ones resolved by rule or person."""

from datetime import date, timedelta

import polars as pl

from assignment_assets.domain.sign_off.conflict_facts import ConflictsInput
from assignment_assets.domain.sign_off.conflicts import Limits, find_conflicts
from assignment_assets.domain.sign_off.resolution import CONFLICT_DECISIONS, resolve, severe_open
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    ELIGIBLE_POOL,
    OPPORTUNITIES,
    REPS,
)
from assignment_assets_tests.company import table
from assignment_assets_tests.in_memory import CYCLE, InMemory

AS_OF = date(2026, 10, 1)
PEOPLE = {
    "ana": ("Ana Ruiz", "field", "North", True, 3),
    "cleo": ("Cleo Park", "field", "South", True, 3),
    "max": ("Max Orr", "field", "North", False, 3),
    "iris": ("Iris Lane", "arm", None, True, 0),
}


def found(*moves: tuple, deals: list[tuple] = (), limits: Limits | None = None, **facts: dict) -> pl.DataFrame:
    """Conflicts of accounts given as (id, owner now, owner to be); `facts` by account id; deals (account, days)."""
    names = ("name", "team", "region", "is_active", "capacity")
    people = [{"rep_id": rep_id} | dict(zip(names, values, strict=True)) for rep_id, values in PEOPLE.items()]
    plain = {"value_cents": 100_00, "revenue_cents": 1_000_00, "is_house": False, "co_owner_ids": []}
    accounts = [
        plain | {"account_id": account, "name": f"Clinic {account}"} | facts.get(account, {}) for account, _, _ in moves
    ]
    decided = [
        {
            "account_id": account,
            "current_owner_id": old,
            "reviewed_owner_id": new,
            "is_move": old != new,
            "review_change": "none",
        }
        for account, old, new in moves
    ]
    opportunities = [
        {
            "opportunity_id": f"d{number}",
            "account_id": account,
            "amount_cents": 50_000_00,
            "is_closed": False,
            "close_on": AS_OF + timedelta(days=days),
        }
        for number, (account, days) in enumerate(deals)
    ]
    cycle = InMemory(
        (ACCOUNTS, table(ACCOUNTS, *accounts)),
        (DECIDED_BOOKS, table(DECIDED_BOOKS, *decided)),
        (ELIGIBLE_POOL, table(ELIGIBLE_POOL, *({"account_id": each, "is_unowned": not old} for each, old, _ in moves))),
        (OPPORTUNITIES, table(OPPORTUNITIES, *opportunities)),
        (REPS, table(REPS, *people)),
        (CURRENT_BOOKS, table(CURRENT_BOOKS, *people)),
    )
    return find_conflicts(ConflictsInput.read(cycle, CYCLE), limits or Limits(AS_OF))


def of_kind(rows: pl.DataFrame, kind: str) -> list[dict]:
    return rows.filter(pl.col("kind") == kind).to_dicts()


def test_a_deal_about_to_close_on_a_moving_account_is_severe_in_both_regions():
    rows = of_kind(found(("a1", "ana", "cleo"), deals=[("a1", 30)]), "closing_deal")
    assert [(row["region"], row["severity"], row["resolved_by"]) for row in rows] == [
        ("North", "severe", None),
        ("South", "severe", None),
    ]
    assert rows[0]["sentence"] == (
        "Clinic a1 moves from Ana Ruiz to Cleo Park with an open deal of $50,000 that closes in 30 days."
    )


def test_a_later_deal_is_a_warning_and_a_far_one_only_pipeline():
    rows = found(("a1", "ana", "cleo"), deals=[("a1", 31), ("a1", 61), ("a1", -3)])
    assert [row["severity"] for row in of_kind(rows, "closing_deal")] == ["warning", "warning"]
    assert [row["sentence"] for row in of_kind(rows, "open_pipeline")] == [
        "3 open deals of $150,000 would leave Ana Ruiz's book for 1 new owner."
    ]


def test_a_deal_on_an_account_that_stays_is_no_conflict():
    assert found(("a1", "ana", "ana"), deals=[("a1", 5)]).is_empty()


def test_a_deal_whose_owner_has_left_is_resolved_by_the_rule():
    rows = of_kind(found(("a1", "max", "ana"), deals=[("a1", 5)]), "closing_deal")
    assert [(row["severity"], row["resolved_by"]) for row in rows] == [("severe", "rule")]
    assert severe_open(found(("a1", "max", "ana"), deals=[("a1", 5)])) == {}


def test_a_house_account_that_moves_is_severe_and_a_co_owned_one_a_warning():
    rows = found(("h1", "ana", "cleo"), h1={"is_house": True, "co_owner_ids": ["iris"]})
    assert {row["severity"] for row in of_kind(rows, "house_account")} == {"severe"}
    assert of_kind(rows, "co_owned")[0]["sentence"] == (
        "Clinic h1 moves from Ana Ruiz to Cleo Park; Iris Lane co-own it."
    )


def test_an_account_without_an_active_owner_is_severe():
    rows = of_kind(found(("a1", "max", "max"), ("a2", "ana", "gone")), "no_owner")
    assert [(row["account_id"], row["region"]) for row in rows] == [("a1", "North"), ("a2", "no_region")]


def test_a_book_past_a_cap_is_severe_only_where_it_gains():
    four = [(f"c{number}", "cleo", "cleo") for number in range(4)]
    assert [row["severity"] for row in of_kind(found(*four), "over_count")] == ["warning"]
    gains = [*four[:3], ("a1", "ana", "cleo")]
    assert [row["severity"] for row in of_kind(found(*gains), "over_count")] == ["severe"]


def test_revenue_counts_only_where_a_cap_is_set():
    move = ("a1", "ana", "cleo")
    assert of_kind(found(move), "over_revenue") == []
    rows = of_kind(found(move, limits=Limits(AS_OF, revenue_cap=999_99)), "over_revenue")
    assert [row["sentence"] for row in rows] == ["Cleo Park's accounts would have $1,000 of revenue, $1,000 at most."]
    own = Limits(AS_OF, revenue_caps={"cleo": 500_00, "ana": 1})
    assert [row["rep_id"] for row in of_kind(found(move, limits=own), "over_revenue")] == ["cleo"]


def test_a_book_far_above_the_usual_one_is_told():
    rows = of_kind(found(("a1", "ana", "ana"), ("c1", "cleo", "cleo"), c1={"value_cents": 1_000_00}), "far_above")
    assert [row["rep_id"] for row in rows] == ["cleo"]


def decisions(*rows: tuple) -> pl.DataFrame:
    schema = CONFLICT_DECISIONS.columns
    return pl.DataFrame([(number, *row) for number, row in enumerate(rows, 1)], schema=schema, orient="row")


def test_a_signer_of_either_region_resolves_a_conflict_with_a_reason_for_both():
    rows = found(("a1", "ana", "cleo"), deals=[("a1", 5)])
    assert severe_open(rows) == {"North": 1, "South": 1}
    entitled = pl.DataFrame({"person": ["tom@example.com"], "region": ["South"]})
    for decided_by, note, is_valid in (
        ("eve@example.com", "ok", True),
        ("tom@example.com", " ", True),
        ("tom@example.com", "ok", False),
    ):
        kept = resolve(rows, decisions(("closing_deal d0", decided_by, note, is_valid)), entitled)
        assert severe_open(kept) == {"North": 1, "South": 1}
    taken = resolve(rows, decisions(("closing_deal d0", "Tom@example.com", "both reps agreed", True)), entitled)
    assert severe_open(taken) == {}
    assert set(of_kind(taken, "closing_deal")[0].items()) >= {("resolution", "both reps agreed")}
