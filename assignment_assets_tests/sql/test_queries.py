"""The queries that the stages read, put to rows drawn by hand: each against its answer in `answers/`."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.setup.arrivals import LOADED_BEFORE
from assignment_assets.domain.setup.current_books import BOOK_FACTS
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.sign_off.approval import OWNED_NOW
from assignment_assets.domain.sources.changes import PREVIOUS_CYCLE
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    RUN_CONFIG,
    SOURCE_PROFILE,
    WRITE_BACK_LOG,
)
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets_tests.sql.answers import as_text, kept
from assignment_assets_tests.sql.finished_cycle import Q4, rows, tell
from assignment_assets_tests.test_sql import FILES

DAWN = datetime(2026, 10, 1, 6, 0)
OPENED = {"mine": 0, "a-tie": 0, "later": 1, "earlier": -1, "over": -2, "draft": -3}
"""Cycle → the hour in which it was opened."""


def answer(frame: pl.DataFrame) -> list[list[str]]:
    """A frame as an answer is kept."""
    return as_text(frame.columns, frame.iter_rows())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The warehouse of `finished_cycle.py`."""
    warehouse = Warehouse(database=str(tmp_path_factory.mktemp("finished") / "warehouse.duckdb"))
    tell(warehouse)
    return warehouse


@pytest.fixture
def claims(tmp_path):
    """Six cycles that each hold two accounts free; one of them is over, one a draft."""
    warehouse = Warehouse(database=str(tmp_path / "warehouse.duckdb"))
    for cycle, hour in OPENED.items():
        mode = "draft" if cycle == "draft" else "open"
        config = rows(RUN_CONFIG, "revision mode scope", (1, mode, "region"))
        standings = [("a01", "free"), ("a02", "free"), ("a03", "fixed"), ("a04", "out")]
        pool = rows(ELIGIBLE_POOL, "account_id standing", *standings)
        warehouse.replace(cycle, [(RUN_CONFIG, config), (ELIGIBLE_POOL, pool)])
        events = ["opened", "cancelled"] if cycle == "over" else ["opened"]
        times = [(number, event, DAWN + timedelta(hours=hour)) for number, event in enumerate(events, 1)]
        warehouse.append(cycle, CYCLE_EVENTS, rows(CYCLE_EVENTS, "event_no event at", *times))
    return warehouse


def test_a_book_counts_what_its_rep_owns_in_the_waterfall_and_an_empty_one_counts_nothing(finished):
    facts = finished.answer(Q4, BOOK_FACTS)
    assert answer(facts) == kept("current_books/book_facts")


def test_owned_now_is_the_snapshot_moved_on_by_what_was_written(finished):
    assert answer(finished.answer(Q4, OWNED_NOW)) == kept("approved_diff/owned_now")


def test_claims_are_what_other_open_cycles_hold_free_and_a_tie_is_broken_by_name(claims):
    assert answer(claims.answer("mine", OPEN_CLAIMS)) == kept("eligible_pool/open_claims")


def test_the_previous_cycle_is_the_last_opened_of_the_scope_with_a_profile_and_no_draft(claims):
    told = rows(SOURCE_PROFILE, "table_name line_no kind", ("accounts", 0, "as_of"))
    for cycle in OPENED.keys() - {"over"}:
        claims.replace(cycle, [(SOURCE_PROFILE, told)])
    assert answer(claims.answer("mine", PREVIOUS_CYCLE, scope="region")) == kept("source_profile/previous_cycle")
    claims.replace("earlier", [(SOURCE_PROFILE, SOURCE_PROFILE.empty())])
    assert answer(claims.answer("mine", PREVIOUS_CYCLE, scope="region"))[1:] == [["draft"]]
    assert answer(claims.answer("draft", PREVIOUS_CYCLE, scope="region"))[1:] == []
    assert answer(claims.answer("not yet opened", PREVIOUS_CYCLE, scope="region"))[1:] == [["later"]]


@pytest.fixture
def loaded(tmp_path):
    """A quarter loaded by hand, another company's, one that moved x06 on, one that has seen x02 arrive, and the next.

    x01 arrived, x04 and x05 have not, x05 is gone, x03 was read back, x07 was loaded after the next cycle was opened.
    """
    warehouse = Warehouse(database=str(tmp_path / "warehouse.duckdb"))
    for cycle, hour in {"first": 0, "foreign": 0, "moved": 2, "between": 3, "next": 9}.items():
        event = rows(CYCLE_EVENTS, "event_no event at", (1, "opened", DAWN + timedelta(hours=hour)))
        warehouse.append(cycle, CYCLE_EVENTS, event)
    ends = {"x01": "confirmed", "x02": "confirmed", "x03": "verified", "x04": "loaded", "x05": "confirmed"}
    log = [(1, each, 1, "ana", "ben", outcome, DAWN + timedelta(hours=1)) for each, outcome in ends.items()]
    log += [(1, "x06", 1, "ana", "ben", "confirmed", DAWN + timedelta(hours=1))]
    log += [(2, "x07", 1, "ana", "ben", "confirmed", DAWN + timedelta(hours=10))]
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome written_at"
    warehouse.append("first", WRITE_BACK_LOG, rows(WRITE_BACK_LOG, names, *log))
    foreign = (1, "z01", 1, "zoe", "zak", "confirmed", DAWN + timedelta(hours=1))
    warehouse.append("foreign", WRITE_BACK_LOG, rows(WRITE_BACK_LOG, names, foreign))
    moved = (1, "x06", 1, "ben", "cleo", "verified", DAWN + timedelta(hours=2))
    warehouse.append("moved", WRITE_BACK_LOG, rows(WRITE_BACK_LOG, names, moved))
    warehouse.replace("between", [(ACCOUNTS, rows(ACCOUNTS, "account_id owner_id", ("x02", "ben"), ("x04", "ana")))])
    found = [("x01", "ben"), ("x02", "ana"), ("x03", "ana"), ("x04", "ana"), ("x06", "cleo"), ("x07", "ana")]
    warehouse.replace("next", [(ACCOUNTS, rows(ACCOUNTS, "account_id owner_id", *found))])
    return warehouse


def test_what_was_loaded_by_hand_is_compared_until_it_has_been_seen_or_was_moved_on(loaded):
    assert answer(loaded.answer("next", LOADED_BEFORE)) == kept("arrivals/loaded_before")


def test_every_query_has_an_answer_that_is_kept():
    assert all(kept(str(path.with_suffix(""))) for path in FILES)
