"""A lock list goes out, is answered, is mistreated by spreadsheets, and comes back."""

import subprocess
import zipfile

import fastexcel
import polars as pl
import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.workbooks.filled_in import fill_lock_list, type_in
from assignment_assets.io.workbooks.lock_list import write_lock_list
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets_tests.io.workbooks.conftest import (
    CODE,
    DORMANT,
    HOUSE,
    L3M,
    NEVER,
    lock_packet,
    lock_row,
)


def answers_of(returned):
    return {row["account_id"]: row["answer"] for row in returned.rows.iter_rows(named=True) if row["rule"] is None}


def rules_of(returned):
    return [
        (row["row_no"], row["rule"], row["message"])
        for row in returned.rows.filter(pl.col("rule").is_not_null()).iter_rows(named=True)
    ]


def row_of(sent, account_id):
    """The spreadsheet's row number of an account."""
    rows = fastexcel.read_excel(sent).load_sheet("Accounts", header_row=None, skip_rows=0, dtypes="string").to_polars()
    return rows.get_column(rows.columns[0]).to_list().index(account_id) + 1


def test_an_untouched_list_is_unfinished_and_all_blank(sent):
    returned = read_lock_list(sent)
    assert (returned.code, returned.is_finished, returned.faults) == (CODE, False, ())
    assert returned.rows.is_empty()
    assert returned.blank_count == 8


def test_answers_come_back_as_typed(sent, tmp_path):
    fill_lock_list(sent, tmp_path / "back.xlsx", {DORMANT[0]: "keep", DORMANT[1]: " Keep ", NEVER[0]: "RELEASE"})
    returned = read_lock_list(tmp_path / "back.xlsx")
    assert returned.is_finished
    assert answers_of(returned) == {DORMANT[0]: "keep", DORMANT[1]: "keep", NEVER[0]: "release"}
    assert returned.blank_count == 5
    assert returned.faults == ()


