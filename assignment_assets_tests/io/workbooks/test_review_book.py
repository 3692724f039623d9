"""A director undoes, drops and adds; the workbook counts along; edits come back in order."""

import subprocess
import zipfile

import fastexcel
import polars as pl
import pytest

from assignment_assets.io.workbooks.filled_in import fill_review, type_in
from assignment_assets.io.workbooks.packets import REVIEW_BOOKS, REVIEW_BOOKS_ROWS, REVIEW_MOVES
from assignment_assets.io.workbooks.review_book import rep_labels, write_review_book
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets.io.workbooks.sign_off_book import write_sign_off_book
from assignment_assets_tests.io.workbooks.conftest import (
    ANN,
    BO,
    CANDIDATE,
    KEPT,
    LOST,
    MOVED,
    REVIEW_CODE,
    book_row,
    review_packet,
    sign_off_packet,
)

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def edits_of(returned):
    return returned.edits.select("row_no", "edit_kind", "rep_id", "account_id", "edit_reason", "rule").rows()


@pytest.fixture
def returned_review(sent_review, tmp_path):
    target = tmp_path / "back" / "review.xlsx"
    fill_review(
        sent_review,
        target,
        undo={MOVED: "morale", LOST: "relationship"},
        drop={KEPT: "edge_case"},
        add=[(CANDIDATE, "Bo Chen", "disruption"), (KEPT, BO[0], "morale")],
    )
    return target


EDITS = [
    (1, "drop", BO[0], MOVED, "morale", None),
    (2, "add", ANN[0], LOST, "relationship", None),
    (3, "drop", ANN[0], KEPT, "edge_case", None),
    (4, "add", BO[0], CANDIDATE, "disruption", None),
    (5, "add", BO[0], KEPT, "morale", None),
]


def test_an_untouched_review_has_no_edits(sent_review):
    returned = read_review(sent_review)
    assert (returned.code, returned.is_finished, returned.faults, returned.blank_count) == (REVIEW_CODE, False, (), 4)
    assert returned.edits.is_empty()


def test_an_undo_is_a_drop_from_the_gaining_book_or_an_add_where_inside_sales_gained(returned_review):
    returned = read_review(returned_review)
    assert returned.faults == ()
    assert returned.is_finished
    assert edits_of(returned) == EDITS
    assert returned.edits["where"].to_list() == [
        "Moves, row 3",
        "Moves, row 4",
        "Books, row 3",
        "Adds, row 3",
        "Adds, row 4",
    ]


@pytest.mark.parametrize("formats", [["xlsx"], ["ods", "xlsx"]])
def test_a_resave_by_another_program_changes_nothing(returned_review, tmp_path, formats):
    path = returned_review
    for step, suffix in enumerate(formats, 1):
        subprocess.run(
            [
                "soffice",
                "--headless",
                f"-env:UserInstallation=file://{tmp_path}/profile",
                "--convert-to",
                suffix,
                "--outdir",
                str(tmp_path / str(step)),
                str(path),
            ],
            check=True,
            capture_output=True,
        )
        path = tmp_path / str(step) / f"review.{suffix}"
    returned = read_review(path)
    assert returned.faults == ()
    assert edits_of(returned) == EDITS


def test_the_counters_count_what_a_spreadsheet_program_computes(returned_review, tmp_path):
    settings = tmp_path / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(ALWAYS_RECALCULATE)
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "calc"),
            str(returned_review),
        ],
        check=True,
        capture_output=True,
    )
    summary = (
        fastexcel.read_excel(tmp_path / "calc" / "review.xlsx")
        .load_sheet("Summary", header_row=None, skip_rows=0, dtypes="string")
        .to_polars()
        .rows()
    )
    used = {row[0]: row[14:16] for row in summary if row[0] in ("Ann Lee", "Bo Chen")}
    assert used == {"Ann Lee": ("1", "1"), "Bo Chen": ("2", "1")}


