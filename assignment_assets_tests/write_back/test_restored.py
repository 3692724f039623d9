"""A journal that was restored from before its writes stops at what the org shows, and goes on by a signature alone."""

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.io.folders import DataFolder
from assignment_assets.write_back.accepting import accept_journal
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, KEY, PlanRunner, drawn, moves

PERSON = "priya@example.com"


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def restored(runner, rows, corrected):
    """The plan written, one account set back by a person, and the journal as it was before."""
    plan = runner.add(*drawn(rows))
    path = runner.folder / "journal.duckdb"
    before = path.read_bytes()
    assert runner.run(plan).counts == {"VERIFIED": rows.height}
    old = dict(rows.select("account_id", "old_owner_id").iter_rows())
    runner.org.edit(corrected, {"OwnerId": old[corrected]})
    runner.org.clock.advance(5)
    path.write_bytes(before)
    return plan


def test_a_restored_journal_overwrites_no_correction_until_a_signer_accepts_it(runner, monkeypatch):
    rows = moves(12)
    corrected, old = rows.select("account_id", "old_owner_id").row(4)
    plan, written = restored(runner, rows, corrected), runner.owners_written().height
    for _ in range(2):
        pause = runner.run(plan).pause
        assert pause.code == "RESTORED_JOURNAL" and pause.resume_seconds is None
        assert "11 of 12 accounts have their new owner already" in pause.sentence
        assert "accept-journal --as YOU" in pause.sentence
    assert runner.org.owner(corrected) == old and runner.owners_written().height == written
    monkeypatch.setenv("ASSIGNMENT_KEY", KEY.decode())
    accept_journal(DataFolder(runner.folder), PERSON, signer_token(KEY, PERSON), runner.tools)
    assert runner.run(plan).counts == {"SKIPPED_ALREADY": 11, "VERIFIED": 1}


def test_accounts_that_people_gave_their_new_owners_are_no_sign_of_a_restored_journal(runner):
    rows = moves(4)
    for account, owner in rows.select("account_id", "new_owner_id").head(3).iter_rows():
        runner.org.edit(account, {"OwnerId": owner}, user_id=FIELD[2])
    runner.org.clock.advance(5)
    assert runner.run(runner.add(*drawn(rows))).counts == {"SKIPPED_ALREADY": 3, "VERIFIED": 1}
