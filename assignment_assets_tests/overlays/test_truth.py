"""What systems of truth say becomes news once: doubled accounts, clocks, a source that fails."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.overlays.tables import CS_ASSIGNMENTS, CS_EVENTS
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.role_sources.assignment_source import Assignment
from assignment_assets.overlays.truth import heard_so_far, news_of

NOW = datetime(2026, 10, 1, 8, 0)
OVERLAP = timedelta(minutes=2)
ACCOUNT = complete_id("0015g00000AAAAA")


class Said:
    """A source that says this, whatever is asked."""

    def __init__(self, *said):
        self._said = said

    def assignments(self, _since):
        return iter(self._said)


class Down:
    """A source that does not answer."""

    def assignments(self, _since):
        raise SourceUnavailable("people.csv is not there, expected the file.")


def said(person, minutes=0.0, account=ACCOUNT):
    return Assignment(account, person, NOW + timedelta(minutes=minutes))


def news(*said, standing=None, since=None):
    rows = CS_ASSIGNMENTS.empty() if standing is None else standing
    return news_of({"csm": Said(*said)}, rows, CS_EVENTS.empty(), since or {}, NOW, OVERLAP)


@pytest.mark.parametrize(
    ("rows", "person", "words"),
    [
        ((said("ann@x.com", -9), said("bob@x.com", -5)), ["bob@x.com"], "what was changed last counts"),
        ((said("ann@x.com", -9), said("bob@x.com", -9)), [], "none later: none counts"),
        ((said("ann@x.com"), said(" ANN@x.com", account=ACCOUNT[:15])), ["ann@x.com"], ""),
    ],
)
def test_an_account_that_is_named_twice_is_decided_once_and_told(rows, person, words):
    events, wrong, _ = news(*rows)
    assert events["person_key"].to_list() == person
    assert [words in each for each in wrong] == [True] * bool(words)


def test_a_moment_far_ahead_is_no_moment_to_ask_from():
    events, _, heard = news(said("ann@x.com", -9), said("bob@x.com", 60 * 24 * 900, "0015g00000AAAAB"))
    assert heard == {"csm": NOW - timedelta(minutes=9)}
    assert heard_so_far(events, NOW) == heard


@pytest.mark.parametrize(("since", "received", "changed"), [({}, -9, 0), ({"csm": NOW}, -9, -30), ({}, -1, -30)])
def test_what_is_read_wholly_overrules_a_later_word_that_is_settled(since, received, changed):
    row = {"role": "csm", "account_id": ACCOUNT, "person_key": "bob@x.com", "changed_at": NOW + timedelta(minutes=-20)}
    row |= {"received_at": NOW + timedelta(minutes=received)}
    standing = CS_ASSIGNMENTS.conform(pl.DataFrame([row], CS_ASSIGNMENTS.columns))
    events, _, _ = news(said("ann@x.com", -30), standing=standing, since=since)
    assert events["changed_at"].to_list() == [NOW + timedelta(minutes=changed)]


def test_a_source_that_does_not_answer_hides_no_other():
    sources = {"csm": Down(), "sa": Said(said("ann@x.com"))}
    events, wrong, heard = news_of(sources, CS_ASSIGNMENTS.empty(), CS_EVENTS.empty(), {}, NOW, OVERLAP)
    assert (events["role"].to_list(), list(heard)) == (["sa"], ["sa"])
    assert wrong == ("csm: people.csv is not there, expected the file.",)
