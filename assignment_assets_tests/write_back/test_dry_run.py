"""Before writing: the page to decide from, the teams that are kept, the files for loading by hand."""

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.write_back.by_hand import take_in, waiting
from assignment_assets.write_back.dry_run import calls_for, dry_run
from assignment_assets.write_back.result_files import read_results
from assignment_assets.write_back.teams import is_kept, keep, restore_files, snapshot
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, FIELD, PlanRunner, drawn, moves


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def teams_of(runner, rows):
    return snapshot(runner.tools.gateway().org, rows["account_id"].to_list())


def test_the_page_says_what_would_happen_and_nothing_is_written(runner):
    rows = moves(200)
    runner.org.edit(rows["account_id"][0], {"OwnerId": FIELD[2]})
    runner.org.edit(rows["account_id"][1], {"Carve_Out__c": "TAD"})
    found = dry_run(rows, {ACTIVE[0]: 9_900}, runner.tools.gateway(), 4)
    assert found.verdicts == {"READY": 198, "DRIFT": 1, "DRIFT_RULE": 1}
    assert found.skewed_owners == {ACTIVE[0]: 10_100}
    teams = teams_of(runner, rows)
    assert found.team_members == teams["AccountTeamMember"].height
    assert found.manual_shares == teams["AccountShare"].height
    owners = dict(rows.select("account_id", "old_owner_id").iter_rows())
    deals = COMPANY.opportunities.filter(~pl.col("is_closed")).select("account_id", "owner_id").rows()
    assert found.open_opportunities == sum(owners.get(account) == owner for account, owner in deals)
    assert (found.calls, found.calls_allowed) == (10, 100_000)
    page = found.page()
    assert "     198  accounts would get their new owner" in page
    assert "Nothing was written" in page
    assert f"{rows['account_id'][1]}  drift_rule: The carve-out is TAD" in page
    assert runner.org.sent() == []


def test_a_receiver_who_may_not_receive_is_named(runner):
    runner.org.edit(ACTIVE[0], {"IsActive": False}, object="User")
    found = dry_run(moves(3), {}, runner.tools.gateway(), 4)
    assert found.verdicts == {"HELD": 3}
    assert f"{ACTIVE[0]} is not an active user" in found.page()


def test_calls_are_reckoned_as_they_are_made():
    assert [calls_for(count) for count in (124, 5_000, 100_000)] == [7, 206, 4_100]


def test_teams_and_manual_shares_that_the_write_deletes_are_offered_for_restoring(runner, tmp_path):
    rows = moves(200)
    before = teams_of(runner, rows)
    keep(before, tmp_path / "kept", "c.1")
    assert is_kept(tmp_path / "kept", "c.1")
    runner.run(runner.add(*drawn(rows)))
    after = teams_of(runner, rows)
    assert (after["AccountTeamMember"].height, after["AccountShare"].height) == (0, 0)
    keep(after, tmp_path / "kept", "c.1")
    paths = restore_files(tmp_path / "kept", ["c.1"], rows["account_id"].to_list(), after)
    members = pl.read_csv(paths[0], infer_schema=False)
    assert members.sort("AccountId").equals(before["AccountTeamMember"].sort("AccountId"))
    assert members.columns[:3] == ["AccountId", "UserId", "TeamMemberRole"]
    assert restore_files(tmp_path / "elsewhere", ["c.1"], [], after) == []


def test_a_whole_object_is_read_where_accounts_are_many(runner, monkeypatch):
    rows = moves(200)
    few = teams_of(runner, rows)
    monkeypatch.setattr("assignment_assets.write_back.teams.READ_ALL_ABOVE", 10)
    many = teams_of(runner, rows)
    for name, frame in few.items():
        assert frame.sort("AccountId").equals(many[name].sort("AccountId"))


def test_what_data_loader_answers_is_taken_in_and_verified(runner, tmp_path):
    plan, rows = drawn(moves(4))
    runner.add(plan, rows)
    with runner.journal() as journal:
        loaded, refused, claimed, left = waiting(journal, [plan])["account_id"]
    runner.org.edit(loaded, {"OwnerId": ACTIVE[0]})
    success, errors = tmp_path / "success.csv", tmp_path / "error.csv"
    success.write_text(f'"ID","OWNERID","STATUS"\n"{loaded}","x","Item Updated"\n"{claimed}","x","Item Updated"\n')
    errors.write_text(f'"ID","OWNERID","ERROR"\n"{refused}","x","entity is locked"\n"001other","x","no"\n')
    with runner.journal() as journal:
        taken = take_in(journal, [plan], read_results(success, errors, {}), runner.tools)
    assert (taken.loaded, taken.refused) == ([loaded, claimed], {refused: "entity is locked"})
    assert taken.unknown == ["001other"]
    assert runner.states(plan) == {loaded: "ACK", claimed: "ACK", refused: "FAILED_HUMAN"}
    runner.org.clock.advance(5)
    runner.run(plan)
    states = runner.states(plan)
    assert (states[loaded], states[refused], states[left]) == ("VERIFIED", "VERIFIED", "VERIFIED")
    assert states[claimed] == "REVERTED_BY_AUTOMATION"


def test_a_file_that_is_not_data_loaders_is_refused(runner, tmp_path):
    path = tmp_path / "error.csv"
    path.write_text("Id,What\na,b\n")
    with pytest.raises(InvalidInput, match="expected a column with what was wrong"):
        read_results(None, path, {})
