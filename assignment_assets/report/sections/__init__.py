"""The report's sections in reading order, each made from the frames that it shows."""

from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections import arrivals, books, choice, people, places, run, sources, trail
from assignment_assets.report.sections.section import Section

SECTIONS = (
    run.waterfall,
    run.stages,
    sources.started_from,
    arrivals.did_not_arrive,
    books.balance_of_books,
    books.books,
    places.on_the_map,
    places.drive_time,
    places.overflow,
    choice.front,
    choice.certificate,
    people.edits,
    people.held_and_refused,
    people.sign_offs,
    people.approved,
    trail.write_back,
    trail.exceptions,
    trail.audit,
    run.configuration,
)


OF_THE_RUN = (run.stages, sources.started_from, arrivals.did_not_arrive, run.configuration)
"""What is told of the whole company only."""


def sections(report: ReportInput) -> list[Section]:
    """All sections, those without rows too: they say so in a sentence."""
    names = Names(report.frame("accounts"), report.frame("reps"))
    return [make(report, names) for make in SECTIONS if not (report.region and make in OF_THE_RUN)]
