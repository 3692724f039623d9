"""Exports as others make them: read right, or refused in words that say what to do. Each test is a kind of fault."""

from datetime import date

import polars as pl
import pytest
import xlsxwriter

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.identity.person_keys import is_person
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.io.sources.spelling import read_spelling
from assignment_assets_tests.io.sources.exports import NUM_ACCOUNTS, export

AS_OF = date(2026, 10, 1)


def read(mapping):
    return read_snapshot(SourceSetting(kind="files", path=str(mapping)), AS_OF)


def refusal(mapping):
    with pytest.raises(InvalidInput) as refused:
        read(mapping)
    return str(refused.value)


def cell(column, *values):
    """A change that puts the values into the column of the first rows."""
    return lambda number, row: row | ({column: values[number]} if number < len(values) else {})


def whole(column, spelling):
    """A change of every cell of a column."""
    return lambda number, row: row | {column: spelling(row[column])}


def notes(snapshot, table="accounts"):
    return " ".join(snapshot.totals[table].notes)


def exceptions(snapshot):
    return snapshot.exceptions.select("record_id", "column_name", "row_no", "found").rows()


def test_a_sound_export_is_read_without_a_word_of_fault(tmp_path):
    snapshot = read(export(tmp_path))
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)


def test_deals_are_closed_by_the_word_of_their_stage(tmp_path):
    snapshot = read(export(tmp_path))
    assert snapshot.opportunities["is_closed"].to_list() == [False, True] * 5
    assert "by their stage 5 of 10 deals are closed (Closed Won 5)" in notes(snapshot, "opportunities")


def test_referral_counts_that_are_absent_are_told_by_the_last_referral(tmp_path):
    snapshot = read(export(tmp_path))
    recent = snapshot.accounts.filter(pl.col("last_referral_on") >= date(2026, 7, 1))
    assert recent["referrals_l3m"].to_list() == [1] * recent.height
    assert snapshot.accounts.filter(pl.col("last_referral_on") < date(2026, 7, 1))["referrals_l3m"].sum() == 0
    assert (snapshot.accounts["referrals_ever"] > 0).all()
    assert f"{recent.height} of {NUM_ACCOUNTS} accounts have a last referral within 3 months" in notes(snapshot)


@pytest.mark.parametrize("states", ["CA, WA", "CA/WA", "CA WA", "California; Washington", "ca | wa", "CA and WA"])
def test_a_reps_states_are_told_apart_by_any_usual_sign(tmp_path, states):
    snapshot = read(export(tmp_path, reps=cell("States", states)))
    assert snapshot.reps.filter(pl.col("rep_id") == "u0")["covered_states"].to_list() == [["CA", "WA"]]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("States", "CA, Kalifornien", "covered_states of u0: CA, Kalifornien"),
        ("Zip", "99999", "latitude of u0: nothing"),
        ("Region", "", "region of u0: nothing"),
        ("Active", "perhaps", "is_active of u0: perhaps"),
        ("Team", "wizards", "team of u0: wizards"),
        ("Team", "", "team of u0: nothing"),
        ("Email", "Rep Null", "email of u0: Rep Null"),
        ("Email", "", "email of u0: nothing"),
        ("Manager Email", "Dana East", "director_email of u0: Dana East"),
        ("User ID", "#REF!", "#REF!"),
    ],
)
def test_a_reps_row_that_cannot_be_read_whole_stops_with_the_row_and_the_cell(tmp_path, column, value, said):
    text = refusal(export(tmp_path, reps=cell(column, value)))
    assert "row 2" in text or "(row 2)" in text
    assert said in text


@pytest.mark.parametrize("team", ["Field", "FIELD SALES", " field rep "])
def test_the_usual_words_for_a_field_rep_are_known(tmp_path, team):
    snapshot = read(export(tmp_path, reps=cell("Team", team)))
    assert snapshot.reps["team"].to_list() == ["field"] * 6


def test_zeros_that_a_spreadsheet_took_come_back_and_it_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=whole("Billing Zip/Postal Code", lambda zip_code: f"{int(zip_code)}.0")))
    assert set(snapshot.accounts["postal_code"]) == {"10021", "07030", "02115", "92101", "78701", "99201"}
    assert f"ZIP codes completed: {NUM_ACCOUNTS} (10021.0 read as 10021, 7030.0 read as 07030" in notes(snapshot)


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_a_formula_that_failed_is_neither_nobody_nor_nothing(tmp_path, error):
    owners, revenues = cell("Account Owner", error), cell("Annual Revenue", "1", error)
    snapshot = read(export(tmp_path, accounts=lambda number, row: owners(number, revenues(number, row))))
    assert sorted(exceptions(snapshot)) == [("A-0000", "owner_id", 2, error), ("A-0001", "revenue", 3, error)]
    assert "A-0000" not in snapshot.accounts["account_id"]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0001")["revenue_cents"].to_list() == [None]


def test_formula_errors_of_a_workbook_are_seen(tmp_path):
    mapping = export(tmp_path, accounts=cell("Account Owner", "u0", "NA()"))
    rows = [line.split(",") for line in (tmp_path / "accounts.csv").read_text().splitlines()]
    with xlsxwriter.Workbook(tmp_path / "accounts.xlsx") as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        page.write_formula(2, 2, "=NA()", None, "#N/A")
    mapping.write_text(mapping.read_text().replace("accounts.csv", "accounts.xlsx"))
    assert exceptions(read(mapping)) == [("A-0001", "owner_id", 3, "#N/A")]


