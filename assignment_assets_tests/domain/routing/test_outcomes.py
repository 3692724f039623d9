"""KPIs that need more than the CRM: measured where a source hands it over, named as missing where none does."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.routing.outcomes import MOVED, Beside, outcome_kpis
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import DECISIONS, WRITES
from assignment_assets.domain.sources.supplements import ACTIVITIES, FORECASTS, RENEWALS
from assignment_assets_tests.company import table

NOW = datetime(2026, 10, 1, 12)
NOBODY = pl.Series("answer", [], pl.String)


def beside(began_on: date | None = None, **frames: pl.DataFrame) -> Beside:
    """What was handed over: every table that is given here."""
    return Beside(frozenset(frames) - {"moved"}, began_on=began_on, **frames)


def values(given_beside: Beside, decisions=(), writes=(), answers=NOBODY) -> dict[str, float | None]:
    given = table(DECISIONS, *decisions), table(WRITES, *writes), answers
    rows = outcome_kpis(given_beside, *given, 4, routing_rules({}), NOW)
    return {name: value for name, value, _, _ in rows}


def test_without_sources_every_one_of_them_says_so():
    rows = outcome_kpis(Beside(), DECISIONS.empty(), WRITES.empty(), NOBODY, 4, routing_rules({}), NOW)
    assert {value for _, value, _, _ in rows} == {None}
    assert all("no source" in sentence for _, _, _, sentence in rows)


def test_acceptances_stand_in_where_nobody_hands_over_activities():
    assert values(Beside(), answers=pl.Series(["accepted", "lapsed"]))["response_sla"] == 50.0


def test_the_response_is_the_new_owners_own_first_activity_within_the_hours():
    decisions = [{"decision_no": number, "account_id": f"a{number}", "new_owner_id": "ana"} for number in range(1, 5)]
    writes = [
        {
            "sign_off_no": number,
            "account_id": f"a{number}",
            "attempt": 1,
            "outcome": "verified",
            "verified_at": NOW - timedelta(days=3),
        }
        for number in range(1, 5)
    ]
    acted = [("a1", "ana", 5), ("a2", "ben", 5), ("a3", "ana", 30), ("a4", "ana", -5)]
    given = table(
        ACTIVITIES,
        *(
            {"account_id": account, "rep_id": rep, "happened_at": NOW - timedelta(days=3) + timedelta(hours=hours)}
            for account, rep, hours in acted
        ),
    )
    found = values(beside(activities=given), decisions, writes)
    assert found["response_sla"] == 25.0
    assert found["weekly_activity"] == 1.0


def test_the_lift_is_what_stable_books_renew_above_accounts_that_moved():
    due = [("s1", True), ("s2", True), ("m1", True), ("m2", False), ("old", False)]
    renewals = table(
        RENEWALS,
        *({"account_id": account, "due_on": date(2026, 9, 1), "is_renewed": renewed} for account, renewed in due),
    )
    moved = pl.DataFrame(
        [("m1", datetime(2026, 5, 1)), ("m2", datetime(2026, 1, 1)), ("old", datetime(2024, 1, 1))],
        schema=MOVED.columns,
        orient="row",
    )
    found = values(beside(renewals=renewals, moved=moved))
    assert found["renewal_lift"] == pytest.approx(100 * (2 / 3 - 1 / 2), abs=0.001)


def test_without_a_pair_to_compare_there_is_no_figure():
    renewals = table(RENEWALS, {"account_id": "s1", "due_on": date(2026, 9, 1), "is_renewed": True})
    forecasts = table(
        FORECASTS, {"period_on": date(2026, 6, 30), "rep_id": "ana", "forecast_amount_cents": 1, "amount_cents": 1}
    )
    found = values(beside(renewals=renewals, forecasts=forecasts, began_on=date(2026, 7, 1)))
    assert found["renewal_lift"] is None and found["forecast_accuracy_delta"] is None


def test_forecasts_are_compared_before_and_since_routing_began():
    rows = [
        (date(2026, 3, 31), "ana", 130, 100),
        (date(2026, 6, 30), "ana", 60, 50),
        (date(2026, 6, 30), "ben", 60, 50),
        (date(2026, 9, 30), "ana", 95, 100),
        (date(2026, 9, 30), "ben", 0, 0),
    ]
    forecasts = table(FORECASTS, *(dict(zip(FORECASTS.columns, row, strict=True)) for row in rows))
    found = values(beside(forecasts=forecasts, began_on=date(2026, 7, 1)))
    assert found["forecast_accuracy_delta"] == pytest.approx(95 - (70 + 80) / 2)


def test_what_is_handed_over_is_narrowed_to_a_segments_accounts():
    renewals = table(RENEWALS, *({"account_id": each, "due_on": date(2026, 9, 1), "is_renewed": True} for each in "ab"))
    narrowed = beside(renewals=renewals).narrowed(pl.DataFrame({"account_id": ["a"]}))
    assert narrowed.renewals["account_id"].to_list() == ["a"]
