"""Who changes on an account, and which records are written for it."""

from dataclasses import replace

import polars as pl
import pytest

from assignment_assets.domain.overlays.crm_seen import CrmSeen
from assignment_assets.domain.overlays.look import decided
from assignment_assets.domain.overlays.stamps import hindered, superseded
from assignment_assets.domain.overlays.tables import CS_EVENTS, OVERLAY_LOG
from assignment_assets_tests.domain.overlays.conftest import word
from assignment_assets_tests.domain.overlays.toy import CSM, ROLES, SA, Engine, frame, minute


def written(stamps):
    columns = ["object", "record_id", "expected_id", "new_id", "why"]
    return sorted(stamps.select(columns).rows())


def send_all(engine, at):
    for stamp in engine.under_way.iter_rows(named=True):
        engine.send(stamp, minute(at))


def test_a_word_goes_to_the_account_and_its_open_opportunities_and_to_no_closed_one(csm):
    changes, stamps, _ = csm.look([word("e2", "a1", "C2@x.com", 2)], minute(3))
    assert written(stamps) == [
        ("Account", "a1", "c1", "c2", "account"),
        ("Opportunity", "o1", "c1", "c2", "open_opportunity"),
        ("Opportunity", "o2", "c1", "c2", "open_opportunity"),
    ]
    assert changes.select("from_id", "to_id", "why", "event_id").rows() == [("c1", "c2", "truth", "e2")]
    assert changes["sentence"].to_list() == [
        "The customer-success manager changes from C1 to C2: its system of truth says so (2026-10-01 08:02 UTC)."
    ]
    assert stamps["change_no"].unique().to_list() == changes["change_no"].to_list()


def test_nobody_travels(csm):
    _, stamps, _ = csm.look([word("e2", "a1", None, 2)], minute(3))
    assert {new for *_, new, _ in written(stamps)} == {None}


@pytest.mark.parametrize("person", ["gone", "who@x.com"])
def test_people_who_are_unknown_or_inactive_never_travel(csm, person):
    changes, stamps, _ = csm.look([word("e2", "a1", person, 2)], minute(3))
    assert changes.is_empty() and stamps.is_empty()
    differences, _, repairs = csm.catch(minute(4))
    assert differences["kind"].to_list() == [csm.assignments["standing"][0]]
    assert repairs.is_empty()


