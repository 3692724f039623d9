"""The queries over the routing log, put to rows drawn by hand: each against its answer in `answers/`."""

from datetime import date, timedelta

import pytest

from assignment_assets.domain.ownership.routed import ROUTED_MOVES
from assignment_assets.domain.routing.events.departure import DEPARTING_BOOKS, WAYS_OF_LEAVERS
from assignment_assets.domain.routing.families import CHILDREN_OF_OTHERS
from assignment_assets.domain.routing.latest_decisions import AWAITING_ANSWER, GIVEN_BACK, ON_THE_WAY
from assignment_assets.domain.routing.owners import ACCOUNT_OWNERS, WITHOUT_OWNER
from assignment_assets.domain.routing.reconciliation import ACTIVE_CUSTOMERS
from assignment_assets.domain.routing.tables import DECISIONS, SEEN_ACCOUNTS
from assignment_assets.domain.routing.views import DECISIONS_BY_RULE, OWNER_TIMES, PAIRS_OF_RULES, SPANS, span_starts
from assignment_assets.domain.routing.workload import WORKLOAD_COUNTS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import answer_routing, routing_copies
from assignment_assets_tests.domain.routing.arrivals import seen
from assignment_assets_tests.sql.answers import as_text, kept
from assignment_assets_tests.sql.watched_log import COMPANY, HELD, NOON

ASKED = [
    (OWNER_TIMES, {}),
    (DECISIONS_BY_RULE, span_starts(NOON)),
    (WITHOUT_OWNER, {"placeholder_owner_ids": ["gus"]}),
    (WORKLOAD_COUNTS, {"week_from": NOON - timedelta(days=7)}),
    (ACCOUNT_OWNERS, {}),
    (PAIRS_OF_RULES, {}),
    (ON_THE_WAY, {}),
    (AWAITING_ANSWER, {}),
    (GIVEN_BACK, {}),
    (DEPARTING_BOOKS, {"rep_ids": ["max", "zoe"]}),
    (WAYS_OF_LEAVERS, {}),
    (CHILDREN_OF_OTHERS, {}),
    (ACTIVE_CUSTOMERS, {"since": date(2026, 4, 4)}),
    (ROUTED_MOVES, {}),
]


def answer(frame):
    """A frame as an answer is kept."""
    return as_text(frame.columns, frame.iter_rows())


@pytest.fixture(scope="module")
def log():
    """The routing log of `watched_log.py`."""
    with seen(COMPANY, *HELD) as transaction:
        yield transaction


@pytest.mark.parametrize(("query", "parameters"), ASKED, ids=lambda value: getattr(value, "name", ""))
def test_the_answer_is_the_one_that_is_kept(log, query, parameters):
    assert answer(log.answer(query, **parameters)) == kept(query.name)


@pytest.mark.parametrize("query", [OWNER_TIMES, AWAITING_ANSWER], ids=lambda query: query.name)
def test_over_the_published_copies_the_answer_is_the_same(log, query, tmp_path):
    folder = DataFolder(tmp_path)
    for table in query.reads:
        routing_copies(folder).publish(table, log.table(table))
    assert answer(answer_routing(folder, query)) == kept(query.name)


def test_before_anything_is_published_the_answer_is_empty(tmp_path):
    assert answer_routing(DataFolder(tmp_path), OWNER_TIMES).is_empty()


def test_the_longest_wait_of_the_month_is_that_of_its_decisions(log):
    times = dict(log.answer(OWNER_TIMES).iter_rows())
    counted = log.answer(DECISIONS_BY_RULE, **span_starts(NOON)).filter(span="month", rule="all")
    since = NOON - SPANS["month"]
    recent = log.table(DECISIONS).to_dicts()
    waits = [times[row["decision_no"]] for row in recent if row["decided_at"] > since and row["decision_no"] in times]
    assert counted["worst_seconds"].to_list() == [max(waits)]
    assert counted["decisions"].to_list() == [sum(row["decided_at"] > since for row in recent)]


def test_where_no_source_hands_over_activities_the_weekly_one_is_unknown_and_not_none():
    with seen(COMPANY) as transaction:
        counts = transaction.answer(WORKLOAD_COUNTS, week_from=NOON)
    assert counts["weekly_activity"].null_count() == counts.height > 0


def test_without_placeholders_everybody_with_a_working_owner_is_left_out(log):
    found = log.answer(WITHOUT_OWNER, placeholder_owner_ids=[])
    assert not set(found["account_id"]) & {"i02", "a01"}
    assert set(found["account_id"]) <= set(log.table(SEEN_ACCOUNTS)["account_id"])
