"""Growth Strategy reads what happens between the quarters: who may, what is shown, what is written down."""

from datetime import timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.links import BETWEEN, ROUTING, Pass, is_place, seal_link
from assignment_assets.domain.routing.tables import (
    ALERTS,
    CONFLICT_PAIRS,
    DECISIONS,
    DEPARTURE_WAYS,
    EXCEPTIONS,
    HIERARCHY_CONFLICTS,
    KPIS,
    MISSING_RULES,
    PASSES,
    POLLS,
    SEEN_REPS,
    SUMMARY,
    WORKLOAD,
)
from assignment_assets.domain.tables import Table
from assignment_assets.io.warehouse.routing_copies import routing_copies
from assignment_assets_tests.company import PRIYA, TOM, tiny
from assignment_assets_tests.rehearsal import BEGIN, Cycle, settle_in

HOME = f"/{BETWEEN}/{ROUTING}"


@pytest.fixture
def between(tmp_path, dagster_home, monkeypatch) -> Cycle:
    """A folder in which routing has not run yet."""
    return Cycle(settle_in(tmp_path, dagster_home, monkeypatch))


def put(between: Cycle, table: Table, **facts) -> None:
    row = dict.fromkeys(table.columns) | facts
    routing_copies(between.folder).publish(table, table.conform(pl.DataFrame([row], schema=table.columns)))


@pytest.fixture
def told(between) -> Cycle:
    """A log with one of everything."""
    now = between.now
    routing_copies(between.folder).publish(SEEN_REPS, SEEN_REPS.conform(tiny().reps))
    put(between, POLLS, poll_no=1, polled_at=now)
    put(between, PASSES, ended_at=now - timedelta(minutes=5))
    put(
        between,
        DECISIONS,
        decision_no=1,
        decided_at=now - timedelta(hours=30),
        account_id="n01",
        why="new_record",
        created_at=now,
        new_owner_id="nia",
        rule="territory",
        evidence="<b>they cover TX</b>",
        is_conflict=True,
    )
    put(
        between,
        SUMMARY,
        span="month",
        rule="all",
        decisions=1,
        share_pct=100.0,
        conflicts=1,
        median_minutes=3.0,
        worst_minutes=3.0,
    )
    put(between, ALERTS, kind="unowned", subject_id="n02", since=now, hours=31.5, sentence="no active owner")
    put(
        between,
        WORKLOAD,
        rep_id="ana",
        segment="North",
        active_accounts=99,
        pipeline_accounts=4,
        weekly_inbound=2,
        index=131.0,
        low_water=110.0,
        high_water=120.0,
        is_high=True,
        since=now - timedelta(hours=50),
    )
    put(
        between,
        CONFLICT_PAIRS,
        winner_rule="parent_owner",
        loser_rule="territory",
        conflicts=7,
        accounts=7,
        latest_at=now,
        example="n01",
    )
    put(
        between,
        MISSING_RULES,
        candidate="leave territory out",
        conflicts_before=7,
        prevented=6,
        other_owners=2,
        toml="order = []",
    )
    put(
        between,
        HIERARCHY_CONFLICTS,
        kind="duplicate",
        account_id="x1",
        name="Clinic X",
        owner_id="ana",
        other_account_id="x2",
        other_owner_id="cleo",
        crosses_regions=True,
        evidence="same name",
        remedy="merge them",
    )
    put(
        between,
        DEPARTURE_WAYS,
        rep_id="ben",
        detected_at=now,
        accounts=12,
        optimiser=9,
        director=1,
        territory_pool=2,
        open_amount_cents=70_000,
        still_theirs=0,
    )
    put(between, EXCEPTIONS, exception_no=1, at=now, kind="overflow", subject_id="n03", why="nobody covers WY")
    put(between, KPIS, at=now, kpi="renewal_lift", unit="%", sentence="no source hands over renewals")
    return between


def test_a_signer_of_every_region_sees_the_log_and_everything_that_stands_out(serve, told):
    pages = serve(told)
    page = pages.visit("routing", PRIYA).landed
    assert page.status == 200
    for words in (
        "no active owner",
        "31.5",
        "Ana Ruiz",
        "131.0",
        "110 / 120",
        "50.0 hours",
        "6 of 7",
        "leave territory out",
        "Clinic X",
        "across regions",
        "Ben Ode",
        "nobody covers WY",
        "no source",
    ):
        assert words in page.text, words
    assert page.forms == []
    assert [(event["action"], event["actor"], event["cycle"]) for event in pages.audit()] == [
        ("viewed routing", PRIYA, BETWEEN)
    ]


def test_the_log_is_of_a_day_or_of_a_month_and_what_it_says_stays_text(serve, told):
    priya = serve(told).visit("routing", PRIYA)
    assert "Nothing was decided in the last 24 hours" in priya.landed.text
    month = priya.open(f"{HOME}?span=month")
    assert "n01" in month.text and "Nia Noor" in month.text
    assert "&lt;b&gt;they cover TX" in month.html and "<b>they" not in month.html
    assert priya.open(f"{HOME}?span=year").status == 404


def test_before_the_first_pass_and_after_the_last_one_the_page_says_so(serve, between, told):
    priya = serve(told).visit("routing", PRIYA)
    assert "The last pass ended on 1 Oct 2026 08:55 UTC." in priya.landed.text
    told.pass_time(hours=3)
    assert "see in Dagster why the sensor source_poll stands still" in priya.open(HOME).text


def test_a_folder_in_which_routing_never_ran_has_a_page_too(serve, between):
    assert "Routing has not run yet" in serve(between).visit("routing", PRIYA).landed.text


def test_a_signer_of_one_region_and_anybody_elses_link_open_nothing(serve, told):
    pages = serve(told)
    assert pages.visit("routing", TOM).landed.status == 403
    assert pages.visit("gs", PRIYA).open(HOME).status in (403, 404)
    assert pages.visit("routing", PRIYA).open("/2026q4-global/gs").status in (403, 404)


def test_the_page_takes_nothing(serve, told):
    priya = serve(told).visit("routing", PRIYA)
    assert priya.post(HOME, {"form_secret": "x"}).status == 403


def test_a_link_is_made_for_signers_of_every_region_only(told):
    run = CliRunner().invoke(main, ["link", PRIYA])
    assert run.exit_code == 0 and f"/in?k=routing~{BETWEEN}~{PRIYA}~" in run.output
    refused = CliRunner().invoke(main, ["link", TOM])
    assert refused.exit_code == 2 and "is not named for every region" in refused.output


def test_no_link_mixes_a_cycle_with_the_time_between():
    assert not is_place("routing", "2026q4-global") and is_place("gs", BETWEEN)
    with pytest.raises(ValueError, match="no link for role 'routing'"):
        seal_link(b"key", Pass("routing", "2026q4-global", PRIYA, BEGIN))
