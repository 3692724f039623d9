"""Who keeps what: automatic locks in order, then picks within quota and capacity, a sentence for every refusal."""

from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.lock_facts import LocksInput
from assignment_assets.domain.locks import LOCK_KINDS, PICKS, lock_candidates, settle
from assignment_assets.domain.tables import OPPORTUNITIES
from assignment_assets_tests.company import account, config, deal, set_up, table, tiny


def pick(account_id, row_no=1, answer="keep", rep_id="ana", receipt_no=1):
    """A row that a rep returned."""
    return {"rep_id": rep_id, "receipt_no": receipt_no, "row_no": row_no, "account_id": account_id, "answer": answer}


def settled(*picks, company=None, run_config=None):
    """(locks, verdicts) of a company after some picks."""
    company, run_config = company or tiny(), run_config or config()
    given = LocksInput.read(set_up(company, run_config), "c", run_config)
    rows = pl.DataFrame(list(picks), schema=PICKS.columns)
    return settle(lock_candidates(given.facts, run_config), rows, given.seats, run_config)


def kinds(locks):
    """Account → (rep, lock kind)."""
    return {
        account_id: (rep_id, kind)
        for account_id, rep_id, kind in locks.select("account_id", "rep_id", "lock_kind").iter_rows()
    }


def refusal(*picks, **more):
    """(rule, message) of the last row returned."""
    rows = settled(*picks, **more)[1].filter(pl.col("row_no") > 0).sort("row_no")
    return rows.select("rule", "message").row(-1)


def test_automatic_locks_of_the_tiny_company():
    assert kinds(settled()[0]) == {
        "a01": ("ana", "l3m_referrer"),
        "a02": ("ana", "l3m_referrer"),
        "a11": ("ana", "keep_with_owner"),
        "b01": ("ben", "l3m_referrer"),
        "b02": ("ben", "l3m_referrer"),
        "b11": ("ben", "house"),
        "c01": ("cleo", "l3m_referrer"),
        "c02": ("cleo", "l3m_referrer"),
        "c11": ("cleo", "protected_deal"),
    }


@pytest.mark.parametrize(
    ("changes", "is_locked"),
    [
        ({}, True),
        ({"state": "OK"}, True),
        ({"state": "NM"}, False),
        ({"owner_id": "max"}, False),
        ({"owner_id": "iris"}, False),
        ({"owner_id": "queue"}, False),
        ({"owner_id": None}, False),
    ],
)
def test_a_recent_referrer_stays_with_an_active_field_owner_who_covers_it(changes, is_locked):
    company = tiny(account("x01", **({"owner_id": "ana", "history": "l3m"} | changes)))
    assert ("x01" in kinds(settled(company=company)[0])) is is_locked


def test_a_non_productive_book_keeps_no_recent_referrer():
    silent = [account(f"c{number:02}", "cleo") for number in range(1, 13)]
    silent[0] = account("c01", "cleo", history="l3m", referrals_l12m=1)
    assert not any(each.startswith("c0") for each in kinds(settled(company=tiny(*silent))[0]))


@pytest.mark.parametrize("mark", ["keep_with_owner", "is_house"])
@pytest.mark.parametrize(
    ("owner_id", "is_locked"),
    [
        ("ana", True),
        ("iris", True),
        ("max", False),
        ("queue", False),
        (None, False),
    ],
)
def test_marks_hold_with_any_active_owner_even_off_territory(mark, owner_id, is_locked):
    company = tiny(account("x01", owner_id, "WY", **{mark: True}))
    assert ("x01" in kinds(settled(company=company)[0])) is is_locked


@pytest.mark.parametrize(
    ("days", "changes", "is_locked"),
    [
        (0, {}, True),
        (30, {}, True),
        (31, {}, False),
        (-1, {}, False),
        (10, {"is_closed": True}, False),
    ],
)
def test_an_open_deal_that_closes_soon_protects_its_account(days, changes, is_locked):
    company = tiny()
    company = type(company)(company.accounts, company.reps, table(OPPORTUNITIES, deal("d9", "a12", days, **changes)))
    assert ("a12" in kinds(settled(company=company)[0])) is is_locked


