"""A cycle in one table for the terminal, and two cycles side by side."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.report.inputs import ReportInput


@dataclass(frozen=True)
class Comparison:
    """Two cycles side by side: `rows` (part, figure, a, b, difference; all words), as text and as an HTML section."""

    rows: pl.DataFrame
    text: str
    html: str


def run_table(run_summary: pl.DataFrame) -> str:
    """The run summary as aligned plain text, at most 110 columns wide."""
    raise NotImplementedError


def compare(a: ReportInput, b: ReportInput) -> Comparison:
    """What differs between two cycles: config, overflow, moves, drive minutes, balance."""
    raise NotImplementedError