def test_what_is_under_way_is_not_made_again_and_an_older_one_is_superseded(csm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    pending = csm.under_way
    _, again, _ = csm.look([word("e3", "a1", "c2", 4)], minute(5))
    assert again.is_empty()
    _, newer, _ = csm.look([word("e4", "a1", "c3", 6)], minute(7))
    assert superseded(pending, newer)["stamp_no"].to_list() == pending["stamp_no"].to_list()


def test_an_edit_that_comes_before_what_is_under_way_is_set_back_all_the_same(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    crm.write("Opportunity", "o1", "csm", "c4", "rick", minute(4))
    _, stamps, edits = csm.look([], minute(5))
    assert edits["verdict"].to_list() == ["set_back"]
    assert written(stamps) == [("Opportunity", "o1", "c4", "c2", "set_back")]
    send_all(csm, 6)  # the older one finds another person than expected
    assert crm.opportunities["o1"]["csm"] == "c2"


def test_a_late_write_of_an_older_person_is_stamped_over(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    csm.look([word("e3", "a1", "c3", 4)], minute(5))
    send_all(csm, 6)  # the older ones hold, the newer find another person than expected
    _, stamps, _ = csm.look([], minute(7))
    assert {row[1:4] for row in written(stamps)} == {("a1", "c2", "c3"), ("o1", "c2", "c3"), ("o2", "c2", "c3")}
    send_all(csm, 8)
    csm.look([], minute(9))
    assert csm.catch(minute(10))[0].is_empty()


def test_an_edit_of_what_was_written_but_not_noted_yet_is_set_back(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    crm.write("Opportunity", "o1", "csm", "c2", "engine", minute(4))  # its process ended before the outcome was noted
    crm.write("Opportunity", "o1", "csm", "c1", "rick", minute(5))
    _, stamps, edits = csm.look([], minute(6))
    assert edits["verdict"].to_list() == ["set_back"]
    assert written(stamps) == [("Opportunity", "o1", "c1", "c2", "set_back")]
    assert csm.look([], minute(7))[1].is_empty()


def test_a_late_write_of_a_person_who_was_taken_back_is_stamped_over(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    _, none, _ = csm.look([word("e3", "a1", "c1", 4)], minute(5))  # whom the CRM still shows
    assert {row[2:4] for row in written(none)} == {("c1", "c1")}  # so that the older ones are overtaken
    send_all(csm, 6)
    assert crm.accounts["a1"]["csm"] == "c2"
    _, stamps, edits = csm.look([], minute(7))
    assert edits.is_empty()
    assert {row[:4] for row in written(stamps)} == {
        ("Account", "a1", "c2", "c1"),
        ("Opportunity", "o1", "c2", "c1"),
        ("Opportunity", "o2", "c2", "c1"),
    }


def test_a_new_opportunity_gets_the_account_s_person_also_before_the_account_shows_it(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    crm.add_opportunity("o4", "a1", minute(4), csm="c5")
    _, stamps, edits = csm.look([], minute(5))
    assert written(stamps) == [("Opportunity", "o4", "c5", "c2", "new_opportunity")]
    assert edits.is_empty()


def test_a_word_of_somebody_inactive_leaves_the_account_to_whom_it_was_given_last(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    crm.add_opportunity("o4", "a1", minute(4))
    _, stamps, _ = csm.look([word("e3", "a1", "gone", 4)], minute(5))
    assert written(stamps) == [("Opportunity", "o4", None, "c2", "new_opportunity")]


def test_a_re_opened_opportunity_follows_again(csm, crm):
    csm.look([word("e2", "a1", "c2", 2)], minute(3))
    send_all(csm, 4)
    crm.write("Opportunity", "o3", "is_closed", False, "rick", minute(5))
    _, stamps, _ = csm.look([], minute(6))
    assert written(stamps) == [("Opportunity", "o3", "c1", "c2", "reopened")]


def test_an_opportunity_that_goes_to_another_account_follows_that_one(csm, crm):
    crm.write("Opportunity", "o1", "account", "a2", "rick", minute(2))
    _, stamps, _ = csm.look([], minute(3))
    assert written(stamps) == [("Opportunity", "o1", "c1", "c2", "open_opportunity")]


def test_a_role_whose_truth_is_the_account_itself_may_follow_it(crm, monkeypatch):
    follows = SA.model_copy(update={"travels": "follow_while_open", "sets_back": True})
    monkeypatch.setitem(ROLES, "sa", follows)
    engine = Engine("sa", crm)
    engine.look([], minute(1))
    crm.write("Account", "a1", "sa", "c4", "rick", minute(2))
    changes, stamps, _ = engine.look([], minute(3))
    assert changes["why"].to_list() == ["crm_account"]
    assert [row[:4] for row in written(stamps)] == [
        ("Opportunity", "o1", "c3", "c4"),
        ("Opportunity", "o2", "c3", "c4"),
    ]


def test_a_word_travels_also_when_the_crm_is_not_read_again(csm):
    known, look = csm.inputs(frame(CS_EVENTS, [word("e2", "a1", "c2", 2)]), minute(3))
    outcome = decided("csm", ROLES["csm"], known, replace(look, crm=CrmSeen.nothing()))
    assert outcome.stamps["record_id"].to_list() == ["a1", "o1", "o2"]
    assert outcome.roles.is_empty()


def test_a_role_without_an_opportunity_field_writes_accounts_alone(crm, monkeypatch):
    monkeypatch.setitem(ROLES, "csm", CSM.model_copy(update={"opportunity_field": ""}))
    engine = Engine("csm", crm)
    engine.look([], minute(1))
    _, stamps, _ = engine.look([word("e2", "a1", "c2", 2)], minute(3))
    assert stamps["record_id"].to_list() == ["a1"]
    assert engine.catch(minute(4))[0]["record_id"].to_list() == ["a1", "a2"]


def test_a_role_that_copies_stamps_new_opportunities_alone_and_only_empty_ones(sa, crm):
    crm.write("Account", "a1", "sa", "c4", "rick", minute(2))
    crm.add_opportunity("o4", "a1", minute(2))
    crm.add_opportunity("o5", "a1", minute(2), sa="c5")
    changes, stamps, _ = sa.look([], minute(3))
    assert written(stamps) == [("Opportunity", "o4", None, "c4", "new_opportunity")]
    assert changes.select("account_id", "from_id", "to_id", "why").rows() == [("a1", "c1", "c4", "crm_account")]


def test_a_copy_that_was_lost_is_caught_and_one_that_a_person_emptied_is_not(sa, crm):
    crm.add_opportunity("o4", "a1", minute(2))
    crm.add_opportunity("o5", "a1", minute(2))
    _, stamps, _ = sa.look([], minute(3))
    for stamp in stamps.iter_rows(named=True):
        if stamp["record_id"] == "o4":
            sa.settle(stamp)  # it failed
        else:
            sa.send(stamp, minute(4))
    crm.write("Opportunity", "o5", "sa", None, "c3", minute(5))
    sa.look([], minute(6))
    _, _, repairs = sa.catch(minute(7))
    assert written(repairs) == [("Opportunity", "o4", None, "c1", "repair")]


def test_what_another_change_of_its_record_kept_from_being_written_is_stamped_again(csm):
    _, first, _ = csm.look([word("e2", "a1", "c2", 2)], minute(3))
    for stamp in first.iter_rows(named=True):
        csm.settle(stamp)
    drift = {"attempt": 1, "outcome": "drift", "error_code": "MODIFIED_MEANWHILE"}
    log = frame(OVERLAY_LOG, [{"stamp_no": stamp_no, **drift} for stamp_no in first["stamp_no"]])
    known, look = csm.inputs(frame(CS_EVENTS, []), minute(4))
    again = decided("csm", CSM, replace(known, hindered=hindered(csm.stamps, log)), look).stamps
    columns = ["object", "record_id", "expected_id", "new_id"]
    assert again.select(columns).rows() == first.select(columns).rows()
    other = log.with_columns(error_code=pl.lit("PERSON_CHANGED"))
    assert hindered(csm.stamps, other).is_empty()
