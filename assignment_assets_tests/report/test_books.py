import polars as pl

from assignment_assets.report.books import book_table, field_reps, loads, ownership
from assignment_assets_tests.report import tiny


def owners(owned: pl.DataFrame, column: str) -> dict:
    return dict(owned.select("account_id", column).rows())


def test_an_account_is_followed_from_owner_to_owner_and_carve_outs_are_left_out(owned):
    assert "a12" not in owners(owned, "before")
    assert owners(owned, "proposed")["a05"] == "bob"
    assert owners(owned, "reviewed")["a05"] == "ann"
    assert owners(owned, "proposed")["a11"] == owners(owned, "after")["a11"] == "gil"


def test_before_any_proposal_everyone_keeps_what_they_have(tables):
    owned = ownership(tables["accounts"])

    assert "proposed" not in owned.columns and "reviewed" not in owned.columns
    assert owners(owned, "after") == owners(owned, "before")


def test_an_account_outside_the_proposal_keeps_its_owner(tables):
    partly = tables["proposed_books"].filter(pl.col("account_id") != "a07")

    assert owners(ownership(tables["accounts"], partly), "after")["a07"] == "bob"


def test_a_decision_on_a_held_edit_is_the_last_word_and_no_decision_leaves_no_trace(tables):
    stages = [tables[name] for name in ("accounts", "proposed_books", "overflow", "reviewed_books")]
    decided = tables["reviewed_books"].with_columns(reviewed_owner_id="proposed_owner_id")

    assert owners(ownership(*stages, decided), "after")["a05"] == "bob"
    assert "decided" not in ownership(*stages, tables["reviewed_books"]).columns


def test_only_working_field_reps_are_measured_with_the_capacity_of_the_cycle(tables):
    assert field_reps(tables["reps"])["rep_id"].to_list() == ["ann", "bob", "cat"]
    books = [
        {"rep_id": rep_id, "is_active": True, "is_on_leave": rep_id == "bob", "is_churned": False, "capacity": 3}
        for rep_id in ("ann", "bob", "cat", "gil")
    ]
    measured = field_reps(tables["reps"], tiny.frame("current_books", *books))

    assert measured.select("rep_id", "capacity").rows() == [("ann", 3), ("cat", 3)]


def test_a_rep_who_may_hold_nothing_is_not_measured_and_one_without_a_capacity_may_hold_100(tables):
    capacity = pl.Series([0, None, 2, 4, None], dtype=pl.Int64)

    assert field_reps(tables["reps"].with_columns(capacity=capacity)).select("rep_id", "capacity").rows() == [
        ("bob", 100),
        ("cat", 2),
    ]


def test_loads_are_sums_over_the_book_and_zero_for_an_empty_one(owned, reps):
    nobody = owned.with_columns(after=pl.lit("gil"))

    assert loads(owned, "proposed", reps)["opp_count"].to_list() == [40, 40, 20]
    assert loads(owned, "proposed", reps)["tam_cents"].to_list() == [400_000, 400_000, 200_000]
    assert loads(nobody, "after", reps)["opp_count"].to_list() == [0, 0, 0]


def test_the_table_of_books_counts_what_comes_and_what_goes(owned, tables):
    table = book_table(owned, tables["reps"])
    rows = {row["rep_id"]: row for row in table.to_dicts()}

    assert table["rep_id"].to_list() == ["ann", "bob", "gus", "cat", "gil"]
    assert [rows["ann"][name] for name in ("count_before", "count_after", "moves_in", "moves_out")] == [6, 5, 0, 1]
    assert [rows["bob"][name] for name in ("count_before", "count_after", "moves_in", "moves_out")] == [3, 3, 1, 1]
    assert [rows["gus"][name] for name in ("count_before", "count_after", "moves_out")] == [1, 0, 1]
    assert rows["gil"]["capacity"] is None and rows["gil"]["value_cents"] == 20_000


def test_an_owner_who_is_not_among_the_reps_is_listed_under_their_id(owned, tables):
    table = book_table(owned, tables["reps"].filter(pl.col("rep_id") != "gus"))

    assert table.row(-1, named=True)["name"] == "gus"
