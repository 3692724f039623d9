"""Cycles that begin with an export as others make it: rows that cannot be used."""

import pytest

from assignment_assets.domain.tables import CURRENT_BOOKS, ELIGIBLE_POOL, OVERFLOW, PROPOSED_BOOKS, SOURCE_EXCEPTIONS
from assignment_assets.io.published_cycle import read_status, tables_of
from assignment_assets.report.cycle_report import render
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import of_region
from assignment_assets.stages.invariants import require_invariants
from assignment_assets_tests.io.sources.exports import NUM_ACCOUNTS, export
from assignment_assets_tests.rehearsal import Cycle, settle_in

LEFT_OUT = {6: ("", "A-0006"), 12: ("Ontario", "A-0012")}
"""Number of an account of u0 → a state that cannot be used, and the account's id."""


@pytest.fixture
def opened(tmp_path, dagster_home, monkeypatch):
    """Opens a draft of an export, changed as asked, and proposes; more rows than usual, so that two may be faulty."""

    def open_cycle(**changes) -> Cycle:
        folder = settle_in(tmp_path, dagster_home, monkeypatch)
        mapping = export(tmp_path, **changes)
        monkeypatch.setenv("ASSIGNMENT_SOURCE", "files")
        monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(mapping))
        return Cycle(folder, "foreign-export")

    return open_cycle


def without_state(number, row):
    return row | ({"Billing State/Province": LEFT_OUT[number][0]} if number in LEFT_OUT else {})


def test_an_account_whose_row_is_left_out_takes_a_seat_and_is_shown_to_its_people(opened):
    cycle = opened(accounts=without_state, num_accounts=240)
    cycle.open(mode="draft", book_size=41).run("propose")
    require_invariants(cycle.warehouse, cycle.name, "eligible_pool", "locks", "proposed_books")

    ids = {account_id for _, account_id in LEFT_OUT.values()}
    standing = {row["account_id"]: row for row in cycle.rows(ELIGIBLE_POOL, reason="row_left_out")}
    assert {each: (row["standing"], row["owner_id"]) for each, row in standing.items()} == dict.fromkeys(
        ids, ("fixed", "u0")
    )
    assert cycle.rows(CURRENT_BOOKS, rep_id="u0")[0]["account_count"] == 40
    placed, overflow = cycle.table(PROPOSED_BOOKS), cycle.table(OVERFLOW)
    assert placed.height + overflow.height == 240 - len(ids)
    assert placed.filter(rep_id="u0").height <= 41 - len(ids)

    assert "2 account rows (Rep 0 2)" in "\n".join(read_status(cycle.folder, cycle.name, cycle.now).lines())
    report = ReportInput(cycle.name, tables_of(cycle.folder, cycle.name))
    east, west = of_region(report, "East"), of_region(report, "West")
    assert set(east.frame("source_exceptions")["record_id"]) == ids <= set(east.frame("eligible_pool")["account_id"])
    assert west.frame("source_exceptions").is_empty()
    assert "Every source row could be used" not in render(west)
    assert "No fault is known in the source rows of West." in render(west)


def test_an_account_without_a_state_that_is_carved_out_takes_no_seat(opened):
    def carved(number, row):
        return without_state(number, row) | {"Reserved": "house" if number == 6 else ""}

    cycle = opened(accounts=carved, num_accounts=240, columns={"carve_out": '"Reserved"'})
    cycle.open(mode="draft")
    assert cycle.rows(CURRENT_BOOKS, rep_id="u0")[0]["account_count"] == 39
    assert [row["owner_id"] for row in cycle.rows(SOURCE_EXCEPTIONS)] == [None, "u0"]


def test_an_account_whose_owner_cannot_be_read_is_nobodys(opened):
    cycle = opened(accounts=lambda number, row: row | ({"Account Owner": "#N/A"} if number == 6 else {}))
    cycle.open(mode="draft")
    (row,) = cycle.rows(ELIGIBLE_POOL, reason="source_exception")
    assert (row["account_id"], row["standing"], row["owner_id"]) == ("A-0006", "out", None)
    assert cycle.table(CURRENT_BOOKS)["account_count"].sum() == NUM_ACCOUNTS - 1
