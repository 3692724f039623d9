"""What holds of the links of any activities, opportunities and merges, however odd."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.overlays.activities.tables import (
    HANDED_OVER,
    LINKED_OPPORTUNITIES,
    LOGGED_ACTIVITIES,
    OPPORTUNITY_MERGES,
)
from assignment_assets.sample.activities import generate_activities
from assignment_assets_tests.domain.overlays.activities.drawn import answered
from assignment_assets_tests.sql.finished_cycle import rows

SOMETIMES = settings(max_examples=15, deadline=None, derandomize=True, database=None)
OPPORTUNITY = st.sampled_from([f"o{number}" for number in range(6)])
ACCOUNT, PERSON = st.sampled_from(["a0", "a1"]), st.sampled_from(["p0", "p1", None])
MINUTES = st.integers(-300, 300)
START, DAY = datetime(2026, 8, 10, 12), date(2026, 8, 10)
IDS = ("activity_id", "opportunity_id", "account_id", "person_id", "contact_id", "what_id", "from_id", "to_id")


@st.composite
def odd_companies(draw):
    """A few activities on a few records, merged as it happens: in circles, into nowhere, twice."""
    what = st.one_of(OPPORTUNITY, ACCOUNT, st.none(), st.just("case"))
    at = st.one_of(st.none(), MINUTES.map(lambda minutes: START + timedelta(minutes=minutes)))
    made = st.one_of(st.none(), st.integers(-60, 60).map(lambda days: DAY + timedelta(days=days)))
    act = st.tuples(PERSON, what, st.one_of(ACCOUNT, st.none()), at, st.sampled_from(["Call", "Email", None]))
    life = st.tuples(OPPORTUNITY, ACCOUNT, made, made, st.booleans())
    merge = st.tuples(OPPORTUNITY, st.one_of(OPPORTUNITY, st.none(), st.just("gone")), MINUTES)
    activities = [(f"t{n}", *each) for n, each in enumerate(draw(st.lists(act, max_size=12)))]
    lives = draw(st.lists(life, max_size=5, unique_by=lambda each: each[0]))
    merges = draw(st.lists(merge, max_size=6, unique_by=lambda each: (each[0], each[2])))
    return {
        LOGGED_ACTIVITIES.name: rows(
            LOGGED_ACTIVITIES, "activity_id person_id what_id account_id happened_at activity_type", *activities
        ),
        LINKED_OPPORTUNITIES.name: rows(
            LINKED_OPPORTUNITIES, "opportunity_id account_id created_on closed_on is_closed", *lives
        ),
        OPPORTUNITY_MERGES.name: rows(
            OPPORTUNITY_MERGES,
            "from_id to_id merged_at",
            *((start, end, START + timedelta(minutes=minutes)) for start, end, minutes in merges),
        ),
    }


@pytest.fixture(scope="module")
def small():
    """300 activities of a generated company, and their links."""
    handed_over = generate_activities(300, 31).handed_over
    return handed_over, answered(handed_over)


@given(odd_companies())
@SOMETIMES
def test_every_activity_has_one_row_and_says_nothing_that_cannot_be(company):
    found = answered(company)
    links = found.links
    assert links["activity_id"].to_list() == company[LOGGED_ACTIVITIES.name]["activity_id"].sort().to_list()
    assert links["confidence"].is_between(0, 1).all() and links["confidence"].null_count() == 0
    assert links["runner_up_confidence"].drop_nulls().is_between(0, 1).all()
    there = company[LINKED_OPPORTUNITIES.name]["opportunity_id"].to_list()
    assert set(links["opportunity_id"].drop_nulls()) <= set(there)
    assert links.filter((pl.col("how") == "account") != pl.col("opportunity_id").is_null()).is_empty()
    assert links.filter(pl.col("counts") != pl.col("duplicate_of").is_null()).is_empty()
    repeated = links.filter(~pl.col("counts")).join(
        links, left_on="duplicate_of", right_on="activity_id", suffix="_kept"
    )
    assert repeated.height == links.filter(~pl.col("counts")).height
    assert repeated["counts_kept"].all()
    assert repeated["opportunity_id"].eq_missing(repeated["opportunity_id_kept"]).all()


@given(odd_companies())
@SOMETIMES
def test_what_an_opportunity_lives_on_in_lives_on_in_itself(company):
    merged_on = [("t", "p", o) for o in (f"o{number}" for number in range(6))]
    asked = rows(
        LOGGED_ACTIVITIES, "activity_id person_id what_id", *((f"{each[0]}{each[2]}", *each[1:]) for each in merged_on)
    )
    links = answered({**company, LOGGED_ACTIVITIES.name: asked}).links
    ends = dict(links.select(pl.col("activity_id").str.slice(1), "opportunity_id").iter_rows())
    assert all(ends[end] == end for end in ends.values() if end is not None)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=3, deadline=None, derandomize=True, database=None)
def test_the_order_of_rows_changes_nothing(small, seed):
    handed_over, found = small
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in handed_over.items()}
    again = answered(shuffled)
    assert again.links.equals(found.links)
    assert again.candidates.equals(found.candidates)


def test_other_ids_give_the_same_links(small):
    handed_over, found = small
    known = {value for frame in handed_over.values() for name in IDS if name in frame.columns for value in frame[name]}
    ordered = sorted(known - {None})
    drawn = np.random.default_rng(5).permutation(len(ordered))
    renamed = {value: f"id-{number:05}" for value, number in zip(ordered, drawn, strict=True)}
    ids = pl.col(pl.String).replace(renamed)
    again = answered({name: frame.with_columns(ids) for name, frame in handed_over.items()})
    compared = ("opportunity_id", "how", "runner_up_id", "counts", "duplicate_of", "finding")
    assert again.links.select("activity_id", *compared).equals(
        found.links.with_columns(ids).sort("activity_id").select("activity_id", *compared)
    )
    mapped = found.links.with_columns(ids).sort("activity_id")["confidence"]
    assert (again.links["confidence"] - mapped).abs().max() < 1e-9


def test_the_rules_are_handed_the_tables_of_a_source_and_nothing_of_the_truth(small):
    handed_over, _ = small
    assert {name: dict(frame.schema) for name, frame in handed_over.items()} == {
        table.name: table.columns for table in HANDED_OVER
    }
    columns = {name for frame in handed_over.values() for name in frame.columns}
    assert not columns & {"event_no", "is_on_account", "true_id", "truth"}