def grouped(number, row):
    """The owner in the first row of each group of twenty alone."""
    return row if number % 20 == 0 else row | {"Account Owner": ""}


def test_an_owner_in_the_first_row_of_each_group_is_asked_for_and_filled_down_where_that_is_said(tmp_path):
    text = refusal(export(tmp_path, accounts=grouped))
    assert "column Account Owner: 114 of 120 cells empty below a value" in text
    assert "fill_down = true" in text
    filled = read(
        export(tmp_path, accounts=grouped, columns={"owner_id": '{from = "Account Owner", fill_down = true}'})
    )
    assert filled.accounts["owner_id"].null_count() == 0
    empty = read(
        export(tmp_path, accounts=grouped, columns={"owner_id": '{from = "Account Owner", fill_down = false}'})
    )
    assert empty.accounts["owner_id"].null_count() == 114


def abroad(number, row):
    """Two accounts of Italy, whose province looks like a state."""
    home = row | {"Billing Country": "United States"}
    italy = row | {"Billing Country": "Italy", "Billing State/Province": "MI", "Billing Zip/Postal Code": "20121"}
    return italy if number < 2 else home


def test_accounts_abroad_are_left_out_by_name_and_are_no_faults(tmp_path):
    snapshot = read(export(tmp_path, accounts=abroad))
    assert exceptions(snapshot) == [
        ("A-0000", "country", 2, "Italy, MI, 20121"),
        ("A-0001", "country", 3, "Italy, MI, 20121"),
    ]
    assert snapshot.totals["accounts"].faulty == 0
    assert "2 opportunities belong to accounts that were left out" in notes(snapshot, "opportunities")


@pytest.mark.parametrize(("text", "kind"), [("ON", "a Canadian province"), ("AE", "a military post")])
def test_what_stands_for_a_state_and_is_none_is_named(tmp_path, text, kind):
    snapshot = read(export(tmp_path, accounts=cell("Billing State/Province", text)))
    assert exceptions(snapshot) == [("A-0000", "state", 2, f"{text} ({kind})")]


def placed(latitude, longitude):
    """A change that gives every account coordinates of Manhattan, those of ZIP code 10021 as asked."""

    def change(number, row):
        is_east = row["Billing Zip/Postal Code"] == "10021"
        return row | {"Latitude": latitude if is_east else "", "Longitude": longitude if is_east else ""}

    return change


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        ("-73.96", "40.77", "they are swapped"),
        ("40.77", "73.96", "the minus is missing"),
        ("34.05", "-118.24", "coordinates within 400 km of ZIP code 10021"),
    ],
)
def test_coordinates_that_contradict_the_zip_code_are_found_and_those_of_the_zip_code_count(
    tmp_path, latitude, longitude, said
):
    columns = {"latitude": '"Latitude"', "longitude": '"Longitude"'}
    snapshot = read(export(tmp_path, accounts=placed(latitude, longitude), columns=columns))
    assert snapshot.exceptions.height == 20
    assert said in snapshot.exceptions["expected"][0]
    east = snapshot.accounts.filter(pl.col("postal_code") == "10021")
    assert (round(east["latitude"][0]), round(east["longitude"][0])) == (41, -74)


