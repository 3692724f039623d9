"""Activities find their opportunity: as logged, through merges, by what speaks for each candidate; and count once."""

from datetime import timedelta

import polars as pl
import pytest

from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.tables import ACTIVITY_LINKS, LINKED_OPPORTUNITIES
from assignment_assets_tests.domain.overlays.activities.drawn import OPPORTUNITIES, linked, logged

MINUTE = timedelta(minutes=1)


def row(found, activity_id="x"):
    """The link of one activity."""
    return found.links.filter(activity_id=activity_id).row(0, named=True)


@pytest.mark.parametrize(
    ("what", "opportunity", "how", "finding"),
    [
        ("scan", "scan", "logged", None),
        ("third", "scan", "merged", None),
        ("first", "scan", "merged", None),
        ("old", "scan", "merged", None),
        ("half", "kept", "merged", "merge_into_unknown"),
        ("kept", "kept", "logged", "merge_into_unknown"),
        ("left", None, "account", "merge_into_unknown"),
        ("round", None, "account", "merge_circle"),
        ("dead", None, "account", "deleted"),
        ("case-1", None, "account", "unknown_object"),
        ("cloud", None, "account", None),
        (None, None, "account", None),
    ],
)
def test_where_it_was_logged_and_what_became_of_that(what, opportunity, how, finding):
    account = "acme" if opportunity == "scan" else "bolt" if opportunity else "cloud"
    found = row(linked(logged(("x", "ana", "sa", what, account, 0, "Call", "Hello"))))
    assert (found["opportunity_id"], found["how"], found["finding"]) == (opportunity, how, finding)
    assert found["account_id"] == account


def test_an_activity_lies_with_the_account_of_its_opportunity_whatever_else_it_says():
    found = row(linked(logged(("x", "ana", "sa", "scan", "bolt", 0, "Call", "Hello"))))
    assert (found["account_id"], found["finding"]) == ("acme", "other_account")
    assert row(linked(logged(("x", "ana", "sa", "scan", None, 0, "Call", "Hello"))))["account_id"] == "acme"
    assert row(linked(logged(("x", "ana", "sa", "acme", None, 0, "Call", "Hello"))))["account_id"] == "acme"


def test_two_opportunities_that_were_merged_into_each_other_and_are_there_keep_their_own():
    there = pl.concat([OPPORTUNITIES, OPPORTUNITIES[:2].with_columns(opportunity_id=pl.Series(["round", "about"]))])
    found = linked(
        logged(("x", "ana", "sa", "round", None, 0, "Call", ""), ("y", "ana", "sa", "about", None, 0, "Email", "")),
        **{LINKED_OPPORTUNITIES.name: there},
    )
    assert found.links["opportunity_id"].to_list() == ["round", "about"]
    assert found.links["finding"].to_list() == ["merge_circle"] * 2


def test_what_the_subject_names_wins_and_the_other_is_the_runner_up():
    found = linked(logged(("x", "ana", "sa", None, "acme", 0, "Demo", "Imaging new: demo")))
    link = row(found)
    assert (link["opportunity_id"], link["how"], link["runner_up_id"]) == ("scan", "window", "bill")
    assert link["confidence"] > 0.8 > link["runner_up_confidence"]
    assert link["candidate_count"] == 2
    assert found.candidates.select("place", "opportunity_id").rows() == [(1, "scan"), (2, "bill")]
    assert "named in the subject" in found.candidates["evidence"][0]
    assert "another one named in the subject" in found.candidates["evidence"][1]


def test_below_the_threshold_it_stays_on_its_account_with_its_candidates():
    found = linked(logged(("x", "cem", "csm", "acme", "acme", 0, "Call", "Hello")))
    link = row(found)
    assert (link["opportunity_id"], link["how"], link["account_id"]) == (None, "account", "acme")
    assert link["runner_up_id"] == found.candidates["opportunity_id"][0]
    assert link["runner_up_confidence"] == found.candidates["confidence"][0]
    assert link["confidence"] == pytest.approx(1 - found.candidates["confidence"].sum())


def test_the_words_of_the_account_name_no_opportunity():
    named = row(linked(logged(("x", "ana", "sa", None, "acme", 0, "Call", "Acme Clinic"))))
    silent = row(linked(logged(("x", "ana", "sa", None, "acme", 0, "Call", "Hello"))))
    assert named == silent


@pytest.mark.parametrize(("days", "count"), [(-116, 0), (-115, 1), (-30, 2), (40, 2), (67, 2), (68, 1)])
def test_only_opportunities_round_whose_life_it_lies_are_candidates(days, count):
    # 115 days before 10 August are 45 before 1 June; 67 days after it are 45 after 1 September
    found = row(linked(logged(("x", "ana", "sa", None, "acme", days, "Call", "Hello"))))
    assert found["candidate_count"] == count


