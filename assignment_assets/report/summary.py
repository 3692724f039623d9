"""A cycle in one table for the terminal, and two cycles side by side."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assignment_assets.report.comparison import comparison_rows
from assignment_assets.report.grid import Column, grid
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.wording import seconds, whole, words

WIDEST_NOTE, WIDEST_FIGURE = 26, 44  # characters, before a cell continues on the next line


@dataclass(frozen=True)
class Comparison:
    """Two cycles side by side: `rows` (part, figure, a, b, difference; all words), as text and as an HTML section."""

    rows: pl.DataFrame
    text: str
    html: str

    def __str__(self) -> str:
        return self.text


def run_table(run_summary: pl.DataFrame) -> str:
    """The run summary as aligned plain text: stage, asset, rows in and out, seconds, people, refused.

    Parameters
    ----------
    run_summary
        Columns as in `inputs.RUN_SUMMARY_COLUMNS`. Long notes continue on lines of their own.
    """
    headings = ("stage", "asset", "rows in", "rows out", "time", "what people did", "refused")
    rows = [
        (
            words(row["stage"]),
            row["asset"],
            whole(row["rows_in"]),
            whole(row["rows_out"]),
            seconds(row["seconds"]),
            row["people"] or "",
            row["refused"] or "",
        )
        for row in run_summary.to_dicts()
    ]
    total = ("", "", "", "", seconds(run_summary["seconds"].sum()), "", "")
    return aligned(headings, [*rows, total], {2, 3, 4}, WIDEST_NOTE)


def compare(a: ReportInput, b: ReportInput) -> Comparison:
    """What differs between two cycles: config, waterfall, balance, drive minutes.

    Of the config only the settings that differ are listed; the other parts are listed in full.
    """
    rows = comparison_rows(a, b)
    columns = [
        Column("part", "Part"),
        Column("figure", "Figure"),
        Column("a", a.cycle),
        Column("b", b.cycle),
        Column("difference", "Difference"),
    ]
    title = f"{a.cycle} and {b.cycle} side by side"
    html = PAGES.get_template("comparison.html").render(title=title, grid=grid(rows, title, columns))
    headings = ("", "", a.cycle, b.cycle, "difference")
    return Comparison(rows, aligned(headings, rows.rows(), {2, 3, 4}, WIDEST_FIGURE), html)


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], right: set[int], widest: int) -> str:
    """Rows under their headings in columns of at most `widest` characters; those in `right` are flush right."""
    wrapped = [[textwrap.wrap(cell, widest) or [""] for cell in row] for row in [headings, *rows]]
    widths = [max(len(line) for row in wrapped for line in row[place]) for place in range(len(headings))]
    lines = []
    for row in wrapped:
        for depth in range(max(len(cell) for cell in row)):
            parts = [cell[depth] if depth < len(cell) else "" for cell in row]
            padded = [
                part.rjust(width) if place in right else part.ljust(width)
                for place, (part, width) in enumerate(zip(parts, widths, strict=True))
            ]
            lines.append("  ".join(padded).rstrip())
        if row is wrapped[0]:
            lines.append("  ".join("─" * width for width in widths))
    return "\n".join(lines) + "\n"