def test_equal_packets_give_equal_bytes(sent_review, tmp_path):
    write_review_book(review_packet(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == sent_review.read_bytes()


def test_mistakes_are_named_by_sheet_and_row(sent_review, tmp_path):
    fill_review(
        sent_review,
        tmp_path / "back.xlsx",
        undo={MOVED: ""},
        drop={KEPT: "boredom"},
        add=[
            ("", "Bo Chen", "morale"),
            ("1.5E+20", "Bo Chen", "morale"),
            (CANDIDATE, "Zoe", "morale"),
            (CANDIDATE, "bo chen", "morale"),
            (CANDIDATE, BO[0].lower(), "morale"),
        ],
    )
    returned = read_review(tmp_path / "back.xlsx")
    messages = [row["message"] for row in returned.edits.iter_rows(named=True)]
    reasons = "choose one of morale, disruption, edge_case, relationship"
    assert messages[0].endswith(f": the reason is missing; {reasons}")
    assert messages[1].endswith(f": 'boredom' is not a reason; {reasons}")
    assert messages[2] == "Adds, row 3: the account id is missing; write it beside the rep"
    assert messages[3].startswith("Adds, row 4: '1.5E+20' is not an account id; a spreadsheet seems to")
    assert messages[4] == "Adds, row 5: 'Zoe' is not one of your reps; choose one from the list"
    assert messages[5] is None
    assert messages[6] == "Adds, row 7: says the same as Adds, row 6"


def test_a_wrong_word_and_a_foreign_account_are_refused(sent_review, tmp_path):
    type_in(sent_review, tmp_path / "back.xlsx", {"Moves": {"C3": "undoo", "A4": "001000000000099AAA", "C4": "undo"}})
    rules = read_review(tmp_path / "back.xlsx").edits["rule"].to_list()
    assert rules == ["unknown_answer", "unknown_account"]


def test_a_changed_edit_code_is_named(sent_review, tmp_path):
    type_in(sent_review, tmp_path / "back.xlsx", {"Moves": {"O3": "drop:005000000000077AAA", "C3": "undo"}})
    [fault] = read_review(tmp_path / "back.xlsx").faults
    assert str(fault).startswith("sheet Moves, row 3: a locked cell was changed")


def test_a_renamed_header_is_named(sent_review, tmp_path):
    type_in(sent_review, tmp_path / "back.xlsx", {"Books": {"D2": "Why"}})
    assert "sheet Books, row 2: no column 'Reason'" in str(read_review(tmp_path / "back.xlsx").faults[0])


def test_two_reps_of_one_name_are_told_apart_by_id():
    books = pl.DataFrame(
        [book_row(("005a", "Ann Lee")), book_row(("005b", "Ann Lee")), book_row(BO)], schema=REVIEW_BOOKS
    )
    assert rep_labels(books) == {"005a": "Ann Lee (005a)", "005b": "Ann Lee (005b)", BO[0]: "Bo Chen"}


def test_a_director_whose_books_do_not_change_still_gets_a_review(tmp_path):
    packet = review_packet(moves=pl.DataFrame(schema=REVIEW_MOVES), books_rows=pl.DataFrame(schema=REVIEW_BOOKS_ROWS))
    write_review_book(packet, tmp_path / "quiet.xlsx")
    returned = read_review(tmp_path / "quiet.xlsx")
    assert (returned.faults, returned.blank_count) == ((), 0)


def test_names_that_look_like_formulas_stay_text(sent_review):
    with zipfile.ZipFile(sent_review) as package:
        assert "<f>1+1</f>" not in package.read("xl/worksheets/sheet2.xml").decode()
        assert "=1+1" in package.read("xl/sharedStrings.xml").decode()


def test_a_sign_off_book_shows_digest_and_command_and_is_reproducible(tmp_path):
    for name in ("one", "two"):
        write_sign_off_book(sign_off_packet(), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    summary = (
        fastexcel.read_excel(tmp_path / "one.xlsx")
        .load_sheet("Summary", header_row=None, skip_rows=0, dtypes="string")
        .to_polars()
    )
    texts = [cell for row in summary.rows() for cell in row if cell]
    assert "ab" * 32 in texts
    assert "assignment sign-off …" in texts
