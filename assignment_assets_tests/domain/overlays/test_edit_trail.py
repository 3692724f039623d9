"""Which changes of a field are new since a record was seen, and whose they are."""

import polars as pl

from assignment_assets.domain.overlays.edit_trail import HISTORY, Evidence, Shown
from assignment_assets.domain.overlays.tables import OVERLAY_STAMPS
from assignment_assets_tests.domain.overlays.toy import ENGINE, frame, minute


def evidence(*lines, ours=()):
    """Of one opportunity's field: lines of (old, new, by, minute), and values of our stamps."""
    rows = [("Opportunity", "o1", "csm__C", old, new, by, minute(at)) for old, new, by, at in lines]
    columns = ["object", "record_id", "field", "old", "new", "by", "at"]
    history = pl.DataFrame(rows, schema={name: HISTORY.columns[name] for name in columns}, orient="row")
    stamps = [{"object": "Opportunity", "field": "Csm__c", "record_id": "o1", "new_id": value} for value in ours]
    return Evidence.of("Opportunity", "Csm__c", HISTORY.conform(history), frame(OVERLAY_STAMPS, stamps), ENGINE)


def told(given, before, now, modified=9, by="rick"):
    shown = Shown(now, minute(modified), by)
    return [
        (touch.from_id, touch.to_id, touch.by, touch.evidence)
        for touch in given.touches("o1", Shown(before, minute(5)), shown)
    ]


def test_what_was_seen_already_is_not_told_again():
    assert told(evidence(("a", "b", "rick", 3), ("b", "c", "rita", 5)), "c", "c") == []


def test_a_second_change_of_the_moment_in_which_it_was_seen_is_told():
    given = evidence(("a", "b", "rick", 5), ("b", "c", "rita", 5))
    assert told(given, "b", "c") == [("b", "c", "rita", "field_history")]


def test_changes_of_one_moment_are_one_whatever_order_they_are_listed_in():
    given = evidence(("b", "a", "rita", 7), ("c", "b", "rick", 7))
    assert told(given, "c", "a") == [("c", "a", "rita", "field_history")]


def test_a_change_after_the_record_was_read_is_the_next_look_s():
    assert told(evidence(("a", "b", "rick", 8), ("b", "c", "rita", 10)), "a", "b") == [
        ("a", "b", "rick", "field_history")
    ]


def test_what_the_history_does_not_explain_is_told_from_the_last_modification():
    assert told(evidence(("a", "b", "rick", 8)), "a", "c", by="rita") == [
        ("a", "b", "rick", "field_history"),
        ("b", "c", "rita", "snapshot"),
    ]


def test_our_own_writes_are_nobody_s_edits_and_other_values_under_our_user_are_an_automation_s():
    given = evidence(("a", "b", ENGINE, 7), ("b", "c", ENGINE, 8), ours=["b"])
    assert told(given, "a", "c") == [("b", "c", ENGINE, "field_history")]
