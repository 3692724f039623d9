"""What was approved before, was loaded by hand, and did not arrive in the source."""

from collections.abc import Iterator
from typing import cast

import polars as pl

from assignment_assets.domain.tables import ArrivalsFrame
from assignment_assets.report.grid import Column, Grid, grid
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run
from assignment_assets.report.wording import day, plural, whole

ANCHOR, TITLE = "arrivals", "What was approved before and did not arrive"
ARRIVAL_WORDS = {"missing": "another owner", "gone": "no longer in the source"}


def did_not_arrive(report: ReportInput, names: Names) -> Section:
    """Owners that earlier cycles ended as loaded by hand, and that the sources of this one do not show."""
    if not report.has_run(ANCHOR):
        return not_run(ANCHOR, TITLE, "The comparison with what was loaded by hand")
    return arrivals_section(cast(ArrivalsFrame, report.frame(ANCHOR)), names)


def arrivals_section(found: ArrivalsFrame, names: Names) -> Section:
    """The same from the table alone, a sentence a cycle and a row an account."""
    sentences = list(_sentences(found)) or ["Nothing was loaded by hand before."]
    return Section(ANCHOR, TITLE, sentences, grids=_grids(found.filter(pl.col("arrival") != "arrived"), names))


def _sentences(found: ArrivalsFrame) -> Iterator[str]:
    for (cycle,), rows in found.group_by("loaded_cycle", maintain_order=True):
        away = rows.filter(pl.col("arrival") != "arrived").height
        of = f"{plural(rows.height, 'change')} of {cycle} that {'was' if rows.height == 1 else 'were'} loaded by hand"
        if away:
            yield f"{whole(away)} of {of} did not arrive; this cycle goes by the owners that the source shows."
        else:
            yield f"Of {of}, all arrived."


def _grids(away: pl.DataFrame, names: Names) -> list[Grid]:
    columns = [
        Column("account_id", "Account", names.account, shows_id=True),
        Column("loaded_cycle", "Approved in"),
        Column("loaded_at", "Loaded on", day),
        Column("old_owner_id", "Before", names.person),
        Column("expected_owner_id", "Approved", names.person),
        Column("found_owner_id", "Found", names.person),
        Column("arrival", "What stands there", lambda code: ARRIVAL_WORDS[f"{code}"]),
    ]
    return [grid(away, "Changes that did not arrive", columns, kept_in="arrivals")] if away.height else []
