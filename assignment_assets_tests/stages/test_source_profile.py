"""What a cycle started from, from its sources to the report: beside the previous cycle, with checks that only warn."""

from datetime import timedelta

import dagster as dg
import pytest
from click.testing import CliRunner

from assignment_assets.automation.run_segment import instance
from assignment_assets.cli import main
from assignment_assets.domain.sources.profile_table import StartInput
from assignment_assets.domain.tables import SOURCE_CHANGES, SOURCE_PROFILE
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.report.source_page import cycle_page_html, page_html
from assignment_assets.stages.reports import read_report, write_report
from assignment_assets.stages.source_preview import preview
from assignment_assets_tests.company import AS_OF, OLIVIA, account, tiny
from assignment_assets_tests.rehearsal import Cycle, settle_in

NOBODYS = tuple(account(f"a{number:02}", None) for number in range(1, 13))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    return settle_in(tmp_path, tmp_path / "dagster", monkeypatch)


def verdicts(run_id):
    """(table, check) → its evaluation, of those that only warn."""
    with instance() as dagster:
        logs = dagster.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [entry.dagster_event.asset_check_evaluation_data for entry in logs]
    return {(each.asset_key.to_user_string(), each.check_name): each for each in found if not each.blocking}


def ended(cycle):
    """The cycle, cancelled: what it held free is free again."""
    words = ["cycle", "cancel", cycle.name, "--as", OLIVIA, "--reason", "done with"]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    return cycle


def previous_of(cycle):
    """The cycle that its profile is compared with."""
    (previous,) = set(cycle.table(SOURCE_CHANGES)["previous_cycle"])
    return previous


def test_a_cycle_and_a_look_show_the_same_figures(folder):
    cycle = Cycle(folder).source(tiny()).open(book_size=100)
    told = StartInput.read(cycle.warehouse, cycle.name).figures
    snapshot = read_snapshot(read_settings().source, AS_OF)
    assert told == preview(snapshot, AS_OF)
    started, would_start = (
        cycle_page_html(cycle.name, StartInput.read(cycle.warehouse, cycle.name)),
        page_html(told, snapshot.accounts, snapshot.reps, ()),
    )
    for grid in ("Rows by table", "Sums", "Accounts by owner", "Accounts in states that nobody covers"):
        table = _table(started, grid)
        assert table and table == _table(would_start, grid)


def _table(page, caption):
    return page.partition(f"<caption>{caption}</caption>")[2].partition("</table>")[0]


def test_the_scope_plays_no_part(folder):
    wide = Cycle(folder, "wide").source(tiny()).open(mode="draft")
    narrow = Cycle(folder, "narrow").open(mode="draft", scope="rep", reps=["ana"])
    assert wide.table(SOURCE_PROFILE).equals(narrow.table(SOURCE_PROFILE))
    assert narrow.table(SOURCE_CHANGES)["is_jump"].sum() == 0


def test_a_planted_jump_is_told_by_the_command_the_checks_the_page_and_the_report(folder):
    first = Cycle(folder, "first").source(tiny()).open()
    assert previous_of(first) is None
    quiet = verdicts(first.runs[-1].run_id)
    assert quiet["accounts", "no_jump"].passed
    assert all(each.severity == dg.AssetCheckSeverity.WARN for each in quiet.values())

    ended(first)
    Cycle(folder, "second").source(tiny(*NOBODYS))
    words = ["cycle", "new", "second", "--mode", "draft", "--as-of", f"{AS_OF}", "--opened-by", OLIVIA]
    done = CliRunner().invoke(main, [*words, "--book-size", "12", "--preset", "brief"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    second, sentence = Cycle(folder, "second"), "accounts without an owner: 0.0 % in first, 27.3 % now."
    assert previous_of(second) == "first"
    assert f"Jumped since the previous cycle\n  {sentence}" in done.output
    page = cycle_page_html("second", StartInput.read(second.warehouse, "second"))
    assert "Compared with first." in page and "27.3 %" in page
    report = write_report(folder, read_report(folder, "second", second.now)).read_text()
    assert "What the cycle started from" in report and "27.3 %" in report

    found = verdicts(second.run("open_cycle").run_id)  # the same inputs: what it is compared with stays
    assert not found["accounts", "no_jump"].passed
    assert found["accounts", "no_jump"].severity == dg.AssetCheckSeverity.WARN
    assert sentence in found["accounts", "no_jump"].description
    assert found["reps", "no_jump"].passed and found["opportunities", "no_jump"].passed
    assert not found["accounts", "no_empty_column"].passed
    assert "revenue_cents" in found["accounts", "no_empty_column"].description


def test_it_is_compared_with_the_last_of_its_scope_that_is_no_draft(folder):
    begun = ended(Cycle(folder, "begun").source(tiny()).open())
    draft = Cycle(folder, "draft", begun.now + timedelta(days=1)).open(mode="draft")
    rep = ended(Cycle(folder, "departure", begun.now + timedelta(days=2)).open(scope="rep", reps=["ana"]))
    later = Cycle(folder, "later", begun.now + timedelta(days=3)).open()
    assert [previous_of(each) for each in (draft, rep, later)] == ["begun", "draft", "begun"]


def test_metadata_shows_tables_and_numbers_to_plot(folder):
    cycle = Cycle(folder).source(tiny()).open()
    with instance() as dagster:
        event = dagster.get_latest_materialization_event(dg.AssetKey("source_profile"))
    told = event.asset_materialization.metadata
    assert told["accounts without an owner, %"].value == 0.0
    assert told["accounts, rows"].value == 44
    assert told["figures"].records and told["beside the previous cycle"].records
    assert "44 of 44 rows used" in told["what was read"].value
    assert cycle.table(SOURCE_PROFILE).height > 50
