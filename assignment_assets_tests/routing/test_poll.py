"""What a poll notices of the org: mergers, deleted deals, reps who are taken off the team, files instead of an org."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.domain.routing.tables import EVENTS, EXCEPTIONS, POLLS, SEEN_OPPORTUNITIES, SEEN_REPS
from assignment_assets.domain.tables import CYCLE_EVENTS, ELIGIBLE_POOL, RUN_CONFIG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.poll import poll
from assignment_assets.routing.rules_file import read_rules
from assignment_assets.sample.company import write
from assignment_assets_tests.company import account, org_id, tiny
from assignment_assets_tests.io.sources.exports import export


def happened(org) -> list[tuple[str, str]]:
    return org.table(EVENTS).select("kind", "subject_id").rows()


def test_a_poll_reads_only_what_changed_and_everybody_on_the_team(org):
    org.edit("a01", Name="Renamed Clinic")
    org.wait(minutes=11)
    org.go()
    org.wait(minutes=21)
    org.go()
    polls = org.table(POLLS)
    assert polls["account_count"].to_list() == [43, 1, 0]
    assert polls["rep_count"].to_list() == [9, 9, 9]


def test_an_account_merged_into_another_owners_is_for_the_exception_queue(org):
    org.address.hook("edit", object="Account", id=org_id("a12"), merged_into=org_id("b12"))
    org.wait(minutes=1)
    org.go()
    assert happened(org) == [("merged", org_id("b12"))]
    found = org.table(EXCEPTIONS).row(0, named=True)
    assert (found["kind"], found["subject_id"]) == ("family_split", org_id("b12"))
    assert org_id("ana") in found["why"] and org_id("ben") in found["why"]


def test_a_rep_who_is_taken_off_the_team_has_left(org):
    org.edit("ben", Assignment_Team__c="")
    org.wait(minutes=1)
    org.go()
    assert happened(org) == [("departure", org_id("ben"))]


def test_a_deal_that_was_deleted_is_forgotten(org):
    deal = {"Id": org_id("d7"), "AccountId": org_id("a01"), "OwnerId": org_id("ben"), "StageName": "Open"}
    org.address.hook("create", object="Opportunity", records=[deal])
    assert org_id("d7") in deals_seen(org)
    org.address.hook("edit", object="Opportunity", id=org_id("d7"), is_deleted=True, fields={})
    assert org_id("d7") not in deals_seen(org)


def deals_seen(org) -> list[str]:
    org.wait(minutes=1)
    org.go()
    with RoutingLog(org.folder).open() as transaction:
        return transaction.table(SEEN_OPPORTUNITIES)["opportunity_id"].to_list()


def test_files_are_compared_whole(tmp_path, org):
    setting = SourceSetting(kind="sample", path=str(tmp_path / "files"))
    log, rules = RoutingLog(type(org.folder)(tmp_path / "other")), read_rules()
    write(tiny(), tmp_path / "files")
    assert poll(log, ChangeReader(setting), rules, [], org.now).candidates["why"].unique().to_list() == [
        "placeholder_owner"
    ]
    org.wait(minutes=5)
    write(tiny(account("n01", "queue", created_at=org.now), reps={"ben": {"is_active": False}}), tmp_path / "files")
    second = poll(log, ChangeReader(setting), rules, [], org.now)
    assert "n01" in second.candidates["account_id"].to_list()
    assert second.events.select("kind", "subject_id").rows() == [("departure", "ben")]


def publish_cycle(org, *event_kinds: str, mode: str = "open") -> None:
    """A quarterly cycle in which n01 is free."""
    published = org.folder.published("2026q4-global")
    published.mkdir(parents=True, exist_ok=True)
    rows = [
        (ELIGIBLE_POOL, [{"account_id": org_id("n01"), "standing": "free"}]),
        (RUN_CONFIG, [{"revision": 1, "mode": mode}]),
        (CYCLE_EVENTS, [{"event_no": number, "event": event} for number, event in enumerate(event_kinds, 1)]),
    ]
    for table, given in rows:
        frame = pl.DataFrame([dict.fromkeys(table.columns) | row for row in given], schema=table.columns)
        frame.write_parquet(published / f"{table.name}.parquet")


def test_an_account_that_is_free_in_an_open_cycle_is_left_to_that_cycle(org):
    publish_cycle(org, "opened")
    org.enter("n01")
    org.wait(minutes=1)
    assert org.go().decided == 0
    publish_cycle(org, "opened", "closed")
    org.wait(minutes=1)
    assert org.go().decided == 1


def test_a_draft_claims_nothing(org):
    publish_cycle(org, "opened", mode="draft")
    org.enter("n01")
    org.wait(minutes=1)
    assert org.go().decided == 1


def test_a_poll_that_fails_leaves_the_log_as_it_was(org):
    log = RoutingLog(org.folder)
    missing = ChangeReader(SourceSetting(kind="sample", path=str(org.folder.root / "nowhere")))
    with pytest.raises(SourceUnavailable):
        poll(log, missing, read_rules(), [], org.now)
    with log.open() as transaction:
        assert transaction.table(POLLS).height == 1


def test_a_block_that_fails_undoes_what_it_wrote(org):
    log = RoutingLog(org.folder)
    with pytest.raises(ZeroDivisionError), log.kept(), log.open() as transaction:
        transaction.replace(POLLS, POLLS.empty())
        transaction.table(POLLS).height // 0
    with log.open() as transaction:
        assert transaction.table(POLLS).height == 1


def test_rules_that_cannot_be_read_stop_the_pass_and_say_why(org):
    org.rules.write_text("order = [\n")
    with pytest.raises(InvalidInput, match=r"routing\.toml"):
        org.go()
    org.rules.unlink()
    with pytest.raises(SourceUnavailable, match="Copy examples"):
        org.go()


def test_a_reps_cell_that_cannot_be_read_leaves_the_last_good_one_in_force_with_an_alert(org):
    before = org.table(SEEN_REPS).filter(rep_id=org_id("ben"))
    org.edit("ben", Covered_States__c="Atlantis", Name="Ben Renamed")
    org.wait(minutes=1)
    org.go()
    after = org.table(SEEN_REPS).filter(rep_id=org_id("ben"))
    assert after["covered_states"].to_list() == before["covered_states"].to_list() != [[]]
    assert after["name"].to_list() == ["Ben Renamed"]
    (found,) = org.table(EXCEPTIONS).filter(kind="unread_rep").to_dicts()
    assert found["subject_id"] == org_id("ben") and "is Atlantis, expected USPS state codes" in found["why"]
    alert = org.folder.root / "alerts" / "reps.txt"
    assert "what was read last stays in force" in alert.read_text()
    org.edit("ben", Covered_States__c="TX")
    org.wait(minutes=1)
    org.go()
    assert "every rep's row can be read" in alert.read_text()
    assert org.table(SEEN_REPS).filter(rep_id=org_id("ben"))["covered_states"].to_list() == [["TX"]]


def test_a_roster_whose_row_lost_its_id_or_team_makes_nobody_a_leaver(tmp_path):
    setting, now = SourceSetting(kind="files", path=str(export(tmp_path))), datetime(2026, 10, 1, 9)
    log, rules = RoutingLog(DataFolder(tmp_path / "data")), read_rules()
    poll(log, ChangeReader(setting), rules, [], now)
    broken = {1: {"User ID": "#N/A"}, 2: {"Team": "wizards"}}
    export(tmp_path, reps=lambda number, row: row | broken.get(number, {}))
    polled = poll(log, ChangeReader(setting), rules, [], now + timedelta(hours=1))
    assert polled.events.filter(kind="departure").is_empty()
    with log.open() as transaction:
        assert transaction.table(SEEN_REPS).filter("is_active").height == 6
