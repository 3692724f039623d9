"""Texts of a column, read as the contract's type."""

from datetime import date, datetime

import polars as pl
import pytest

from assignment_assets.domain.sources.fields import FIELDS
from assignment_assets.io.mapping.cells import read_column
from assignment_assets.io.mapping.column_rule import ColumnRule

DTYPES = FIELDS["accounts"].columns | FIELDS["reps"].columns


def read(name, *texts, dates=(), **options):
    rule = ColumnRule.model_validate({"from": name} | options)
    found = read_column(pl.Series(texts, dtype=pl.String), name, DTYPES[name], rule, dates)
    cells = zip(found.values.to_list(), found.is_unread, strict=True)
    return [("unread" if unread else value) for value, unread in cells]


def test_money_becomes_whole_cents_exactly():
    assert read("tam", "1234.56", "$1,234.56", " 0.1 ", "1e3") == [123456, 123456, 10, 100000]
    assert read("tam", "(12.50)", "-7") == [-1250, -700]
    assert read("tam", "9007199254740.93", "0.285", "0.295") == [900719925474093, 28, 30]


def test_bps_is_read_in_hundredths_and_counts_are_whole():
    assert read("bps", "12.5") == [1250]
    assert read("opp_count", "12", "12.0", "12.5") == [12, 12, "unread"]


def test_a_scale_is_exact_and_the_product_rounded():
    assert read("tam", "3", scale=0.1) == [30]
    assert read("opp_count", "25", "35", scale=0.1) == [2, 4]


def test_a_decimal_comma_is_read_where_it_is_stated():
    assert read("value", "1.234,56", "7,5", decimal=",") == [123456, 750]
    assert read("value", "7,5", "1,234") == ["unread", 123400]


@pytest.mark.parametrize("text", ["n/k", "12 beds", "--", "1.2.3", "nan", "inf", "1e999", "$", "."])
def test_what_is_no_number_is_told_apart_from_nothing(text):
    assert read("tam", text, "", None) == ["unread", None, None]
    assert read("latitude", text, "", None) == ["unread", None, None]


def test_unknown_values_become_null_or_the_default():
    assert read("tam", "-999", "N/A", "", "5", null_if=[-999, "n/a"]) == [None, None, None, 500]
    assert read("tam", "-999", "", "5", null_if=["-999"], default=2) == [200, 200, 500]


def test_leading_zeros_come_back():
    assert read("postal_code", "1234", "99501", "601", zero_pad=5) == ["01234", "99501", "00601"]


def test_yes_and_no_are_read_in_several_spellings():
    assert read("is_house", "Yes", "TRUE", "1", "x", "no", "F", "0", "maybe") == [True] * 4 + [False] * 3 + ["unread"]
    assert read("is_house", "ja", "nein", true=["Ja"], false=["Nein"]) == [True, False]


def test_dates_are_read_in_the_stated_formats_and_always_in_iso():
    texts = ("09/30/2026", "2026-09-30", "2026-09-30 00:00:00", "30.09.2026")
    assert read("last_referral_on", *texts, dates=("%m/%d/%Y",)) == [date(2026, 9, 30)] * 3 + ["unread"]
    assert read("last_referral_on", "03/04/2026", dates=["%d/%m/%Y"]) == [date(2026, 4, 3)]


def test_times_become_utc():
    assert read("created_at", "2026-09-30T08:05:00.000+0000", "2026-09-30T08:05:00+02:00", "2026-09-30") == [
        datetime(2026, 9, 30, 8, 5),
        datetime(2026, 9, 30, 6, 5),
        datetime(2026, 9, 30),
    ]


def test_states_are_codes_names_or_usual_abbreviations():
    assert read("state", "oh", "Ohio", " new  york ", "Ontario") == ["OH", "OH", "NY", "Ontario"]
    assert read("state", "Mass.", "Calif.", "N.J.", "Washington D.C.", "Wash.") == ["MA", "CA", "NJ", "DC", "WA"]
    assert read("covered_states", "Ohio; PA;", "") == [["OH", "PA"], None]


def test_lists_are_split_at_the_stated_separator():
    assert read("co_owner_ids", "a| b|", separator="|") == [["a", "b"]]


def test_spellings_of_a_text_are_mapped():
    assert read("team", "Field Sales", "arm", values={"Field Sales": "field"}) == ["field", "arm"]
