"""The quarter in its short form, judged by the org's own records."""

import json

import pytest

from assignment_assets.bench.quarter import Size, polls
from assignment_assets.bench.routing import quarter, story_of, throughput

TINY = Size(reps=8, accounts=200, arrivals=5, departures=1, starters=1, leaves=1, territory_changes=1, days=2)


@pytest.fixture(scope="module")
def judged() -> list[dict]:
    """What the benchmark says of two days of a small company, played twice."""
    said: list[dict] = []
    quarter(TINY, 0, said.append, TINY.days)
    return said


def test_every_new_account_has_an_owner_within_ten_minutes(judged):
    assert judged[0]["owned"] == judged[0]["within_10_minutes"] == TINY.arrivals


def test_nothing_is_decided_written_or_handled_twice_though_the_engine_is_restarted(judged):
    assert judged[0]["owners_written_unexplained"] == judged[0]["decided_twice"] == judged[0]["cycles_twice"] == 0
    assert judged[0]["events_as_expected"]


def test_the_same_story_gives_the_same_log_byte_for_byte(judged):
    assert judged[1]["same_log"]


def test_every_happening_comes_before_exactly_one_poll():
    story = story_of(TINY)
    seen = [each for _, due in polls(story) for each in due]
    assert seen == list(story.happenings)
    assert all(each.at <= at for at, due in polls(story) for each in due)


def test_the_throughput_of_the_short_form_can_be_read_by_programs():
    said: list[dict] = []
    throughput((200,), 50, said.append)
    assert json.loads(json.dumps(said))[0]["decisions"] == 50
