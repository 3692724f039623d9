"""The gates and the segments as values: complete, in order, and all that anybody knows of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

import pytest

from assignment_assets.domain.gate import GATES, LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import Addressee, GateManifest, closing
from assignment_assets.domain.gates.status import CycleStatus, GateStatus
from assignment_assets.domain.identity.codes import packet_code, read_packet_code
from assignment_assets.domain.identity.links import ROLES, ROUTING
from assignment_assets.domain.notices.bulletins import closing_of
from assignment_assets.domain.segment import OPEN_CYCLE, SEGMENTS, WRITE_BACK
from assignment_assets.domain.setup.cycle import STAGES
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.standing import UP_TO, passes
from assignment_assets.domain.tables import CYCLE_EVENTS
from assignment_assets_tests.company import table

KEY = b"k" * 32
NOON = datetime(2026, 10, 5, 12, 0)
ORDER = list(GATES.values())


@pytest.mark.parametrize("fact", ["name", "title", "noun", "role", "team", "stage", "packets", "segment", "waits_for"])
def test_what_tells_gates_apart_is_different_at_each(fact):
    assert len(set(map(attrgetter(fact), ORDER))) == len(ORDER)


def test_each_gate_leads_to_the_next_and_the_last_to_none():
    assert [gate.next_gate for gate in ORDER] == [REVIEW_GATE, SIGN_OFF_GATE, None]


def test_gates_and_what_lies_behind_them_come_in_the_waterfalls_order():
    stages = [STAGES.index(gate.stage) for gate in ORDER]
    segments = [list(SEGMENTS).index(gate.segment.name) for gate in ORDER]
    assert stages == sorted(stages)
    assert segments == sorted(segments)


def test_people_stand_between_any_two_segments_but_before_the_write_back():
    assert {gate.segment.name for gate in ORDER} == set(SEGMENTS) - {OPEN_CYCLE.name, WRITE_BACK.name}


def test_only_the_last_gate_is_answered_with_signatures():
    assert [gate.is_signed for gate in ORDER] == [False] * (len(ORDER) - 1) + [True]


def test_a_signed_decision_is_no_sheet():
    assert not any(gate.is_signed and gate.has_sheets for gate in ORDER)


def test_the_names_in_links_files_and_tables_stay_what_they_were():
    assert list(ROLES.items()) == [("rep", "lock_lists"), ("director", "review_edits"), ("gs", "sign_offs")]
    assert ROUTING not in ROLES


def test_a_standing_policy_passes_the_gates_up_to_its_own():
    passed = {word: [gate for gate in ORDER if passes(word, gate)] for word in UP_TO}
    assert passed == {
        "nothing": [],
        LOCK_GATE.name: ORDER[:1],
        REVIEW_GATE.name: ORDER[:2],
        SIGN_OFF_GATE.name: ORDER,
        WRITE_BACK.name: ORDER,
    }


def test_one_more_gate_is_known_wherever_gates_are(monkeypatch):
    calls = replace(SIGN_OFF_GATE, name="calls", title="Calls", noun="phone calls", role="caller", stage="review")
    monkeypatch.setitem(GATES, "calls", calls)
    assert SIGN_OFF_GATE.next_gate == calls
    assert read_packet_code(KEY, packet_code(KEY, "2026q4-global", 1, "calls", "ana")).gate == "calls"
    manifest = GateManifest("c", 1, "calls", NOON, NOON + timedelta(days=1), (Addressee("ana", "Ana", "", ""),))
    assert closing(manifest, [], NOON).why.startswith("waiting: 0 of 1 phone calls, missing Ana")
    assert closing_of(manifest, []).lines[0].startswith("*Calls are closed*")
    reopened = {"event_no": 1, "event": "reopened", "revision": 2, "from_stage": "review", "at": NOON}
    assert revision_of_gate(table(CYCLE_EVENTS, reopened), "calls") == 2
    status = CycleStatus("c", "open", "global", "2026-10-01", 1, (GateStatus("calls", is_out=False),), ())
    assert "  Calls       packets not sent yet" in status.lines()
