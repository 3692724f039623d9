"""A gate closes when all have answered and had time to correct themselves, or when time is up."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignment_assets.domain.gates.gates import (
    Addressee,
    GateManifest,
    Receipt,
    closing,
    latest_receipts,
    on_hold,
    who_is_missing,
)

ISSUED = datetime(2026, 10, 1, 8)
DEADLINE = datetime(2026, 10, 8, 17)
NAMES = ("R-001", "R-002", "R-003")


def manifest(gate="lock_lists", **changes):
    persons = tuple(Addressee(name, name, f"{name}@example.com", f"{name}/keep.xlsx") for name in NAMES)
    return replace(GateManifest("2026q4-global", 1, gate, ISSUED, DEADLINE, persons), **changes)


def receipt(receipt_no, person, digest="a", verdict="accepted", revision=1, subject="", hours=1.0):
    return Receipt(
        receipt_no,
        "lock_lists",
        person,
        subject,
        "keep.xlsx",
        digest,
        ".xlsx",
        ISSUED + timedelta(hours=hours),
        False,
        revision,
        verdict,
        "",
        "",
    )


ALL_IN = [receipt(number, name, hours=number) for number, name in enumerate(NAMES, 1)]


def test_a_manifest_survives_its_file():
    written = manifest(correction_minutes=0.5, is_draft=True)
    assert GateManifest.from_json(written.to_json()) == written


def test_a_receipt_survives_its_line():
    line = receipt(3, "R-001").to_json()
    assert "\n" not in line
    assert Receipt.from_json(line) == receipt(3, "R-001")


def test_an_open_gate_says_how_many_are_in_and_names_the_rest():
    state = closing(manifest(), ALL_IN[:1], DEADLINE - timedelta(hours=1))
    assert not state.is_closed
    assert state.why == "waiting: 1 of 3 lists, missing R-002, R-003; deadline 2026-10-08 17:00 UTC"


def test_a_long_list_of_missing_people_is_cut_with_a_count():
    many = tuple(Addressee(f"R-{number:03}", "", "", "") for number in range(9))
    state = closing(manifest(persons=many), [], ISSUED)
    assert "missing R-000, R-001, R-002, R-003, R-004 and 4 more;" in state.why


def test_after_the_last_answer_the_gate_stays_open_for_corrections():
    last = ALL_IN[-1].received_at
    early = closing(manifest(), ALL_IN, last + timedelta(minutes=14))
    assert (early.is_closed, early.why) == (
        False,
        "all 3 lists are in; open for corrections until 2026-10-01 11:15 UTC",
    )
    assert closing(manifest(), ALL_IN, last + timedelta(minutes=15)).is_closed


def test_without_a_correction_window_the_last_answer_closes_the_gate():
    assert closing(manifest(correction_minutes=0), ALL_IN, ALL_IN[-1].received_at).is_closed


def test_at_the_deadline_silence_is_recorded_not_waited_for():
    state = closing(manifest(), ALL_IN[:2], DEADLINE)
    assert state.is_closed
    assert [each.person for each in state.missing] == ["R-003"]
    assert state.why == "the deadline 2026-10-08 17:00 UTC has passed with 2 of 3 lists, missing R-003"


def test_a_draft_never_closes():
    assert not closing(manifest(is_draft=True), ALL_IN, DEADLINE).is_closed


@pytest.mark.parametrize(
    "other", [{"verdict": "refused"}, {"verdict": "ignored"}, {"verdict": "held"}, {"revision": 2}, {"revision": 0}]
)
def test_only_accepted_files_of_this_revision_count_as_answers(other):
    receipts = [*ALL_IN[:2], receipt(3, "R-003", **other)]
    assert [each.person for each in who_is_missing(manifest(), receipts)] == ["R-003"]


def test_the_highest_receipt_of_a_person_counts_whatever_the_order_of_the_log():
    receipts = [receipt(3, "R-001", "a"), receipt(1, "R-001", "a"), receipt(2, "R-001", "b")]
    assert [each.receipt_no for each in latest_receipts(receipts, 1)] == [3]


def test_two_files_on_hold_keep_the_gate_open_until_settled_or_the_deadline():
    receipts = [*ALL_IN, receipt(4, "R-002", "b", "held"), receipt(5, "R-002", "c", "held")]
    waiting = closing(manifest(), receipts, DEADLINE - timedelta(hours=1))
    assert (waiting.is_closed, waiting.why) == (False, "waiting: 3 of 3 lists, two different files on hold from R-002")
    assert closing(manifest(), receipts, DEADLINE).is_closed
    settled = [*receipts, receipt(6, "R-002", "b")]
    assert on_hold(settled, 1) == ()
    assert closing(manifest(), settled, DEADLINE - timedelta(hours=1)).is_closed


def test_a_region_waits_until_anybody_who_was_asked_has_signed_it():
    asked = tuple(
        Addressee(f"{name}@example.com", name, "", "", region) for name in ("ann", "bo") for region in ("east", "west")
    )
    gate = manifest("sign_offs", persons=asked)
    receipts = [receipt(1, "bo@example.com", subject="west")]
    state = closing(gate, receipts, ISSUED)
    assert [(each.person, each.subject) for each in state.missing] == [
        ("ann@example.com", "east"),
        ("bo@example.com", "east"),
    ]
    assert state.why.startswith("waiting: 1 of 2 sign-offs, missing east;")
    assert len(latest_receipts([*receipts, receipt(2, "bo@example.com", "b", subject="east")], 1)) == 2


def test_two_people_of_one_name_are_two_people():
    gate = manifest(persons=tuple(Addressee(person, "Ann Lee", "", "") for person in NAMES))
    assert closing(gate, ALL_IN[:1], ISSUED).why.startswith("waiting: 1 of 3 lists, missing Ann Lee, Ann Lee;")


def test_the_digest_follows_the_receipts_that_count_and_nothing_else():
    base = closing(manifest(), ALL_IN, ISSUED).digest
    assert closing(manifest(), [*ALL_IN, receipt(4, "R-001", verdict="refused")], DEADLINE).digest == base
    back_again = [*ALL_IN, receipt(4, "R-001", "b"), receipt(5, "R-001", "a")]
    assert closing(manifest(), back_again, ISSUED).digest != base


@given(
    st.lists(
        st.tuples(
            st.sampled_from(NAMES), st.sampled_from("abc"), st.sampled_from(["accepted", "refused", "held", "ignored"])
        ),
        max_size=12,
    )
)
def test_people_who_answered_and_people_who_are_missing_are_all_people(steps):
    receipts = [receipt(number, *step) for number, step in enumerate(steps, 1)]
    state = closing(manifest(), receipts, DEADLINE)
    answered = {each.person for each in state.latest}
    missing = {each.person for each in state.missing}
    assert answered | missing == set(NAMES)
    assert not answered & missing
    assert state.is_closed
