"""Which accounts changed hands, told from the two quarters that `two_quarters` draws."""

import csv
import json
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.tables import ACCOUNTS, REPS, SOURCE_EXCEPTIONS
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.ownership_changes import ownership_changes
from assignment_assets.write_back.publishing import JOURNAL_FILE, PLANS_FILE
from assignment_assets_tests.company import DANA, PRIYA
from assignment_assets_tests.sql.finished_cycle import rows
from assignment_assets_tests.stages.two_quarters import (
    DRAFT,
    JULY,
    Q3,
    Q4,
    approved,
    changed,
    draw,
    route,
    row_of,
    tell,
    tell_q4,
    written,
)


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """The warehouse of a data folder that the environment names."""
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path))
    return Warehouse(database=str(tmp_path / "warehouse.duckdb"))


@pytest.fixture
def told(warehouse):
    """Both quarters, the draft between them, and a routed account."""
    tell(
        warehouse,
        Q3,
        datetime(2026, 7, 1, 12),
        JULY,
        approved(("a05", "ana", "ben", "rebalance", "Moves.")),
        written(datetime(2026, 7, 20, 8), ("a05", "ana", "ben")),
        ends=("closed",),
    )
    route(warehouse.folder)
    tell_q4(warehouse)
    draw(warehouse)
    return warehouse.folder


def test_two_quarters_tell_every_change_with_its_kind(told):
    assert changed(told, Q3, Q4) == {
        "a01": ["ana", "ben", "proposed"],
        "a04": ["ana", "iris", "inside_sales"],
        "a02": ["ana", "cleo", "edited"],
        "a03": ["ana", "nia", "decided"],
        "a06": ["ana", "cleo", "outside"],
        "a07": ["ana", "ben", "proposed"],
    }
    comparison = ownership_changes(told, Q3, Q4).comparison
    assert comparison.returned_count == 1  # a09
    assert comparison.came.select("account_id", "owner_id").rows() == [("a11", "nia")]
    assert comparison.went.rows() == [("a10", "ana", "Its row was left out: state is 'Atlantis', expected a state.")]
    assert (comparison.before.height, comparison.after.height) == (10, 10)


def test_a_change_says_why_who_decided_who_signed_and_when(told):
    edit = row_of(told, Q3, Q4, "a02")
    assert edit["sentence"] == f"{DANA} (receipt 3): relationship Note: Old friends"
    assert (edit["reason"], edit["decided_by"], edit["signed_by"]) == ("relationship", DANA, PRIYA)
    assert (edit["signed_at"], edit["at"]) == (datetime(2026, 10, 18, 15), datetime(2026, 10, 20, 8))
    assert row_of(told, Q3, Q4, "a03")["decided_by"] == PRIYA
    assert row_of(told, Q3, Q4, "a01")["sentence"] == "Ana's book is full."
    outside = row_of(told, Q3, Q4, "a06")
    assert outside["sentence"] == ("No log of the engine explains it; first seen by 2026q4-global, as of 2026-10-01.")
    assert (outside["decided_by"], outside["signed_by"], outside["at"]) == (None, None, None)


def test_an_account_that_moved_twice_is_told_with_both_steps(told):
    assert row_of(told, Q3, Q4, "a07")["step_count"] == 2
    steps = ownership_changes(told, Q3, Q4).comparison.steps.filter(pl.col("account_id") == "a07")
    assert steps.select("from_id", "to_id", "kind").rows() == [("ana", "cleo", "outside"), ("cleo", "ben", "proposed")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2026-07-01", "2026-07-19", {}),
        ("2026-07-01", "2026-07-20", {"a05": ["ana", "ben", "proposed"]}),
        ("2026-07-20", "2026-09-30", {}),
        ("2026-09-30", "2026-10-01", {"a06", "a07", "a09"}),
        ("2026-10-01", "2026-10-19", {}),
        ("2026-10-01", "2026-12-31", {"a01", "a02", "a03", "a04", "a07", "a09"}),
        (Q3, "2026-12-31", {"a01", "a02", "a03", "a04", "a06", "a07"}),
        ("2026-10-01", Q4, {"a01", "a02", "a03", "a04", "a07", "a09"}),
    ],
)
def test_days_and_cycles_may_be_mixed(told, first, second, expected):
    found = changed(told, first, second)
    assert (found if isinstance(expected, dict) else set(found)) == expected