def test_the_windows_are_those_of_the_rules():
    rules = ActivityRules(days_before_creation=0, days_after_close=0)
    found = row(linked(logged(("x", "ana", "sa", None, "acme", 40, "Call", "Hello")), rules))
    assert found["candidate_count"] == 1


def test_without_a_time_or_an_account_it_is_listed_and_nothing_is_claimed():
    drawn = logged(
        ("x", "ana", "sa", None, None, 0, "Call", "Hello"), ("y", "ana", "sa", "acme", "acme", 0, "Call", "Hello")
    )
    timeless = drawn.with_columns(happened_at=pl.when(pl.col("activity_id") == "x").then("happened_at"))
    found = linked(timeless)
    assert found.links["finding"].to_list() == ["incomplete", "incomplete"]
    assert found.links["confidence"].to_list() == [0.0, 0.0]
    assert found.links["counts"].all()


def test_a_call_that_was_logged_on_the_account_and_on_the_opportunity_counts_once_and_for_the_opportunity():
    found = linked(
        logged(
            ("x", "ana", "sa", "scan", "acme", 0, "Call", "Hello"),
            ("y", "ana", "sa", "acme", "acme", 59 * MINUTE, "Call", "Hello again"),
        )
    )
    assert row(found, "y")["duplicate_of"] == "x"
    assert found.links["counts"].to_list() == [True, False]
    assert found.links["opportunity_id"].to_list() == ["scan", "scan"]
    assert found.candidates.is_empty()


@pytest.mark.parametrize(
    "second",
    [
        ("y", "ana", "sa", "acme", "acme", 61 * MINUTE, "Call", "Hello"),
        ("y", "cem", "csm", "acme", "acme", 0, "Call", "Hello"),
        ("y", "ana", "sa", "acme", "acme", 0, "Email", "Hello"),
        ("y", "ana", "sa", "bolt", "bolt", 0, "Call", "Hello"),
        ("y", "ana", "sa", "scan", "acme", MINUTE, "Call", "Hello"),
        ("y", "ana", "sa", "bill", "acme", MINUTE, "Call", "Hello"),
    ],
)
def test_another_hour_person_type_account_or_opportunity_is_another_call_and_so_is_a_second_one_on_the_same(second):
    found = linked(logged(("x", "ana", "sa", "scan", "acme", 0, "Call", "Hello"), second))
    assert found.links["counts"].all()


@pytest.mark.parametrize(("subject", "counted"), [("HELLO", 1), ("Goodbye", 2)])
def test_where_no_type_is_known_the_subject_tells_calls_apart(subject, counted):
    found = linked(
        logged(
            ("x", "ana", "sa", "scan", "acme", 0, None, "Hello"),
            ("y", "ana", "sa", "acme", "acme", MINUTE, None, subject),
        )
    )
    assert found.links["counts"].sum() == counted


def test_of_a_call_on_several_records_of_one_opportunity_the_one_with_fewest_merges_counts():
    found = linked(
        logged(
            ("a", "ana", "sa", "acme", "acme", 50 * MINUTE, "Call", ""),
            ("b", "ana", "sa", "first", "acme", 0, "Call", ""),
            ("c", "ana", "sa", "third", "acme", 0, "Call", ""),
            ("d", "ana", "sa", "scan", "acme", -50 * MINUTE, "Call", ""),
        )
    )
    assert found.links.filter("counts")["activity_id"].to_list() == ["d"]
    assert found.links["duplicate_of"].to_list() == ["d", "d", "d", None]
    assert found.links["opportunity_id"].unique().to_list() == ["scan"]


def test_a_call_on_a_lost_opportunity_and_on_the_account_counts_once_too():
    on_both = (
        ("x", "ana", "sa", "dead", "acme", 0, "Demo", "Imaging new"),
        ("y", "ana", "sa", None, "acme", 0, "Demo", ""),
    )
    found = linked(logged(*on_both))
    assert found.links["counts"].to_list() == [True, False]
    assert found.links["opportunity_id"].to_list() == ["scan", "scan"]
    placeless = ("z", "ana", "sa", "dead", None, 0, "Demo", "")
    assert row(linked(logged(on_both[1], placeless)), "z")["duplicate_of"] == "y"


@pytest.mark.parametrize("what", ["kept", "half"])
def test_a_call_on_an_opportunity_and_on_one_whose_merges_break_off_counts_once(what):
    on_both = (
        ("x", "ana", "sa", what, "bolt", 0, "Call", "Hello"),
        ("y", "ana", "sa", "pay", "bolt", 0, "Call", "Hello"),
    )
    found = linked(logged(*on_both))
    assert row(found, "x")["duplicate_of"] == "y"
    assert found.links["opportunity_id"].to_list() == ["pay", "pay"]


def test_nothing_gives_nothing():
    found = linked(logged())
    assert found.links.is_empty() and found.candidates.is_empty()
    assert dict(found.links.schema) == ACTIVITY_LINKS.columns
