import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.report.inputs import ReportInput
from assignment_assets_tests.report import tiny


def test_a_table_that_was_not_given_has_not_run_and_an_empty_one_has():
    report = ReportInput("2026q4-global", {"locks": tiny.frame("locks")})

    assert report.has_run("locks") and not report.has_run("overflow")
    assert report.frame("overflow").is_empty()
    assert report.optional("overflow") is None


def test_every_unknown_table_is_named():
    with pytest.raises(InvalidInput) as caught:
        ReportInput("2026q4-global", {"lock": tiny.frame("locks"), "book": tiny.frame("locks")})

    assert [fault.where for fault in caught.value.faults] == ["tables['book']", "tables['lock']"]


def test_the_latest_revision_of_the_config_counts_and_the_cycle_column_is_ignored():
    first = tiny.tables()["run_config"]
    both = pl.concat([first.with_columns(revision=pl.lit(2, pl.Int64), scope=pl.lit("region")), first])
    report = ReportInput("2026q4-global", {"run_config": both.with_columns(cycle=pl.lit("2026q4-global"))})

    assert report.config()["scope"] == "region"
    assert "cycle" not in report.frame("run_config").columns