def test_an_account_that_was_routed_came_with_the_rule_that_gave_it_its_owner(told):
    [came] = ownership_changes(told, "2026-07-20", "2026-08-31").comparison.came.rows()
    assert came == ("a11", "nia", "TX is Nia's.")
    assert ownership_changes(told, "2026-07-20", "2026-08-04").comparison.came.is_empty()
    comparison = ownership_changes(told, "2026-07-01", "2026-09-30").comparison
    routed = comparison.steps.filter(pl.col("account_id") == "a11").row(0, named=True)
    assert (routed["kind"], routed["reason"], routed["signed_by"]) == (
        "routed",
        "territory",
        "standing policy 0123456789ab",
    )


def test_a_draft_stands_for_the_books_that_it_proposes(told):
    assert changed(told, Q3, DRAFT) == {
        "a01": ["ana", "nia", "proposed"],
        "a06": ["ana", "cleo", "outside"],
        "a07": ["ana", "cleo", "outside"],
        "a08": ["ana", "ben", "proposed"],
        "a09": ["ana", "ben", "outside"],
    }
    assert row_of(told, Q3, DRAFT, "a01")["at"] is None


def test_a_draft_beside_what_became_of_the_quarter_says_what_holds_an_account(told):
    found = changed(told, DRAFT, Q4)
    assert found["a01"] == ["nia", "ben", "proposed"]
    assert found["a08"] == ["ben", "ana", "locked"]
    lock = row_of(told, DRAFT, Q4, "a08")
    assert lock["sentence"] == "Locked (dormant pick): it stays with its owner."
    assert (lock["reason"], lock["first_sentence"]) == ("dormant_pick", "a08 to ben.")


def test_two_drafts_are_compared_in_either_order(told, warehouse):
    draw(warehouse, "other", datetime(2026, 10, 1, 13), a01="ben", a02="ana", a08="ben")
    assert changed(told, DRAFT, "other") == {"a01": ["nia", "ben", "proposed"]}
    assert changed(told, "other", DRAFT) == {"a01": ["ben", "nia", "proposed"]}
    assert changed(told, DRAFT, DRAFT) == {}


def test_an_open_cycle_stands_for_what_it_would_come_to(warehouse):
    tell_q4(warehouse, ends=())
    found = changed(warehouse.folder, "2026-10-01", Q4)
    assert found == {
        "a01": ["ana", "ben", "proposed"],
        "a04": ["ana", "iris", "inside_sales"],
        "a02": ["ana", "cleo", "edited"],
        "a03": ["ana", "nia", "decided"],
        "a07": ["cleo", "ben", "proposed"],
        "a09": ["ben", "ana", "proposed"],
    }
    assert changed(warehouse.folder, "2026-10-01", "2026-12-31") == {}


def test_an_account_whose_row_was_left_out_and_whose_owner_is_known_is_still_in_the_book(warehouse):
    tell(warehouse, Q3, datetime(2026, 7, 1, 12), {"a01": "ana", "a02": "ana"}, ends=("closed",))
    names = "table_name record_id column_name row_no found expected remedy owner_id"
    faults = [("accounts", each, "state", 14, "Atlantis", "a state", "Correct it.", "ben") for each in ("a01", "a01")]
    faults[1] = (*faults[1][:2], "name", *faults[1][3:])
    exceptions = (SOURCE_EXCEPTIONS, rows(SOURCE_EXCEPTIONS, names, *faults))
    tell(warehouse, Q4, datetime(2026, 10, 1, 12), {"a02": "ana"}, exceptions, ends=("closed",))
    assert changed(warehouse.folder, Q3, Q4) == {"a01": ["ana", "ben", "outside"]}
    assert ownership_changes(warehouse.folder, Q3, Q4).comparison.went.is_empty()


