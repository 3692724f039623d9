"""The digest of a table: the same rows, the same digest, whatever wrote them."""

from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.tables import ACCOUNTS
from assignment_assets_tests.company import tiny

BASE = {"a": ["x", "y"], "n": [1, 2], "f": [0.1, None], "d": [date(2026, 10, 1), None], "l": [["TX", "OK"], []]}


def test_it_does_not_depend_on_how_the_frame_came_about():
    frame = tiny().accounts
    in_parts = pl.concat([frame.head(7), frame.tail(-7)], rechunk=False)
    shuffled = ACCOUNTS.conform(frame.sample(fraction=1.0, shuffle=True, seed=1).select(reversed(frame.columns)))
    assert table_digest(in_parts) == table_digest(frame) == table_digest(shuffled)


@pytest.mark.parametrize(
    "change",
    [
        {"a": ["x", "z"]},
        {"a": ["x", None]},
        {"n": [1, 3]},
        {"f": [0.1, 0.0]},
        {"f": [0.10000000000000002, None]},
        {"d": [None, None]},
        {"l": [["TX"], []]},
        {"l": [["OK", "TX"], []]},
        {"l": [["TX", "OK"], None]},
        {"a": ["x\ny", ""]},
        {"a": ["y", "x"]},
    ],
)
def test_every_change_of_content_changes_it(change):
    assert table_digest(pl.DataFrame(BASE)) != table_digest(pl.DataFrame(BASE | change))


def test_empty_text_is_not_the_same_as_nothing():
    texts = [pl.DataFrame({"a": [value]}, schema={"a": pl.String}) for value in ("", None)]
    assert table_digest(texts[0]) != table_digest(texts[1])


def test_names_and_types_count_too():
    frame = pl.DataFrame({"a": [1]})
    assert table_digest(frame) != table_digest(frame.rename({"a": "b"}))
    assert table_digest(frame) != table_digest(frame.cast(pl.String))