def test_a_state_that_is_not_the_zip_codes_is_listed_and_counts(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Billing State/Province", "TX")))
    assert exceptions(snapshot) == [("A-0000", "state", 2, "TX with ZIP code 10021")]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0000")["state"].to_list() == ["TX"]


def carved(spelling):
    return lambda number, row: row | {"Carve": spelling(number)}


def test_words_for_no_are_no_carve_out(tmp_path):
    columns = {"carve_out": '"Carve"'}
    snapshot = read(export(tmp_path, accounts=carved(lambda number: "true" if number < 3 else "No"), columns=columns))
    assert snapshot.accounts["carve_out"].drop_nulls().to_list() == ["carved out"] * 3


def test_a_source_that_carves_every_account_out_stops(tmp_path):
    text = refusal(export(tmp_path, accounts=carved(lambda _: "x"), columns={"carve_out": '"Carve"'}))
    assert "every one of 120 accounts is carved out" in text


def test_a_cell_that_cannot_be_read_is_emptied_and_its_account_stays(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Annual Revenue", "12%")))
    assert exceptions(snapshot) == [("A-0000", "revenue", 2, "12%")]
    assert snapshot.accounts.filter(pl.col("account_id") == "A-0000")["revenue_cents"].to_list() == [None]


def test_a_dot_before_three_digits_in_every_cell_is_asked_for(tmp_path):
    dotted = whole("Annual Revenue", lambda amount: f"{int(amount) // 1000}.000")
    text = refusal(export(tmp_path, accounts=dotted))
    assert "column Annual Revenue: 120 values such as 1.000, 2.000, 3.000, with three digits after every dot" in text
    assert 'decimal = ","' in text
    said = read(export(tmp_path, accounts=dotted, columns={"revenue": '{from = "Annual Revenue", decimal = ","}'}))
    assert said.accounts["revenue_cents"].head(2).to_list() == [100000, 200000]


@pytest.mark.parametrize(
    ("spelling", "cents"),
    [("1.234,00 \u20ac", 123400), ("EUR 1.234,50", 123450), ("\u20ac1\u202f234,5", 123450), ("1'234,5", 123450)],
)
def test_money_is_read_in_any_spelling_of_one_currency(tmp_path, spelling, cents):
    euros = export(
        tmp_path,
        accounts=cell("Annual Revenue", spelling),
        columns={"revenue": '{from = "Annual Revenue", decimal = ","}'},
    )
    assert read(euros).accounts["revenue_cents"][0] == cents


def test_two_currencies_in_one_column_stop(tmp_path):
    text = refusal(export(tmp_path, accounts=cell("Annual Revenue", "$5", "\u20ac6")))
    assert "amounts in USD, EUR, expected one currency" in text


def test_numbers_with_a_decimal_comma_stop_with_the_option_by_name(tmp_path):
    text = refusal(export(tmp_path, accounts=whole("Annual Revenue", lambda amount: f"{amount},50")))
    assert 'Say decimal = "," for this column' in text


def test_the_order_of_day_and_month_is_decided_from_the_whole_column(tmp_path):
    dates = {"dates": '["%d/%m/%Y", "%m/%d/%Y"]'}
    american = export(tmp_path, deals=cell("Close Date", "10/02/2026", "10/15/2026"), options=dates)
    assert read(american).opportunities["close_on"].head(2).to_list() == [date(2026, 10, 2), date(2026, 10, 15)]
    torn = export(tmp_path, deals=cell("Close Date", "10/02/2026", "09/02/2026"), options=dates)
    assert "2 values such as 10/02/2026, 09/02/2026, which %d/%m/%Y and %m/%d/%Y read as different" in refusal(torn)


def test_a_column_of_days_in_another_format_stops_with_the_format(tmp_path):
    text = refusal(export(tmp_path, deals=whole("Close Date", lambda _: "10/15/2026")))
    assert 'Say dates = ["%m/%d/%Y"]' in text


def test_ids_that_a_spreadsheet_made_numbers_of_are_damage_and_no_duplicates(tmp_path):
    text = refusal(export(tmp_path, accounts=cell("Account ID", "1.00E+14", "1.00E+14", "7.5E+11")))
    assert "3 ids such as 1.00E+14 (row 2), 1.00E+14 (row 3), 7.5E+11 (row 4): a spreadsheet has made numbers" in text
    assert "Keep one of the rows" not in text


def test_ids_of_fifteen_characters_in_small_letters_are_damage(tmp_path):
    text = refusal(export(tmp_path, accounts=lambda number, row: row | {"Account ID": f"0015e0000{number:04}ab"}))
    assert "120 ids of 15 characters without a capital" in text
    assert "0015e00000000ab (row 2)" in text


def test_a_quotation_mark_that_never_closes_is_named_by_its_row_and_nothing_of_the_file_is_shown(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    path.write_text(path.read_text().replace("Clinic 4,", '"Clinic 4,'))
    text = refusal(mapping)
    assert "a quotation mark in line 6 (row 6) that never closes" in text
    assert "Clinic" not in text


def test_a_row_that_breaks_off_is_a_fault_and_no_zeros(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    lines = path.read_text().splitlines()
    lines[3] = ",".join(lines[3].split(",")[:5])
    path.write_text("\n".join(lines))
    assert exceptions(read(mapping)) == [("A-0002", "row", 4, "5 cells, where the header has 8")]


def test_a_line_in_another_encoding_is_named_and_the_others_keep_their_accents(tmp_path):
    mapping = export(tmp_path, accounts=cell("Account Name", "Cl\u00ednica Pe\u00f1a", "Caf\u00e9"))
    path = tmp_path / "accounts.csv"
    path.write_bytes(path.read_bytes().replace("Caf\u00e9".encode(), "Caf\u00e9".encode("cp1252")))
    snapshot = read(mapping)
    assert snapshot.accounts["name"].head(2).to_list() == ["Cl\u00ednica Pe\u00f1a", "Caf\u00e9"]
    assert "Not in the file's UTF-8, and read as Windows-1252: row 3 (Caf\u00e9)" in notes(snapshot)


def test_headers_are_known_in_any_case_and_with_any_blanks_and_a_double_that_nobody_maps_does_not_matter(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    header, *rows = path.read_text().splitlines()
    odd = header.replace("Account ID", "ACCOUNT ID").replace("Account Name", "Account name ")
    odd = odd.replace("Billing State", "Billing\u00a0 State") + ",Notes,Notes"
    path.write_text("\n".join([odd, *(f"{row},a,b" for row in rows)]), encoding="utf-8")
    assert read(mapping).accounts.height == NUM_ACCOUNTS


def test_a_reports_footer_is_said_and_is_no_fault(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    path.write_text(path.read_text() + '\n"Accounts of the quarter"\n"Generated by Ann"\n')
    snapshot = read(mapping)
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)
    assert "Left out as the report's footer: row 123 to 124 (Accounts of the quarter; Generated by Ann)" in notes(
        snapshot
    )


def test_a_totals_row_is_a_footer(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    path.write_text(path.read_text() + "Grand Total,120 records,,,,99999999,,\n")
    assert read(mapping).accounts.height == NUM_ACCOUNTS


def test_a_filter_on_blanks_works_and_one_that_matches_nothing_stops(tmp_path):
    orphans = cell("Account ID", "", "")
    filtered = read(export(tmp_path, deals=orphans, options={"exclude": '{"Account ID" = [""]}'}))
    assert (filtered.opportunities.height, filtered.totals["opportunities"].excluded) == (8, 2)
    text = refusal(export(tmp_path, options={"exclude": '{Stage = ["Closed Wonn"]}'}))
    assert "column Stage: no row with 'Closed Wonn'; there are Negotiation, Closed Won" in text


def test_a_workbooks_cover_sheet_is_passed_over(tmp_path):
    mapping = export(tmp_path)
    rows = [line.split(",") for line in (tmp_path / "accounts.csv").read_text().splitlines()]
    with xlsxwriter.Workbook(tmp_path / "accounts.xlsx") as book:
        book.add_worksheet("Cover").write_row(0, 0, ["Accounts", "of the quarter"])
        page = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    mapping.write_text(mapping.read_text().replace("accounts.csv", "accounts.xlsx"))
    snapshot = read(mapping)
    assert snapshot.accounts.height == NUM_ACCOUNTS
    assert "Of the sheets Cover, Data, Data is read" in notes(snapshot)


@pytest.mark.parametrize(("column", "header"), [("Full Name", "name"), ("Email", "e-mail address")])
def test_owners_are_found_by_the_name_or_the_address_of_the_rep(tmp_path, column, header):
    spelled = {"Full Name": "REP {} ", "Email": "Rep{}@example.com"}[column]
    change = whole("Account Owner", lambda owner: spelled.format(owner[1:]))
    snapshot = read(export(tmp_path, accounts=change))
    assert snapshot.accounts["owner_id"].head(3).to_list() == ["u0", "u1", "u2"]
    assert f"Owners are found by the {header} of the rep: 120 rows." in notes(snapshot)


def test_owners_by_a_name_that_two_reps_share_stop(tmp_path):
    change = whole("Account Owner", lambda owner: f"Rep {max(1, int(owner[1:]))}")
    text = refusal(export(tmp_path, accounts=change, reps=cell("Full Name", "Rep 1")))
    assert "reps who share one: rep 1 (u0), rep 1 (u1)" in text


def test_a_name_as_a_reps_id_gets_a_key_that_files_and_links_can_bear(tmp_path):
    mapping = export(tmp_path, accounts=lambda number, row: row | {"Account Owner": f"Rep\u00a0{number % 6}"})
    mapping.write_text(mapping.read_text().replace('rep_id = "User ID"', 'rep_id = "Full Name"'))
    snapshot = read(mapping)
    assert snapshot.reps["source_id"].to_list() == [f"Rep {number}" for number in range(6)]
    assert all(map(is_person, snapshot.reps["rep_id"]))
    assert set(snapshot.accounts["owner_id"]) == set(snapshot.reps["rep_id"])
    assert "6 reps are called by a key: Rep 0 is Rep-0-" in notes(snapshot, "reps")


def test_numbers_of_which_a_spreadsheet_kept_fifteen_digits_are_no_ids(tmp_path):
    def numbered(number, row):
        return row | {"Account ID": f"{100000000000000 + number}00"}

    said = refusal(export(tmp_path, accounts=numbered))
    assert "column account_id: 120 ids such as 10000000000000000 (row 2)" in said
    assert "import that column as text" in said


def two_columns(number, row):
    return row | {"Annual Revenue": f"€{row['Annual Revenue']}", "TAM": f"USD {number}"}


def test_columns_of_money_in_two_currencies_stop_with_the_option(tmp_path):
    said = refusal(export(tmp_path, accounts=two_columns, columns={"tam": '"TAM"'}))
    assert "Annual Revenue in EUR" in said and "TAM in USD" in said
    assert "expected one currency in the whole table. Say scale = (the rate)" in said
    columns = {"tam": '"TAM"', "revenue": '{from = "Annual Revenue", scale = 1.1}'}
    assert read(export(tmp_path, accounts=two_columns, columns=columns)).accounts["revenue_cents"][0] == 110_000


def test_a_column_of_several_currencies_stops_unless_one_is_kept(tmp_path):
    def coded(number, row):
        return row | {"Currency ISO Code": "USD" if number % 3 else "EUR"}

    said = refusal(export(tmp_path, accounts=coded))
    assert "column Currency ISO Code: USD in 80 rows, EUR in 40 rows" in said
    assert 'only = {"Currency ISO Code" = ["USD"]}' in said


def workbook(folder, merge):
    """The accounts as a workbook with the owner merged over rows, in place of the CSV."""
    mapping = export(folder)
    mapping.write_text(mapping.read_text().replace('"accounts.csv"', '"accounts.xlsx"'))
    lines = [line.split(",") for line in (folder / "accounts.csv").read_text().splitlines()]
    with xlsxwriter.Workbook(folder / "accounts.xlsx") as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(lines):
            sheet.write_row(number, 0, cells)
        sheet.merge_range(*merge, "u0", book.add_format({"bold": True}))
    return mapping


def test_merged_cells_stop_with_their_rows_unless_they_hold_for_all_of_them(tmp_path):
    mapping = workbook(tmp_path, (1, 2, 3, 2))
    said = refusal(mapping)
    assert "accounts.xlsx, column Account Owner: 1 cells merged over rows, such as rows 2 to 4" in said
    assert "say fill_down = true" in said
    filled = mapping.read_text().replace('owner_id = "Account Owner"', FILLED_DOWN)
    mapping.write_text(filled)
    assert read(mapping).accounts["owner_id"].head(4).to_list() == ["u0", "u0", "u0", "u3"]


FILLED_DOWN = 'owner_id = {from = "Account Owner", fill_down = true}'


@pytest.mark.parametrize(
    ("column", "value", "field"),
    [
        ("Account ID", "'A-0000", "account_id"),
        ("Account ID", '="A-0000"', "account_id"),
        ("Account ID", "A-0000\u200b", "account_id"),
        ("Account Owner", "'u0", "owner_id"),
        ("Account Owner", "\ufeffu0", "owner_id"),
    ],
)
def test_what_tools_put_around_a_cell_is_no_part_of_it(tmp_path, column, value, field):
    snapshot = read(export(tmp_path, accounts=cell(column, value)))
    assert snapshot.accounts[field][0] == {"account_id": "A-0000", "owner_id": "u0"}[field]


def test_two_rows_that_differ_in_an_unseen_sign_are_one_id_twice(tmp_path):
    assert "A-0001 in rows 2, 3" in refusal(export(tmp_path, accounts=cell("Account ID", "A-0001\u200b", "A-0001")))


@pytest.mark.parametrize("spelling", ["mailto:rep{}@example.com", "Rep {} <rep{}@example.com>"])
def test_owners_are_found_by_an_address_in_a_link_or_brackets(tmp_path, spelling):
    snapshot = read(export(tmp_path, accounts=whole("Account Owner", lambda owner: spelling.replace("{}", owner[1:]))))
    assert snapshot.accounts["owner_id"].null_count() == 0
    assert snapshot.reps.height == snapshot.accounts["owner_id"].n_unique()


def test_a_column_of_owners_without_one_stops_with_the_option(tmp_path):
    said = refusal(export(tmp_path, accounts=whole("Account Owner", lambda owner: "")))
    assert "none of 120 cells filled: every account would count as one that nobody works" in said
    assert "say fill_down = false" in said
    columns = {"owner_id": FILLED_DOWN.removeprefix("owner_id = ").replace("true", "false")}
    snapshot = read(export(tmp_path, accounts=whole("Account Owner", lambda owner: ""), columns=columns))
    assert snapshot.accounts["owner_id"].null_count() == NUM_ACCOUNTS


def test_a_mapped_column_without_a_value_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=whole("Annual Revenue", lambda revenue: "")))
    assert "Annual Revenue, mapped as revenue, is empty in every row." in notes(snapshot)


def inserted(folder, line):
    """The export with a line after the fiftieth."""
    mapping = export(folder)
    lines = (folder / "accounts.csv").read_text().splitlines()
    (folder / "accounts.csv").write_text("\n".join([*lines[:50], line or lines[0], *lines[50:]]))
    return mapping


@pytest.mark.parametrize("line", ["", "Total,,,,,99999,,", "Subtotal u0,,u0,NY,,99999,,"])
def test_repeated_headers_and_totals_between_the_rows_are_left_out_and_said(tmp_path, line):
    snapshot = read(inserted(tmp_path, line))
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)
    assert "repeated headers or totals between the rows: 1 (row 51)" in notes(snapshot)


def test_an_account_that_is_called_total_is_an_account(tmp_path):
    snapshot = read(inserted(tmp_path, "X,Total Care,u0,NY,10021,99999,1,2026-05-15"))
    assert "Total Care" in snapshot.accounts["name"].to_list()


def test_a_separator_that_is_not_looked_for_is_named_with_its_option(tmp_path):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    path.write_text(path.read_text().replace(",", "~"))
    assert 'Say separator = "~" for this table' in refusal(mapping)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_read_with_a_mark_or_without(tmp_path, encoding):
    mapping = export(tmp_path)
    path = tmp_path / "accounts.csv"
    path.write_bytes(path.read_text().encode(encoding))
    assert read(mapping).accounts.height == NUM_ACCOUNTS


@pytest.mark.parametrize(("day", "said"), [("1899-12-30", "before 1970"), ("2126-09-30", "after 2026-10-01")])
def test_a_last_referral_that_cannot_be_is_said_and_locks_nothing(tmp_path, day, said):
    snapshot = read(export(tmp_path, accounts=cell("Last Referral", day)))
    assert f"Contradiction: 1 accounts have a last referral {said}." in notes(snapshot)
    assert snapshot.accounts["referrals_l3m"][0] == 0


@pytest.mark.parametrize("word", ["ja", "vrai", "✓"])
def test_words_for_yes_of_other_languages_stop_with_the_option(tmp_path, word):
    said = refusal(export(tmp_path, reps=cell("Active", word)))
    assert f"is_active of u0: {word}" in said and 'true = ["…"] or false = ["…"]' in said


def test_what_goes_back_names_reps_as_their_source_does(tmp_path):
    mapping = export(tmp_path, accounts=lambda number, row: row | {"Account Owner": f"Rep {number % 6}"})
    mapping.write_text(mapping.read_text().replace('rep_id = "User ID"', 'rep_id = "Full Name"'))
    reps = read(mapping).reps
    found = read_spelling(SourceSetting(kind="files", path=str(mapping)), reps)
    assert found.reps == dict(reps.select("rep_id", "source_id").iter_rows())
    assert set(found.owners.values()) == {f"Rep {number}" for number in range(6)}


@pytest.mark.parametrize("word", ["n/a", "None", "--None--", "-", "keine", "No carve-out", "nein", "\u2610", "0.00"])
def test_words_for_nothing_in_any_language_are_no_carve_out(tmp_path, word):
    columns = {"carve_out": '"Carve"'}
    change = carved(lambda number: "Named account" if number < 3 else word)
    snapshot = read(export(tmp_path, accounts=change, columns=columns))
    assert snapshot.accounts["carve_out"].drop_nulls().to_list() == ["Named account"] * 3


def test_an_owner_who_is_said_to_be_nobody_is_nobody_and_it_is_said(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Account Owner", "n/a", "Unassigned")))
    assert snapshot.accounts["owner_id"].null_count() == 2
    assert "2 cells of owner_id say that there is nothing (n/a, Unassigned), and are read as empty" in notes(snapshot)


def closed(words):
    """A change of the deals with a column Closed, by the word for each stage."""
    return lambda number, row: row | {"Closed": words[row["Stage"]]}


@pytest.mark.parametrize(("won", "open_"), [("Closed", "Open"), ("Won", "Open"), ("TRUE", ""), ("", "")])
def test_deals_are_closed_in_words_or_by_their_stage_where_the_column_is_empty(tmp_path, won, open_):
    mapping = export(tmp_path, deals=closed({"Closed Won": won, "Negotiation": open_}))
    mapping.write_text(mapping.read_text() + '\nis_closed = "Closed"\n')
    deals = read(mapping).opportunities
    assert (deals["is_closed"].sum(), deals["is_won"].sum()) == (5, 5)


def test_deals_that_are_open_and_closed_by_their_stage_are_counted(tmp_path):
    mapping = export(tmp_path, deals=closed({"Closed Won": "FALSE", "Negotiation": "FALSE"}))
    mapping.write_text(mapping.read_text() + '\nis_closed = "Closed"\n')
    said = notes(read(mapping), "opportunities")
    assert "Contradiction: 5 deals are open by is_closed and closed by their stage (Closed Won 5)" in said


def test_stages_of_other_languages_say_closed(tmp_path):
    words = {"Closed Won": "Gewonnen", "Negotiation": "Angebot"}
    snapshot = read(export(tmp_path, deals=lambda number, row: row | {"Stage": words[row["Stage"]]}))
    assert snapshot.opportunities["is_closed"].sum() == 5


@pytest.mark.parametrize(
    "spelling",
    ["{last}, {first}", "{first} Q. {last}", "{first} {last} (Inactive)", "{first}  {last}", "R\u00e9p {last}"],
)
def test_owners_are_found_by_a_name_in_another_spelling_and_it_is_said(tmp_path, spelling):
    change = whole("Account Owner", lambda owner: spelling.format(first="Rep", last=owner[1:]))
    snapshot = read(export(tmp_path, accounts=change))
    assert snapshot.accounts["owner_id"].head(3).to_list() == ["u0", "u1", "u2"]
    assert "Owners are found by the name" in notes(snapshot)


def test_owners_by_id_name_and_address_in_one_column_are_all_found(tmp_path):
    forms = ("u{}", "Rep {}", "rep{}@example.com")
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account Owner": forms[number % 3].format(number % 6)},
    )
    assert read(mapping).accounts["owner_id"].head(6).to_list() == [f"u{number}" for number in range(6)]


def test_owners_that_nobody_knows_do_not_hide_those_who_are_found_by_name(tmp_path):
    def change(number, row):
        return row | {"Account Owner": "Somebody Else" if number % 4 == 0 else f"Rep {number % 6}"}

    said = refusal(export(tmp_path, accounts=change))
    assert "column owner_id: 30 of 120 rows, such as row 2 (Somebody Else)" in said


@pytest.mark.parametrize(
    ("of_account", "of_deal"),
    [("{:06}", "{}"), ("{}", "{:06}"), ("{}", "{}.0"), ("AB-{}", "ab-{}"), ("{}", "https://crm.example.com/acc/{}")],
)
def test_deals_join_accounts_whose_ids_another_file_writes_otherwise_and_it_is_said(tmp_path, of_account, of_deal):
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account ID": of_account.format(number + 1)},
        deals=lambda number, row: row | {"Account ID": of_deal.format(number + 1)},
    )
    snapshot = read(mapping)
    assert set(snapshot.opportunities["account_id"]) == {of_account.format(number + 1) for number in range(10)}
    assert "10 account ids of deals are written otherwise than the accounts'" in notes(snapshot, "opportunities")


def test_ids_that_differ_in_zeros_alone_join_nothing_by_guess(tmp_path):
    def change(number, row):
        return row | {"Account ID": {0: "7", 1: "007"}.get(number, row["Account ID"])}

    snapshot = read(export(tmp_path, accounts=change, deals=cell("Account ID", "07")))
    assert snapshot.opportunities.height == 8


def test_deals_of_which_none_is_of_an_account_in_the_list_stop(tmp_path):
    mapping = export(tmp_path)
    deals = "\n".join(f"D-{number},X-{number},Negotiation,2026-10-15" for number in range(20))
    (tmp_path / "opportunities.csv").write_text(f"Opportunity ID,Account ID,Stage,Close Date\n{deals}\n")
    said = refusal(mapping)
    assert "none of 20 deals names an account of the list: X-0, X-1, where the accounts are A-0000, A-0001" in said


@pytest.mark.parametrize("spelling", ["001{:015}", "001ABCDEFGHIJK{:04}"])
def test_numbers_of_another_system_that_look_like_salesforce_ids_are_ids(tmp_path, spelling):
    mapping = export(
        tmp_path,
        accounts=lambda number, row: row | {"Account ID": spelling.format(number)},
        deals=lambda number, row: row | {"Account ID": spelling.format(number)},
    )
    snapshot = read(mapping)
    assert (snapshot.accounts.height, snapshot.opportunities.height) == (NUM_ACCOUNTS, 10)


def test_an_id_without_its_capitals_beside_the_whole_one_is_damage_and_no_account_of_its_own(tmp_path):
    def change(number, row):
        return row | {"Account ID": {0: "0015e00000001aBAAQ", 1: "0015e00000001ab"}.get(number, row["Account ID"])}

    said = refusal(export(tmp_path, accounts=change))
    assert "0015e00000001ab (row 3), where another id is 0015e00000001aB: a tool has changed their case" in said


@pytest.mark.parametrize("spelling", ["388000.-", "388000,--", "US$ 388000", "388 000"])
def test_a_dash_in_place_of_cents_is_no_minus(tmp_path, spelling):
    snapshot = read(export(tmp_path, accounts=cell("Annual Revenue", spelling)))
    assert (snapshot.accounts["revenue_cents"][0], snapshot.exceptions.height) == (38_800_000, 0)


@pytest.mark.parametrize("text", ["12 34", "1 000 00", "388000 630000"])
def test_two_numbers_in_a_cell_are_no_number(tmp_path, text):
    snapshot = read(export(tmp_path, accounts=cell("Annual Revenue", text)))
    assert exceptions(snapshot) == [("A-0000", "revenue", 2, text)]


def test_a_dot_before_three_digits_beside_amounts_with_two_decimals_is_asked_for(tmp_path):
    mixed = export(
        tmp_path,
        accounts=lambda number, row: row | {"Annual Revenue": "630.000" if number % 2 else "388,000.00"},
    )
    assert "630.000, with three digits after the dot" in refusal(mixed)


def test_a_few_amounts_in_another_currency_than_the_others_have_stop(tmp_path):
    said = refusal(export(tmp_path, accounts=cell("Annual Revenue", "\u00a3388000")))
    assert "1 amounts in GBP, and 119 without a currency" in said


def test_half_a_column_of_days_in_another_format_stops_with_the_format(tmp_path):
    def change(number, row):
        return row | {"Last Referral": "08/21/2026"} if number % 3 == 0 else row

    said = refusal(export(tmp_path, accounts=change))
    assert 'Say dates = ["%m/%d/%Y"]' in said


@pytest.mark.parametrize("name", ["Clinic, 4", "'Clinic, 4'", ' "Clinic, 4"'])
def test_a_row_whose_cells_have_moved_is_a_fault_and_no_account_abroad(tmp_path, name):
    mapping = export(tmp_path, accounts=lambda number, row: row | {"Billing Country": "United States", "Parent": ""})
    path = tmp_path / "accounts.csv"
    path.write_text(path.read_text().replace("Clinic 4,", f"{name},"))
    found = exceptions(read(mapping))
    assert ("A-0004", "row", 6, "11 cells, where the header has 10") in found


def test_a_country_with_digits_is_no_country(tmp_path):
    snapshot = read(
        export(tmp_path, accounts=lambda number, row: row | {"Billing Country": "10021" if not number else ""})
    )
    assert exceptions(snapshot) == [("A-0000", "country", 2, "10021")]
    assert snapshot.totals["accounts"].faulty == 1


@pytest.mark.parametrize("name", ["U S A", "United States (US)", "Vereinigte Staaten", "EE.UU.", "us", "N/A"])
def test_the_country_of_the_reps_is_known_by_its_usual_names(tmp_path, name):
    snapshot = read(export(tmp_path, accounts=lambda number, row: row | {"Billing Country": name}))
    assert (snapshot.accounts.height, snapshot.exceptions.height) == (NUM_ACCOUNTS, 0)


@pytest.mark.parametrize(("state", "postal_code"), [("ON", "M5V 2T6"), ("", "SW1A 1AA")])
def test_a_postal_code_of_another_country_is_abroad_where_no_country_is_given(tmp_path, state, postal_code):
    def change(number, row):
        there = {"Billing State/Province": state, "Billing Zip/Postal Code": postal_code}
        return row | there if number < 5 else row

    snapshot = read(export(tmp_path, accounts=change))
    assert (snapshot.accounts.height, snapshot.totals["accounts"].faulty) == (NUM_ACCOUNTS - 5, 0)
    assert snapshot.exceptions["found"][0] == ", ".join(filter(None, (state, postal_code)))


def test_six_digits_are_no_zip_code(tmp_path):
    snapshot = read(export(tmp_path, accounts=cell("Billing Zip/Postal Code", "110001")))
    assert exceptions(snapshot) == [("A-0000", "latitude", 2, "nothing")]


@pytest.mark.parametrize(("text", "told"), [("NY 10021", "10021"), ("9011234", "00901-1234")])
def test_zip_codes_with_their_state_or_without_two_zeros_are_read(tmp_path, text, told):
    change = cell("Billing Zip/Postal Code", text)
    assert read(export(tmp_path, accounts=change)).accounts["postal_code"][0] == told


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ("Washington, D.C., NY", ["DC", "NY"]),
        ("NY or NJ or MA", ["NY", "NJ", "MA"]),
        ("New York, New Jersey and Massachusetts", ["NY", "NJ", "MA"]),
        ("New York New Jersey West Virginia", ["NY", "NJ", "WV"]),
        ("NY; NY; NJ", ["NY", "NJ"]),
        ("US-NY, US-NJ", ["NY", "NJ"]),
        ("N.Y. + M.A.", ["NY", "MA"]),
        ("\u2022 NY \u2022 NJ", ["NY", "NJ"]),
        ("NY - NJ", ["NY", "NJ"]),
        ("IN OR WA", ["IN", "OR", "WA"]),
        ("WA, or, id", ["WA", "OR", "ID"]),
        ("NY, NJ, or MA", ["NY", "NJ", "MA"]),
    ],
)
def test_a_list_of_states_is_read_as_its_writer_meant_it(tmp_path, states, told):
    snapshot = read(export(tmp_path, reps=cell("States", states)))
    assert snapshot.reps.filter(pl.col("rep_id") == "u0")["covered_states"].to_list() == [told]


