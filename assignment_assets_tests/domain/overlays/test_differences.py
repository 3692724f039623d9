"""The daily catch finds what was planted, all of it and nothing else."""

import polars as pl

from assignment_assets.domain.overlays.catching import Catching
from assignment_assets.domain.overlays.differences import caught
from assignment_assets_tests.domain.overlays.conftest import word
from assignment_assets_tests.domain.overlays.toy import PEOPLE, ROLES, Engine, minute


def test_a_world_in_order_has_no_differences(csm):
    differences, changes, stamps = csm.catch(minute(2))
    assert differences.is_empty() and changes.is_empty() and stamps.is_empty()


def test_every_kind_is_told_and_only_what_may_be_repaired_is(crm):
    for number, person in enumerate([None, "c2", "c1", "c1", "c3"], 3):
        crm.add_account(f"a{number}", minute(0), csm=person)
    crm.opportunities["o1"]["csm"] = "c4"
    said = {"a1": "c1", "a2": "c2", "a3": "c3", "a4": "c3", "a5": "who@x.com", "a6": "gone", "b1": "c1"}
    engine = Engine("csm", crm)
    engine.look([word(f"e-{account}", account, person, 0) for account, person in said.items()], minute(1))
    for stamp in engine.under_way.iter_rows(named=True):
        engine.settle(stamp)  # none of them was written
    differences, changes, stamps = engine.catch(minute(2))
    told = differences.select("record_id", "kind", "is_repaired").rows()
    assert told == [
        *[("a3", "crm_empty", True), ("a4", "differ", True), ("a5", "unknown_person", False)],
        *[("a6", "inactive_person", False), ("a7", "truth_empty", False), ("b1", "unknown_account", False)],
        ("o1", "stamp_differs", True),
    ]
    assert changes.select("account_id", "from_id", "to_id").rows() == [("a3", None, "c3"), ("a4", "c2", "c3")]
    assert stamps.select("record_id", "new_id", "why").rows() == [
        *[("a3", "c3", "repair"), ("a4", "c3", "repair"), ("o1", "c1", "repair")]
    ]
    assert differences["sentence"].to_list()[1] == (
        "The system of truth says C3, the CRM shows C2 as the customer-success manager of a4. It is repaired."
    )


def test_an_explicit_nobody_is_repaired_and_no_word_at_all_is_not(csm, crm):
    _, stamps, _ = csm.look([word("e2", "a2", None, 2)], minute(3))
    csm.settle(stamps.row(0, named=True))
    differences, _, repairs = csm.catch(minute(4))
    assert differences.select("record_id", "kind", "is_repaired").rows() == [("a2", "truth_empty", True)]
    assert repairs.select("record_id", "new_id").rows() == [("a2", None)]


def test_an_account_without_architect_whose_opportunities_have_one_is_listed(sa, crm):
    crm.write("Account", "a1", "sa", None, "rick", minute(2))
    sa.look([], minute(3))
    differences, _, stamps = sa.catch(minute(4))
    assert differences.select("record_id", "kind", "is_repaired").rows() == [("a1", "crm_empty", False)]
    assert "2 of its open opportunities" in differences["sentence"][0]
    assert stamps.is_empty()


def test_opportunities_on_which_architects_work_without_being_on_them_are_listed(sa):
    rows = [("o1", "c1"), ("o1", "c1"), ("o2", "c3"), ("o3", "c1"), ("o1", "rick")]
    activities = pl.DataFrame(rows, schema=["opportunity_id", "person_id"], orient="row")
    logs = sa.edits, sa.changes, sa.under_way
    given = Catching("sa", ROLES["sa"], sa.assignments, sa.seen, *logs, PEOPLE, minute(2))
    listed = caught(given, activities).differences
    assert listed.select("record_id", "kind").rows() == [("o1", "active_without_role")]
    assert "C1 worked on o1" in listed["sentence"][0]
