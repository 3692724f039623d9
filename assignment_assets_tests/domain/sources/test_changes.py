"""What jumped since the previous cycle: thresholds in points and in times, and never without a previous cycle."""

import polars as pl
import pytest

from assignment_assets.domain.sources.changes import (
    AMOUNTS,
    LEAST_ROWS,
    SHARES,
    jump_sentences,
    source_changes,
    told_changes,
    told_figure,
)
from assignment_assets.domain.tables import SOURCE_PROFILE
from assignment_assets_tests.company import table


def profile(*figures):
    """A profile of these figures: table, kind, name, value."""
    rows = [
        {"table_name": name, "line_no": number, "kind": kind, "name": what, "value": value}
        for number, (name, kind, what, value) in enumerate(figures)
    ]
    return table(SOURCE_PROFILE, *rows)


def owners(nobody, field):
    """A profile of accounts by owner."""
    return profile(("accounts", "owner", "nobody", nobody), ("accounts", "owner", "field", field))


def jumped(now, before):
    """The figures that have jumped."""
    return source_changes(now, before, "before").filter("is_jump")["figure"].to_list()


def revenue(cents):
    """A profile with a sum of revenue alone."""
    return profile(("accounts", "sum", "revenue", cents))


@pytest.mark.parametrize(("nobody", "is_one"), [(149, False), (150, True), (51, False), (50, True)])
def test_a_share_jumps_by_points_up_or_down(nobody, is_one):
    assert jumped(owners(nobody, 1000 - nobody), owners(100, 900)) == (["unowned"] if is_one else [])


def test_a_large_share_of_a_few_rows_is_no_jump():
    few = LEAST_ROWS - 1
    assert jumped(owners(few, 20 - few), owners(0, 20)) == []
    assert jumped(owners(LEAST_ROWS, 20 - LEAST_ROWS), owners(0, 20)) == ["unowned"]


@pytest.mark.parametrize(
    ("now", "is_one"), [(299, False), (300, True), (34, False), (33, True), (0, True), (100, False)]
)
def test_a_sum_jumps_by_times_up_or_down(now, is_one):
    assert jumped(revenue(now), revenue(100)) == (["revenue_sum"] if is_one else [])


def test_a_figure_that_one_of_the_two_does_not_have_is_no_jump():
    assert jumped(revenue(10), owners(1, 1)) == []
    assert jumped(revenue(0), revenue(0)) == []


def test_without_a_previous_cycle_figures_are_told_and_nothing_jumps():
    changes = source_changes(owners(100, 0), SOURCE_PROFILE.empty(), None)
    assert changes.height == len(SHARES) + len(AMOUNTS)
    assert jump_sentences(changes) == []
    assert changes.filter(pl.col("figure") == "unowned")["now"].to_list() == [100.0]
    assert changes["before"].null_count() == changes.height


def test_reps_who_cannot_receive_count_one_by_one():
    idle = [{"kind": "idle_rep", "name": "inactive", "record_id": f"r{number}", "value": 1} for number in range(4)]
    rows = [{"kind": "receiver", "value": 6}, *idle]
    now = table(SOURCE_PROFILE, *({"table_name": "reps", "line_no": at} | row for at, row in enumerate(rows)))
    before = profile(("reps", "receiver", None, 10))
    changes = source_changes(now, before, "before")
    assert changes.filter(pl.col("figure") == "receivers").select("before", "now").row(0) == (100.0, 60.0)
    assert jump_sentences(changes, "reps") == ["field reps who can receive: 100.0 % in before, 60.0 % now."]
    assert jump_sentences(changes, "accounts") == []


def test_figures_are_told_with_their_unit_and_their_threshold():
    assert [told_figure(*each) for each in ((12.25, "%"), (1_234_500.0, "cents"), (900.0, "rows"), (None, "%"))] == [
        *("12.2 %", "$12,345", "900", "none"),
    ]
    told = told_changes(source_changes(owners(1, 9), SOURCE_PROFILE.empty(), None))
    assert told.row(0) == ("accounts without an owner", "none", "10.0 %", "5 points or more")
