import re

import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.report.cycle_report import cards, render
from assignment_assets.report.drive_minutes import with_minutes
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import file_names, of_region, regions
from assignment_assets_tests.report import tiny


@pytest.fixture
def west(report):
    """Cat's region: c a10 before; a09 and a10 after."""
    return of_region(report, "West")


def test_a_region_has_the_accounts_that_its_reps_own_before_or_after(report, west):
    assert west.frame("accounts")["account_id"].to_list() == ["a09", "a10"]
    assert of_region(report, "East").frame("accounts")["account_id"].to_list() == sorted(set(tiny.BEFORE) - {"a10"})


def test_no_row_of_another_regions_account_rep_or_answer_is_left(west):
    for name, frame in west.tables.items():
        if "account_id" in frame.columns:
            assert set(frame["account_id"]) <= {"a09", "a10"}, name
        if "region" in frame.columns and name != "reps":
            assert set(frame["region"]) <= {"West"}, name
    assert set(west.frame("reps")["rep_id"]) == {"cat", "bob"}, "Bob gives a09 away"
    assert west.frame("submissions").is_empty() and west.frame("source_exceptions").is_empty()


def test_the_page_names_nobody_and_no_account_of_elsewhere(report, west):
    page = re.sub('src="data:[^"]*"', "", render(with_minutes(west)))

    assert "Cycle 2026q4-global: West" in page and "Bob" in page
    for foreign in ("Ann", "Gus", "Clinic 1<", "Clinic 6", "a06", "keep.xlsx", "mara@example.com", "Run config"):
        assert foreign not in page, foreign


def test_the_regions_figures_are_of_the_region(report, west):
    figures = [(card.figure, card.label) for card in cards(with_minutes(west))]

    assert ("2", "accounts in the pool") in figures and ("1", "owner changes") in figures
    assert "Locked 0 + placed 2 + overflow 0 = 2, and the pool has 2: no account is lost." in render(west)


def test_moves_between_others_are_not_counted_as_the_regions(report):
    """a05 was proposed to Bob and goes back to Ann: of another region's report it would be no move at all."""
    east = of_region(report, "East")

    assert east.frame("reviewed_books").filter("is_move")["account_id"].to_list() == ["a06", "a09", "a11"]
    assert of_region(report, "West").frame("reviewed_books").filter("is_move")["account_id"].to_list() == ["a09"]


def test_what_is_told_of_the_whole_company_says_so(west):
    text = re.sub(r"\s+", " ", render(west))

    assert "One choice for the whole company, all regions together." in text
    assert 'id="stages"' not in text and 'id="configuration"' not in text


def test_the_settings_of_the_run_are_left_out_of_a_region(west):
    assert west.config()["config_json"] == "{}" and west.config()["scope"] == "global"


def test_a_region_that_nobody_works_in_is_refused_by_name(report):
    with pytest.raises(InvalidInput, match="region: 'North', expected one of East, West"):
        of_region(report, "North")


def test_regions_are_those_of_field_reps(report):
    assert regions(report) == ["East", "West"]
    assert regions(ReportInput("2026q4-empty", {})) == []


def test_every_region_has_a_file_of_its_own():
    assert file_names(["West", "North East", "North-East", "west"]) == {
        "North East": "north_east.html",
        "North-East": "north_east-2.html",
        "West": "west.html",
        "west": "west-2.html",
    }
    assert file_names(["../../etc"]) == {"../../etc": "______etc.html"}