@pytest.mark.parametrize("outcome", ["loaded", "confirmed"])
def test_what_was_loaded_by_hand_counts_as_written(warehouse, outcome):
    log, frame = written(datetime(2026, 7, 20, 8), ("a01", "ana", "ben"))
    by_hand = (log, frame.with_columns(outcome=pl.lit(outcome)))
    tell(warehouse, Q3, datetime(2026, 7, 1, 12), {"a01": "ana"}, by_hand, ends=("closed",))
    assert changed(warehouse.folder, "2026-07-01", Q3) == {"a01": ["ana", "ben", "proposed"]}


def test_a_cancelled_cycle_has_changed_nothing(warehouse):
    tell_q4(warehouse, ends=("cancelled",))
    assert changed(warehouse.folder, "2026-10-01", Q4) == {}


def test_a_cycle_that_was_written_before_the_day_it_takes_for_today_keeps_the_order(warehouse):
    begin = datetime(2026, 11, 29, 9)
    tell(
        warehouse,
        Q4,
        begin,
        {"a01": "ana"},
        approved(("a01", "ana", "ben", "full", "Full.")),
        written(begin + timedelta(hours=1), ("a01", "ana", "ben")),
        ends=("closed",),
        as_of=date(2026, 10, 1),
    )
    tell(
        warehouse,
        "2027q1-global",
        begin + timedelta(days=1),
        {"a01": "ben"},
        approved(("a01", "ben", "cleo", "full", "Full.")),
        written(begin + timedelta(days=1, hours=1), ("a01", "ben", "cleo")),
        ends=("closed",),
        as_of=date(2027, 1, 1),
    )
    assert changed(warehouse.folder, "2026-10-01", "2026-12-31") == {"a01": ["ana", "ben", "proposed"]}
    assert changed(warehouse.folder, "2026-12-31", "2027-01-01") == {"a01": ["ben", "cleo", "proposed"]}
    assert row_of(warehouse.folder, "2026-10-01", "2027-01-01", "a01")["step_count"] == 2


