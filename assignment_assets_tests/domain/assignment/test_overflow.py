"""What has no seat goes to an Inside Sales queue and to a member of it, evenly."""

from collections import Counter
from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.assignment.overflow import inside_sales_members, inside_sales_queue
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.tables import REPS
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import books_of, config, rep, table, tiny

SCHEMA = {
    "account_id": pl.String,
    "current_owner_id": pl.String,
    "referral_status": pl.String,
    "is_referring": pl.Boolean,
}
NEVERS = [(f"x{number:02}", "max", "never", False) for number in range(1, 8)]


def placed(*rows, reps=(), changes=None, **more):
    """Account → (queue, member) of rows account_id, owner, status, is_referring."""
    company, run_config = tiny(reps=changes), config(**more)
    company = Company(company.accounts, table(REPS, *company.reps.to_dicts(), *reps), company.opportunities)
    frame = inside_sales_queue(
        pl.DataFrame(list(rows), schema=SCHEMA, orient="row"), books_of(company, run_config), run_config
    )
    return {account_id: (queue, member) for account_id, queue, member in frame.iter_rows()}


@pytest.mark.parametrize(
    ("status", "is_referring", "queue"),
    [
        ("l3m", True, "arm"),
        ("l3m", False, "arm"),
        ("dormant", True, "arm"),
        ("dormant", False, "growers"),
        ("never", False, "activators"),
    ],
)
def test_the_queue_follows_the_referrals(status, is_referring, queue):
    assert placed(("x01", "max", status, is_referring))["x01"][0] == queue


def test_growth_strategy_may_name_other_queues():
    rows = [("x01", None, "l3m", True), ("x02", None, "dormant", False), ("x03", None, "never", False)]
    found = placed(*rows, queue_for_referring="growers", queue_for_dormant="activators", queue_for_never_referred="arm")
    assert [found[account_id][0] for account_id in ("x01", "x02", "x03")] == ["growers", "activators", "arm"]


def test_members_of_a_queue_share_evenly_in_id_order():
    found = placed(*NEVERS, reps=[rep("ada", "Ada", team="activators"), rep("abe", "Abe", team="activators")])
    assert [found[f"x{number:02}"][1] for number in range(1, 8)] == ["abe", "ada", "amy", "abe", "ada", "amy", "abe"]


def test_a_member_keeps_what_they_own_and_others_make_up_for_it():
    rows = [
        (account_id, "amy" if account_id in ("x05", "x06", "x07") else "max", *rest) for account_id, _, *rest in NEVERS
    ]
    found = placed(*rows, reps=[rep("ada", "Ada", team="activators")])
    assert {each for each, (_, member) in found.items() if member == "amy"} == {"x05", "x06", "x07"}
    assert Counter(member for _, member in found.values()) == {"amy": 3, "ada": 4}


def test_an_owner_of_another_queue_hands_over():
    assert placed(("x01", "iris", "never", False)) == {"x01": ("activators", "amy")}


@pytest.mark.parametrize("change", [{"is_active": False}, {"on_leave_until": date(2026, 10, 1)}])
def test_who_has_left_or_is_on_leave_takes_nothing(change):
    assert "amy" not in set(inside_sales_members(books_of(tiny(reps={"amy": change}), config()))["rep_id"])
    assert placed(("x01", "amy", "never", False), changes={"amy": change})["x01"] != ("activators", "amy")


@pytest.mark.parametrize(
    ("gone", "status", "queue"),
    [
        ("iris", "l3m", "growers"),
        ("gus", "dormant", "activators"),
        ("amy", "never", "arm"),
    ],
)
def test_a_queue_that_nobody_works_falls_to_the_next_one(gone, status, queue):
    assert placed(("x01", None, status, False), changes={gone: {"is_active": False}})["x01"][0] == queue


def test_without_any_member_the_cycle_stops_and_says_what_to_do():
    gone = {name: {"is_active": False} for name in ("iris", "gus", "amy")}
    with pytest.raises(InvalidInput, match="no active member of arm, growers, activators is there for 7 accounts"):
        placed(*NEVERS, changes=gone)
    assert placed(changes=gone) == {}
