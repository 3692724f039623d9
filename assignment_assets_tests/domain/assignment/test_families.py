"""Which accounts belong together, and the check that they are where it is said they are."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.assignment.families import (
    FAMILY_MEMBERS,
    families_whole,
    family_notes,
    family_table,
)
from assignment_assets.domain.tables import ACCOUNTS, ELIGIBLE_POOL, FAMILIES, LOCKS
from assignment_assets_tests.company import Drawn, account, config, set_up, table, tiny


def family_roots(parents):
    """Account → its family, where every account is free and none is alone."""
    names = set(parents) | {f"{each} too" for each in parents}
    accounts = [account(each, None, parent_id=parents.get(each, each.removesuffix(" too"))) for each in names]
    pool = [{"account_id": each, "standing": "free"} for each in names]
    given = Drawn({"accounts": table(ACCOUNTS, *accounts), "eligible_pool": table(ELIGIBLE_POOL, *pool)})
    found = dict(given.answer(FAMILY_MEMBERS).select("account_id", "family_id").iter_rows())
    return {each: found[each] for each in parents}


def found(*rows, locks=(), **changes):
    """Account → (family, anchor) of the tiny company with these rows."""
    given = set_up(tiny(*rows), config(**changes), locks=table(LOCKS, *locks))
    frame = given.answer(FAMILY_MEMBERS)
    return {account_id: (family, anchor) for account_id, family, anchor in frame.rows()}


def lock(account_id, rep_id):
    return {"account_id": account_id, "rep_id": rep_id, "lock_kind": "house"}


def child(account_id, owner_id, parent_id="a09", **changes):
    return account(account_id, owner_id, parent_id=parent_id, **changes)


@pytest.mark.parametrize(
    ("parents", "roots"),
    [
        ({"a": None, "b": "a", "c": "b", "d": "c"}, {"a": "a", "b": "a", "c": "a", "d": "a"}),
        ({"b": "x", "c": "x"}, {"b": "x", "c": "x"}),
        ({"c": "b", "b": "a", "a": "c", "d": "c", "e": "d"}, {"a": "a", "b": "a", "c": "a", "d": "a", "e": "a"}),
        ({"a": "a"}, {"a": "a"}),
    ],
)
def test_a_family_is_named_after_the_top_of_its_parents(parents, roots):
    assert family_roots(parents) == roots


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefghx"), min_size=1))
def test_a_child_is_in_its_parents_family_whatever_the_chain(parents):
    roots = family_roots(parents)
    assert set(roots) == set(parents)
    for account_id, parent_id in parents.items():
        assert roots[account_id] == roots.get(parent_id, parent_id)


def test_free_accounts_under_one_parent_belong_together():
    assert found(child("a10", "ana"), child("b09", "ben"), child("b10", "ben", "b09")) == dict.fromkeys(
        ("a09", "a10", "b09", "b10"), ("a09", None)
    )
    assert found() == {}


def test_the_rep_who_keeps_most_of_a_family_is_its_anchor():
    rows = [child(name, "ana") for name in ("a10", "a12")] + [child(name, "ben") for name in ("b09", "b10")]
    locks = [lock("a10", "ana"), lock("b09", "ben"), lock("b10", "ben")]
    assert found(*rows, locks=locks) == dict.fromkeys(("a09", "a12"), ("a09", "ben"))
    assert found(*rows, locks=locks[:2]) == dict.fromkeys(("a09", "a12", "b10"), ("a09", "ana"))


def test_one_free_account_joins_what_is_kept_and_what_somebody_else_keeps_binds_nobody():
    assert found(child("a10", "ana"), locks=[lock("a10", "ana")]) == {"a09": ("a09", "ana")}
    assert found(child("i01", "iris"), locks=[lock("i01", "iris")]) == {}
    fixed = found(child("b09", "ben"), child("a10", "ana"), scope="rep", reps=["ana"])
    assert fixed == dict.fromkeys(("a09", "a10"), ("a09", None))


def test_a_carve_out_parent_still_ties_its_children():
    rows = [account("p01", "ana", carve_out="TAD"), child("a10", "ana", "p01"), child("b09", "ben", "p01")]
    assert set(found(*rows)) == {"a10", "b09"}


def ends(outcome, rep_id=None, anchor=None):
    members = pl.DataFrame(
        [("a09", "a09", anchor), ("a10", "a09", anchor)], schema=FAMILY_MEMBERS.columns, orient="row"
    )
    outcomes = pl.DataFrame(
        {"family_id": ["a09"], "outcome": [outcome], "rep_id": [rep_id]}, schema_overrides={"rep_id": pl.String}
    )
    return members, family_table(members, outcomes, tiny().accounts, tiny().reps)


@pytest.mark.parametrize(
    ("outcome", "rep_id", "anchor", "sentence"),
    [
        ("whole", "ben", None, "Its 2 free accounts are with Ben Ode."),
        ("whole", "ben", "ben", "Its 2 free accounts are with Ben Ode, who keeps the rest of the family."),
        (
            "split",
            None,
            None,
            "Of its 2 free accounts: no receiving rep can hold it whole; its members were placed one by one.",
        ),
        (
            "no_book",
            None,
            "ana",
            "Of its 2 free accounts: no receiving rep can hold it whole; all of it goes to Inside Sales.",
        ),
        ("no_seat", None, None, "Of its 2 free accounts: none of its members is among the accounts that have a seat."),
    ],
)
def test_every_end_of_a_family_has_a_sentence(outcome, rep_id, anchor, sentence):
    members, families = ends(outcome, rep_id, anchor)
    (row,) = families.to_dicts()
    assert (row["name"], row["member_count"], row["sentence"]) == ("Clinic a09", 2, sentence)
    assert family_notes(members, families).rows() == [(name, "Clinic a09", 2, outcome) for name in ("a09", "a10")]


@pytest.mark.parametrize(
    ("end", "owners", "offenders"),
    [
        (("whole", "ben"), ("ben", "ben"), []),
        (("whole", "ben"), ("ben", "ana"), ["a10"]),
        (("whole", "ben"), ("ben", None), ["a10"]),
        (("whole", "ben", "ana"), ("ben", "ben"), ["a09", "a10"]),
        (("split",), ("ben", None), []),
        (("no_book",), (None, None), []),
        (("no_book",), (None, "ana"), ["a10"]),
        (("no_seat",), ("ana", None), ["a09"]),
    ],
)
def test_the_check_finds_members_that_are_not_where_they_should_be(end, owners, offenders):
    members, families = ends(*end)
    given_to = pl.DataFrame(
        {"account_id": ["a09", "a10"], "owner_id": owners}, schema_overrides={"owner_id": pl.String}
    )
    assert families_whole(given_to, members, families)["account_id"].to_list() == offenders
    assert families_whole(given_to, members, FAMILIES.empty()).height == 2
