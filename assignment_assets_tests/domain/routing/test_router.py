from datetime import date, timedelta

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import DECISIONS
from assignment_assets.domain.tables import OPPORTUNITIES
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import deal, table
from assignment_assets_tests.domain.routing.arrivals import SEEN_AT, candidates, clinic, company, route


def with_deals(drawn: Company, *deals: dict) -> Company:
    return Company(drawn.accounts, drawn.reps, table(OPPORTUNITIES, *deals))


def one(drawn: Company, **options) -> dict:
    decisions, _ = route(drawn, **options)
    assert len(decisions) == 1
    return decisions[0]


def test_a_new_clinic_goes_to_the_emptiest_book_of_those_who_cover_its_state():
    decision = one(company(clinic(state="TX")))
    assert (decision["new_owner_id"], decision["rule"], decision["territory"]) == ("nia", "territory", "TX")
    assert decision["evidence"] == "they cover TX; the emptiest book of 5: 0 of 20"


def test_a_named_owner_goes_before_everything_even_outside_covered_states():
    drawn = with_deals(company(clinic(parent_id="c01")), deal("d9", "n01", 60, owner_id="ben"))
    decision = one(drawn, named_owners={"n01": "ana"})
    assert (decision["new_owner_id"], decision["rule"]) == ("ana", "named_owner")
    far = one(company(clinic(state="WY")), named_owners={"n01": "ana"})
    assert far["new_owner_id"] == "ana"


def test_an_open_deal_goes_before_the_parents_owner_in_the_default_order():
    drawn = with_deals(company(clinic(parent_id="c01")), deal("d9", "n01", 60, owner_id="ben"))
    assert one(drawn)["rule"] == "existing_opportunity"
    assert one(drawn)["new_owner_id"] == "ben"


def test_the_order_of_the_rules_can_be_turned_round():
    drawn = with_deals(company(clinic(parent_id="c01")), deal("d9", "n01", 60, owner_id="ben"))
    decision = one(drawn, order=["parent_owner", "existing_opportunity", "territory"])
    assert (decision["new_owner_id"], decision["rule"]) == ("cleo", "parent_owner")


def test_a_child_follows_its_parent_that_was_routed_a_moment_before():
    decisions, _ = route(company(clinic("n01", minute=10), clinic("n02", minute=20, parent_id="n01")))
    assert [each["new_owner_id"] for each in decisions] == ["nia", "nia"]
    assert decisions[1]["rule"] == "parent_owner"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"on_leave_until": date(2026, 10, 1)}, "cleo on leave"),
        ({"is_active": False}, "cleo has left"),
        ({"capacity": 12}, "cleo full"),
        ({"covered_states": ["LA"]}, "cleo does not cover the state"),
    ],
)
def test_who_cannot_take_it_is_passed_over_and_the_next_of_the_territory_does(changes, why):
    decision = one(company(clinic(parent_id="c01"), reps={"cleo": changes}))
    assert (decision["new_owner_id"], decision["rule"]) == ("nia", "territory")
    assert why in decision["passed_over"].split("; ")


def test_with_everybody_full_it_goes_to_the_overflow_queue_and_says_so():
    decision = one(company(clinic(), capacity=0))
    assert (decision["rule"], decision["inside_sales_queue"], decision["new_owner_id"]) == (
        "overflow",
        "activators",
        "amy",
    )
    assert decision["evidence"] == "every rep named is unavailable"
    assert decision["accept_by"] is None


def test_where_nobody_covers_the_state_it_goes_to_the_overflow_queue():
    assert one(company(clinic(state="WY")))["evidence"] == "nobody covers WY"


def test_with_nobody_at_all_the_decision_stands_without_an_owner():
    drawn = company(clinic(state="WY"))
    reps = drawn.reps.with_columns(is_active=pl.col("is_active") & (pl.col("team") == "field"))
    alone = Company(drawn.accounts, reps, drawn.opportunities)
    decision = one(alone)
    assert (decision["rule"], decision["new_owner_id"]) == ("no_owner", None)


def test_above_the_high_water_mark_inbound_goes_to_the_others():
    decision = one(company(clinic()), high=("nia",))
    assert decision["new_owner_id"] == "ana"
    assert decision["passed_over"] == "max has left; nia above the high-water mark"


def test_with_everybody_above_the_mark_the_emptiest_still_takes_it():
    assert one(company(clinic()), high=("ana", "ben", "cleo", "nia"))["new_owner_id"] == "nia"


def test_round_robin_goes_on_where_it_stopped_and_begins_anew():
    clinics = [clinic(f"n{number:02}", minute=number) for number in range(1, 6)]
    decisions, _ = route(company(*clinics), inside_territory="round_robin", rotation={"TX": "ben"})
    assert [each["new_owner_id"] for each in decisions] == ["cleo", "nia", "ana", "ben", "cleo"]


