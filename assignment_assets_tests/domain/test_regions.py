"""Regions of moves, on the tiny company drawn in conftest: the same for a table of moves and for a single one."""

import polars as pl
import pytest

from assignment_assets.domain.regions import field_regions, regions_of_ends, regions_of_owners

ENDS = {"old_owner_id": pl.String, "new_owner_id": pl.String}


def regions(reps, *moves):
    """Regions of each move (old, new owner), found in a table and one by one."""
    table = pl.DataFrame(list(moves), schema=ENDS, orient="row").with_row_index("number")
    found = regions_of_owners(table, reps)
    assert found.columns == [*table.columns, "region"] and found["number"].is_sorted()
    in_table = [found.filter(pl.col("number") == number)["region"].to_list() for number in range(len(moves))]
    assert in_table == [regions_of_ends(field_regions(reps), *move) for move in moves]
    return in_table


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("ana", "ben", ["North"]),
        ("ana", "cleo", ["North", "South"]),
        ("cleo", "ana", ["North", "South"]),
        ("max", "cleo", ["North", "South"]),
        ("iris", "ana", ["North"]),
        ("queue", "cleo", ["South"]),
        ("iris", "queue", ["no_region"]),
        (None, "iris", ["no_region"]),
    ],
)
def test_a_move_belongs_to_the_regions_of_its_field_reps_ends(company, old, new, expected):
    assert regions(company.reps, (old, new)) == [expected]


def test_a_rep_without_a_region_leaves_the_move_to_the_other_end(company):
    reps = company.with_rep("ana", region=None).reps
    assert regions(reps, ("ana", "cleo"), ("ana", "iris")) == [["South"], ["no_region"]]


def test_no_moves_have_no_regions(company):
    assert regions(company.reps) == []
