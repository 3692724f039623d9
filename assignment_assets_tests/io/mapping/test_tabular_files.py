"""Any CSV, XLSX or Parquet as texts."""

from datetime import date, datetime

import polars as pl
import pytest
import xlsxwriter

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.mapping.tabular_files import read_texts

WANTED = ["id", "name", "zip"]


def written(tmp_path, content, name="accounts.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return path


def workbook(tmp_path, rows, first_row=0, sheet="Accounts"):
    path = tmp_path / "accounts.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        for place, row in enumerate(rows):
            page.write_row(first_row + place, 0, row)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encoding_and_separator_of_a_csv_are_recognised(tmp_path, encoding, separator):
    lines = ["id,name,zip", "1,Café Clínica,01234", "2,Plain,99501"]
    path = written(tmp_path, "\n".join(lines).replace(",", separator), encoding=encoding)
    assert read_texts(path, WANTED).frame.rows() == [(2, "1", "Café Clínica", "01234"), (3, "2", "Plain", "99501")]


def test_titles_and_blank_rows_above_the_header_are_passed_over_and_rows_keep_their_numbers(tmp_path):
    path = written(tmp_path, 'Export of today\n\n id , name ,zip,\n1,"two\nlines",1\n\n2,b,\n')
    assert read_texts(path, WANTED).frame.rows() == [(4, "1", "two\nlines", "1"), (6, "2", "b", None)]


def test_a_row_with_more_values_than_the_header_is_refused_with_its_line(tmp_path):
    path = written(tmp_path, "id,name,zip\n1,a,1\n2,b,c,2\n")
    with pytest.raises(InvalidInput, match="4 values in line 3, where the header has 3, expected as many"):
        read_texts(path, WANTED)


def test_a_sheet_is_read_as_text_whatever_its_cells_hold(tmp_path):
    path = workbook(
        tmp_path,
        [
            [],
            ["Report"],
            ["id", "name", "zip", "when", "is_house", "amount"],
            ["001", 17, 1234, date(2026, 9, 30), True, 1234.56],
            ["002", "b", None, datetime(2026, 9, 30, 8, 5), False, 0.1],
        ],
    )
    assert read_texts(path, WANTED).frame.rows() == [
        (4, "001", "17", "1234", "2026-09-30 00:00:00", "true", "1234.56"),
        (5, "002", "b", None, "2026-09-30 08:05:00", "false", "0.1"),
    ]


def test_a_named_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = workbook(tmp_path, [["id"], ["1"]])
    with pytest.raises(InvalidInput, match=r"accounts.xlsx: sheets Accounts, expected a sheet Books\."):
        read_texts(path, WANTED, sheet="Books")


def test_parquet_becomes_text_with_its_lists_joined(tmp_path):
    path = tmp_path / "reps.parquet"
    pl.DataFrame(
        {"id": [1], "states": [["OH", "PA"]], "since": [date(2026, 1, 2)], "is_active": [True], "performance": [0.25]}
    ).write_parquet(path)
    assert read_texts(path, WANTED).frame.rows() == [(1, "1", "OH;PA", "2026-01-02", "true", "0.25")]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"nowhere.csv: no such file, expected a CSV, XLSX or Parquet file"):
        read_texts(tmp_path / "nowhere.csv", WANTED)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "a.csv: no rows, expected a header and rows"),
        ("a.csv", "\n \n", "a.csv: no rows, expected a header and rows"),
        ("a.csv", "kunde,ort\n1,2\n", "a.csv: a first row of kunde, ort, expected a header with id, name, zip"),
        ("a.csv", "id,name,id\n1,2,3\n", "the columns id more than once, expected each column once"),
        ("a.xlsx", "no workbook", "a.xlsx: damaged content"),
        ("a.parquet", "no parquet at all", "a.parquet: damaged content"),
        ("a.pdf", "x", "a.pdf: a file of type .pdf, expected CSV, XLSX or Parquet"),
    ],
)
def test_an_unusable_file_says_why(tmp_path, name, content, message):
    with pytest.raises(InvalidInput) as refusal:
        read_texts(written(tmp_path, content, name), WANTED)
    assert message in str(refusal.value)