@pytest.mark.parametrize("states", ["ny or nj", "NY OR NJ OR MA", "NY-NJ", "All", "Northeast", "NYNJMA"])
def test_a_list_of_states_that_can_be_read_in_two_ways_stops(tmp_path, states):
    assert "covered_states of u0" in refusal(export(tmp_path, reps=cell("States", states)))


def booked(folder, fill):
    """The accounts as a workbook that `fill` writes from the rows of the CSV."""
    mapping = export(folder)
    mapping.write_text(mapping.read_text().replace('"accounts.csv"', '"accounts.xlsx"'))
    rows = [line.split(",") for line in (folder / "accounts.csv").read_text().splitlines()]
    with xlsxwriter.Workbook(folder / "accounts.xlsx") as book:
        fill(book, rows)
    return mapping


def sheet(book, name, rows, top=0):
    """A sheet with the rows."""
    page = book.add_worksheet(name)
    for number, row in enumerate(rows):
        page.write_row(number + top, 0, row)
    return page


def test_a_hidden_sheet_is_not_read_in_place_of_one_that_is_seen(tmp_path):
    def fill(book, rows):
        hidden = sheet(book, "Last year", rows[:20])
        sheet(book, "Now", rows).activate()
        hidden.hide()

    snapshot = read(booked(tmp_path, fill))
    assert snapshot.accounts.height == NUM_ACCOUNTS
    assert "Of the sheets Last year, Now (hidden: Last year), Now is read" in notes(snapshot)


