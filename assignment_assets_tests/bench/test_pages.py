"""The pages' benchmark in small: every figure is told, and a rush loses nothing."""

import os

import pytest

from assignment_assets.bench.pages import SHORT, bench_pages, company


@pytest.fixture(scope="module")
def told():
    before, rows = dict(os.environ), []
    bench_pages(SHORT, rows.append)
    assert dict(os.environ) == before
    return rows


def test_every_page_is_timed(told):
    pages = {row["page"]: row["first_median_p95_ms"] for row in told if row["figure"] == "page"}
    assert set(pages) == {"rep", "director", "director's book", "director's map", "signer", "signer's region"}
    assert all(0 < median <= p95 for _, median, p95 in pages.values())
    assert [min(row["megabytes_now_most"]) > 20 for row in told if row["figure"] == "memory"] == [True, True]


def test_whoever_sends_at_once_is_counted_once(told):
    rushes = [row for row in told if row["figure"] == "rush"]
    assert [(row["gate"], row["at_once"]) for row in rushes] == [("lock_lists", 6), ("review_edits", 6)]
    assert all(row["met"] and row["other_answers_than_200"] == 0 for row in rushes), rushes


def test_every_director_has_reps():
    made = company(SHORT).reps
    field = made.filter(made["team"] == "field")
    assert field["director_email"].n_unique() == SHORT.directors == field["region"].n_unique()
