"""Which accounts a cycle may give to somebody: the five scopes, line by line, and every reason."""

import polars as pl
import pytest

from assignment_assets.domain.setup.eligible_pool import STANDINGS
from assignment_assets.domain.tables import SOURCE_EXCEPTIONS
from assignment_assets_tests.company import (
    CLAIMS,
    account,
    config,
    ids,
    pool_of,
    reasons,
    table,
    tiny,
)

ANAS, BENS, CLEOS = ({f"{letter}{number:02}" for number in range(1, 13)} for letter in "abc")
SILENT = tuple(account(f"c{number:02}", "cleo", "LA" if number in (5, 10) else "TX") for number in range(1, 13))


def claim(account_id, scope, opened_no=2, mine=1, cycle="other"):
    """Another open cycle's claim on an account."""
    return {
        "account_id": account_id,
        "other_cycle": cycle,
        "other_scope": scope,
        "other_opened_no": opened_no,
        "opened_no": mine,
    }


def test_every_account_has_one_standing_and_a_closed_reason():
    pool = pool_of(tiny(), config())
    assert pool["account_id"].to_list() == tiny().accounts["account_id"].sort().to_list()
    assert set(pool["reason"]) <= set(STANDINGS)


def test_global_frees_all_but_carve_outs_inside_sales_included():
    pool = pool_of(tiny(), config())
    assert ids(pool) == ANAS | BENS | CLEOS | {"m01", "m02", "m03", "i01", "i02", "i03", "q01"}
    assert ids(pool, "out") == {"p01"}
    found = reasons(pool)
    assert {found[each] for each in ANAS} == {"in_scope_book"}
    assert {each: found[each] for each in ("m01", "i01", "q01", "p01")} == {
        "m01": "churned_book",
        "i01": "inside_sales",
        "q01": "unowned",
        "p01": "carve_out",
    }


def test_region_frees_its_reps_books_and_what_nobody_works_in_states_they_cover():
    pool = pool_of(tiny(), config(scope="region", regions=["South"]))
    assert ids(pool) == CLEOS | {"m01", "m02", "i01", "q01"}
    assert reasons(pool)["m03"] == "out_of_scope"  # NM
    assert reasons(pool)["i02"] == "out_of_scope"  # OK
    assert ids(pool, "fixed") == ANAS | BENS | {"m03", "i02", "i03"}


def test_rep_frees_the_one_book_and_what_nobody_works_in_the_reps_states():
    pool = pool_of(tiny(), config(scope="rep", reps=["ana"]))
    assert ids(pool) == ANAS | {"m01", "m02", "i01", "i02", "q01"}
    assert ids(pool, "fixed") == BENS | CLEOS | {"m03", "i03"}


def test_churn_frees_churned_and_non_productive_books_only():
    pool = pool_of(tiny(*SILENT), config(scope="churn"))
    assert ids(pool) == CLEOS | {"m01", "m02", "m03"}
    assert (reasons(pool)["c01"], reasons(pool)["m01"]) == ("non_productive_book", "churned_book")
    assert ids(pool, "fixed") == ANAS | BENS | {"i01", "i02", "i03", "q01"}


def test_churn_of_named_books_frees_just_these():
    pool = pool_of(tiny(*SILENT), config(scope="churn", books=["max"]))
    assert ids(pool) == {"m01", "m02", "m03"}


def test_a_departure_frees_the_named_book_before_its_owner_is_inactive():
    pool = pool_of(tiny(), config(scope="churn", books=["ana"]))
    assert ids(pool) == ANAS
    assert reasons(pool)["a01"] == "churned_book"


def test_new_starters_draw_on_what_nobody_works_in_their_states():
    company = tiny(*SILENT, account("a12", "ana", held_for_new_hire=True))
    pool = pool_of(company, config(scope="new_starter_class", reps=["nia"], surplus_book_size=12))
    assert ids(pool) == CLEOS | {"m01", "m02", "i01", "q01", "a12"}
    found = reasons(pool)
    assert {each: found[each] for each in ("c01", "m01", "i01", "q01", "a12", "m03", "i02")} == {
        "c01": "non_productive_book",
        "m01": "churned_book",
        "i01": "inside_sales",
        "q01": "unowned",
        "a12": "held_for_new_hire",
        "m03": "out_of_scope",
        "i02": "out_of_scope",
    }


def test_surplus_is_what_the_owner_would_miss_least():
    pool = pool_of(tiny(), config(scope="new_starter_class", reps=["nia"], surplus_book_size=10))
    surplus = {each for each, reason in reasons(pool).items() if reason == "surplus"}
    assert {each[0] for each in surplus} <= {"a", "b", "c"}
    assert all(int(each[1:]) >= 9 and each not in ("a11", "b11") for each in surplus)
    assert sum(each.startswith("a") for each in surplus) <= 2


