"""Which accounts changed hands, told from cycles that are drawn by hand and published as their segments publish them.

2026q3-global   as of 1 July, closed on 20 July                2026q4-global   as of 1 October, closed on 20 October

        July    Q3 writes     October            Q4
a01     ana                   ana      → ben     proposed: Ana's book is full; signed by Priya
a02     ana                   ana      → cleo    Dana's add, with her reason; signed by Priya
a03     ana                   ana      → nia     Dana's add of another region's account, decided by Priya
a04     ana                   ana      → iris    overflow: no seat
a05     ana     → ben         ben                nothing
a06     ana                   cleo               nothing: somebody changed it in the CRM
a07     ana                   cleo     → ben     the same, then proposed
a08     ana                   ana                locked with Ana
a09     ana                   ben      → ana     back to whom it was
a10     ana                   –                  its row could not be read in October
a11     –                     nia                new, routed to Nia in August

draft   as of 1 October: a01 → nia, a02 stays, a08 → ben
"""

import csv
import json
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.routing.tables import DECISIONS, NEW_ACCOUNTS, WRITES
from assignment_assets.domain.tables import (
    ACCOUNTS,
    APPROVED_DIFF,
    CYCLE_EVENTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    LOCKS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_VERDICTS,
    SOURCE_EXCEPTIONS,
    SUBMISSIONS,
    WRITE_BACK_LOG,
)
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import routing_copies
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.ownership_changes import ownership_changes
from assignment_assets.write_back.publishing import JOURNAL_FILE, PLANS_FILE
from assignment_assets_tests.company import DANA, OLIVIA, PRIYA, account, field_reps, inside_sales, table
from assignment_assets_tests.sql.finished_cycle import rows

Q3, Q4, DRAFT = "2026q3-global", "2026q4-global", "draft"
JULY, OCTOBER = dict.fromkeys((f"a{number:02}" for number in range(1, 11)), "ana"), dict[str, str]()
OCTOBER = {each: "ana" for each in ("a01", "a02", "a03", "a04", "a08")} | {"a05": "ben", "a06": "cleo", "a07": "cleo"}
OCTOBER |= {"a09": "ben", "a11": "nia"}


def tell(
    warehouse: Warehouse,
    cycle: str,
    opened: datetime,
    owners: dict[str, str],
    *tables,
    mode="open",
    ends=(),
    as_of=None,
) -> None:
    """A cycle with what it has read, and these tables."""
    names = "revision mode scope as_of opened_by config_json config_digest"
    known = [
        (RUN_CONFIG, rows(RUN_CONFIG, names, (1, mode, "global", as_of or opened.date(), OLIVIA, "{}", "d"))),
        (ACCOUNTS, table(ACCOUNTS, *(account(each, owner) for each, owner in owners.items()))),
        (REPS, table(REPS, *field_reps(), *inside_sales())),
        *(each for each in tables if not each[0].is_log),
    ]
    warehouse.replace(cycle, known)
    for log, frame in tables:
        if log.is_log:
            warehouse.append(cycle, log, frame)
    events = [(1, "opened", 1, OLIVIA, opened)]
    events += [(2, end, 1, OLIVIA, opened + timedelta(days=19)) for end in ends]
    warehouse.append(cycle, CYCLE_EVENTS, rows(CYCLE_EVENTS, "event_no event revision actor at", *events))


def written(at: datetime, *moves: tuple[str, str, str]):
    """The log of writes that were verified."""
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome verified_at"
    return WRITE_BACK_LOG, rows(
        WRITE_BACK_LOG, names, *((1, *(a, 1, old, new), "verified", at) for a, old, new in moves)
    )


def approved(*moves: tuple[str, str, str, str, str]):
    """An approved diff that Priya signed for North."""
    names = (
        "sign_off_no account_id region old_owner_id new_owner_id move_reason reason_sentence status signed_by digest"
    )
    values = [(1, a, "North", old, new, why, said, "approved", PRIYA, "d") for a, old, new, why, said in moves]
    return APPROVED_DIFF, rows(APPROVED_DIFF, names, *values)


PROPOSED = "account_id rep_id phase current_owner_id is_move move_reason reason_sentence"
SIGNED = [
    (
        SIGN_OFF_VERDICTS,
        rows(
            SIGN_OFF_VERDICTS,
            "receipt_no region signed_by decision digest verdict",
            (9, "North", PRIYA, "approve", "d", "accepted"),
        ),
    ),
    (
        SUBMISSIONS,
        rows(
            SUBMISSIONS,
            "gate receipt_no person revision received_at is_late verdict",
            ("sign_offs", 9, PRIYA, 1, datetime(2026, 10, 18, 15), False, "accepted"),
        ),
    ),
]


