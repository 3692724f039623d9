"""The questions in sql/analysis/, put to published Parquet in DuckDB alone: each against its answer in `answers/`."""

import shutil

import polars as pl
import pytest

from assignment_assets.domain.sources.fields import as_fields
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets_tests.sql.answers import kept
from assignment_assets_tests.sql.finished_cycle import EMPTY, Q4, tell
from assignment_assets_tests.sql.questions import QUESTIONS, asked


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with published cycles, and nothing of the engine's beside them."""
    folder = tmp_path_factory.mktemp("finished")
    tell(Warehouse(database=str(folder / "warehouse.duckdb")))
    (folder / "warehouse.duckdb").unlink()
    return folder


def test_there_are_ten_questions():
    assert len(QUESTIONS) == 10


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_the_one_that_is_kept(question, data):
    assert asked(data, question, cycle=Q4, account="m01") == kept(f"analysis/{question}")


@pytest.mark.parametrize("question", QUESTIONS)
def test_tables_without_a_row_have_an_answer_too(question, data):
    answer = asked(data, question, cycle=EMPTY, account="nowhere")
    assert answer[0] == kept(f"analysis/{question}")[0]
    assert answer[1:] == [] or question == "turnover_by_quarter"


@pytest.mark.parametrize("question", ["balance_by_book", "moves", "overflow_by_state", "value_by_tenure"])
def test_money_of_cycles_that_an_earlier_release_has_published_is_the_same(question, data, tmp_path):
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "published" / Q4 / "accounts.parquet"
    as_fields(pl.read_parquet(path)).write_parquet(path)
    assert asked(tmp_path, question, cycle=Q4) == kept(f"analysis/{question}")


def test_unless_a_cycle_is_named_it_is_the_one_that_was_closed_last(data):
    assert asked(data, "balance_by_book") == kept("analysis/balance_by_book")


def test_what_moved_is_the_difference_between_the_books_before_and_after(data):
    before, after = (asked(data, "balance_by_book")[0].index(f"account_count_{side}") for side in ("before", "after"))
    books = {row[1]: int(row[after]) - int(row[before]) for row in asked(data, "balance_by_book")[1:]}
    assert books == {"ana": 0, "ben": 1, "cleo": 0, "nia": 1, "max": -2}