def test_the_first_kind_that_applies_names_the_lock():
    marks = {"keep_with_owner": True, "is_house": True}
    company = tiny(account("x01", "ana", history="l3m", **marks), account("x02", "ana", **marks))
    found = kinds(settled(company=company)[0])
    assert (found["x01"][1], found["x02"][1]) == ("l3m_referrer", "keep_with_owner")
    assert LOCK_KINDS[:4] == ("l3m_referrer", "keep_with_owner", "house", "protected_deal")


def test_a_rep_on_leave_keeps_their_locks():
    company = tiny(reps={"ana": {"on_leave_until": date(2026, 12, 1)}})
    assert {each for each, (rep_id, _) in kinds(settled(company=company)[0]).items() if rep_id == "ana"} == {
        "a01",
        "a02",
        "a11",
    }


def test_only_free_accounts_lock():
    locks, _ = settled(run_config=config(scope="rep", reps=["ana"]))
    assert {rep_id for rep_id, _ in kinds(locks).values()} == {"ana"}


def test_above_capacity_the_most_recent_referral_stays_then_more_referrals_then_value_then_id():
    same = {"referrals_ever": 6, "value_cents": 500}
    company = tiny(
        account("a01", "ana", history="l3m", last_referral_on=date(2026, 9, 1), **same),
        account("a02", "ana", history="l3m", last_referral_on=date(2026, 9, 2), **same),
        account("a03", "ana", history="l3m", last_referral_on=date(2026, 9, 1), referrals_ever=7, value_cents=500),
        account("a04", "ana", history="l3m", last_referral_on=date(2026, 9, 1), referrals_ever=6, value_cents=600),
        account("a05", "ana", history="l3m", last_referral_on=date(2026, 9, 1), **same),
        account("a11", "ana", keep_with_owner=True, last_referral_on=date(2026, 9, 30)),
    )
    stays = {}
    for seats in range(1, 7):
        locks, verdicts = settled(company=company, run_config=config(capacities={"ana": seats}))
        stays[seats] = [each for each, (rep_id, _) in kinds(locks).items() if rep_id == "ana"]
        refused = verdicts.filter(pl.col("rep_id") == "ana")
        assert set(refused["rule"]) <= {"capacity"}
        assert {*refused["account_id"], *stays[seats]} == {"a01", "a02", "a03", "a04", "a05", "a11"}
    order = ["a02", "a03", "a04", "a01", "a05", "a11"]
    assert stays == {seats: sorted(order[:seats]) for seats in range(1, 7)}


def test_what_does_not_fit_is_marked_and_says_why():
    _, verdicts = settled(run_config=config(capacities={"ana": 2}))
    row = verdicts.row(0, named=True)
    assert (row["account_id"], row["lock_kind"], row["verdict"], row["rule"]) == (
        "a11",
        "keep_with_owner",
        "refused",
        "capacity",
    )
    assert row["message"] == "Account a11: no seat is left in ana's book; it enters the pool."


def test_inside_sales_members_have_no_capacity():
    company = tiny(*(account(f"x{number:02}", "iris", keep_with_owner=True) for number in range(1, 20)))
    locks, _ = settled(company=company, run_config=config(book_size=3))
    assert sum(rep_id == "iris" for rep_id, _ in kinds(locks).values()) == 19


def test_fixed_accounts_take_their_seats_first():
    run_config = config(scope="churn", books=["max"], book_size=12)
    given = LocksInput.read(set_up(tiny(), run_config), "c", run_config)
    seats = dict(given.seats.select("rep_id", "free_seats").iter_rows())
    assert seats == {"ana": 0, "ben": 0, "cleo": 0, "max": 12, "nia": 12}


def test_picks_become_locks_with_their_receipt():
    locks, verdicts = settled(pick("a06", 4), pick("a09", 5))
    found = {row["account_id"]: row for row in locks.to_dicts()}
    assert (found["a06"]["lock_kind"], found["a06"]["receipt_no"]) == ("dormant_pick", 1)
    assert (found["a09"]["lock_kind"], found["a01"]["receipt_no"]) == ("never_referred_pick", None)
    assert verdicts["message"].to_list() == [
        "Row 4, account a06: kept (1 of 5 dormant picks).",
        "Row 5, account a09: kept (1 of 5 never-referred picks).",
    ]


