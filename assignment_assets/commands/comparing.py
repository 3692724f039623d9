"""`assignment cycle compare`: two cycles side by side, or whose accounts changed between two cycles or days."""

from pathlib import Path
from typing import Any

import click

from assignment_assets.commands.output import command, show
from assignment_assets.domain.ownership.comparison import Point
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import known_cycles
from assignment_assets.report.names import Names
from assignment_assets.report.ownership_list import books, counted, people_of, sheet
from assignment_assets.report.ownership_page import changes_html, changes_text
from assignment_assets.report.summary import compare as compare_cycles
from assignment_assets.stages.ownership_changes import OwnershipChanges, is_day, ownership_changes
from assignment_assets.stages.reports import read_report


@click.group()
def comparing() -> None:
    """Commands that compare."""


@command(comparing)
@click.argument("first")
@click.argument("second")
@click.option(
    "--accounts", "by_account", is_flag=True, help="Which accounts changed hands, for whom, why, who decided."
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the changed accounts there as a page.",
)
@click.option(
    "--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="Write every account, before and after."
)
def compare(first: str, second: str, by_account: bool, page: Path | None, table: Path | None, as_json: bool) -> None:
    """Two cycles side by side: balance, drive time, moves, overflow, and where their configurations differ.

    With --accounts, FIRST and SECOND are cycles or days (YYYY-MM-DD), the earlier one first: a cycle that is over
    stands for the books as it left them, a draft or an open one for the books that it would come to.
    """
    folder = DataFolder.from_environment()
    known = known_cycles(folder)
    has_day = any(is_day(each) and each not in known for each in (first, second))
    if by_account or page or table or has_day:
        _show_accounts(ownership_changes(folder, first, second), page, table, as_json)
        return
    text = compare_cycles(*(read_report(folder, each, utc_now()) for each in (first, second)))
    show(str(text), {"comparison": str(text)}, as_json)


def _show_accounts(found: OwnershipChanges, page: Path | None, table: Path | None, as_json: bool) -> None:
    comparison, people = found.comparison, people_of(found.people)
    if page:
        write_whole(page, changes_html(comparison, found.accounts, found.people, found.field_reps))
    if table:
        write_whole(table, sheet(comparison, found.accounts, people).write_csv())
    rows = sheet(comparison, found.accounts, people).to_dicts() if as_json else []
    content = {
        "first": _point(comparison.first),
        "second": _point(comparison.second),
        "counts": counted(comparison).to_dicts(),
        "changed": [row for row in rows if row["change"] == "changed"],
        "came": [row for row in rows if row["change"] == "came"],
        "went": [row for row in rows if row["change"] == "went"],
        "stay_count": sum(row["change"] == "stays" for row in rows),
        "returned_count": comparison.returned_count,
        "books": books(comparison, Names(found.accounts, people)).to_dicts(),
        "steps": comparison.steps.drop("step_no").to_dicts() if as_json else [],
        "files": [str(path) for path in (page, table) if path],
    }
    show(changes_text(comparison, found.accounts, found.people), content, as_json)


def _point(point: Point) -> dict[str, Any]:
    return {"name": point.name, "day": point.day, "is_planned": point.plan is not None}