def tell_q4(warehouse: Warehouse, *, ends=("closed",)) -> None:
    """The fourth quarter as drawn above."""
    moves = [
        ("a01", "ana", "ben", "full", "Ana's book is full."),
        ("a02", "ana", "cleo", "relationship", f"{DANA} (receipt 3): relationship"),
        ("a03", "ana", "nia", "other", f"{DANA} (receipt 3): other"),
        ("a04", "ana", "iris", "no_seat", "Everybody is full."),
        ("a07", "cleo", "ben", "rebalance", "Moves."),
        ("a09", "ben", "ana", "rebalance", "Moves back."),
    ]
    proposed = [
        ("a01", "ben", "value", "ana", True, "full", "Ana's book is full."),
        ("a02", "ana", "value", "ana", False, "stays", "Stays."),
        ("a03", "ana", "value", "ana", False, "stays", "Stays."),
        ("a05", "ben", "value", "ben", False, "stays", "Stays."),
        ("a07", "ben", "value", "cleo", True, "rebalance", "Moves."),
        ("a08", "ana", "lock", "ana", False, "locked", "Locked (dormant pick): it stays with its owner."),
        ("a09", "ana", "value", "ben", True, "rebalance", "Moves back."),
    ]
    books = (
        "account_id current_owner_id proposed_owner_id reviewed_owner_id review_change is_move move_reason receipt_no"
    )
    reviewed = [
        ("a02", "ana", "ana", "cleo", "added", True, "relationship", 3),
        ("a03", "ana", "ana", "ana", "none", False, "stays", None),
    ]
    decided = [reviewed[0], ("a03", "ana", "ana", "nia", "added", True, "other", 3)]
    edits = [
        (3, DANA, 5, "add", "cleo", "a02", "relationship", "Old friends", "accepted"),
        (3, DANA, 6, "drop", "ana", "a02", "relationship", None, "accepted"),
        (3, DANA, 7, "add", "nia", "a03", "other", None, "held"),
    ]
    tell(
        warehouse,
        Q4,
        datetime(2026, 10, 1, 12),
        OCTOBER,
        (PROPOSED_BOOKS, rows(PROPOSED_BOOKS, PROPOSED, *proposed)),
        (
            OVERFLOW,
            rows(
                OVERFLOW,
                "account_id inside_sales_queue member_id current_owner_id is_move move_reason reason_sentence",
                ("a04", "arm", "iris", "ana", True, "no_seat", "Everybody is full."),
            ),
        ),
        (LOCKS, rows(LOCKS, "account_id rep_id lock_kind receipt_no", ("a08", "ana", "dormant_pick", 1))),
        (REVIEWED_BOOKS, rows(REVIEWED_BOOKS, books, *reviewed)),
        (DECIDED_BOOKS, rows(DECIDED_BOOKS, books, *decided)),
        (
            EDIT_VERDICTS,
            rows(
                EDIT_VERDICTS, "receipt_no director row_no edit_kind rep_id account_id edit_reason note verdict", *edits
            ),
        ),
        (
            DECISION_VERDICTS,
            rows(
                DECISION_VERDICTS,
                "decision_no receipt_no account_id rep_id decision decided_by verdict",
                (7, 3, "a03", "nia", "accept", PRIYA, "accepted"),
            ),
        ),
        (
            SOURCE_EXCEPTIONS,
            rows(
                SOURCE_EXCEPTIONS,
                "table_name record_id column_name row_no found expected remedy",
                ("accounts", "a10", "state", 14, "Atlantis", "a state", "Correct it."),
            ),
        ),
        *SIGNED,
        approved(*moves),
        *([written(datetime(2026, 10, 20, 8), *(each[:3] for each in moves))] if ends == ("closed",) else []),
        ends=ends,
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


def draw(warehouse: Warehouse, cycle: str = DRAFT, opened: datetime = datetime(2026, 10, 1, 11), **rep_of: str) -> None:
    """A draft with these proposals."""
    rep_of = rep_of or {"a01": "nia", "a02": "ana", "a08": "ben"}
    proposed = [(a, rep, "value", "ana", rep != "ana", "rebalance", f"{a} to {rep}.") for a, rep in rep_of.items()]
    proposals = (PROPOSED_BOOKS, rows(PROPOSED_BOOKS, PROPOSED, *proposed))
    tell(warehouse, cycle, opened, OCTOBER, proposals, mode="draft")


def route(folder: DataFolder) -> None:
    """In August a11 was entered by the queue and routed to Nia."""
    seen, decided = datetime(2026, 8, 5, 9), datetime(2026, 8, 5, 10)
    routing_copies(folder).publish(
        NEW_ACCOUNTS,
        rows(NEW_ACCOUNTS, "account_id seen_at owner_id why", ("a11", seen, "queue", "new_record")),
    )
    names = "decision_no account_id rule evidence old_owner_id new_owner_id decided_at policy_digest"
    decision = (1, "a11", "territory", "TX is Nia's", "queue", "nia", decided, "0123456789abcdef")
    routing_copies(folder).publish(DECISIONS, rows(DECISIONS, names, decision))
    names = "sign_off_no account_id attempt old_owner_id new_owner_id outcome verified_at"
    routing_copies(folder).publish(WRITES, rows(WRITES, names, (1, "a11", 1, "queue", "nia", "verified", decided)))


def changed(folder: DataFolder, first: str, second: str) -> dict[str, tuple[str | None, str | None, str]]:
    """Account → from, to, kind."""
    comparison = ownership_changes(folder, first, second).comparison
    return {a: rest for a, *rest in comparison.changed.select("account_id", "from_id", "to_id", "kind").iter_rows()}


def row_of(folder: DataFolder, first: str, second: str, account_id: str) -> dict:
    comparison = ownership_changes(folder, first, second).comparison
    return comparison.changed.row(by_predicate=pl.col("account_id") == account_id, named=True)


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
