import json
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.routing.events.departure import DEPARTING_BOOKS, departure_plan
from assignment_assets.domain.routing.events.detect import SCOPES
from assignment_assets.domain.routing.events.plan import plan_cycles, ready
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import EVENTS
from assignment_assets.domain.setup.cycle import cycle_id_faults
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.setup.run_config_faults import config_faults
from assignment_assets.domain.sign_off.standing import StandingPolicy
from assignment_assets.domain.tables import OPPORTUNITIES
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import PRIYA, account, deal, table, tiny
from assignment_assets_tests.domain.routing.arrivals import seen

NOW = datetime(2026, 11, 21, 9, 0)


def event(kind: str, subject: str, minutes_ago: int = 60, region: str | None = "North") -> dict:
    scope = SCOPES[kind]
    return dict.fromkeys(EVENTS.columns) | {
        "event_id": f"{kind}{subject}",
        "poll_no": 2,
        "detected_at": NOW - timedelta(minutes=minutes_ago),
        "kind": kind,
        "subject_id": subject,
        "region": region,
        "scope": scope,
        "names": json.dumps([region if scope == "region" else subject]),
        "evidence": "{}",
    }


def events(*rows: dict) -> pl.DataFrame:
    return EVENTS.conform(pl.DataFrame(list(rows), schema=EVENTS.columns))


def policy(*kinds: str, **changes) -> StandingPolicy:
    return StandingPolicy(
        **{
            "name": "standing",
            "kinds": kinds,
            "up_to": "sign_offs",
            "max_moves": 100,
            "valid_from": "2026-10-01",
            "expires_on": "2026-12-31",
            "signed_by": PRIYA,
        }
        | changes
    )


def plan(*rows: dict, taken=(), policies=None) -> list[dict]:
    cycles, of_event = plan_cycles(events(*rows), taken, policies or {}, NOW)
    assert sorted(of_event["event_id"]) == sorted(row["event_id"] for row in rows)
    return cycles.to_dicts()


@pytest.mark.parametrize("kind", [kind for kind, scope in SCOPES.items() if scope != "family"])
def test_every_kind_of_event_makes_a_cycle_that_can_be_opened(kind):
    row = plan(event(kind, "0055g00000ABCDEAA0"))[0]
    config = RunConfig.model_validate_json(row["config_json"])
    assert config_faults(config) == [] and cycle_id_faults(row["cycle"]) == []
    assert config.scope == SCOPES[kind]


def test_one_event_names_its_cycle_and_a_second_one_of_that_name_gets_a_number():
    assert plan(event("departure", "ana"))[0]["cycle"] == "2026-11-21-departure-ana"
    assert plan(event("departure", "ana"), taken=["2026-11-21-departure-ana"])[0]["cycle"] == "2026-11-21-event-1"


def test_leavers_of_one_quiet_window_join_one_cycle_with_both_books():
    rows = plan(event("departure", "ana"), event("departure", "ben"), event("new_starter", "zoe"))
    assert [(row["scope"], row["event_count"]) for row in rows] == [("churn", 2), ("new_starter_class", 1)]
    assert json.loads(rows[0]["config_json"])["books"] == ["ana", "ben"]


def test_reps_whose_own_books_are_freed_have_a_cycle_each():
    rows = plan(event("leave_ended", "ana"), event("leave_ended", "ben"))
    assert [json.loads(row["config_json"])["reps"] for row in rows] == [["ana"], ["ben"]]


def test_a_window_waits_until_its_scope_has_been_quiet():
    late = events(event("departure", "ana", 60), event("leave_started", "ben", 10), event("new_starter", "zoe", 40))
    assert ready(late, 30, NOW)["subject_id"].to_list() == ["zoe"]
    assert ready(late, 30, NOW + timedelta(minutes=21)).height == 3


def test_without_a_policy_a_cycle_waits_for_a_person_and_keeps_its_deadlines():
    row = plan(event("departure", "ana"))[0]
    config = RunConfig.model_validate_json(row["config_json"])
    assert (row["up_to"], row["max_moves"], config.lock_days, config.review_days) == ("nothing", 0, 7, 7)


def test_a_cycle_runs_as_far_as_its_policy_says_and_holds_up_no_other():
    policies = {"departure": (policy("departure", up_to="lock_lists", max_moves=5), "d1")}
    covered, waiting = plan(event("departure", "ana"), event("leave_started", "ben"), policies=policies)
    config = RunConfig.model_validate_json(covered["config_json"])
    assert (covered["up_to"], covered["max_moves"], covered["policy_digest"]) == ("lock_lists", 5, "d1")
    assert (config.lock_days, config.review_days) == (0, 7)
    assert (waiting["up_to"], waiting["policy_digest"]) == ("nothing", None)


def test_a_policy_counts_from_its_first_to_its_last_day_for_its_kinds():
    given = policy("departure")
    assert given.is_in_force("departure", date(2026, 12, 31))
    assert not given.is_in_force("departure", date(2027, 1, 1))
    assert not given.is_in_force("leave_started", date(2026, 11, 1))


def test_a_leavers_book_is_split_into_pipeline_low_tiers_and_the_rest():
    drawn = tiny(
        account("m02", "max", tier="D"),
        account("m03", "max", "NM", "recent", tier="D"),
        account("m04", "max", tier="D"),
        account("m05", "max", carve_out="SUD"),
    )
    deals = table(OPPORTUNITIES, deal("d8", "m04", 20, amount_cents=700), deal("d9", "m01", 20, is_closed=True))
    with seen(Company(drawn.accounts, drawn.reps, deals)) as log:
        ways = departure_plan(log.answer(DEPARTING_BOOKS, rep_ids=["max"]), routing_rules({}), NOW)
    assert dict(ways.select("account_id", "way").iter_rows()) == {
        "m01": "optimiser",
        "m02": "territory_pool",
        "m03": "optimiser",
        "m04": "director",
    }
    assert ways.filter(way="director").select("open_amount_cents", "director_email").row(0) == (700, "dana@example.com")