def test_two_sheets_with_the_same_columns_stop_with_the_option(tmp_path):
    def fill(book, rows):
        sheet(book, "East", rows[:60])
        sheet(book, "West", rows[:1] + rows[60:])

    assert "sheets East, West with the same columns" in refusal(booked(tmp_path, fill))


def test_a_formula_that_nobody_has_computed_is_no_account_without_an_owner(tmp_path):
    def fill(book, rows):
        sheet(book, "Data", rows).write_formula(1, 2, "=C3", None, "")

    assert exceptions(read(booked(tmp_path, fill))) == [("A-0000", "owner_id", 2, "#CALC!")]


def test_rows_that_a_filter_hides_are_read_and_said(tmp_path):
    def fill(book, rows):
        page = sheet(book, "Data", rows)
        for number in (4, 5):
            page.set_row(number, None, None, {"hidden": True})

    snapshot = read(booked(tmp_path, fill))
    assert "2 rows are hidden in the sheet, and are read all the same: row 5, 6" in notes(snapshot)


def test_a_header_that_is_merged_over_two_rows_is_a_header(tmp_path):
    def fill(book, rows):
        page = sheet(book, "Data", rows[1:], top=2)
        for column, name in enumerate(rows[0]):
            page.merge_range(0, column, 1, column, name)

    assert read(booked(tmp_path, fill)).accounts.height == NUM_ACCOUNTS


