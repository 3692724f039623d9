"""Reports on disk: the whole company's, and one a region, made from what is published."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import require_known, status_of, tables_of
from assignment_assets.report.cycle_report import render
from assignment_assets.report.drive_minutes import with_minutes
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.region import file_names, of_region, regions
from assignment_assets.stages.run_summary import RunSummary


def read_report(folder: DataFolder, cycle: str, now: datetime) -> ReportInput:
    """What a cycle's report is made from, read from its published tables.

    Raises
    ------
    CycleClosed
        There is no such cycle.
    """
    require_known(folder, cycle)
    summary = RunSummary.read(folder, cycle).frame(folder, cycle)
    return ReportInput(cycle, tables_of(folder, cycle), status_of(folder, cycle, now).state, summary)


def write_report(folder: DataFolder, report: ReportInput) -> Path:
    """Writes the whole company's report and returns its path."""
    path = folder.reports(report.cycle) / "index.html"
    write_whole(path, render(with_minutes(report)))
    return path


def write_region_reports(
    folder: DataFolder, report: ReportInput, wanted: Iterable[str] | None = None
) -> dict[str, Path]:
    """Writes the reports of these regions, or of all; region → its file.

    Raises
    ------
    InvalidInput
        No field rep belongs to one of them.
    """
    names = file_names(regions(report))
    parts = {name: of_region(report, name) for name in (names if wanted is None else wanted)}
    paths = {name: folder.reports(report.cycle) / "regions" / names[name] for name in parts}
    for name, part in parts.items():
        write_whole(paths[name], render(with_minutes(part)))
    return paths
