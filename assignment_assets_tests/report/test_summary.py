import json

import polars as pl

from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.summary import compare, run_table


def figures(comparison) -> dict:
    return {(row["part"], row["figure"]): (row["a"], row["b"], row["difference"]) for row in comparison.rows.to_dicts()}


def test_the_run_table_is_aligned_and_totals_the_seconds(report):
    lines = run_table(report.run_summary).splitlines()

    assert lines[0].split("  ")[0] == "stage" and lines[0].endswith("refused")
    assert set(lines[1]) == {"─", " "}
    assert lines[2].startswith("sources     accounts") and lines[2].endswith("1 row left out")
    assert lines[-1].split() == ["1", "min", "17", "s"]
    ends = {line.find("s", 50) for line in (lines[2], lines[3])}
    assert len(ends) == 1, "seconds stand below each other"


def test_a_long_note_goes_on_below_itself(report):
    long = report.run_summary.with_columns(people=pl.lit("one two three four five six seven eight nine ten"))
    table = run_table(long)

    assert max(len(line) for line in table.splitlines()) <= 120
    first, second = table.splitlines()[2:4]
    assert first.index("one") == second.index("six")


def test_an_empty_run_is_a_heading_and_a_total(nothing):
    assert len(run_table(nothing.run_summary).splitlines()) == 3


def test_two_cycles_stand_side_by_side_with_what_differs(report, tables):
    config = tables["run_config"].with_columns(
        config_json=pl.lit(json.dumps({"book_size": 4, "seed": 8, "regions": []}))
    )
    unreviewed = {name: frame for name, frame in tables.items() if name != "reviewed_books"} | {"run_config": config}
    told = figures(compare(report, ReportInput("2026q4-draft", unreviewed)))

    assert told["Config", "seed"] == ("7", "8", "")
    assert ("Config", "book size") not in told
    assert told["Waterfall", "To Inside Sales"] == ("1", "1", "0")
    assert told["Waterfall", "Owner changes after review"] == ("3", "–", "")
    assert told["Balance", "Imbalance of opportunities, after review"] == ("10.0%", "–", "")
    assert told["Drive time", "Mean"] == ("30 min", "30 min", "0 min")


def test_differences_are_those_of_the_figures_shown(report, tables):
    kept = tables["proposed_books"].with_columns(rep_id="current_owner_id", is_move=pl.lit(False), drive_minutes=45)
    other = ReportInput("2026q4-draft", tables | {"proposed_books": kept})
    told = figures(compare(report, other))

    assert told["Waterfall", "Owner changes proposed"] == ("4", "1", "−3")
    assert told["Balance", "Imbalance of opportunities, as proposed"] == ("0.0%", "20.0%", "+20.0 points")
    assert told["Drive time", "Mean"] == ("30 min", "45 min", "+15 min")


def test_the_comparison_is_text_for_a_terminal_and_a_section_for_a_page(report):
    hostile = ReportInput("<b>2026</b>", report.tables)
    both = compare(report, hostile)

    assert both.text.splitlines()[0].split() == ["2026q4-global", "<b>2026</b>", "difference"]
    assert "&lt;b&gt;2026" in both.html and "<b>2026" not in both.html
    assert both.html.count("<table>") == 1


def test_two_cycles_of_which_nothing_has_run_can_be_compared(nothing):
    assert figures(compare(nothing, nothing))["Waterfall", "All accounts"] == ("–", "–", "")