def parquet(folder, change):
    """The accounts as Parquet, changed as asked."""
    mapping = export(folder)
    mapping.write_text(mapping.read_text().replace('"accounts.csv"', '"accounts.parquet"'))
    change(pl.read_csv(folder / "accounts.csv", infer_schema=False)).write_parquet(folder / "accounts.parquet")
    return mapping


def test_headers_of_parquet_are_known_in_any_case(tmp_path):
    mapping = parquet(tmp_path, lambda frame: frame.rename({"Account Owner": "ACCOUNT  owner "}))
    assert read(mapping).accounts["owner_id"].null_count() == 0


def test_a_type_of_parquet_that_is_no_text_stops_in_words(tmp_path):
    mapping = parquet(tmp_path, lambda frame: frame.with_columns(pl.duration(days=1).alias("Last Referral")))
    assert "column Last Referral of type Duration" in refusal(mapping)


@pytest.mark.parametrize(
    ("content", "said"), [(b"PK\x03\x04", "an XLSX workbook or an archive"), (b"\x1f\x8b\x08", "a compressed file")]
)
def test_a_file_that_only_ends_as_csv_is_named_for_what_it_is(tmp_path, content, said):
    mapping = export(tmp_path)
    (tmp_path / "accounts.csv").write_bytes(content)
    assert said in refusal(mapping)


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [("40.77", "73.96", "the minus is missing"), ("-73.96", "40.77", "swapped"), ("51.5", "-0.1", "coordinates in NY")],
)
def test_coordinates_off_the_map_are_faults_where_no_zip_code_tells_better(tmp_path, latitude, longitude, said):
    def change(number, row):
        places = (
            {"Latitude": latitude, "Longitude": longitude} if not number else {"Latitude": "40.8", "Longitude": "-74"}
        )
        return row | places | ({} if number else {"Billing Zip/Postal Code": ""})

    columns = {"latitude": '"Latitude"', "longitude": '"Longitude"'}
    snapshot = read(export(tmp_path, accounts=change, columns=columns))
    assert said in snapshot.exceptions.filter(pl.col("record_id") == "A-0000")["expected"][0]
    assert "A-0000" not in snapshot.accounts["account_id"]


@pytest.mark.parametrize("spelling", ["EAST", "East!", " east"])
def test_a_region_in_another_spelling_is_the_same_region_and_it_is_said(tmp_path, spelling):
    snapshot = read(export(tmp_path, reps=cell("Region", spelling)))
    assert snapshot.reps["region"].to_list() == ["East"] * 3 + ["West"] * 3
    assert f"Regions in another spelling: {spelling.strip()} is East" in notes(snapshot, "reps")
