import polars as pl
import pytest

from assignment_assets.report.books import field_reps, ownership
from assignment_assets.report.cycle_report import render
from assignment_assets.report.inputs import DRIVE_MINUTES_COLUMNS, RUN_SUMMARY_COLUMNS, ReportInput
from assignment_assets_tests.report import tiny


@pytest.fixture
def tables():
    """The hand-drawn cycle of `tiny`."""
    return tiny.tables()


@pytest.fixture
def owned(tables):
    return ownership(tables["accounts"], tables["proposed_books"], tables["overflow"], tables["reviewed_books"])


@pytest.fixture
def reps(tables):
    return field_reps(tables["reps"])


def told(tables) -> ReportInput:
    """A cycle with its run summary and drive minutes."""
    stages = [
        ("sources", "accounts", None, 12, 1.25, None, "1 row left out"),
        ("locks", "locks", 11, 1, 0.5, "1 of 3 lists came back", None),
        ("assignment", "proposed_books", 11, 10, 75.0, None, None),
    ]
    summary = pl.DataFrame(stages, schema=RUN_SUMMARY_COLUMNS, orient="row")
    minutes = [("a01", 40, 40), ("a06", 200, 20), ("a11", None, None)]
    drive_minutes = pl.DataFrame(minutes, DRIVE_MINUTES_COLUMNS, orient="row")
    return ReportInput("2026q4-global", tables, "writing", summary, drive_minutes)


@pytest.fixture
def report(tables):
    """The hand-drawn cycle, told."""
    return told(tables)


@pytest.fixture(scope="session")
def html():
    """The report of the hand-drawn cycle."""
    return render(told(tiny.tables()))


@pytest.fixture
def nothing():
    """A cycle of which nothing has run."""
    return ReportInput("2026q4-empty", {}, "draft")
