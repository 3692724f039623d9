"""What each region signs: workbooks that are written again only where they say something else."""

from pathlib import Path

from assignment_assets.domain.tables import EDIT_VERDICTS, PROPOSED_BOOKS
from assignment_assets.io.intake.outbox import WRITTEN
from assignment_assets_tests.company import LEE, PRIYA


def stamps(cycle) -> dict[str, int]:
    """Workbook → when it was written, in nanoseconds."""
    folder: Path = cycle.folder.outbox(cycle.name, "sign_offs")
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.glob("*/*.xlsx")}


def test_a_second_run_leaves_the_workbooks_as_they_are(reviewed):
    before = stamps(reviewed)
    reviewed.run("sign_off")
    assert before and stamps(reviewed) == before
    assert (reviewed.folder.outbox(reviewed.name, "sign_offs") / WRITTEN).is_file()


def test_a_decision_rewrites_the_regions_that_it_changes(proposed):
    wanted = next(
        row["account_id"]
        for row in proposed.table(PROPOSED_BOOKS).to_dicts()
        if row["rep_id"] == "ben" and row["phase"] != "lock" and row["account_id"] not in ("b05", "b10", "b12", "m03")
    )
    proposed.edit(LEE, add=[(wanted, "cleo", "relationship")])
    proposed.look("review_edits")
    proposed.review()
    before = stamps(proposed)
    (held,) = proposed.rows(EDIT_VERDICTS, verdict="held")
    proposed.decide(held, PRIYA, "accept")
    proposed.look("sign_offs")
    proposed.run("sign_off")
    changed = {name for name, stamp in stamps(proposed).items() if before[name] != stamp}
    assert {Path(name).name for name in changed} == {"north.xlsx", "south.xlsx"}
    assert {Path(name).name for name in before} - {Path(name).name for name in changed} <= {"no_region.xlsx"}