def test_carve_outs_take_no_place_in_the_count_of_a_surplus():
    """p01 is worth more to Ana than any of her dozen; it is apart, so her book of 12 has no surplus above 12."""
    company = tiny(account("p01", "ana", history="l3m", carve_out="TAD", referrals_l3m=99))
    pool = pool_of(company, config(scope="new_starter_class", reps=["nia"], surplus_book_size=12))
    assert "surplus" not in set(pool["reason"])


def test_fixed_accounts_are_nobodys_to_give():
    pool = pool_of(tiny(), config(scope="rep", reps=["ana"]))
    fixed = pool.filter(pl.col("standing") == "fixed")
    assert set(fixed["reason"]) == {"out_of_scope"}


@pytest.mark.parametrize("owner_id", [None, "queue", "max"])
def test_no_owner_a_placeholder_and_an_inactive_one_mean_unowned(owner_id):
    pool = pool_of(tiny(account("x01", owner_id)), config())
    assert pool.filter(pl.col("account_id") == "x01")["is_unowned"].item() is True


def test_growth_strategy_names_further_placeholders():
    pool = pool_of(tiny(), config(placeholder_owner_ids=["iris"]))
    assert reasons(pool)["i01"] == "unowned"


@pytest.mark.parametrize(
    ("history", "status", "is_referring"),
    [
        ("l3m", "l3m", True),
        ("recent", "dormant", True),
        ("dormant", "dormant", False),
        ("never", "never", False),
    ],
)
def test_referral_status(history, status, is_referring):
    row = pool_of(tiny(account("x01", "ana", history=history)), config()).filter(pl.col("account_id") == "x01")
    assert row.select("referral_status", "is_referring").row(0) == (status, is_referring)


def test_rows_that_the_source_could_not_vouch_for_stay_outside_and_say_why():
    faults = table(
        SOURCE_EXCEPTIONS,
        {"table_name": "accounts", "record_id": "x01", "column_name": "state", "found": "ZZ"},
        {"table_name": "accounts", "record_id": "x01", "column_name": "tam", "found": "-1 dollars"},
        {"table_name": "accounts", "record_id": "a01", "column_name": "parent_id", "found": "zz"},
        {"table_name": "reps", "record_id": "zoe", "column_name": "region", "found": ""},
    )
    pool = pool_of(tiny(), config(), faults=faults)
    row = pool.filter(pl.col("account_id") == "x01").row(0, named=True)
    assert (row["standing"], row["reason"], row["detail"]) == ("out", "source_exception", "state: ZZ; tam: -1 dollars")
    assert reasons(pool)["a01"] == "in_scope_book"
    assert "zoe" not in set(pool["account_id"])


def test_the_narrower_of_two_cycles_takes_the_account():
    claims = pl.DataFrame(
        [claim("a01", "rep"), claim("a02", "region"), claim("a03", "global", opened_no=2)], schema=CLAIMS
    )
    pool = pool_of(tiny(), config(scope="region", regions=["North"]), claims)
    assert pool.filter(pl.col("reason") == "withdrawn").select("account_id", "standing", "detail").rows() == [
        ("a01", "fixed", "other")
    ]


def test_of_two_equally_narrow_cycles_the_first_keeps_the_account():
    for mine, other, expected in ((1, 2, "in_scope_book"), (2, 1, "withdrawn")):
        claims = pl.DataFrame([claim("a01", "region", other, mine)], schema=CLAIMS)
        pool = pool_of(tiny(), config(scope="region", regions=["North"]), claims)
        assert reasons(pool)["a01"] == expected


def test_carve_outs_stay_carve_outs_whatever_another_cycle_claims():
    pool = pool_of(tiny(), config(), pl.DataFrame([claim("p01", "rep")], schema=CLAIMS))
    assert pool.filter(pl.col("account_id") == "p01").select("reason", "detail").row(0) == ("carve_out", "Partnerships")


def test_an_override_brings_an_account_that_nobody_works_into_a_narrow_scope():
    override = {"account_id": "i03", "rep_id": "ana", "reason": "she knows them"}
    assert "i03" not in ids(pool_of(tiny(), config(scope="rep", reps=["ana"])))
    assert "i03" in ids(pool_of(tiny(), config(scope="rep", reps=["ana"], coverage_overrides=[override])))
    assert "i03" not in ids(pool_of(tiny(), config(scope="rep", reps=["ben"], coverage_overrides=[override])))
