"""What belongs to moved accounts and does not follow them: counted before, offered as files afterwards."""

import polars as pl
import pytest

from assignment_assets.write_back.companions import companions, counts, write_files
from assignment_assets.write_back.dry_run import dry_run
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, PlanRunner, drawn, moves

ROWS = moves(40)


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def planted(runner):
    """Records of the old owner, of somebody else, and closed ones, with the first account; its owner."""
    account, owner = ROWS.row(0, named=True)["account_id"], ROWS.row(0, named=True)["old_owner_id"]
    other = next(each for each in FIELD if each != owner)
    mine, others = ({"AccountId": account, "OwnerId": each} for each in (owner, other))
    for name, facts in {
        "Contact": [mine | {"LastName": "One"}, mine | {"LastName": "Two"}, others | {"LastName": "Three"}],
        "Task": [mine | {"IsClosed": False}, mine | {"IsClosed": True}, others | {"IsClosed": False}],
        "Case": [mine | {"IsClosed": False}, mine | {"IsClosed": True}],
        "Opportunity": [
            mine | {"Name": "a", "StageName": "Negotiation", "IsClosed": False},
            mine | {"Name": "b", "StageName": "Prospecting", "IsClosed": False},
        ],
    }.items():
        runner.org.create(name, facts)
    return owner


def open_deals():
    """Open deals of the old owners among the company's own."""
    owners = dict(ROWS.select("account_id", "old_owner_id").iter_rows())
    deals = COMPANY.opportunities.filter(~pl.col("is_closed")).select("account_id", "owner_id").rows()
    return sum(owners.get(account) == owner for account, owner in deals)


def test_the_files_hold_what_the_dry_run_counted_and_what_others_own_stays(runner, tmp_path):
    owner = planted(runner)
    looked = dry_run(ROWS, {}, runner.tools.gateway(), 1)
    assert looked.companions == {"Contact": 2, "Opportunity": 2 + open_deals(), "Task": 1, "Case": 1}
    assert looked.companions["Opportunity"] == looked.open_opportunities
    assert "       2  contacts of the old owners" in looked.page()
    runner.run(runner.add(*drawn(ROWS)))
    found = companions(runner.tools.gateway().org, ROWS)
    assert counts(found) == looked.companions
    files = {each.name: each for each in write_files(found, tmp_path / "files")}
    load, back = (pl.read_csv(path) for path in (files["Contact"].load, files["Contact"].rollback))
    assert load.columns == back.columns == ["Id", "OwnerId"]
    assert load["OwnerId"].unique().to_list() == [ROWS.row(0, named=True)["new_owner_id"]]
    assert back["OwnerId"].unique().to_list() == [owner]
    assert load["Id"].to_list() == back["Id"].to_list()
    assert all(set(part["body"]) == {"OwnerId"} and "/Account/" in part["url"] for part in runner.org.sent())


def test_deals_in_stages_that_stay_are_in_no_file(runner):
    planted(runner)
    org = runner.tools.gateway().org
    every, *_ = counts(companions(org, ROWS, objects=["Opportunity"])).values()
    found = companions(org, ROWS, ["negotiation"], ["Opportunity"])["Opportunity"]
    stages = dict(org_stages(org))
    assert 0 < found.height < every
    assert "Negotiation" not in {stages[each] for each in found["Id"]}
    looked = dry_run(ROWS, {}, runner.tools.gateway(), 1, ["Negotiation"])
    assert looked.companions["Opportunity"] == found.height
    assert looked.open_opportunities == every


def org_stages(org):
    return [(each["Id"], each["StageName"]) for each in org.query("SELECT Id, StageName FROM Opportunity")]


def test_what_the_user_does_not_see_is_said_to_be_not_there_and_gives_no_file(runner, tmp_path):
    planted(runner)
    runner.org.access(hidden_fields=["Contact.OwnerId"])
    looked = dry_run(ROWS, {}, runner.tools.gateway(), 1)
    assert looked.companions["Contact"] is None
    assert "          contacts: not there" in looked.page()
    found = companions(runner.tools.gateway().org, ROWS)
    assert [each.name for each in write_files(found, tmp_path / "files")] == ["Opportunity", "Task", "Case"]
