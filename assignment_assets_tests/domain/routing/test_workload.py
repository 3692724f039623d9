from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.routing.owners import WITHOUT_OWNER
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import ALERTS, DECISIONS, UNOWNED, WORKLOAD
from assignment_assets.domain.routing.watch import AlertsInput, alerts
from assignment_assets.domain.routing.workload import WEEK, WORKLOAD_COUNTS, above_high_water, workload
from assignment_assets_tests.company import account
from assignment_assets_tests.domain.routing.arrivals import clinic, company, seen

NOW = datetime(2026, 10, 1, 12, 0)
MARKS = {"workload": {"marks": {"high": 70, "low": 50}, "per_pipeline_account": 0, "per_weekly_inbound": 0}}


def loads(count: int, before: pl.DataFrame | None = None, now: datetime = NOW, **rules) -> pl.DataFrame:
    """The workload with so many accounts of Nia's, twenty seats a book."""
    drawn = company(*(account(f"z{number:02}", "nia") for number in range(count)))
    return loaded(drawn, DECISIONS.empty(), before, now, **(rules or MARKS))


def loaded(drawn, decisions: pl.DataFrame, before: pl.DataFrame | None, now: datetime, **rules) -> pl.DataFrame:
    """The workload of a company to which so much was given."""
    with seen(drawn, (DECISIONS, decisions)) as log:
        counts = log.answer(WORKLOAD_COUNTS, week_from=now - WEEK)
    return workload(counts, WORKLOAD.empty() if before is None else before, routing_rules(rules), now)


def nia(frame: pl.DataFrame) -> dict:
    return frame.filter(rep_id="nia").row(0, named=True)


@pytest.mark.parametrize(
    ("counts", "is_high"),
    [
        ((14,), False),
        ((15,), True),
        ((15, 12), True),
        ((15, 10), True),
        ((15, 9), False),
        ((12,), False),
        ((15, 9, 12), False),
    ],
)
def test_above_the_high_mark_a_rep_stays_high_until_below_the_low_one(counts, is_high):
    frame = None
    for count in counts:
        frame = loads(count, frame)
    assert nia(frame)["is_high"] is is_high
    assert ("nia" in above_high_water(frame)) is is_high


def test_it_is_said_since_when_a_rep_has_been_above_the_mark():
    first = loads(15)
    later = loads(14, first, NOW + timedelta(hours=5))
    assert nia(later)["since"] == NOW
    assert nia(loads(2, later, NOW + timedelta(hours=6)))["since"] == NOW + timedelta(hours=6)


def test_the_index_counts_accounts_pipeline_and_what_came_in_this_week():
    drawn = company()
    inbound = pl.DataFrame(
        [
            dict.fromkeys(DECISIONS.columns)
            | {
                "decision_no": number,
                "account_id": "c01",
                "new_owner_id": "cleo",
                "decided_at": NOW - timedelta(days=days),
            }
            for number, days in enumerate((1, 6, 8), 1)
        ],
        schema=DECISIONS.columns,
    )
    frame = loaded(drawn, inbound, None, NOW)
    cleo = frame.filter(rep_id="cleo").row(0, named=True)
    assert (cleo["active_accounts"], cleo["pipeline_accounts"], cleo["weekly_inbound"]) == (12, 2, 2)
    assert cleo["index"] == 100 * (12 + 0.5 * 2 + 0.5 * 2) / 20


def test_a_segment_may_have_marks_of_its_own():
    rules = {"workload": {**MARKS["workload"], "segments": {"South": {"high": 90, "low": 80}}}}
    assert not nia(loads(15, **rules))["is_high"]


def raised(drawn, before: pl.DataFrame, last_poll: datetime, now: datetime) -> pl.DataFrame:
    rules = routing_rules({})
    return alerts(AlertsInput(without_owner(drawn), WORKLOAD.empty(), before), last_poll, rules, now)


def without_owner(drawn) -> pl.DataFrame:
    with seen(drawn) as log:
        return log.answer(WITHOUT_OWNER, placeholder_owner_ids=[])


def test_an_account_of_somebody_who_left_is_unowned_and_a_carve_out_is_not_asked_about():
    drawn = company(clinic("n01"), clinic("n02", carve_out="TAD"))
    assert sorted(without_owner(drawn)["account_id"]) == ["m01", "m02", "m03", "n01"]


def test_a_new_record_counts_from_its_creation_and_any_other_from_when_it_was_seen():
    drawn = company(clinic("n01", minute=30))
    found, lasting = raised(drawn, UNOWNED.empty(), datetime(2026, 10, 1, 8, 0), NOW)
    assert found.equals(ALERTS.empty())
    since = dict(lasting.iter_rows())
    assert (since["n01"], since["m01"]) == (datetime(2026, 10, 1, 8, 30), NOW)


def test_what_lasts_a_day_is_an_alert_and_a_minute_less_is_none():
    drawn = company(clinic("n01"))
    lasting = UNOWNED.conform(pl.DataFrame({"account_id": ["m01", "n01"], "since": [NOW, NOW + timedelta(minutes=1)]}))
    found, _ = raised(drawn, lasting, NOW, NOW + timedelta(hours=24))
    assert found.select("subject_id", "hours").rows() == [("m01", 24.0)]
