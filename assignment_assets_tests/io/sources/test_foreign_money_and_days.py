"""Amounts and days as others write them: read right, or refused in words that say what to do."""

from datetime import date

import pytest

from assignment_assets_tests.io.sources.exports import cell, exceptions, export, notes, read, refusal, whole


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


@pytest.mark.parametrize(("day", "said"), [("1899-12-30", "before 1970"), ("2126-09-30", "after 2026-10-01")])
def test_a_last_referral_that_cannot_be_is_said_and_locks_nothing(tmp_path, day, said):
    snapshot = read(export(tmp_path, accounts=cell("Last Referral", day)))
    assert f"Contradiction: 1 accounts have a last referral {said}." in notes(snapshot)
    assert snapshot.accounts["referrals_l3m"][0] == 0


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
