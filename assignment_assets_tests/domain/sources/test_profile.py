"""The profile of the sources: its figures are those of a hand's count, and its table says all of them."""

from dataclasses import replace

import duckdb
import polars as pl
import pytest

from assignment_assets.domain.sources.contract import check_sources
from assignment_assets.domain.sources.fields import as_fields
from assignment_assets.domain.sources.profile_table import profile_rows, source_lines, told_profile
from assignment_assets.domain.sources.source_table import SourceTable
from assignment_assets.stages.source_preview import preview, profile_under
from assignment_assets_tests.company import AS_OF, account, config, deal, table, tiny
from assignment_assets_tests.company import OPPORTUNITIES as DEALS

MORE = (
    account("x01", None, tam_cents=12_300),
    account("x02", "nobody-known", revenue_cents=500_00),
    account("x03", "ana", "WY", revenue_cents=1_500_00),
    account("x04", "ana", parent_id="elsewhere"),
)
CLOSED = deal("d3", "a01", -5, is_closed=True, is_won=True, amount_cents=700)
STRANGE = deal("d4", "not-there", 20)


@pytest.fixture(scope="module")
def snapshot():
    """The tiny company with a few oddities, read as a source is."""
    company = tiny(*MORE)
    deals = pl.concat([company.opportunities, table(DEALS, CLOSED, STRANGE)])
    tables = (
        SourceTable(as_fields(each), name)
        for each, name in ((company.accounts, "a"), (company.reps, "r"), (deals, "d"))
    )
    return check_sources(*tables, AS_OF, faulty_share=0.5)


@pytest.fixture(scope="module")
def shown(snapshot):
    """Its profile under the tiny company's config."""
    return profile_under(snapshot, config())


def test_every_figure_is_that_of_a_count_by_hand(shown):
    assert {each.table: (each.read, each.kept, each.left_out) for each in shown.rows} == {
        "accounts": (48, 47, 1),
        "reps": (9, 9, 0),
        "opportunities": (3, 3, 0),
    }
    owners = {"field": 39, "inside_sales": 3, "inactive": 3, "placeholder": 1, "unknown": 1, "nobody": 1}
    assert shown.owners == owners
    assert shown.deals == {"open": 2, "won": 1, "closed otherwise": 0}
    assert shown.deals_outside == 1
    assert shown.locks == {"l3m_referrer": 6, "keep_with_owner": 1, "house": 1, "protected_deal": 1}
    assert shown.uncovered == {"WY": 2}
    assert shown.num_receivers == 4
    assert [(rep.name, rep.reason, rep.cell) for rep in shown.idle_reps] == [
        ("Max Orr", "inactive", "is_active = False")
    ]
    assert shown.inside_sales == {"arm": 1, "growers": 1, "activators": 1}


def test_sums_and_statuses_are_those_of_sql(snapshot, shown):
    with duckdb.connect() as connection:
        connection.register("accounts", snapshot.accounts.to_arrow())
        counted = connection.execute(
            "select count(revenue_cents), sum(revenue_cents), min(revenue_cents), max(revenue_cents), sum(tam_cents), "
            "count(*) filter (where referrals_l3m > 0), count(*) filter (where referrals_ever = 0) from accounts"
        ).fetchone()
    revenue, tam = shown.money[:2]
    told = (revenue.filled, revenue.sum_cents, revenue.smallest_cents, revenue.largest_cents, tam.sum_cents)
    assert (*told, shown.referrals["l3m"], shown.referrals["never"]) == counted
    assert sum(shown.referrals.values()) == 47


def test_what_was_listed_names_its_first_rows_and_cells(shown):
    kinds = {(each.table, each.column): each for each in shown.exceptions}
    assert [example.found for example in kinds["accounts", "owner_id"].examples] == ["nobody-known"]
    assert [example.record_id for example in kinds["accounts", "parent_id"].examples] == ["x04"]


def test_the_table_says_every_figure_of_the_profile(snapshot, shown):
    assert told_profile(profile_rows(shown), snapshot.exceptions, snapshot.reps) == shown


def test_every_figure_has_a_unit_and_every_line_is_its_own(shown):
    rows = profile_rows(shown)
    assert rows.select("table_name", "line_no").is_unique().all()
    assert rows.filter(pl.col("value").is_not_null() & pl.col("unit").is_null()).is_empty()
    assert set(rows["unit"].drop_nulls()) == {"rows", "accounts", "deals", "reps", "cells", "cents"}


def test_a_column_that_holds_nothing_is_named_with_what_that_means(snapshot, shown):
    assert shown.empty_columns == ()
    bare = replace(
        snapshot, accounts=snapshot.accounts.with_columns(bps=pl.lit(0, pl.Int64), owner_id=pl.lit(None, pl.String))
    )
    assert [each.column for each in preview(bare, AS_OF).empty_columns] == ["owner_id", "bps"]


def test_the_lines_of_a_cycle_name_what_was_left_out(shown):
    lines = source_lines(profile_rows(shown))
    assert (
        "  accounts: 47 of 48 rows used, 1 rows left out for a fault, 2 cells or rows listed in source_exceptions"
        in lines
    )
    assert any("not in the list" in line for line in lines)
