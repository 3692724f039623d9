from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.missing_rule import missing_rules
from assignment_assets.domain.routing.outcomes import Beside
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import ANSWERS, CONFLICTS, DECISIONS, WRITES
from assignment_assets.domain.routing.views import (
    DECISIONS_BY_RULE,
    PAIRS_OF_RULES,
    KpisInput,
    kpis,
    span_starts,
    summary,
)
from assignment_assets_tests.company import AS_OF
from assignment_assets_tests.domain.routing.arrivals import NOT_ON_ITS_WAY, SEEN_AT, candidates, clinic, company, seen

TERRITORIES = [
    {"name": "A", "states": ["TX"], "reps": ["ana"]},
    {"name": "B", "states": ["TX", "LA"], "reps": ["cleo"], "priority": 1},
]


def decision(number: int, rule: str = "territory", hours_ago: float = 1, **changes) -> dict:
    at = SEEN_AT - timedelta(hours=hours_ago)
    return (
        dict.fromkeys(DECISIONS.columns)
        | {
            "decision_no": number,
            "account_id": f"n{number:02}",
            "decided_at": at,
            "created_at": at,
            "rule": rule,
            "why": "new_record",
            "new_owner_id": "ana",
            "is_conflict": False,
        }
        | changes
    )


def write(number: int, at: datetime, outcome: str = "verified") -> dict:
    return dict.fromkeys(WRITES.columns) | {
        "sign_off_no": number,
        "account_id": f"n{number:02}",
        "attempt": 1,
        "outcome": outcome,
        "verified_at": at,
    }


def frame(table, rows: list[dict]) -> pl.DataFrame:
    return table.conform(pl.DataFrame(rows, schema=table.columns))


def test_the_summary_counts_by_rule_and_tells_median_and_worst_time_to_owner():
    rows = [decision(1), decision(2), decision(3, is_conflict=True), decision(4, "overflow"), decision(5, hours_ago=40)]
    writes = [
        write(number, rows[number - 1]["decided_at"] + timedelta(minutes=minutes))
        for number, minutes in ((1, 2), (2, 4), (3, 30), (5, 1))
    ]
    with seen(company(), (DECISIONS, frame(DECISIONS, rows)), (WRITES, frame(WRITES, writes))) as log:
        found = summary(log.answer(DECISIONS_BY_RULE, **span_starts(SEEN_AT)))
    day = {row["rule"]: row for row in found.filter(span="day").iter_rows(named=True)}
    assert (day["all"]["decisions"], day["territory"]["decisions"], day["territory"]["conflicts"]) == (4, 3, 1)
    assert (day["territory"]["median_minutes"], day["territory"]["worst_minutes"]) == (4.0, 30.0)
    assert day["overflow"]["median_minutes"] is None
    assert day["territory"]["share_pct"] == 75.0
    assert found.filter(span="month", rule="all")["decisions"].to_list() == [5]


def routed(**rules):
    """Five clinics in TX under two territories that overlap: decisions, conflicts, arrivals, and the rules."""
    given = routing_rules({"territories": TERRITORIES} | rules)
    drawn = company(*(clinic(f"n{number:02}", postal_code="75201") for number in range(1, 6)))
    arrivals = candidates(drawn, given)

    def people() -> People:
        return People(drawn.reps, loads(drawn.accounts, NOT_ON_ITS_WAY), (), AS_OF)

    decided = Router(given, people(), {}, 1).route(arrivals, SEEN_AT)
    return arrivals, frame(CONFLICTS, decided.conflicts), given, people


def test_conflicts_are_counted_by_pair_of_rules_with_an_example():
    _, conflicts, _, _ = routed()
    with seen(company(), (CONFLICTS, conflicts)) as log:
        pair = log.answer(PAIRS_OF_RULES).row(0, named=True)
    assert (pair["winner_rule"], pair["loser_rule"], pair["conflicts"], pair["accounts"]) == (
        "territory",
        "territory A",
        5,
        5,
    )
    assert pair["example"].startswith("n05: cleo")


def test_the_missing_rule_is_the_boundary_that_would_have_kept_the_territories_apart():
    found = missing_rules(*routed())
    best = found.row(0, named=True)
    assert best["candidate"] == "draw the boundary of territory A"
    assert (best["conflicts_before"], best["conflicts_after"], best["prevented"], best["other_owners"]) == (5, 0, 5, 0)


def test_without_conflicts_no_rule_is_missing():
    arrivals, _, rules, people = routed(territories=TERRITORIES[:1])
    assert missing_rules(arrivals, CONFLICTS.empty(), rules, people).height == 0


def test_the_kpis_are_measured_and_what_cannot_be_measured_says_so():
    drawn = company(clinic("n01"))
    rows = [decision(1), decision(2, why="returned")]
    writes = [write(1, rows[0]["decided_at"] + timedelta(minutes=3))]
    answers = [
        dict.fromkeys(ANSWERS.columns) | {"decision_no": number, "answer": answer, "at": SEEN_AT}
        for number, answer in ((1, "accepted"), (2, "lapsed"))
    ]
    told = [(DECISIONS, rows), (WRITES, writes), (ANSWERS, answers)]
    with seen(drawn, *((table, frame(table, each)) for table, each in told)) as log:
        found = kpis(KpisInput.read(log, routing_rules({}), Beside()), routing_rules({}), SEEN_AT)
    value = dict(found.select("kpi", "value").iter_rows())
    kept = drawn.accounts.filter(pl.col("carve_out").is_null()).height
    assert value["time_to_ownership"] == 3.0
    assert value["coverage_ratio"] == round(100 * (kept - 4) / kept, 3)
    assert value["response_sla"] == 50.0
    assert value["reassignment_rate"] == round(100 / kept, 3)
    assert value["renewal_lift"] is None and value["revenue_per_owner"] is None
