import pytest

from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.arrivals import did_not_arrive
from assignment_assets_tests.report import tiny


def change(account_id, arrival, cycle="2026q3-global", found="ann"):
    """A change from ann to bob that was loaded by hand, and what became of it."""
    who = {"old_owner_id": "ann", "expected_owner_id": "bob", "found_owner_id": found}
    when = {"loaded_cycle": cycle, "loaded_at": tiny.NOON, "outcome": "loaded"}
    return {"account_id": account_id, "arrival": arrival} | who | when


@pytest.fixture
def section(tables):
    """The section of these rows; of a cycle that compared nothing where there are none to give."""

    def of(*rows, has_run=True):
        given = tables | ({"arrivals": tiny.frame("arrivals", *rows)} if has_run else {})
        return did_not_arrive(ReportInput("2026q4-global", given), Names(tables["accounts"], tables["reps"]))

    return of


def test_what_did_not_arrive_is_told_by_cycle_and_listed_by_account(section):
    told = section(
        change("a01", "missing"),
        change("a02", "arrived", found="bob"),
        change("a99", "gone", found=None),
        change("a03", "arrived", "2026q2-global", "bob"),
    )
    assert told.sentences == [
        "2 of 3 changes of 2026q3-global that were loaded by hand did not arrive; this cycle goes by the owners that "
        "the source shows.",
        "Of 1 change of 2026q2-global that was loaded by hand, all arrived.",
    ]
    [grid] = told.grids
    assert [[cell.text for cell in row] for row in grid.rows] == [
        ["Clinic 1", "2026q3-global", "28 Nov 2026", "Ann", "Bob", "Ann", "another owner"],
        ["a99", "2026q3-global", "28 Nov 2026", "Ann", "Bob", "–", "no longer in the source"],
    ]


def test_where_nothing_was_loaded_or_compared_that_is_said(section):
    assert section().sentences == ["Nothing was loaded by hand before."]
    assert section(has_run=False).sentences == [
        "The comparison with what was loaded by hand has not run yet.",
    ]
    assert section().grids == []
