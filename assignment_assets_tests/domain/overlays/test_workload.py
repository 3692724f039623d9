"""Who carries how much: points, capacity, spread."""

import pytest

from assignment_assets.domain.overlays.tables import (
    OPPORTUNITY_ROLES,
    OVERLAY_ACCOUNTS,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
)
from assignment_assets.domain.overlays.workload import (
    ACTIVITIES_A_WEEK,
    over_capacity,
    overlay_workload,
    workload_spread,
)
from assignment_assets_tests.domain.overlays.small import PEOPLE, roles, rows

ACCOUNTS = [
    *({"role": "csm", "account_id": f"a{number}", "person_id": "u1"} for number in range(4)),
    {"role": "csm", "account_id": "a4", "person_id": "u3"},
    {"role": "csm", "account_id": "a5", "person_id": None},
]
OPEN = {"is_closed": False, "amount_cents": 10_000_001}


def measured(*parts, accounts=ACCOUNTS, weekly=(), **changes):
    """The workload of these parts on four opportunities: two open, one closed, one merged into another."""
    return overlay_workload(
        roles(**changes),
        rows(OVERLAY_PEOPLE, *PEOPLE),
        rows(OVERLAY_ACCOUNTS, *accounts),
        rows(
            OVERLAY_OPPORTUNITIES,
            {"opportunity_id": "o1"} | OPEN,
            {"opportunity_id": "o2"} | OPEN,
            {"opportunity_id": "o3"} | OPEN | {"is_closed": True},
            {"opportunity_id": "o4"} | OPEN | {"merged_into": "o1"},
        ),
        rows(
            OPPORTUNITY_ROLES,
            *(
                {"role": role, "opportunity_id": each, "person_id": who, "credit_share": s}
                for role, each, who, s in parts
            ),
        ),
        rows(ACTIVITIES_A_WEEK, *({"person_id": who, "weekly": count} for who, count in weekly)),
    )


def loads(workload, role="csm"):
    return dict(workload.filter(role=role).select("person_id", "load").iter_rows())


def test_a_load_is_the_roles_points_for_what_is_held_and_open():
    workload = measured(("csm", "o1", "u1", 1.0), ("csm", "o3", "u1", 1.0), weekly=[("u1", 5.0)])
    row = workload.filter(role="csm", person_id="u1").row(0, named=True)
    assert (row["accounts"], row["open_opportunities"], row["load"]) == (4, 1, 4 + 0.5 + 1.0)
    assert row["utilisation"] == pytest.approx(5.5 / 4, abs=1e-4)
    assert over_capacity(workload)["person_id"].to_list() == ["u1"]


def test_closed_and_merged_opportunities_are_no_work():
    assert loads(measured(("csm", "o3", "u2", 1.0), ("csm", "o4", "u2", 1.0))) == {"u1": 4.0, "u3": 1.0}


def test_an_opportunity_costs_everybody_on_it_its_points_and_shares_its_amount_out():
    workload = measured(("sa", "o1", "u1", 0.6), ("sa", "o1", "u2", 0.4), ("sa", "o2", None, 1.0))
    shown = workload.filter(role="sa").select("person_id", "open_opportunities", "open_amount_cents").rows()
    assert shown == [("u1", 1, 6_000_001), ("u2", 1, 4_000_000)]
    assert loads(workload, "sa") == {"u1": 1 + 2 * 0.6, "u2": 1 + 2 * 0.4}


def test_somebody_of_the_roles_profiles_who_holds_nothing_is_listed_and_an_inactive_one_is_not():
    assert set(loads(measured(csm__person_profiles=["Success"]))) == {"u1", "u2", "u3"}
    assert set(loads(measured(accounts=[], csm__person_profiles=["Success"]))) == {"u1", "u2"}
    assert loads(measured(accounts=[])) == {}


def test_the_spread_counts_active_people_and_says_what_the_others_hold():
    spread = workload_spread(measured(csm__person_profiles=["Success"])).filter(role="csm").row(0, named=True)
    assert (spread["people"], spread["average"], spread["deviation"]) == (2, 2.0, 2.0)
    assert (spread["least"], spread["most"], spread["over_capacity"], spread["held_by_inactive"]) == (0, 4, 0, 1)


def test_nobody_has_no_workload():
    assert workload_spread(measured(accounts=[])).is_empty()