def test_a_sixth_pick_of_a_kind_is_refused_in_workbook_order():
    company = tiny(*(account(f"x{number:02}", "ana", history="dormant") for number in range(1, 8)))
    rows = [pick(f"x{number:02}", row_no=20 - number) for number in range(1, 8)]
    locks, verdicts = settled(*rows, company=company, run_config=config(book_size=100))
    kept = {each for each, (_, kind) in kinds(locks).items() if kind == "dormant_pick"}
    assert kept == {"x03", "x04", "x05", "x06", "x07"}
    refused = verdicts.filter(pl.col("verdict") == "refused")
    assert refused.select("account_id", "rule", "message").rows() == [
        ("x02", "over_quota", "Row 18, account x02: 5 of 5 dormant picks are used by earlier rows."),
        ("x01", "over_quota", "Row 19, account x01: 5 of 5 dormant picks are used by earlier rows."),
    ]


def test_quotas_count_apart_by_kind_and_by_rep():
    locks, _ = settled(
        pick("a06"),
        pick("a09", 2),
        pick("b06", rep_id="ben", receipt_no=2),
        run_config=config(dormant_quota=1, never_referred_quota=1),
    )
    assert {"a06", "a09", "b06"} <= set(kinds(locks))


def test_picks_stop_at_the_last_seat():
    rows = [pick("a06", 1), pick("a07", 2)]
    assert refusal(*rows, run_config=config(capacities={"ana": 4})) == (
        "capacity",
        "Row 2, account a07: your book has no seat left for another lock.",
    )


@pytest.mark.parametrize(
    ("row", "rule", "message"),
    [
        (
            pick("zzz"),
            "not_in_pool",
            "Row 1, account zzz: it is not in this cycle's pool, expected an account of your list.",
        ),
        (
            pick("p01"),
            "not_in_pool",
            "Row 1, account p01: it is not in this cycle's pool, expected an account of your list.",
        ),
        (pick("b06"), "not_your_book", "Row 1, account b06: its owner is ben, expected your own book."),
        (pick("q02"), "not_your_book", "Row 1, account q02: its owner is nobody, expected your own book."),
        (
            pick("a01", answer="release"),
            "automatic_lock",
            "Row 1, account a01: it locks automatically (l3m_referrer), which a rep cannot release.",
        ),
        (pick("b12", rep_id="ben"), "covered_states", "Row 1, account b12: OK is not among your covered states."),
        (pick("m03", rep_id="max"), "inactive", "Row 1, account m03: its owner is inactive, expected an active rep."),
    ],
)
def test_every_refusal_says_what_is_and_what_was_expected(row, rule, message):
    assert refusal(row, company=tiny(account("q02", None))) == (rule, message)


def test_a_recent_referrer_whose_lock_did_not_hold_cannot_be_picked():
    company = tiny(account("x01", "ana", "NM", "l3m"))
    rule, message = refusal(pick("x01"), company=company)
    assert rule == "not_pickable"
    assert "expected a dormant or never-referred account" in message


def test_the_first_of_two_rows_on_one_account_counts():
    locks, verdicts = settled(pick("a06", 1), pick("a06", 2, "release"))
    assert kinds(locks)["a06"] == ("ana", "dormant_pick")
    assert verdicts["rule"].to_list() == [None, "duplicate_row"]
    assert "the first row counts" in verdicts["message"][1]


def test_keeping_what_locks_by_itself_uses_no_pick():
    locks, verdicts = settled(pick("a11", 1), pick("a09", 2), run_config=config(never_referred_quota=1))
    assert kinds(locks)["a11"] == ("ana", "keep_with_owner")
    assert kinds(locks)["a09"] == ("ana", "never_referred_pick")
    assert verdicts["verdict"].to_list() == ["accepted", "accepted"]


def test_a_release_is_noted_and_locks_nothing():
    locks, verdicts = settled(pick("a06", answer="release"))
    assert "a06" not in kinds(locks)
    assert verdicts.select("verdict", "message").row(0) == ("accepted", "Row 1, account a06: released to the pool.")


def test_an_owner_with_an_override_counts_as_one_who_covers_the_state():
    company = tiny(account("b12", "ben", "OK", "l3m"))
    override = {"account_id": "b12", "rep_id": "ben", "reason": "he knows them"}
    assert "b12" not in kinds(settled(company=company)[0])
    locks, _ = settled(company=company, run_config=config(coverage_overrides=[override]))
    assert kinds(locks)["b12"] == ("ben", "l3m_referrer")
