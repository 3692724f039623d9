"""What became of owners that we wrote: who changed one since, and when, as the org's history tells it."""

from datetime import timedelta

import polars as pl
import pytest

from assignment_assets.domain.routing.owners_since import ROUTING, changed, sentences, since_kpis
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets.write_back.owners_since import WRITTEN, owners_since, written_by_cycles
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, PlanRunner, drawn, moves

ROBOT = FIELD[3]
ROWS = moves(8)
IDS = ROWS["account_id"].to_list()


@pytest.fixture
def runner(tmp_path):
    """A plan of eight accounts that was written and verified."""
    with local_org(COMPANY, tmp_path / "org") as org:
        runner = PlanRunner(org, tmp_path)
        runner.run(runner.add(*drawn(ROWS)))
        org.clock.advance(60)
        yield runner


def written(runner):
    with runner.journal() as journal:
        return written_by_cycles(journal)


def looked(runner, rows=None, cycle=""):
    return owners_since(written(runner) if rows is None else rows, runner.tools.gateway(), [ROBOT], cycle)


def findings(since):
    return {row["account_id"]: (row["finding"], row["changed_by"], row["told_by"]) for row in changed(since).to_dicts()}


def test_each_change_is_named_by_the_one_who_made_it_whoever_touched_the_account_last(runner):
    by_person, by_robot, gone, touched = IDS[:4]
    runner.org.edit(by_person, {"OwnerId": FIELD[2]})
    at = runner.org.utc_now()
    runner.org.edit(by_robot, {"OwnerId": FIELD[2]}, user_id=ROBOT)
    runner.org.edit(gone, is_deleted=True)
    runner.org.edit(touched, {"Name": "Renamed"}, user_id=ROBOT)
    runner.org.clock.advance(600)
    runner.org.edit(by_person, {"Name": "Renamed"}, user_id=ROBOT)
    since = looked(runner)
    assert findings(since) == {
        by_person: ("override", HUMAN_USER_ID, "owner_history"),
        by_robot: ("stale_overwrite", ROBOT, "owner_history"),
        gone: ("not_visible", None, None),
    }
    (told,) = [row for row in since.to_dicts() if row["account_id"] == by_person]
    assert abs(told["changed_at"] - at) < timedelta(seconds=60)
    assert [(kpi, value) for kpi, value, _, _ in since_kpis(since)] == [
        ("owner_overrides", 12.5),
        ("stale_overwrites", 12.5),
    ]
    said = next(line for line in sentences(since) if by_person in line)
    assert f"overridden by a person {HUMAN_USER_ID} at " in said
    assert said.endswith("UTC (the owner's history); written by c")
    assert since.height == 8


def test_without_a_history_the_last_modification_tells(runner):
    runner.org.switch_off("account_history")
    runner.org.edit(IDS[0], {"OwnerId": FIELD[2]})
    runner.org.edit(IDS[0], {"Name": "Renamed"}, user_id=ROBOT)
    assert findings(looked(runner)) == {IDS[0]: ("stale_overwrite", ROBOT, "last_modification")}


def test_what_routing_wrote_after_a_cycle_is_looked_at_as_routings_and_not_as_a_change_of_the_cycles(runner):
    later = runner.org.utc_now()
    runner.org.edit(IDS[0], {"OwnerId": FIELD[2]})
    routed = pl.DataFrame([(IDS[0], ROUTING, FIELD[2], later)], WRITTEN, orient="row")
    both = pl.concat([written(runner), routed])
    assert findings(looked(runner, both)) == {}
    runner.org.clock.advance(60)
    runner.org.edit(IDS[0], {"OwnerId": FIELD[1]})
    assert findings(looked(runner, both)) == {IDS[0]: ("override", HUMAN_USER_ID, "owner_history")}
    assert looked(runner, both, "c").height == 7
    assert looked(runner, both).filter(pl.col("written_by") == ROUTING)["account_id"].to_list() == [IDS[0]]


def test_before_anybody_looked_the_kpis_say_so(runner):
    nothing = looked(runner, pl.DataFrame(schema=WRITTEN))
    assert {value for _, value, _, _ in since_kpis(nothing)} == {None}
