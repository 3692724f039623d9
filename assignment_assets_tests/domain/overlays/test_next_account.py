"""Who takes the next account: kept ones stay, capacity holds, the load is even, the bound is one."""

from itertools import product

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment_assets.domain.overlays.manager_answers import MANAGER_ANSWERS, answered, manager_changes
from assignment_assets.domain.overlays.next_account import next_accounts
from assignment_assets.domain.overlays.tables import OVERLAY_ACCOUNTS, OVERLAY_OPPORTUNITIES, OVERLAY_WORKLOAD
from assignment_assets_tests.domain.overlays.small import at, roles, rows


def proposed(accounts, loads, deals=(), capacity=4.0, role="csm"):
    """The proposal for accounts (id → person) among people with these loads; `deals` are account ids."""
    measures = {"per_account": 1.0, "per_open_opportunity": 0.5, "capacity": capacity}
    people = [{"person_id": who, "name": who.upper(), "is_active": True, "load": load} for who, load in loads.items()]
    people.append({"person_id": "gone", "is_active": False, "load": 9.0})
    held = ({"account_id": each, "person_id": who} for each, who in accounts.items())
    open_ones = ({"opportunity_id": f"o{number}", "account_id": each} for number, each in enumerate(deals))
    return next_accounts(
        role,
        roles(**{f"{role}__workload": measures}).roles[role],
        rows(OVERLAY_ACCOUNTS, *({"role": role} | each for each in held)),
        rows(OVERLAY_OPPORTUNITIES, *({"is_closed": False} | each for each in open_ones)),
        rows(OVERLAY_WORKLOAD, *({"role": role} | each for each in people)),
    )


def shown(proposal):
    return dict(proposal.rows.select("account_id", "person_id").iter_rows())


def test_accounts_of_active_people_stay_and_those_of_nobody_and_of_leavers_are_proposed():
    proposal = proposed({"a1": "u1", "a2": None, "a3": "gone"}, {"u1": 1.0, "u2": 0.0})
    assert shown(proposal) == {"a2": "u2", "a3": "u1"} and proposal.rows["from_id"].to_list() == [None, "gone"]
    assert (proposal.fullest, proposal.bound, proposal.is_proven) == (2.0, 2.0, True)
    assert "U2 carries 0 of 4 points, and 1 with all that is proposed for them." in proposal.rows["sentence"][0]


def test_an_account_brings_its_open_opportunities_where_they_follow_it():
    assert proposed({"a1": None}, {"u1": 0.0}, ["a1", "a1"]).rows["points"].to_list() == [2.0]
    assert proposed({"a1": None}, {"u1": 0.0}, ["a1", "a1"], role="sa").rows["points"].to_list() == [1.0]


def test_capacity_is_hard_and_what_does_not_fit_says_so():
    proposal = proposed({"a1": None, "a2": None}, {"u1": 3.0}, ["a2"])
    assert shown(proposal) == {"a1": "u1", "a2": None}
    assert "Nobody who is customer-success manager has room for 1.5 points" in proposal.rows["sentence"][1]
    assert shown(proposed({"a1": None}, {})) == {"a1": None}


def test_accounts_change_places_where_that_lightens_the_fullest():
    # 3 3 2 2 2 by the largest first: 3+2+2 beside 3+2; the best is 3+3 beside 2+2+2
    deals = [*["a1"] * 4, *["a2"] * 4, *["a3"] * 2, *["a4"] * 2, *["a5"] * 2]
    proposal = proposed(dict.fromkeys(("a1", "a2", "a3", "a4", "a5")), {"u1": 0.0, "u2": 0.0}, deals, 20.0)
    assert proposal.fullest == proposal.bound == 6.0


def test_who_carries_more_than_the_capacity_gets_nothing():
    proposal = proposed({"a1": None}, {"u1": 5.0, "u2": 3.0})
    assert shown(proposal) == {"a1": "u2"} and proposal.fullest == 5.0 and proposal.is_proven


def test_nothing_waits():
    proposal = proposed({"a1": "u1"}, {"u1": 1.0})
    assert proposal.rows.is_empty() and proposal.is_proven


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5), st.lists(st.integers(0, 8), min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_answer_beats_the_bound_and_the_proposal_is_near_the_best(extra, loads):
    sizes = [1 + each / 2 for each in extra]
    deals = [f"a{number}" for number, each in enumerate(extra) for _ in range(each)]
    people = {f"u{number}": float(load) for number, load in enumerate(loads)}
    accounts = {f"a{number}": None for number in range(len(sizes))}
    proposal = proposed(accounts, people, deals, 100.0)
    best = min(
        max(load + sum(sizes[each] for each, to in enumerate(way) if to == who) for who, load in enumerate(loads))
        for way in product(range(len(loads)), repeat=len(sizes))
    )
    assert proposal.bound <= best <= proposal.fullest <= best + max(sizes)
    assert proposed(accounts, people, deals, 100.0).rows.equals(proposal.rows)


def test_an_accepted_row_is_a_change_where_the_account_is_the_truth_and_the_last_answer_counts():
    proposal = proposed({"a1": None, "a2": None, "a3": None}, {"u1": 0.0, "u2": 0.0}, role="sa")
    one = {"role": "sa", "answered_by": "sa.lead@example.com"}
    said = [("a1", "accepted", 1), ("a2", "accepted", 1), ("a2", "refused", 2)]
    persons = shown(proposal)
    answers = [
        one | {"account_id": who, "person_id": persons[who], "answer": word, "at": at(h)} for who, word, h in said
    ]
    stale = one | {"account_id": "a3", "person_id": "somebody else", "answer": "accepted", "at": at(1)}
    told = answered(proposal.rows, rows(MANAGER_ANSWERS, *(one | each for each in answers), stale))
    assert told["answer"].to_list() == ["accepted", "refused", None]
    accounts = rows(OVERLAY_ACCOUNTS, *({"role": "sa", "account_id": each} for each in ("a1", "a2", "a3")))
    changes = manager_changes(roles(), told, accounts, {"u1": "Uma One"})
    assert changes.select("role", "account_id", "from_id", "to_id", "why", "changed_at").rows() == [
        ("sa", "a1", None, persons["a1"], "manager", at(1))
    ]
    assert "sa.lead@example.com accepted the proposal" in changes["sentence"][0]
    of_csm = told.with_columns(role=pl.lit("csm"))
    assert manager_changes(roles(), of_csm, accounts.with_columns(role=pl.lit("csm")), {}).is_empty()
    shown_already = accounts.with_columns(person_id=pl.lit(persons["a1"]))
    assert manager_changes(roles(), told, shown_already, {}).is_empty()
