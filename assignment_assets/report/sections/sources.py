"""What the cycle started from: rows, owners, locks, sums, and what has jumped since the previous cycle."""

from typing import cast

from assignment_assets.domain.sources.profile_table import StartInput
from assignment_assets.domain.tables import (
    AccountsFrame,
    RepsFrame,
    SourceChangesFrame,
    SourceExceptionsFrame,
    SourceProfileFrame,
)
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run
from assignment_assets.report.source_grids import (
    change_grids,
    compared_sentences,
    count_grids,
    idle_grids,
    money_grid,
    row_grid,
)

ANCHOR, TITLE = "sources", "What the cycle started from"


def started_from(report: ReportInput, names: Names) -> Section:
    """The profile of the sources, the same figures as on the page of Growth Strategy."""
    given = StartInput(
        profile=cast(SourceProfileFrame, report.frame("source_profile")),
        changes=cast(SourceChangesFrame, report.frame("source_changes")),
        exceptions=cast(SourceExceptionsFrame, report.frame("source_exceptions")),
        accounts=cast(AccountsFrame, report.frame("accounts")),
        reps=cast(RepsFrame, report.frame("reps")),
    )
    shown = given.figures
    if shown is None:
        return not_run(ANCHOR, TITLE, "Reading the sources")
    sentences = [
        *compared_sentences(given.changes),
        *(note.sentence for note in (*shown.contradictions, *shown.notes)),
    ]
    grids = [row_grid(shown), money_grid(shown), *count_grids(shown), *idle_grids(shown), *change_grids(given.changes)]
    return Section(ANCHOR, TITLE, sentences, grids=grids, is_side_by_side=True)
