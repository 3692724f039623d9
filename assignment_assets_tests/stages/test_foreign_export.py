"""Cycles that begin with an export as others make it: rows that cannot be used, people with hard names."""

import shutil

import polars as pl
import pytest

from assignment_assets.domain.identity.person_keys import is_person
from assignment_assets.domain.tables import (
    CURRENT_BOOKS,
    ELIGIBLE_POOL,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    SOURCE_EXCEPTIONS,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.published_cycle import read_status, tables_of
from assignment_assets.io.settings import PagesSetting
from assignment_assets.io.workbooks.returned import read_returned
from assignment_assets.report.cycle_report import render
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import of_region
from assignment_assets.review_app.server import link_to, running
from assignment_assets.stages.invariants import require_invariants
from assignment_assets.stages.reports import read_report, write_region_reports
from assignment_assets_tests.io.sources.exports import NUM_ACCOUNTS, export
from assignment_assets_tests.rehearsal import Cycle, settle_in
from assignment_assets_tests.review_app.browser import Visitor

LEFT_OUT = {6: ("", "A-0006"), 12: ("Ontario", "A-0012")}
"""Number of an account of u0 → a state that cannot be used, and the account's id."""

QUEUE = "queue,Queue,queue@example.com,,,arm,,,TRUE\n"


@pytest.fixture
def opened(tmp_path, dagster_home, monkeypatch):
    """Opens a draft of an export, changed as asked, and proposes; more rows than usual, so that two may be faulty."""

    def open_cycle(**changes) -> Cycle:
        folder = settle_in(tmp_path, dagster_home, monkeypatch)
        mapping = export(tmp_path, **changes)
        with (tmp_path / "reps.csv").open("a", encoding="utf-8") as roster:
            roster.write(QUEUE)
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


NAMES = ("Ann Ames", "O'Brien, Anne", "Łukasz Żak", "a/b\\c", "ann@example.com", "Ann@example.com")
REGIONS = ("New York / East", "West #1?")


def by_name(number, row):
    return row | {"Account Owner": NAMES[number % 6]}


def hard_person(number, row):
    """Reps whose ids are names, with a director whose address no folder can be called by, in regions with a slash."""
    director = "Jörg.O’Neill@example.com" if number < 3 else "dir/west#1@example.com".replace("/", "")
    return row | {"User ID": NAMES[number], "Region": REGIONS[number // 3], "Manager Email": director}


def test_reps_who_are_called_by_their_names_get_keeplists_and_their_directors_reviews(opened):
    cycle = opened(accounts=by_name, reps=hard_person).open(capacities={"Ann Ames": 22}, book_size=25)
    reps = cycle.table(REPS)
    keys = dict(reps.select(pl.coalesce("source_id", "rep_id"), "rep_id").iter_rows())
    assert set(keys) == {*NAMES, "queue"}
    assert len({key.casefold() for key in keys.values()}) == 7
    asked = {each.person: each for each in read_gate(cycle.folder, cycle.name, "lock_lists").persons}
    assert set(asked) == set(keys.values()) - {"queue"}
    assert {path.name for path in cycle.folder.outbox(cycle.name, "lock_lists").iterdir() if path.is_dir()} == set(
        asked
    )

    cycle.keep(keys["O'Brien, Anne"], {"A-0001": "keep"})
    (receipt,) = cycle.look("lock_lists").new_receipts
    assert (receipt.person, receipt.verdict) == (keys["O'Brien, Anne"], "accepted")
    cycle.propose()
    assert cycle.rows(CURRENT_BOOKS, rep_id=keys["Ann Ames"])[0]["capacity"] == 22
    directors = {each.email: each.person for each in read_gate(cycle.folder, cycle.name, "review_edits").persons}
    assert set(directors) == {"Jörg.O’Neill@example.com", "dirwest#1@example.com"}
    assert all(map(is_person, directors.values()))

    jorg = "Jörg.O’Neill@example.com"
    cycle.edit(directors[jorg])
    (answered,) = cycle.look("review_edits").new_receipts
    assert (answered.person, answered.verdict) == (directors[jorg], "accepted")
    reports = write_region_reports(cycle.folder, read_report(cycle.folder, cycle.name, cycle.now))
    assert {path.name for path in reports.values()} == {"new_york___east.html", "west__1_.html"}
    shutil.rmtree(cycle.folder.reports(cycle.name))

    with running(cycle.folder, engine_key(), PagesSetting(), lambda: cycle.now) as address:
        visitor = Visitor(address)
        asked_for = link_to(
            cycle.folder, engine_key(), PagesSetting(url=address), jorg, cycle.name, "director", cycle.now
        )
        page = visitor.open(asked_for)
        books = [each for each in page.links if "/book/" in each]
        (report,) = [each for each in page.links if "/report/" in each]
        assert {visitor.open(each).status for each in (*books, report)} == {200}
        assert len(books) == 3 and "New York / East" in visitor.open(report).text


def test_a_director_sees_the_accounts_that_were_left_out_of_the_source(opened):
    cycle = opened(accounts=without_state, num_accounts=240).open(book_size=45).propose()
    with running(cycle.folder, engine_key(), PagesSetting(), lambda: cycle.now) as address:
        east, west = (
            Visitor(address).open(
                link_to(cycle.folder, engine_key(), PagesSetting(url=address), who, cycle.name, "director", cycle.now)
            )
            for who in ("dir.east@example.com", "dir.west@example.com")
        )
    assert "A-0012, with Rep 0: state is Ontario, expected a USPS state code" in east.text
    assert "Left out of the source" not in west.text


def test_a_receipt_promises_no_keep_of_an_account_that_was_not_sent(opened):
    cycle = opened().open(book_size=45)
    code = cycle.packet("lock_lists", "u0", "lock_list.xlsx")
    target = cycle.answer("lock_lists", "u0", "keep.csv")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"packet,{read_returned(code).code}\naccount_id,decision,note\na-0000,keep,\nA-00,keep,\n")
    (receipt,) = cycle.look("lock_lists").new_receipts
    assert "1 keep, 0 release" in receipt.message
    assert "row 4: 'A-00' is not an account of your list" in receipt.message
