"""`assignment source`: from a foreign export to a preview, without an editor."""

import json
import tomllib

import polars as pl
import pytest
import xlsxwriter
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets_tests.io.sources.exports import (
    ACCOUNTS,
    NUM_ACCOUNTS,
    PLACES,
    account,
    deal,
    export,
    rep,
    written,
)

HUBSPOT = {
    "Account ID": "Record ID",
    "Account Name": "Company name",
    "Account Owner": "Company owner",
    "Billing State/Province": "State/Region",
    "Billing Zip/Postal Code": "Postal Code",
}
DYNAMICS = {
    "Account ID": "accountid",
    "Account Name": "name",
    "Account Owner": "ownerid",
    "Billing State/Province": "Address 1: State/Province",
    "Billing Zip/Postal Code": "Address 1: ZIP/Postal Code",
    "Annual Revenue": "revenue",
}


def source(*words, code=0):
    """What the command says; as JSON where asked for."""
    done = CliRunner().invoke(main, ["source", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in words else done.output


def look(folder, *words, code=0):
    """What a look at the folder gives on a fixed day."""
    return source("look", folder, "--as-of", "2026-10-01", *words, code=code)


def renamed(row, names):
    """The row under other headers."""
    return {names.get(name, name): value for name, value in row.items()}


def test_a_folder_is_told_apart_and_its_mapping_is_one_that_the_engine_reads(tmp_path):
    export(tmp_path)
    target = tmp_path / "proposed.toml"
    said = look(tmp_path, "--write", target, "--json")
    assert said["files"] == {name: f"{name}.csv" for name in ("accounts", "reps", "opportunities")}
    mapping = read_mapping(target)
    assert {name: rule.source for name, rule in mapping.accounts.columns.items()} == ACCOUNTS
    assert said["profile"]["rows"][0]["kept"] == NUM_ACCOUNTS
    assert said["profile"]["deals"] == {"open": 5, "won": 5, "closed otherwise": 0}
    assert source("check", target, "--json")["is_usable"]


@pytest.mark.parametrize("names", [HUBSPOT, DYNAMICS], ids=["HubSpot", "Dynamics"])
def test_headers_of_other_systems_are_known(tmp_path, names):
    export(tmp_path, accounts=lambda number, row: renamed(row, names))
    said = look(tmp_path, "--json")
    assert said["profile"]["owners"]["field"] == NUM_ACCOUNTS
    assert said["profile"]["money"][0]["filled"] == NUM_ACCOUNTS


def test_headers_with_a_currency_or_months_in_brackets_are_known(tmp_path):
    names = {"Annual Revenue": "Annual Potential (converted)", "Referrals 12M": "Referrals (12 mo)"}
    export(tmp_path, accounts=lambda number, row: renamed(row, names))
    said = look(tmp_path, "--json")["mapping"]
    assert 'tam = "Annual Potential (converted)"' in said and 'referrals_l12m = "Referrals (12 mo)"' in said


@pytest.mark.parametrize("written_as", ["Rep {}", "rep{}@example.com"])
def test_owners_may_be_names_or_addresses_of_the_roster(tmp_path, written_as):
    export(tmp_path, accounts=lambda number, row: row | {"Account Owner": written_as.format(number % 6)})
    assert look(tmp_path, "--json")["profile"]["owners"]["field"] == NUM_ACCOUNTS


def test_the_order_of_day_and_month_is_told_by_the_whole_column(tmp_path):
    export(
        tmp_path, accounts=lambda number, row: row | {"Last Referral": f"{1 + number % 28:02}/0{1 + number % 9}/2026"}
    )
    said = look(tmp_path, "--json")
    assert 'dates = ["%d/%m/%Y"]' in said["mapping"]


def test_a_word_for_unknown_among_days_neither_hides_their_order_nor_is_listed(tmp_path):
    days = {3: "N/A", 7: "-"}
    export(
        tmp_path, accounts=lambda number, row: row | {"Last Referral": days.get(number, f"3/{1 + number % 28}/2026")}
    )
    said = look(tmp_path, "--json")
    assert 'dates = ["%m/%d/%Y"], null_if = ["N/A", "-"]' in said["mapping"]
    assert said["profile"]["rows"][0]["listed"] == 0


def test_a_column_that_cannot_be_read_names_the_options_that_say_how(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Last Referral": "in spring"})
    said = look(tmp_path, code=2)
    assert "Say --dates" in said and "postal_code" not in said


def test_accounts_of_a_queue_that_the_roster_lacks_are_answered_by_its_option(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | ({} if number % 10 else {"Account Owner": "House queue"}))
    assert '--inside-sales "…" for a queue' in look(tmp_path, code=2)


def test_a_column_of_days_that_may_be_either_is_asked_about_and_an_option_answers(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Last Referral": f"0{1 + number % 9}/0{1 + number % 8}/2026"})
    assert "--dates" in look(tmp_path, code=2)
    assert 'dates = ["%m/%d/%Y"]' in look(tmp_path, "--dates", "%m/%d/%Y", "--json")["mapping"]


def test_money_with_a_decimal_comma_is_read_as_such(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Annual Revenue": f"{1 + number % 9}.234,50 €"})
    said = look(tmp_path, "--json")
    revenue = said["profile"]["money"][0]
    assert (revenue["smallest_cents"], revenue["largest_cents"]) == (123450, 923450)


def test_money_whose_dot_may_be_either_stops_and_an_option_answers(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Annual Revenue": f"{100 + number}.000"})
    assert '--decimal ","' in look(tmp_path, code=2)
    revenue = look(tmp_path, "--decimal", ",", "--json")["profile"]["money"][0]
    assert revenue["smallest_cents"] == 100_000_00


def test_columns_with_unknown_headers_are_told_by_their_cells(tmp_path):
    names = {"Billing State/Province": "Column D", "Billing Zip/Postal Code": "Column E", "Account Owner": "Column C"}
    export(tmp_path, accounts=lambda number, row: renamed(row, names))
    said = look(tmp_path, "--json")
    assert 'state = "Column D"  # by its cells' in said["mapping"]
    assert 'postal_code = "Column E"  # by its cells' in said["mapping"]
    assert "100% of its cells are a rep's id" in said["mapping"]


def test_states_come_from_zip_codes_where_asked(tmp_path):
    export(tmp_path, accounts=lambda number, row: {name: row[name] for name in row if "State" not in name})
    assert "--states-from-zip" in look(tmp_path, code=2)
    said = look(tmp_path, "--states-from-zip", "--write", tmp_path / "m.toml", "--json")
    assert said["profile"]["rows"][0]["kept"] == NUM_ACCOUNTS
    assert said["profile"]["uncovered"] == {}


def test_a_roster_without_teams_says_so_and_an_option_names_inside_sales(tmp_path):
    without = {name for name in rep(0) if name != "Team"}
    export(tmp_path, reps=lambda number, row: {name: row[name] for name in row if name in without})
    assert "--inside-sales" in look(tmp_path)
    said = look(tmp_path, "--inside-sales", "Rep 5", "--json")
    assert said["profile"]["inside_sales"]["arm"] == 1
    assert "reps.csv has nobody of that name, 0 accounts have it" in look(tmp_path, "--inside-sales", "House queue")


def test_what_no_column_holds_is_said_with_what_that_means(tmp_path):
    export(tmp_path, accounts=lambda number, row: {name: row[name] for name in row if "Referral" not in name})
    said = look(tmp_path)
    assert "nobody locks automatically" in said
    assert "L3M referrer 0" in said


def test_one_workbook_with_three_sheets_and_a_cover_is_read(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "export.xlsx") as book:
        book.add_worksheet("Cover").write(0, 0, "Exported on Monday")
        tables = {"Companies": (account, NUM_ACCOUNTS), "Users": (rep, len(PLACES)), "Deals": (deal, 10)}
        for name, (make, count) in tables.items():
            sheet = book.add_worksheet(name)
            rows = [make(number) for number in range(count)]
            for place, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
                sheet.write_row(place, 0, row)
    said = look(tmp_path, "--json")
    assert said["profile"]["rows"][0]["kept"] == NUM_ACCOUNTS
    assert any("Cover" in note for note in said["notes"])


def test_parquet_files_are_looked_at_too(tmp_path):
    for name, make, count in (("accounts", account, NUM_ACCOUNTS), ("reps", rep, len(PLACES))):
        pl.DataFrame([make(number) for number in range(count)]).write_parquet(tmp_path / f"{name}.parquet")
    assert look(tmp_path, "--json")["profile"]["rows"][0]["kept"] == NUM_ACCOUNTS


def test_a_folder_without_a_roster_says_what_is_missing(tmp_path):
    written(tmp_path / "accounts.csv", [account(number) for number in range(9)])
    assert "none looks like reps" in look(tmp_path, code=2)


def test_rows_left_out_are_shown_with_row_and_cell(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | ({"Billing State/Province": "XX"} if number == 7 else {}))
    said = look(tmp_path)
    assert "accounts, state: 1 row, such as row 9 (XX)" in said


def test_the_preview_is_a_page_that_opens_without_a_network(tmp_path):
    export(tmp_path)
    page = tmp_path / "preview.html"
    look(tmp_path, "--html", page)
    text = page.read_text(encoding="utf-8")
    assert "What a cycle of 2026-10-01 would start from" in text
    assert "data:image/png" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_mapping_that_cannot_be_used_ends_with_one_and_every_fault(tmp_path):
    mapping = export(tmp_path, reps=lambda number, row: row | {"States": "XX"})
    said = source("check", mapping, "--json", code=1)
    assert not said["is_usable"]
    assert len(said["faults"]) >= 6
    assert source("check", tmp_path / "none.toml", code=1).startswith("error: mapping")


def test_a_header_that_stands_twice_is_not_used_and_said(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Tier": "A", "tier ": "B"})
    said = look(tmp_path, "--json")
    assert said["profile"]["rows"][0]["kept"] == NUM_ACCOUNTS
    assert "accounts.csv has Tier more than once; it is not used." in said["notes"]


def test_owners_in_the_first_row_of_each_group_are_asked_about_and_an_option_answers(tmp_path):
    export(tmp_path, accounts=lambda number, row: row | {"Account Owner": "" if number % 20 else f"u{number // 20}"})
    assert "--fill-down" in look(tmp_path, code=2)
    assert look(tmp_path, "--fill-down", "--json")["profile"]["owners"]["field"] == NUM_ACCOUNTS


def test_equal_faults_are_told_in_one_line_with_the_option_that_answers_them(tmp_path):
    without = dict.fromkeys(("Region", "States"), "")
    export(tmp_path, reps=lambda number, row: row | (without if number < 5 else {}))
    said = look(tmp_path, code=2)
    assert "reps.csv, column region: 5 rows with nothing, such as row 2 (u0), row 3 (u1), row 4 (u2)" in said
    assert '--constant reps.region="All"' in said and "--roster-from-owners" in said
    assert len(said.splitlines()) < 10
    faults = json.loads(CliRunner().invoke(main, ["source", "look", str(tmp_path), "--json"]).stdout)["faults"]
    assert len(faults) == 10


def test_managers_by_name_are_answered_by_a_line_that_the_mapping_reads(tmp_path):
    names = {"dir.east@example.com": "Nora Haines", "dir.west@example.com": "Greg Moss"}
    export(tmp_path, reps=lambda number, row: row | {"Manager Email": names[row["Manager Email"]]})
    (note,) = [each for each in look(tmp_path, "--json")["notes"] if "Manager Email" in each]
    line = 'director_email = {from = "Manager Email", values = {"Nora Haines" = "…", "Greg Moss" = "…"}}'
    assert line in note
    assert tomllib.loads(line.replace("…", "boss@example.com"))
