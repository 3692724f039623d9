"""What people change in the CRM, and what is said of it."""

import pytest

from assignment_assets_tests.domain.overlays.conftest import word
from assignment_assets_tests.domain.overlays.toy import CSM, ENGINE, ROLES, Engine, minute


def judged(edits):
    return edits.select("record_id", "edited_by", "verdict", "evidence").rows()


def test_a_listed_profile_s_override_stands_until_the_account_s_person_changes(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    _, stamps, edits = csm.look([], minute(3))
    assert judged(edits) == [("o1", "olga", "stands", "field_history")] and stamps.is_empty()
    assert csm.seen.primaries.row(0, named=True)["override_by"] == "olga"
    _, stamps, _ = csm.look([word("e2", "a1", "c2", 4)], minute(5))
    assert "o1" in stamps["record_id"].to_list()


def test_an_override_that_is_younger_than_a_word_stands_against_it(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(4))
    _, stamps, _ = csm.look([word("e2", "a1", "c2", 3)], minute(5))
    assert stamps["record_id"].to_list() == ["a1", "o2"]


def test_a_role_may_keep_overrides(csm, crm, monkeypatch):
    monkeypatch.setitem(ROLES, "csm", CSM.model_copy(update={"keeps_overrides": True}))
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    csm.look([], minute(3))
    _, stamps, _ = csm.look([word("e2", "a1", "c2", 4)], minute(5))
    assert stamps["record_id"].to_list() == ["a1", "o2"]


def test_anybody_else_s_edit_is_set_back_to_the_override_or_the_account_s_person(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    csm.look([], minute(3))
    crm.write("Opportunity", "o1", "csm", "c1", "rick", minute(4))
    crm.write("Opportunity", "o2", "csm", None, "rick", minute(4))
    _, stamps, edits = csm.look([], minute(5))
    assert stamps.select("record_id", "new_id", "why").rows() == [("o1", "c5", "set_back"), ("o2", "c1", "set_back")]
    assert edits["sentence"].to_list()[1] == (
        "Rick (Sales) changed the customer-success manager of o2 from C1 to nobody at 2026-10-01 08:04 UTC: "
        "the profile may not override, so it is set back."
    )


def test_where_the_role_does_not_set_back_the_edit_is_reported_and_the_catch_leaves_it(csm, crm, monkeypatch):
    monkeypatch.setitem(ROLES, "csm", CSM.model_copy(update={"sets_back": False}))
    crm.write("Opportunity", "o1", "csm", "c5", "rick", minute(2))
    _, stamps, edits = csm.look([], minute(3))
    differences, _, repairs = csm.catch(minute(4))
    assert judged(edits) == [("o1", "rick", "reported", "field_history")]
    assert stamps.is_empty() and repairs.is_empty()
    assert differences["kind"].to_list() == ["stamp_differs"]


@pytest.mark.parametrize(("by", "verdict"), [("olga", "closed_allowed"), ("rick", "closed_reported")])
def test_a_closed_opportunity_is_edited_by_listed_profiles_alone_and_never_written(csm, crm, by, verdict):
    crm.write("Opportunity", "o3", "csm", "c5", by, minute(2))
    _, stamps, edits = csm.look([], minute(3))
    assert judged(edits) == [("o3", by, verdict, "field_history")]
    assert stamps.is_empty() and csm.catch(minute(4))[2].is_empty()


def test_an_edit_before_the_close_of_the_same_look_is_no_edit_of_a_closed_one(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "rick", minute(2))
    crm.write("Opportunity", "o1", "is_closed", True, "rick", minute(3))
    _, stamps, edits = csm.look([], minute(4))
    assert edits.select("was_closed", "verdict").rows() == [(False, "closed_reported")]
    assert stamps.is_empty()


def test_architects_change_themselves_on_open_opportunities(sa, crm):
    crm.write("Opportunity", "o1", "sa", "c5", "rick", minute(2))
    crm.write("Opportunity", "o3", "sa", "c5", "rick", minute(2))
    _, stamps, edits = sa.look([], minute(3))
    assert edits.select("record_id", "verdict").rows() == [("o1", "stands"), ("o3", "closed_reported")]
    assert stamps.is_empty() and sa.catch(minute(4))[2].is_empty()


def test_without_history_the_last_modification_tells_and_the_sentence_says_so(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    _, _, edits = csm.look([], minute(3), has_history=False)
    assert judged(edits) == [("o1", "olga", "stands", "snapshot")]
    assert "(as the record's last modification shows)" in edits["sentence"][0]


def test_a_value_under_our_own_user_that_we_never_wrote_is_reported_where_only_a_snapshot_tells(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    crm.write("Opportunity", "o1", "note", "another role's stamp", ENGINE, minute(2))
    _, stamps, edits = csm.look([], minute(3), has_history=False)
    assert judged(edits) == [("o1", None, "reported", "snapshot")] and stamps.is_empty()


def test_an_automation_is_set_back_three_times_and_then_reported_until_the_person_changes(csm, crm):
    verdicts = []
    for round_no in range(5):
        crm.write("Opportunity", "o1", "csm", "c5", "flow", minute(10 * round_no + 2))
        _, stamps, edits = csm.look([], minute(10 * round_no + 3))
        verdicts += edits["verdict"].to_list()
        for stamp in stamps.iter_rows(named=True):
            csm.send(stamp, minute(10 * round_no + 4))
    assert verdicts == ["set_back"] * 3 + ["reported"]
    assert csm.catch(minute(60))[2].is_empty()
    _, stamps, _ = csm.look([word("e2", "a1", "c2", 61)], minute(62))
    assert "o1" in stamps["record_id"].to_list()


def test_an_automation_within_our_own_write_is_told_as_such_and_set_back(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", ENGINE, minute(2))
    _, stamps, edits = csm.look([], minute(3))
    assert edits["sentence"][0].startswith("An automation of the org, within the engine's own write, changed")
    assert stamps.select("record_id", "why").rows() == [("o1", "set_back")]


def test_there_is_nobody_to_set_back_to_where_the_account_s_person_has_left(csm, crm):
    crm.add_account("a9", minute(2), csm="gone")
    crm.add_opportunity("o9", "a9", minute(2), csm="gone")
    csm.look([], minute(3))
    crm.write("Opportunity", "o9", "csm", "c5", "rick", minute(4))
    _, stamps, edits = csm.look([], minute(5))
    assert edits["verdict"].to_list() == ["reported"] and stamps.is_empty()


def test_several_edits_between_two_looks_are_judged_in_their_order(csm, crm):
    crm.write("Opportunity", "o1", "csm", "c5", "olga", minute(2))
    crm.write("Opportunity", "o1", "csm", "c4", "rick", minute(3))
    _, stamps, edits = csm.look([], minute(4))
    assert edits["verdict"].to_list() == ["stands", "set_back"]
    assert stamps.select("expected_id", "new_id").rows() == [("c4", "c5")]


def test_an_account_that_nobody_has_a_word_of_counts_itself_whoever_changes_it(crm):
    engine = Engine("csm", crm)
    engine.look([], minute(1))
    crm.write("Account", "a1", "csm", "c5", "rick", minute(2))
    changes, stamps, edits = engine.look([], minute(3))
    assert changes.select("from_id", "to_id", "why").rows() == [("c1", "c5", "crm_account")]
    assert stamps["record_id"].to_list() == ["o1", "o2"]
    assert edits["verdict"].to_list() == ["reported"]


def test_a_value_that_was_right_when_it_was_entered_is_no_edit(csm, crm, monkeypatch):
    monkeypatch.setitem(ROLES, "csm", CSM.model_copy(update={"sets_back": False}))
    crm.write("Opportunity", "o1", "csm", "c5", "rick", minute(2))
    csm.look([], minute(3))
    crm.write("Opportunity", "o1", "csm", "c1", "rick", minute(4))
    _, stamps, edits = csm.look([word("e2", "a1", "c2", 5)], minute(6))
    assert edits.is_empty()
    assert stamps["record_id"].to_list() == ["a1", "o1", "o2"]


def test_an_override_of_the_account_stands_against_an_older_word_and_gives_way_to_a_younger_one(csm, crm):
    crm.write("Account", "a1", "csm", "c5", "olga", minute(4))
    changes, stamps, _ = csm.look([word("e2", "a1", "c2", 3)], minute(5))
    assert changes.select("to_id", "why").rows() == [("c5", "crm_account")]
    assert stamps.select("record_id", "new_id").rows() == [("o1", "c5"), ("o2", "c5")]
    _, stamps, _ = csm.look([word("e3", "a1", "c3", 6)], minute(7))
    assert set(stamps.select("record_id", "new_id").rows()) == {("a1", "c3"), ("o1", "c3"), ("o2", "c3")}


def test_a_word_that_says_the_same_again_ends_no_override(csm, crm):
    crm.write("Account", "a1", "csm", "c5", "olga", minute(2))
    crm.write("Opportunity", "o1", "csm", "c4", "olga", minute(3))
    changes, stamps, _ = csm.look([word("e2", "a1", "c1", 4)], minute(5))
    assert changes.select("to_id", "why").rows() == [("c5", "crm_account")]
    assert stamps["record_id"].to_list() == ["o2"]
    changes, stamps, _ = csm.look([word("e3", "a1", "c1", 6)], minute(7))
    assert changes.is_empty() and stamps["record_id"].to_list() == []


def test_the_engine_s_own_writes_and_values_that_are_wanted_are_no_edits(csm, crm):
    _, stamps, _ = csm.look([word("e2", "a1", "c2", 2)], minute(3))
    for stamp in stamps.filter(record_id="o1").iter_rows(named=True):
        csm.send(stamp, minute(4))
    crm.write("Opportunity", "o2", "csm", "c2", "flow", minute(4))
    _, stamps, edits = csm.look([], minute(5))
    assert edits.is_empty() and stamps.is_empty()
    marks = dict(csm.seen.primaries.select("opportunity_id", "set_by").iter_rows())
    assert marks == {"o1": "engine", "o2": "person", "o3": "unknown"}


def test_an_override_of_the_account_s_field_stands_and_opportunities_follow_it(csm, crm):
    crm.write("Account", "a1", "csm", "c5", "olga", minute(2))
    changes, stamps, edits = csm.look([], minute(3))
    assert judged(edits) == [("a1", "olga", "stands", "field_history")]
    assert changes["why"].to_list() == ["crm_account"]
    assert stamps["record_id"].to_list() == ["o1", "o2"]
    differences, repairs, _ = csm.catch(minute(4))
    assert differences.filter(object="Account").select("kind", "is_on_purpose", "is_repaired").rows() == [
        ("differ", True, False)
    ]
    assert repairs.is_empty()


def test_anybody_else_s_edit_of_the_account_goes_nowhere_and_the_catch_repairs_it(csm, crm):
    crm.write("Account", "a1", "csm", "c5", "rick", minute(2))
    changes, stamps, edits = csm.look([], minute(3))
    assert judged(edits) == [("a1", "rick", "reported", "field_history")]
    assert changes.is_empty() and stamps.is_empty()
    differences, repairs, stamps = csm.catch(minute(4))
    assert differences["changed_by_name"].to_list() == ["Rick"]
    assert repairs.select("from_id", "to_id", "why").rows() == [("c5", "c1", "repair")]
    assert stamps.select("object", "record_id", "why").rows() == [("Account", "a1", "repair")]
