"""Revenue caps: whose is what, and the check that nothing placed exceeds one."""

import polars as pl
import pytest

from assignment_assets.domain.assignment.revenue import cap_of, is_above, revenue_caps, within_revenue_caps
from assignment_assets_tests.company import books_of, config, tiny


@pytest.mark.parametrize(
    ("common", "single", "cap"),
    [
        (0, {}, 0),
        (500, {}, 500),
        (500, {"ana": 300}, 300),
        (500, {"ana": 900}, 500),
        (0, {"ana": 300}, 300),
        (500, {"ben": 300}, 500),
    ],
)
def test_the_lower_of_the_common_and_the_own_cap_holds(common, single, cap):
    assert cap_of(common, single, "ana") == cap


def test_revenue_of_exactly_the_cap_is_within_it_and_no_cap_is_never_passed():
    rows = pl.DataFrame({"revenue_cents": [49, 50, 51, 51, 0], "cap": [50, 50, 50, 0, 0]})
    assert [is_above(*row) for row in rows.iter_rows()] == [False, False, True, False, False]
    assert rows.select(is_above(pl.col("revenue_cents"), pl.col("cap"))).to_series().to_list() == [
        *(False, False, True, False, False)
    ]


def test_caps_in_cents_hold_for_receivers_where_they_are_enforced():
    given = {"revenue_cap": 500, "revenue_caps": {"ben": 200}}
    run_config = config(**given, enforce_revenue_cap=True)
    assert revenue_caps(run_config, books_of(tiny(), run_config)).rows() == [
        ("ana", 50_000),
        ("ben", 20_000),
        ("cleo", 50_000),
        ("nia", 50_000),
    ]
    assert revenue_caps(config(**given), books_of(tiny(), config())).is_empty()
    only_ben = config(revenue_caps={"ben": 200}, enforce_revenue_cap=True)
    assert revenue_caps(only_ben, books_of(tiny(), only_ben)).rows() == [("ben", 20_000)]


@pytest.mark.parametrize(
    ("kept", "given", "offends"),
    [
        (60, [40], False),
        (60, [41], True),
        (0, [50, 51], True),
        (101, [], False),
        (101, [0], True),
        (101, [5], True),
        (0, [], False),
        (0, [None, 100], False),
    ],
)
def test_a_book_may_be_above_its_cap_by_what_it_keeps_and_then_gets_nothing(kept, given, offends):
    accounts = pl.DataFrame(
        {"account_id": ["k", "g0", "g1"], "revenue_cents": [kept, *given, None, None][:3]},
        schema={"account_id": pl.String, "revenue_cents": pl.Int64},
    )
    names = [f"g{number}" for number in range(len(given))]
    found = within_revenue_caps(
        pl.DataFrame(
            {"account_id": names, "rep_id": ["ana"] * len(names)},
            schema=dict.fromkeys(("account_id", "rep_id"), pl.String),
        ),
        pl.DataFrame({"account_id": ["k"], "rep_id": ["ana"]}),
        accounts,
        pl.DataFrame({"rep_id": ["ana"], "revenue_cap_cents": [100]}),
    )
    assert found["rep_id"].to_list() == (["ana"] if offends else [])