def test_equal_packets_give_equal_bytes(sent, tmp_path):
    write_lock_list(lock_packet(), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == sent.read_bytes()


def test_only_open_accounts_can_be_answered_and_the_rest_say_why(sent):
    rows = fastexcel.read_excel(sent).load_sheet("Accounts", header_row=None, skip_rows=3, dtypes="string").to_polars()
    decisions = dict(zip(rows.get_column(rows.columns[0]), rows.get_column(rows.columns[2]), strict=True))
    assert decisions[L3M] == "locked: L3M"
    assert decisions[HOUSE] == "locked: house"
    assert decisions[DORMANT[0]] is None


def test_money_is_shown_in_dollars_and_dates_as_dates(sent):
    sheet = fastexcel.read_excel(sent).load_sheet("Accounts", header_row=3)
    frame = sheet.to_polars().filter(pl.col("Account id") == DORMANT[0])
    assert frame["TAM"].item() == pytest.approx(123_456.78)
    assert frame["BPS"].item() == pytest.approx(12.5)
    assert str(frame["Last referral"].item()).startswith("2026-03-09")


def test_counters_dropdown_and_protection_are_in_the_file(sent):
    with zipfile.ZipFile(sent) as package:
        accounts = package.read("xl/worksheets/sheet2.xml").decode()
        book = package.read("xl/workbook.xml").decode()
    assert '<f>COUNTIFS($C$5:$C$12,"keep",$F$5:$F$12,"dormant")</f><v>0</v>' in accounts
    assert "<sheetProtection" in accounts
    assert '"keep,release"' in accounts
    red, green = accounts.index('operator="greaterThan"'), accounts.index('operator="equal"')
    assert red < green
    assert 'stopIfTrue="1"' in accounts[red - 120 : red + 60]
    assert 'state="veryHidden"' in book


@pytest.mark.parametrize(
    "name",
    ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", "_x0041_", "tab\tand\nline", "\x02", "Süd–West “A” & <B>", "x" * 40_000],
)
def test_names_that_look_like_formulas_or_worse_stay_text_and_rows_stay_recognised(tmp_path, name):
    extra = lock_row("001000000000099AAA", "never", name=name)
    write_lock_list(lock_packet([extra]), tmp_path / "sent.xlsx")
    fill_lock_list(tmp_path / "sent.xlsx", tmp_path / "back.xlsx", {extra["account_id"]: "keep"})
    returned = read_lock_list(tmp_path / "back.xlsx")
    assert returned.faults == ()
    assert answers_of(returned) == {extra["account_id"]: "keep"}
    with zipfile.ZipFile(tmp_path / "sent.xlsx") as package:
        assert "HYPERLINK" not in package.read("xl/worksheets/sheet2.xml").decode()


@pytest.mark.parametrize("formats", [["xlsx"], ["ods", "xlsx"], ["ods"]])
def test_a_resave_by_another_program_changes_nothing(sent, tmp_path, formats):
    fill_lock_list(sent, tmp_path / "0" / "back.xlsx", {DORMANT[0]: "keep", NEVER[1]: "release"})
    path = tmp_path / "0" / "back.xlsx"
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
        path = tmp_path / str(step) / f"back.{suffix}"
    returned = read_lock_list(path)
    assert (returned.code, returned.is_finished, returned.faults) == (CODE, True, ())
    assert answers_of(returned) == {DORMANT[0]: "keep", NEVER[1]: "release"}


def test_an_unknown_answer_is_named_with_its_row(sent, tmp_path):
    row = row_of(sent, DORMANT[0])
    fill_lock_list(sent, tmp_path / "back.xlsx", {DORMANT[0]: "Kepe", NEVER[0]: "keep"})
    returned = read_lock_list(tmp_path / "back.xlsx")
    assert rules_of(returned) == [(row, "unknown_answer", f"row {row}: 'Kepe' is not an answer; write keep or release")]
    assert answers_of(returned) == {NEVER[0]: "keep"}


def test_invisible_characters_around_an_answer_do_no_harm(sent, tmp_path):
    fill_lock_list(sent, tmp_path / "back.xlsx", {DORMANT[0]: "\u00a0keep\u200b", DORMANT[1]: "ｋｅｅｐ"})
    assert answers_of(read_lock_list(tmp_path / "back.xlsx")) == {DORMANT[0]: "keep", DORMANT[1]: "keep"}


def test_a_renamed_header_is_named(sent, tmp_path):
    type_in(sent, tmp_path / "back.xlsx", {"Accounts": {"C4": "Choice"}})
    [fault] = read_lock_list(tmp_path / "back.xlsx").faults
    assert str(fault).startswith("sheet Accounts, row 4: no column 'Decision' (there are: Account id, Account, Choice,")
    assert str(fault).endswith("Give the columns their names back and save the file again.")


def test_a_changed_locked_cell_is_named_by_row(sent, tmp_path):
    row = row_of(sent, NEVER[0])
    type_in(sent, tmp_path / "back.xlsx", {"Accounts": {f"E{row}": "CA"}})
    [fault] = read_lock_list(tmp_path / "back.xlsx").faults
    assert str(fault) == (
        f"sheet Accounts, row {row}: a locked cell was changed, expected the cells as sent. "
        "Copy your answers into a fresh copy of the workbook and send that."
    )


def test_ids_sorted_without_their_rows_are_found_out(sent, tmp_path):
    first, second = row_of(sent, NEVER[0]), row_of(sent, NEVER[1])
    write_lock_list(lock_packet([lock_row("001000000000098AAA", "never", value_cents=1)]), tmp_path / "other.xlsx")
    last = row_of(tmp_path / "other.xlsx", "001000000000098AAA")
    type_in(
        tmp_path / "other.xlsx",
        tmp_path / "back.xlsx",
        {"Accounts": {f"A{first}": "001000000000098AAA", f"A{last}": NEVER[0], f"C{second}": "keep"}},
    )
    [fault] = read_lock_list(tmp_path / "back.xlsx").faults
    assert fault.where == f"sheet Accounts, rows {first}, {last}"


def test_an_account_that_was_not_asked_about_is_refused_and_named(sent, tmp_path):
    row = row_of(sent, NEVER[0])
    type_in(sent, tmp_path / "back.xlsx", {"Accounts": {f"A{row}": "1.5E+21", f"C{row}": "keep"}})
    [(_, rule, message)] = rules_of(read_lock_list(tmp_path / "back.xlsx"))
    assert rule == "unknown_account"
    assert message == (
        f"row {row}: '1.5E+21' is not an account of your list; a spreadsheet seems to have turned it "
        "into a number; answer only the accounts that were sent to you"
    )


@pytest.mark.parametrize("spelling", [DORMANT[1].lower(), DORMANT[1][:15], f"\u00a0{DORMANT[1]}\u200b"])
def test_ids_that_lost_their_case_or_suffix_are_still_found(sent, tmp_path, spelling):
    row = row_of(sent, DORMANT[1])
    type_in(sent, tmp_path / "back.xlsx", {"Accounts": {f"A{row}": spelling, f"C{row}": "keep"}})
    returned = read_lock_list(tmp_path / "back.xlsx")
    assert returned.faults == ()
    assert answers_of(returned) == {DORMANT[1]: "keep"}


def test_the_hidden_sheet_must_agree_with_itself(sent, tmp_path):
    with zipfile.ZipFile(sent) as package:
        parts = {part.filename: package.read(part) for part in package.infolist()}
    strings = parts["xl/sharedStrings.xml"].decode()
    place = strings.index(f"row:Accounts:{NEVER[0]}=") + len(f"row:Accounts:{NEVER[0]}=")
    parts["xl/sharedStrings.xml"] = (strings[:place] + "000000000000" + strings[place + 12 :]).encode()
    with zipfile.ZipFile(tmp_path / "back.xlsx", "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert "its hidden sheet _meta is missing or was changed" in str(read_lock_list(tmp_path / "back.xlsx").faults[0])


def test_merged_cells_are_named_because_all_but_one_read_as_blank(sent, tmp_path):
    with zipfile.ZipFile(sent) as package:
        parts = {part.filename: package.read(part) for part in package.infolist()}
    xml = parts["xl/worksheets/sheet2.xml"].decode()
    merged = xml.replace(
        "<conditionalFormatting", '<mergeCells count="1"><mergeCell ref="C5:C7"/></mergeCells><conditionalFormatting', 1
    )
    parts["xl/worksheets/sheet2.xml"] = merged.encode()
    with zipfile.ZipFile(tmp_path / "back.xlsx", "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert str(read_lock_list(tmp_path / "back.xlsx").faults[0]).startswith(
        "sheet Accounts: cells C5:C7 are merged, expected one value a cell."
    )


def test_a_half_copied_workbook_is_not_a_workbook(sent, tmp_path):
    (tmp_path / "half.xlsx").write_bytes(sent.read_bytes()[:-10])
    with pytest.raises(SourceUnavailable, match="not a complete workbook"):
        read_lock_list(tmp_path / "half.xlsx")


def test_a_zip_that_is_no_workbook_is_said_to_be_unreadable(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as package:
        package.writestr("readme.txt", "hello")
    with pytest.raises(SourceUnavailable, match="cannot be read as a workbook"):
        read_lock_list(tmp_path / "other.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * 61_000_000)
    with pytest.raises(SourceUnavailable, match="61,000,000 bytes unpacked"):
        read_lock_list(tmp_path / "bomb.xlsx")
