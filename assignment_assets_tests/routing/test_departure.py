"""A leaver's book, from the org's own record of it to new owners in the org, in one working day."""

import polars as pl
import pytest

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.domain.routing.tables import (
    DECISIONS,
    DEPARTURE_WAYS,
    DEPARTURES,
    EVENT_CYCLES,
    EVENTS,
    TERRITORY_POOL,
)
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import ACCOUNTS, ELIGIBLE_POOL, WRITE_BACK_LOG
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.look import look
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.routing.by_policy import sign_under_policy, written_next
from assignment_assets.routing.hand_over import write_hand_over
from assignment_assets.sandbox import mapping_path
from assignment_assets_tests.company import DANA, org_id


@pytest.fixture
def left(org, monkeypatch):
    """Ben leaves; two of his accounts are of a low tier, b06 has an open deal; the quiet window has passed."""
    monkeypatch.setenv("ASSIGNMENT_SOURCE", "salesforce")
    monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(mapping_path()))
    for short in ("b09", "b10"):
        org.edit(short, Tier__c="D")
    deal = {
        "Id": org_id("d7"),
        "AccountId": org_id("b06"),
        "OwnerId": org_id("ben"),
        "StageName": "Negotiation",
        "Amount": 700,
        "CloseDate": "2026-10-20",
    }
    org.address.hook("create", object="Opportunity", records=[deal])
    org.edit("ben", IsActive=False)
    return org


def settle(org, cycle: str) -> None:
    """Every segment of the event's cycle, as its sensors would ask for it."""
    row = org.table(EVENT_CYCLES).filter(cycle=cycle).row(0, named=True)
    config = RunConfig.model_validate_json(row["config_json"])
    run_segment("open_cycle", cycle, config.model_copy(update={"book_size": 30}), org.now)
    for segment in ("propose", "review"):
        org.wait(minutes=2)
        run_segment(segment, cycle, now=org.now)


def pass_the_window(org):
    org.wait(minutes=1)
    org.go()
    org.wait(minutes=31)
    return org.go()


def test_a_departure_is_one_event_with_one_cycle_and_a_restart_makes_no_second(left):
    left.allow("departure")
    done = pass_the_window(left)
    assert done.event_cycles["cycle"].to_list() == [f"2026-10-01-departure-{org_id('ben').lower()}"]
    for _ in range(2):
        left.wait(minutes=40)
        assert left.go().event_cycles.height == 0
    assert left.table(EVENTS).select("kind", "subject_id").rows() == [("departure", org_id("ben"))]


def test_low_tiers_wait_for_the_next_new_hire_and_pipeline_is_listed_for_the_director(left):
    left.allow("departure")
    pass_the_window(left)
    ways = left.table(DEPARTURES)
    assert dict(ways.group_by("way").len().iter_rows()) == {"director": 1, "territory_pool": 2, "optimiser": 9}
    assert sorted(left.table(TERRITORY_POOL)["account_id"]) == [org_id("b09"), org_id("b10")]
    assert left.owner(org_id("b09")) == org_id("amy")
    path = write_hand_over(left.folder, ways)[0]
    assert path.parent.name == DANA and org_id("b06") in path.read_text()


def test_leavers_of_one_window_share_one_cycle_and_each_has_a_list_and_a_row_of_figures(left):
    left.allow("departure")
    left.wait(minutes=5)
    left.go()
    deal = {
        "Id": org_id("d8"),
        "AccountId": org_id("c06"),
        "OwnerId": org_id("cleo"),
        "StageName": "Negotiation",
        "Amount": 900,
        "CloseDate": "2026-10-20",
    }
    left.address.hook("create", object="Opportunity", records=[deal])
    left.edit("cleo", IsActive=False)
    left.wait(minutes=10)
    assert left.go().event_cycles.height == 0
    left.wait(minutes=31)
    cycles = left.go().event_cycles
    assert cycles["cycle"].to_list() == ["2026-10-01-event-1"] and cycles["event_count"].to_list() == [2]
    books = RunConfig.model_validate_json(cycles["config_json"][0]).books
    assert sorted(books) == sorted([org_id("ben"), org_id("cleo")])
    ways = left.table(DEPARTURE_WAYS)
    shown = ways.select("name", "accounts", "optimiser", "director", "territory_pool", "still_theirs").sort("name")
    assert shown.rows() == [("Ben Ode", 12, 9, 1, 2, 10), ("Cleo Park", 12, 9, 3, 0, 12)]
    assert ways["cycle"].to_list() == ["2026-10-01-event-1"] * 2
    lists = write_hand_over(left.folder, left.table(DEPARTURES))
    assert sorted(path.stem for path in lists) == sorted([org_id("ben"), org_id("cleo")])


def test_without_a_policy_nothing_moves_and_the_cycle_waits_for_a_person(left):
    pass_the_window(left)
    assert left.owner(org_id("b09")) == org_id("ben")
    assert left.table(EVENT_CYCLES)["up_to"].to_list() == ["nothing"]
    assert left.table(DECISIONS)["rule"].to_list() == ["territory_pool"] * 2


def test_the_same_day_every_account_of_the_leaver_has_another_active_owner(left):
    left.allow("departure")
    cycle = pass_the_window(left).event_cycles["cycle"][0]
    settle(left, cycle)
    said = sign_under_policy(left.folder, engine_key(), left.now)
    assert said[0].endswith("regions signed under the policy standing")
    for _ in range(2):
        look(left.folder, cycle, "sign_offs", left.now, engine_key(), settled_seconds=0)
    run_segment("sign_off", cycle, now=left.now)
    assert [each for each, _ in written_next(left.folder)] == [cycle]
    left.wait(minutes=2)
    run_segment("write_back", cycle, now=left.now)
    written = read_published(left.folder, cycle, WRITE_BACK_LOG)
    assert set(written["outcome"]) == {"verified"} and written.height == 10
    assert org_id("ben") not in {left.owner(org_id(f"b{number:02}")) for number in range(1, 13)}
    assert left.now.date().isoformat() == "2026-10-01"


def test_a_new_starter_is_offered_what_waits_in_the_territory_pool(left):
    left.allow("departure", "new_starter")
    pass_the_window(left)
    left.address.hook(
        "create",
        object="User",
        records=[
            {
                "Id": org_id("zoe"),
                "Name": "Zoe Lin",
                "Email": "zoe@example.com",
                "IsActive": True,
                "Assignment_Team__c": "field",
                "Region__c": "North",
                "Director_Email__c": DANA,
                "Covered_States__c": "TX;NM",
                "Latitude__c": 32.8,
                "Longitude__c": -96.8,
                "Started_On__c": "2026-10-01",
            }
        ],
    )
    cycle = pass_the_window(left).event_cycles["cycle"][0]
    assert "new-starter" in cycle
    row = left.table(EVENT_CYCLES).filter(cycle=cycle).row(0, named=True)
    run_segment("open_cycle", cycle, RunConfig.model_validate_json(row["config_json"]), left.now)
    pool = read_published(left.folder, cycle, ELIGIBLE_POOL)
    assert sorted(pool.filter(reason="held_for_new_hire")["account_id"]) == [org_id("b09"), org_id("b10")]
    assert read_published(left.folder, cycle, ACCOUNTS).filter(pl.col("held_for_new_hire")).height == 2