def test_a_rollback_is_told_with_who_approved_it(told):
    plans = pl.DataFrame(
        {
            "plan_id": ["p2"],
            "kind": ["rollback"],
            "account_id": ["a01"],
            "old_owner_id": ["ben"],
            "new_owner_id": ["ana"],
        }
    )
    at = datetime(2026, 11, 2, 9)
    events = pl.DataFrame(
        {
            "seq": [1, 2],
            "plan_id": ["p2", "p2"],
            "account_id": ["", "a01"],
            "state": ["APPROVED", "VERIFIED"],
            "at": [at, at + timedelta(hours=1)],
            "code": [PRIYA, ""],
        }
    )
    plans.write_parquet(told.published(Q4) / PLANS_FILE)
    events.write_parquet(told.published(Q4) / JOURNAL_FILE)
    assert changed(told, "2026-10-31", "2026-11-30") == {"a01": ["ben", "ana", "rolled_back"]}
    row = row_of(told, "2026-10-31", "2026-11-30", "a01")
    assert (row["signed_by"], row["signed_at"]) == (PRIYA, at)
    assert "a01" not in changed(told, "2026-10-01", "2026-11-30")


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "nowhere",
            Q4,
            "nowhere: there is no such cycle, expected one of the cycles 2026q3-global, 2026q4-global, draft",
        ),
        (Q3, "2026-13-01", "2026-13-01: there is no such cycle"),
        ("2026-06-30", Q4, "2026-06-30: no cycle had read the accounts by then, expected a day from 2026-07-01 on"),
        (Q4, Q3, "2026q3-global: it comes before 2026q4-global, expected the earlier of the two first. Swap them."),
        ("2026-12-31", "2026-10-01", "2026-10-01: it comes before 2026-12-31"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_error(told, first, second, said):
    with pytest.raises(InvalidInput) as refusal:
        ownership_changes(told, first, second)
    assert f"comparison: 1 fault.\n  1. {said}" in str(refusal.value)


def test_unknown_names_are_told_together(told):
    with pytest.raises(InvalidInput, match="comparison: 2 faults"):
        ownership_changes(told, "here", "there")


def test_without_any_cycle_there_is_nothing_to_compare(warehouse):
    with pytest.raises(InvalidInput, match="expected one of the cycles none yet, or a day"):
        ownership_changes(warehouse.folder, "here", "2026-10-01")


def assignment(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["cycle", "compare", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_tells_counts_first_and_then_the_accounts_by_name(told):
    text = assignment(Q3, Q4, "--accounts")
    assert text.startswith(
        "6 of 9 accounts changed hands\n  From: 2026q3-global, as it left the books on 20 Jul 2026\n"
    )
    assert text.index("Changed by a Regional Director") < text.index("Clinic a02")
    assert "Clinic a02  Ana Ruiz  Cleo Park" in text
    assert "1 account came that was not there before.\n1 account went.\n1 account changed hands on the way" in text
    assert "cycle compare" not in text and "error" not in assignment("2026-10-01", "2026-12-31")
    assert "there is no such cycle" in assignment("nowhere", Q4, "--accounts", code=2)


def test_json_has_the_whole_story(told):
    content = json.loads(assignment(Q3, Q4, "--accounts", "--json"))
    assert content["first"] == {"name": Q3, "day": "2026-07-01", "is_planned": False}
    assert {row["account_id"]: row["owner_after"] for row in content["changed"]}["a03"] == "Nia Noor"
    assert {"kind": "inside_sales", "reason": "no_seat", "accounts": 1} in content["counts"]
    assert [row["account_id"] for row in content["came"] + content["went"]] == ["a11", "a10"]
    assert (content["stay_count"], content["returned_count"]) == (3, 1)
    assert {"owner": "Cleo Park", "before": 0, "gave": 0, "took": 2, "after": 2} in content["books"]
    assert len([step for step in content["steps"] if step["account_id"] == "a07"]) == 2


def test_the_file_has_every_account_before_and_after(told, tmp_path):
    target = tmp_path / "changes.csv"
    assignment(Q3, Q4, "--csv", str(target))
    with target.open(encoding="utf-8", newline="") as lines:
        listed = {row["account_id"]: row for row in csv.DictReader(lines)}
    assert {each: row["change"] for each, row in listed.items()} == {
        **dict.fromkeys(("a01", "a02", "a03", "a04", "a06", "a07"), "changed"),
        **dict.fromkeys(("a05", "a08", "a09"), "stays"),
        "a10": "went",
        "a11": "came",
    }
    assert (listed["a01"]["owner_before"], listed["a01"]["owner_after"]) == ("Ana Ruiz", "Ben Ode")
    assert listed["a02"]["decided_by"] == DANA


def test_the_page_is_whole_and_names_nobody_by_id(told, tmp_path):
    target = tmp_path / "changes.html"
    assignment(Q3, Q4, "--html", str(target))
    page = target.read_text()
    assert "<h1>6 of 9 accounts changed hands</h1>" in page
    assert "http" not in page.replace("http-equiv", "")
    for words in ("Cleo Park", "Changed outside the engine", "On the way: to Cleo Park, changed outside the engine."):
        assert words in page
    assert ">cleo<" not in page
    assert "No account has another owner." in _page(told, tmp_path, "2026-07-20", "2026-08-01")


def _page(folder, tmp_path, first, second):
    assignment(first, second, "--html", str(tmp_path / "page.html"))
    return (tmp_path / "page.html").read_text()


def test_a_name_that_a_spreadsheet_would_reckon_stays_text_and_two_of_one_name_are_told_apart(warehouse, tmp_path):
    tell_q4(warehouse)
    frame = warehouse.table(Q4, ACCOUNTS).with_columns(
        name=pl.when(pl.col("account_id") == "a01").then(pl.lit("=cmd|'x'")).otherwise("name")
    )
    frame.insert_column(0, pl.lit(Q4).alias("cycle")).write_parquet(warehouse.folder.published(Q4) / "accounts.parquet")
    people = warehouse.table(Q4, REPS).with_columns(
        name=pl.when(pl.col("rep_id") == "ben").then(pl.lit("Ana Ruiz")).otherwise("name")
    )
    people.insert_column(0, pl.lit(Q4).alias("cycle")).write_parquet(warehouse.folder.published(Q4) / "reps.parquet")
    target = tmp_path / "changes.csv"
    assignment("2026-10-01", Q4, "--csv", str(target))
    [line] = [line for line in target.read_text().splitlines() if ",a01," in line]
    assert ",'=cmd|'x'," in line
    assert "Ana Ruiz (ana)" in line and "Ana Ruiz (ben)" in line
