"""Extensions of the model in real cycles: coverage overrides, families kept together, revenue caps."""

from dataclasses import replace

import polars as pl
import pytest

from assignment_assets.domain.tables import ACCOUNTS, CERTIFICATE, FAMILIES, LOCKS, OVERFLOW, PROPOSED_BOOKS
from assignment_assets_tests.company import account, tiny
from assignment_assets_tests.rehearsal import Cycle, settle_in


@pytest.fixture
def cycle(tmp_path, monkeypatch):
    return Cycle(settle_in(tmp_path, tmp_path / "dagster", monkeypatch))


def test_an_override_finds_a_book_for_an_account_whose_state_nobody_covers(cycle):
    override = {"account_id": "i03", "rep_id": "nia", "reason": "She lived in Cheyenne"}
    cycle.source(tiny()).open(coverage_overrides=[override]).propose()
    (row,) = cycle.rows(PROPOSED_BOOKS, account_id="i03")
    assert row["rep_id"] == "nia"
    assert row["reason_sentence"].endswith("by Growth Strategy's override: She lived in Cheyenne.")
    assert "i03" not in set(cycle.table(OVERFLOW)["account_id"])
    (line,) = cycle.rows(CERTIFICATE, metric="coverage_overrides")
    assert line["sentence"] == (
        "1 of 1 accounts that have a coverage override are with a rep who may hold them by it alone."
    )


def relatives():
    """b09 … b12 are children of a09; a03, a04 and i03, whose state nobody covers, are under c09."""
    children = [account(name, "ben", parent_id="a09") for name in ("b09", "b10", "b12")]
    others = [account(name, "ana", "TX", "recent", parent_id="c09") for name in ("a03", "a04")]
    return tiny(*children, *others, account("i03", "amy", "WY", parent_id="c09"))


def test_families_go_to_one_rep_and_their_moves_say_so(cycle):
    cycle.source(relatives()).open(families="together").propose()
    ends = {row["family_id"]: row for row in cycle.rows(FAMILIES)}
    assert (ends["a09"]["outcome"], ends["a09"]["member_count"], ends["c09"]["outcome"]) == ("whole", 4, "split")
    books = cycle.table(PROPOSED_BOOKS)
    family = books.filter(pl.col("account_id").is_in(["a09", "b09", "b10", "b12"]))
    assert family["rep_id"].to_list() == [ends["a09"]["rep_id"]] * 4
    moved = family.filter("is_move")
    assert set(moved["move_reason"]) == {"family"}
    assert moved["reason_sentence"].str.contains("with its family, Clinic a09 (4 accounts).", literal=True).all()
    proven = {row["metric"]: row["value"] for row in cycle.rows(CERTIFICATE, phase="families")}
    assert proven == {"whole": 1, "split": 1}


def test_a_family_that_nobody_can_hold_whole_goes_to_inside_sales_where_that_is_asked(cycle):
    cycle.source(relatives()).open(families="together", family_without_a_book="overflow").propose()
    left = cycle.table(OVERFLOW).filter(pl.col("move_reason") == "family")
    assert set(left["account_id"]) == {"a03", "a04", "c09", "i03"}
    assert "Clinic c09, whole (4 accounts)" in left["reason_sentence"][0]


def test_families_are_apart_unless_they_are_asked_to_be_together(cycle):
    cycle.source(relatives()).open().propose()
    assert cycle.table(FAMILIES).is_empty()
    assert "family" not in set(cycle.table(PROPOSED_BOOKS)["move_reason"])


def rich():
    """The tiny company, every account with 1,000 dollars of revenue and a few with more."""
    company = tiny()
    more = {"a03": 900_000, "b03": 500_000, "c03": 400_000}
    revenue = pl.col("account_id").replace_strict(more, default=100_000, return_dtype=pl.Int64)
    return replace(company, accounts=company.accounts.with_columns(revenue_cents=revenue))


def test_no_book_is_proposed_above_an_enforced_revenue_cap(cycle):
    """Ana keeps three accounts, so that a cap of 2,500 dollars is exceeded before anything is placed."""
    cycle.source(rich()).open(revenue_cap=12_000, revenue_caps={"ana": 2_500}, enforce_revenue_cap=True).propose()
    books = cycle.table(PROPOSED_BOOKS).join(
        cycle.table(ACCOUNTS).select("account_id", "revenue_cents"), on="account_id"
    )
    sums = dict(books.group_by("rep_id").agg(pl.col("revenue_cents").sum()).iter_rows())
    kept = cycle.table(LOCKS).filter(pl.col("rep_id") == "ana").height
    assert kept * 100_000 == sums.pop("ana") == 300_000
    assert max(sums.values()) <= 1_200_000
    (above,) = cycle.rows(CERTIFICATE, metric="kept_above_cap")
    assert above["sentence"] == (
        "What ana keeps is $500 above the revenue cap of $2,500 already; nothing is added to it."
    )
    (placed,) = cycle.rows(CERTIFICATE, metric="placed")
    assert placed["value"] <= placed["bound"]
    capped = cycle.table(OVERFLOW).filter(pl.col("move_reason") == "revenue_cap")
    assert capped.height
    assert capped["reason_sentence"].str.contains("below the revenue cap, room for it;").all()


def test_a_cap_that_is_not_enforced_changes_no_book(cycle):
    cycle.source(rich()).open(revenue_cap=1_000).propose()
    assert "revenue_cap" not in set(cycle.table(OVERFLOW)["move_reason"])
    assert not cycle.rows(CERTIFICATE, metric="fullest_of_revenue")
