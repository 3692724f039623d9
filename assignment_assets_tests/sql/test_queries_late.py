"""The queries of review, sign-off and write-back, put to a cycle drawn by hand: each against its kept answer.

The cycle is that of `finished_cycle.py` with more in it: b01, b02 and i02 stay fixed with their owners; m03 is a house
account that Ana and Gus co-own; a05 and c05 have one co-owner each. Open deals lie on m01 (two alike), m03 (of unknown
amount), n01 (nobody's) and c11 (stays); that of c01 is closed.

    m01  max → ben      c01  cleo → nia               a05  ana → iris              n01  nobody → iris
    m02  stays with     c02  returned to cleo         a12  stays                   n02  stranger → gone,
         Max, who left  c03  Ana's add is held                                          whom nobody knows
    m03  max → nia      c04  another cycle took it
"""

from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.notices.letters import HANDOVERS
from assignment_assets.domain.ownership.outcomes import CYCLE_OUTCOMES
from assignment_assets.domain.review.inputs import PEOPLE, REVIEWABLE
from assignment_assets.domain.review.shown import CANDIDATES, EDITABLE, MOVES
from assignment_assets.domain.sign_off.approved_accounts import ACCOUNTS_BY_OWNER, APPROVED_ACCOUNTS
from assignment_assets.domain.sign_off.conflict_facts import (
    BOOKS_AS_SIGNED,
    MOVING_DEALS,
    OWNERLESS,
    PIPELINE,
    SHARED_ACCOUNTS,
)
from assignment_assets.domain.sign_off.outcomes import APPROVAL_OUTCOMES, LAST_OUTCOMES, UNSIGNED_REGIONS
from assignment_assets.domain.sign_off.sign_off_packets import PACKET_MOVES
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    DECIDED_BOOKS,
    ELIGIBLE_POOL,
    OPPORTUNITIES,
    REPS,
    SIGN_OFF_PACKETS,
)
from assignment_assets_tests.company import account, books_of, deal, pool_of, table, tiny
from assignment_assets_tests.in_memory import InMemory
from assignment_assets_tests.sql import finished_cycle
from assignment_assets_tests.sql.answers import as_text, kept
from assignment_assets_tests.sql.finished_cycle import CONFIG, rows

QUERIES = [
    *(MOVES, EDITABLE, CANDIDATES, REVIEWABLE, PEOPLE, PACKET_MOVES),
    *(MOVING_DEALS, PIPELINE, SHARED_ACCOUNTS, OWNERLESS, BOOKS_AS_SIGNED),
    *(LAST_OUTCOMES, UNSIGNED_REGIONS, APPROVAL_OUTCOMES, APPROVED_ACCOUNTS, ACCOUNTS_BY_OWNER, HANDOVERS),
    CYCLE_OUTCOMES,
]
COMPANY = tiny(
    account("n01", None) | {"state": None, "tam_cents": None, "value_cents": None},
    account("n02", "stranger", "WY"),
    account("m03", "max", "NM", "dormant", is_house=True, co_owner_ids=["ana", "gus"], revenue_cents=250_000),
    account("a05", "ana", "OK", "recent", co_owner_ids=["ben"]),
    account("c05", "cleo", "LA", "recent", co_owner_ids=["nia"], parent_id="c01"),
    reps={"ben": {"started_on": date(2026, 4, 1)}},
)
FIXED = ("b01", "b02", "i02")


def drawn() -> InMemory:
    """The cycle drawn above."""
    pool = pool_of(COMPANY, CONFIG)
    is_fixed = pl.col("account_id").is_in(FIXED)
    written = {each.name: (each, frame) for each, frame in [*finished_cycle.proposal(), *finished_cycle.answers()]}
    drawn_here = {
        each.name: (each, frame)
        for each, frame in (
            (ACCOUNTS, COMPANY.accounts),
            (REPS, COMPANY.reps),
            (CURRENT_BOOKS, books_of(COMPANY, CONFIG)),
            (ELIGIBLE_POOL, pool.with_columns(standing=pl.when(is_fixed).then(pl.lit("fixed")).otherwise("standing"))),
            (OPPORTUNITIES, table(OPPORTUNITIES, *deals())),
            (DECIDED_BOOKS, rows(DECIDED_BOOKS, *decided())),
            (SIGN_OFF_PACKETS, rows(SIGN_OFF_PACKETS, *packets())),
        )
    }
    return InMemory(*(written | drawn_here).values())


def deals() -> list[dict]:
    """Open deals, and a closed one."""
    return [
        deal("d1", "c11", 10),
        deal("d2", "m01", 20, amount_cents=50_000),
        deal("d3", "m01", 20, amount_cents=50_000),
        deal("d4", "m03", 90, amount_cents=None),
        deal("d5", "c01", 5, is_closed=True),
        deal("d6", "n01", 30),
    ]


def decided() -> tuple:
    """The books as they would be signed."""
    return (
        "account_id current_owner_id proposed_owner_id reviewed_owner_id review_change is_move",
        ("a05", "ana", "ana", "iris", "to_inside_sales", True),
        ("a12", "ana", "ana", "ana", "none", False),
        ("c01", "cleo", "nia", "nia", "none", True),
        ("c02", "cleo", "nia", "cleo", "returned", False),
        ("c03", "cleo", "cleo", "cleo", "none", False),
        ("c04", "cleo", "nia", "cleo", "withdrawn", False),
        ("m01", "max", "ben", "ben", "none", True),
        ("m02", "max", "max", "max", "none", False),
        ("m03", "max", "nia", "nia", "none", True),
        ("n01", None, "iris", "iris", "none", True),
        ("n02", "stranger", "gone", "gone", "none", True),
    )


def packets() -> tuple:
    """What regions sign: an edit that is held is in both its regions."""
    return (
        "region account_id other_region old_owner_id new_owner_id move_reason is_held",
        ("North", "a05", None, "ana", "iris", "morale", False),
        ("North", "c03", "South", "cleo", "ana", "relationship", True),
        ("North", "m01", None, "max", "ben", "unowned", False),
        ("North", "m03", "South", "max", "nia", "unowned", False),
        ("South", "c01", None, "cleo", "nia", "rebalance", False),
        ("South", "c03", "North", "cleo", "ana", "relationship", True),
        ("South", "m03", "North", "max", "nia", "unowned", False),
        ("no_region", "n01", None, None, "iris", "no_seat", False),
        ("no_region", "n02", None, "stranger", "gone", "no_seat", False),
    )


@pytest.fixture(scope="module")
def cycle():
    """The cycle drawn above."""
    return drawn()


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_query_gives_the_answer_that_is_kept(cycle, query):
    frame = cycle.answer(query)
    assert as_text(frame.columns, frame.iter_rows()) == kept(query.name)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_a_cycle_without_rows_has_an_answer_without_rows(query):
    assert InMemory().answer(query).is_empty()