def test_a_pod_has_a_primary_and_the_next_member_stands_in():
    pod = {"name": "Metro", "primary": "cleo", "members": ["ana"]}
    territories = [{"name": "South", "states": ["TX"], "pod": "Metro"}]
    decision = one(company(clinic()), pods=[pod], territories=territories)
    assert (decision["new_owner_id"], decision["pod"]) == ("cleo", "Metro")
    away = company(clinic(), reps={"cleo": {"on_leave_until": date(2026, 12, 1)}})
    decision = one(away, pods=[pod], territories=territories)
    assert (decision["new_owner_id"], decision["evidence"]) == ("ana", "lies in territory South; next of Metro")


def test_a_clinic_with_high_usage_goes_to_the_reps_named_for_that():
    thresholds = [{"measure": "opp_count", "at_least": 40, "reps": ["ben"]}]
    assert one(company(clinic(opp_count=40)), usage_thresholds=thresholds)["rule"] == "usage_threshold"
    assert one(company(clinic(opp_count=39)), usage_thresholds=thresholds)["rule"] == "territory"


def test_two_territories_that_match_are_settled_by_priority_and_logged():
    territories = [
        {"name": "A", "states": ["TX"], "reps": ["ana"]},
        {"name": "B", "states": ["TX", "LA"], "reps": ["cleo"], "priority": 1},
    ]
    decisions, conflicts = route(company(clinic()), territories=territories)
    assert decisions[0]["new_owner_id"] == "cleo" and decisions[0]["is_conflict"]
    assert [(each["loser_rule"], each["loser_id"], each["reason"]) for each in conflicts] == [
        ("territory A", "ana", "priority 1 goes before 100")
    ]


def test_a_postal_prefix_goes_before_a_state():
    territories = [
        {"name": "A", "states": ["TX"], "reps": ["ana"]},
        {"name": "Z", "postal_prefixes": ["752"], "reps": ["cleo"]},
    ]
    decisions, conflicts = route(company(clinic(postal_code="75201")), territories=territories)
    assert decisions[0]["territory"] == "Z"
    assert conflicts[0]["reason"] == "postal prefixes go before states"


def test_two_rules_that_name_different_people_are_a_conflict_and_two_that_agree_are_none():
    other = with_deals(company(clinic(parent_id="c01")), deal("d9", "n01", 60, owner_id="ben"))
    _, conflicts = route(other)
    assert [(each["winner_rule"], each["loser_rule"], each["loser_id"]) for each in conflicts] == [
        ("existing_opportunity", "parent_owner", "cleo")
    ]
    assert conflicts[0]["reason"] == "existing_opportunity stands before parent_owner in the order of the rules"
    _, none = route(company(clinic(parent_id="c01")))
    assert none == []


def test_two_open_deals_of_two_people_go_by_the_larger_and_are_a_conflict():
    deals = (
        deal("d8", "n01", 60, owner_id="ana", amount_cents=5),
        deal("d9", "n01", 10, owner_id="ben", amount_cents=900),
    )
    decisions, conflicts = route(with_deals(company(clinic()), *deals))
    assert decisions[0]["new_owner_id"] == "ben"
    assert [(each["loser_rule"], each["loser_id"]) for each in conflicts] == [("existing_opportunity", "ana")]


def test_who_gave_an_account_back_does_not_get_it_again():
    back = pl.DataFrame({"account_id": ["n01"], "rep_id": ["nia"]})
    decision = one(company(clinic()), returned=back)
    assert (decision["why"], decision["new_owner_id"]) == ("returned", "ana")


def test_acceptance_is_asked_of_field_reps_only():
    assert one(company(clinic()), accept_hours=4)["accept_by"] == SEEN_AT + timedelta(hours=4)
    assert one(company(clinic(state="WY")), accept_hours=4)["accept_by"] is None


def test_only_new_records_and_accounts_of_nobody_need_an_owner():
    drawn = company(clinic("n01"), clinic("n02", carve_out="TAD"))
    rules = routing_rules({})
    assert candidates(drawn, rules).select("account_id", "why").rows() == [("n01", "new_record")]
    decided = DECISIONS.conform(
        pl.DataFrame(
            [dict.fromkeys(DECISIONS.columns) | {"decision_no": 1, "account_id": "n01"}], schema=DECISIONS.columns
        )
    )
    assert candidates(drawn, rules, decided).height == 0


def test_the_same_clinics_give_the_same_decisions_in_any_order():
    clinics = [clinic(f"n{number:02}", minute=number % 7) for number in range(1, 15)]
    drawn = company(*clinics)
    shuffled = Company(
        drawn.accounts.sample(fraction=1, shuffle=True, seed=3), drawn.reps.reverse(), drawn.opportunities
    )
    assert route(drawn) == route(shuffled)


def test_every_fault_of_the_rules_is_listed_at_once():
    with pytest.raises(InvalidInput) as caught:
        routing_rules({"territories": [{"name": "A"}, {"name": "A", "states": ["XX"], "pod": "nowhere"}]})
    assert len(caught.value.faults) == 4
