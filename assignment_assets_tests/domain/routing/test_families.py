"""Parents, children and twins with two owners: which pairs are found, and how a changed family is settled."""

import polars as pl
import pytest

from assignment_assets.domain.routing.candidates import NewAccountsInput, new_accounts
from assignment_assets.domain.routing.families import HierarchyInput, hierarchy_conflicts, same_name
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets_tests.company import AS_OF, account, deal, tiny
from assignment_assets_tests.domain.routing.arrivals import BEGIN, NOT_ON_ITS_WAY, SEEN_AT, seen


def pairs(*changed: dict) -> list[tuple]:
    drawn = tiny(*changed)
    with seen(drawn) as log:
        found = hierarchy_conflicts(HierarchyInput.read(log))
    return found.select("kind", "account_id", "other_account_id", "crosses_regions").rows()


def test_a_child_whose_parent_another_person_owns_is_found():
    assert pairs(account("a12", "ana", parent_id="b01")) == [("parent_child", "a12", "b01", False)]
    assert pairs(account("a12", "ana", parent_id="c01")) == [("parent_child", "a12", "c01", True)]
    assert pairs(account("a12", "ana", parent_id="a01")) == []


def test_the_same_customer_entered_twice_is_found_across_regions():
    twins = [
        account("x1", "ana", name="St. Mary's Clinic, LLC", postal_code="75201-1234", value_cents=900_000),
        account("x2", "cleo", name="ST MARYS CLINIC", postal_code="75201", value_cents=100_000),
        account("x3", "ana", name="St Marys Clinic Inc.", postal_code="75201", value_cents=50_000),
        account("x4", "cleo", name="St Marys Clinic", postal_code="70112", value_cents=50_000),
    ]
    assert pairs(*twins) == [("duplicate", "x2", "x1", True)]


def test_accounts_without_a_name_or_a_postal_code_are_nobodys_twin():
    alike = [
        account("x1", "ana", name="Inc.", postal_code="75201"),
        account("x2", "cleo", name="LLC", postal_code="75201"),
        account("x3", "ana", name="Same Clinic"),
        account("x4", "cleo", name="Same Clinic"),
    ]
    assert pairs(*alike) == []


def test_carve_outs_are_left_to_whoever_manages_them():
    assert pairs(account("a12", "ana", parent_id="b01", carve_out="SUD")) == []


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("The Río Grande Health Co.", "rio grande health"),
        ("A & B  Care", "a and b care"),
        ("Company", None),
        (None, None),
    ],
)
def test_a_name_is_compared_without_its_legal_form(name, plain):
    assert pl.select(same_name(pl.lit(name, pl.String))).item() == plain


def settle(kind: str, *changed: dict, deals: tuple = ()) -> dict:
    """The decision on account a12 of a family that has changed."""
    drawn = tiny(*changed, reps={name: {"capacity": 20} for name in ("ana", "ben", "cleo", "nia")})
    opportunities = pl.concat([drawn.opportunities, pl.DataFrame(deals, schema=drawn.opportunities.schema)])
    rules = routing_rules({})
    families = pl.DataFrame({"account_id": ["a12"], "kind": [kind]})
    given = NewAccountsInput(drawn.accounts, drawn.reps, opportunities, families=families)
    asked = new_accounts(given, rules, BEGIN, SEEN_AT).filter(account_id="a12")
    people = People(drawn.reps, loads(drawn.accounts, NOT_ON_ITS_WAY), (), AS_OF)
    return Router(rules, people, {}, 1, {"re_parented": "digest"}).route(asked, SEEN_AT).decisions[0]


def test_a_child_with_a_new_parent_follows_the_parents_owner_under_the_policy_for_that():
    decision = settle("re_parented", account("a12", "ana", parent_id="b01"))
    assert (decision["why"], decision["rule"], decision["new_owner_id"]) == ("re_parented", "parent_owner", "ben")
    assert decision["policy_digest"] == "digest"


def test_an_open_deal_keeps_the_child_with_who_works_on_it():
    mine = deal("d8", "a12", 20, owner_id="ana")
    assert settle("re_parented", account("a12", "ana", parent_id="b01"), deals=(mine,))["new_owner_id"] == "ana"


def test_where_no_rule_of_a_family_names_somebody_the_account_stays_and_no_territory_takes_it():
    decision = settle("merged", account("a12", "ana", state="OK", parent_id="b01"))
    assert (decision["rule"], decision["new_owner_id"]) == ("family_stays", "ana")
    assert "ben does not cover the state" in decision["passed_over"]
    assert settle("merged")["rule"] == "family_stays"
