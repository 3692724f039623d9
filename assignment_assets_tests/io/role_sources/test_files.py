"""What is read from a file that names everybody, as people hand such files over."""

from datetime import datetime

import pytest

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.role_sources.files import AssignmentFile
from assignment_assets.io.role_sources.settings import FilesSetting, as_moment

FIRST, SECOND = "0015g00000AAAAA", "0015g00000AAAAB"


@pytest.fixture
def read(tmp_path):
    def rows(text, encoding="utf-8"):
        (tmp_path / "people.csv").write_bytes(text.encode(encoding))
        setting = FilesSetting(path="people.csv", account_id="Account", person="Manager")
        return [(each.account_id, each.person_key) for each in AssignmentFile(setting, tmp_path).assignments(None)]

    return rows


def test_ids_of_fifteen_characters_are_completed_and_blank_rows_left_out(read):
    text = f"Account,Manager\n{FIRST},jürgen@example.com\n , \n{SECOND},\n"
    told = [(complete_id(FIRST), "jürgen@example.com"), (complete_id(SECOND), None)]
    assert read(text, "cp1252") == told


def test_an_account_in_two_spellings_is_one_account_twice(read):
    with pytest.raises(InvalidInput, match="more than once"):
        read(f"Account,Manager\n{FIRST},ann@example.com\n{complete_id(FIRST)},bob@example.com\n")


def test_a_column_that_is_missing_is_named(read):
    with pytest.raises(InvalidInput, match="no column Manager"):
        read(f"Account,CSM\n{FIRST},ann@example.com\n")


def test_a_file_that_is_not_there_is_told(tmp_path):
    setting = FilesSetting(path="people.csv", account_id="Account", person="Manager")
    with pytest.raises((SourceUnavailable, InvalidInput), match=r"people\.csv"):
        list(AssignmentFile(setting, tmp_path).assignments(None))


@pytest.mark.parametrize("text", [1e30, float("nan"), float("inf"), "0001-01-01T00:00:00+14:00", "soon", None, True])
def test_what_is_no_time_is_none(text):
    assert as_moment(text) is None


def test_a_time_is_read_in_utc_however_it_is_written():
    at = datetime(2026, 10, 1, 8, 0)
    assert [as_moment(text) for text in ("2026-10-01T10:00:00+02:00", "2026-10-01T08:00:00", 1790841600000)] == [at] * 3
