"""A pilot: one segment is written and runs by itself, the rest is decided, logged and compared."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import (
    DECISIONS,
    EVENT_CYCLES,
    EXCEPTIONS,
    PILOT_COMPARISON,
    SHADOW_ACCOUNTS,
)
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.reconcile import compare_pilot
from assignment_assets.routing.rules_file import read_rules
from assignment_assets_tests.company import org_id

NORTH = 'quiet_minutes = 30\n[pilot]\nregions = ["North"]\n'


def test_only_the_pilots_accounts_are_written_and_the_rest_follows_when_the_pilot_ends(org):
    org.rules.write_text(NORTH)
    org.allow("routing")
    north, south = org.enter("n01", state="NM"), org.enter("n02", state="LA")
    org.wait(minutes=1)
    org.go()
    assert org.owner(north) == org_id("ben") and org.owner(south) == org_id("queue")
    assert org.table(DECISIONS).height == 2 and org.table(EXCEPTIONS).height == 0
    org.rules.write_text("quiet_minutes = 30\n")
    org.wait(minutes=1)
    org.go()
    assert org.owner(south) == org_id("nia")


def test_outside_the_pilot_an_event_waits_for_a_person(org):
    org.rules.write_text(NORTH)
    org.allow("leave_started")
    for short in ("ben", "cleo"):
        org.edit(short, On_Leave_Until__c="2026-11-01")
    org.wait(minutes=1)
    org.go()
    org.wait(minutes=31)
    org.go()
    cycles = org.table(EVENT_CYCLES).sort("up_to")
    assert cycles["up_to"].to_list() == ["nothing", "write_back"]
    assert org_id("cleo") in cycles["why"][0] and org_id("ben") in cycles["why"][1]


def test_the_kpis_of_the_pilot_stand_beside_those_of_the_rest(org):
    org.rules.write_text(NORTH)
    org.allow("routing")
    org.enter("n01", state="NM")
    org.wait(minutes=3)
    org.go()
    compare_pilot(RoutingLog(org.folder), read_rules(), org.now)
    found = {row["kpi"]: row for row in org.table(PILOT_COMPARISON).iter_rows(named=True)}
    assert found["time_to_ownership"]["pilot"] == 3.0 and found["time_to_ownership"]["rest"] is None
    coverage = found["coverage_ratio"]
    books_and_two_states_of_their_own = 12 + 12 + 3 + 2
    assert coverage["pilot"] == round(100 * 26 / books_and_two_states_of_their_own, 3) and coverage["rest"] == 100.0
    assert coverage["difference"] == pytest.approx(coverage["pilot"] - 100)
    org.rules.write_text("")
    assert compare_pilot(RoutingLog(org.folder), read_rules(), org.now).height == 0
    assert org.table(PILOT_COMPARISON).height == 0


def test_a_pilot_in_a_state_that_is_none_is_refused():
    with pytest.raises(InvalidInput, match="pilot: state 'Texas'"):
        routing_rules({"pilot": {"states": ["Texas"]}})


def test_billing_is_compared_at_the_terminal_and_missing_sources_are_named(org, tmp_path, monkeypatch):
    (tmp_path / "billing.csv").write_text(
        f"customer_key,account_id,name,last_invoice_on\nK1,,Nowhere,2026-09-01\nK2,{org_id('i01')},,2026-09-01\n"
    )
    (tmp_path / "supplements.toml").write_text('[billing]\npath = "billing.csv"\n')
    monkeypatch.setenv("ASSIGNMENT_SUPPLEMENTS", str(tmp_path / "supplements.toml"))
    monkeypatch.setattr("assignment_assets.commands.routing.utc_now", lambda: org.now + timedelta(minutes=1))
    run = CliRunner().invoke(main, ["routing", "reconcile"])
    assert run.exit_code == 0, run.output
    for words in (
        "billing: 2",
        "usage: no source",
        "K1 Nowhere (billing): no account of the CRM",
        "K2",
        "no source: nobody hands over renewals",
    ):
        assert words in run.output
    assert org.table(SHADOW_ACCOUNTS)["finding"].to_list() == ["not_in_crm", "inside_sales"]
