"""Extensions of the model in a real cycle: coverage overrides."""

import pytest

from assignment_assets.domain.tables import CERTIFICATE, OVERFLOW, PROPOSED_BOOKS
from assignment_assets_tests.company import tiny
from assignment_assets_tests.rehearsal import Cycle, settle_in


@pytest.fixture
def cycle(tmp_path, monkeypatch):
    return Cycle(settle_in(tmp_path, tmp_path / "dagster", monkeypatch))


def test_an_override_finds_a_book_for_an_account_whose_state_nobody_covers(cycle):
    override = {"account_id": "i03", "rep_id": "nia", "reason": "She lived in Cheyenne"}
    cycle.source(tiny()).open(coverage_overrides=[override]).propose()
    (row,) = cycle.rows(PROPOSED_BOOKS, account_id="i03")
    assert row["rep_id"] == "nia"
    assert row["reason_sentence"].endswith("by Growth Strategy's override: She lived in Cheyenne.")
    assert "i03" not in set(cycle.table(OVERFLOW)["account_id"])
    (line,) = cycle.rows(CERTIFICATE, metric="coverage_overrides")
    assert line["sentence"] == (
        "1 of 1 accounts that have a coverage override are with a rep who may hold them by it alone.")
