"""Where a cycle stands, in a few lines: its state, who is missing, what comes next."""

from datetime import date, datetime, timedelta

import pytest

from assignment_assets.domain.gates.gates import Addressee, GateManifest, Receipt
from assignment_assets.domain.gates.ready import WhoWrites
from assignment_assets.domain.gates.status import CycleStatusInput, cycle_status
from assignment_assets.domain.tables import TABLES
from assignment_assets_tests.company import table

NOON = datetime(2026, 10, 5, 12, 0)
FIELDS = {
    "configs": "run_config",
    "events": "cycle_events",
    "proposed": "proposed_books",
    "overflow": "overflow",
    "reviewed": "reviewed_books",
    "digests": "region_digests",
    "verdicts": "sign_off_verdicts",
    "log": "write_back_log",
    "reps": "reps",
    "pool": "eligible_pool",
    "approved": "approved_diff",
}
CONFIG = {"revision": 1, "mode": "open", "scope": "global", "as_of": date(2026, 10, 1)}
OPENED = {"event_no": 1, "event": "opened", "revision": 1, "at": NOON}
DIGESTS = [
    {"region": "North", "move_count": 3, "held_count": 0, "digest": "n" * 20},
    {"region": "South", "move_count": 2, "held_count": 1, "digest": "s" * 20},
]


def manifest(gate, *persons, days=7):
    """A gate that asks people, from noon on."""
    asked = tuple(Addressee(person, person.title(), "", "x.xlsx", subject) for person, subject in persons)
    return GateManifest("2026q4-global", 1, gate, NOON, NOON + timedelta(days=days), asked)


def answer(gate, person, subject="", receipt_no=1):
    """An accepted receipt."""
    return Receipt(receipt_no, gate, person, subject, "x.xlsx", "d", ".xlsx", NOON, False, 1, "accepted", "", "")


LOCKS = manifest("lock_lists", ("ana", ""), ("ben", ""))
REVIEWS = manifest("review_edits", ("dana", ""), ("lee", ""))
SIGN_OFFS = manifest("sign_offs", ("priya", "North"), ("priya", "South"), days=90)


def status(gates=(), now=NOON, is_by_hand=False, window="", **rows):
    """The status of a cycle with rows of some tables and some gates out."""
    tables = {"run_config": table(TABLES["run_config"], CONFIG), "cycle_events": table(TABLES["cycle_events"], OPENED)}
    tables |= {name: table(TABLES[name], *content) for name, content in rows.items()}
    given = {each: tables.get(name, TABLES[name].empty()) for each, name in FIELDS.items()}
    given = CycleStatusInput(**given, who=WhoWrites(is_by_hand=is_by_hand, window=window))
    return cycle_status("2026q4-global", given, {each.gate: (each, receipts) for each, *receipts in gates}, now)


def signed(region, digest, receipt_no=1):
    """An accepted approval."""
    return {
        "receipt_no": receipt_no,
        "region": region,
        "digest": digest,
        "signed_by": "priya",
        "decision": "approve",
        "verdict": "accepted",
    }


def test_a_cycle_without_packets_has_yet_to_be_opened():
    found = status()
    assert (found.state, found.revision) == ("open", 1)
    assert found.next_step == "`assignment run open_cycle 2026q4-global`."
    assert not any(gate.is_out for gate in found.gates)


def test_a_draft_is_there_to_be_compared():
    found = status(run_config=[CONFIG | {"mode": "draft"}])
    assert found.state == "draft"
    assert "assignment cycle compare 2026q4-global OTHER" in found.next_step


def test_an_open_gate_says_who_is_missing_until_when():
    found = status([(LOCKS, answer("lock_lists", "ana"))])
    assert found.gates[0].missing == ("Ben",)
    assert "missing Ben; deadline 2026-10-12" in found.next_step
    assert (found.gates[0].asked, found.gates[0].answered) == (2, 1)


@pytest.mark.parametrize(
    ("gates", "segment"),
    [
        ([(LOCKS,)], "propose"),
        ([(LOCKS,), (REVIEWS,)], "review"),
    ],
)
def test_after_the_deadline_the_next_segment_runs(gates, segment):
    found = status(gates, now=NOON + timedelta(days=8))
    assert found.next_step == f"`assignment run {segment} 2026q4-global`, or the sensor does it."


def test_a_region_is_signed_for_the_digest_that_stands():
    found = status(
        [(LOCKS,), (REVIEWS,), (SIGN_OFFS,)],
        region_digests=DIGESTS,
        sign_off_verdicts=[signed("North", "n" * 20), signed("South", "old", 2)],
    )
    assert found.state == "open"
    assert [region["signed_by"] for region in found.regions] == ["priya", None]
    assert found.next_step.startswith("sign South:")
    lines = "\n".join(found.lines())
    assert "North       3 moves, digest nnnnnnnnnnnn, signed by priya" in lines
    assert "South       2 moves, digest ssssssssssss, not signed, 1 held edits to decide" in lines


def test_signatures_that_no_run_has_judged_are_not_asked_for_again():
    gates = [(SIGN_OFFS, answer("sign_offs", "priya", "North", 1), answer("sign_offs", "priya", "South", 2))]
    found = status(gates, region_digests=DIGESTS)
    assert found.next_step == "`assignment run sign_off 2026q4-global`, or the sensor does it."
    found = status(gates[:1], region_digests=DIGESTS, sign_off_verdicts=[signed("North", "n" * 20, 1)])
    assert found.next_step == "`assignment run sign_off 2026q4-global`, or the sensor does it."


def test_a_refused_signature_says_why_beside_its_region():
    gates = [(SIGN_OFFS, answer("sign_offs", "olivia", "North", 1), answer("sign_offs", "olivia", "South", 2))]
    verdicts = [
        signed(region, region[0].lower() * 20, number) | {"verdict": "refused", "message": "Olivia opened it."}
        for number, region in enumerate(("North", "South"), 1)
    ]
    found = status(gates, region_digests=DIGESTS, sign_off_verdicts=verdicts)
    assert any(line.endswith("not signed; refused: Olivia opened it") for line in found.lines())
    assert found.next_step.startswith("sign North, South: ")
    again = signed("North", "n" * 20, 3)
    found = status(gates, region_digests=DIGESTS, sign_off_verdicts=[*verdicts, again])
    assert not any("North" in line and "refused" in line for line in found.lines())


def test_with_all_regions_signed_the_write_comes_next():
    found = status(
        [(LOCKS,), (REVIEWS,), (SIGN_OFFS,)],
        region_digests=DIGESTS,
        sign_off_verdicts=[signed("North", "n" * 20), signed("South", "s" * 20, 2)],
    )
    assert (found.state, found.next_step) == ("signed", "`assignment run write_back 2026q4-global`.")


def test_what_was_written_is_counted_by_its_last_outcome():
    log = [
        {"sign_off_no": 1, "account_id": "a01", "attempt": 1, "outcome": "failed"},
        {"sign_off_no": 1, "account_id": "a01", "attempt": 2, "outcome": "verified"},
        {"sign_off_no": 1, "account_id": "a02", "attempt": 1, "outcome": "drift"},
    ]
    found = status([(LOCKS,), (REVIEWS,), (SIGN_OFFS,)], region_digests=DIGESTS, write_back_log=log)
    assert (found.state, found.outcomes) == ("writing", {"drift": 1, "verified": 1})


@pytest.mark.parametrize("event", ["closed", "cancelled", "expired"])
def test_a_cycle_that_is_over_says_so(event):
    found = status(cycle_events=[OPENED, OPENED | {"event_no": 2, "event": event}])
    assert (found.state, found.next_step) == (event, "nothing; open a new cycle with `assignment cycle new`.")


def test_a_re_opened_cycle_goes_back_to_the_packets_that_are_out():
    again = OPENED | {"event_no": 2, "event": "reopened", "revision": 2, "from_stage": "review"}
    reviewed = [{"account_id": "a01", "review_change": "none"}]
    found = status(
        [(LOCKS,)],
        now=NOON + timedelta(days=30),
        cycle_events=[OPENED, again],
        region_digests=DIGESTS,
        reviewed_books=reviewed,
    )
    assert (found.revision, found.regions) == (2, ())
    assert found.next_step == "`assignment run propose 2026q4-global`, or the sensor does it."


def test_accounts_whose_row_was_left_out_are_counted_by_owner():
    pool = [
        {"account_id": "x01", "reason": "row_left_out", "standing": "fixed", "owner_id": "ana"},
        {"account_id": "x02", "reason": "row_left_out", "standing": "fixed", "owner_id": "ana"},
        {"account_id": "row 7", "reason": "source_exception", "standing": "out"},
        {"account_id": "a01", "reason": "in_scope_book", "standing": "free", "owner_id": "ana"},
    ]
    said = status(reps=[{"rep_id": "ana", "name": "Ana Ames"}], eligible_pool=pool).lines()
    assert any("Left out    3 account rows (Ana Ames 2, no owner known 1)" in line for line in said)


def test_what_is_to_be_loaded_by_hand_is_the_next_step_from_the_first_signature_on():
    gates = [(SIGN_OFFS, answer("sign_offs", "priya", "North"))]
    north, south = signed("North", "n" * 20), signed("South", "s" * 20, 2)
    approved = [{"sign_off_no": 1, "account_id": each, "status": "approved"} for each in ("a01", "a02", "a03")]
    approved.append({"sign_off_no": 2, "account_id": "a03", "status": "revoked"})
    log = [
        {"sign_off_no": 1, "account_id": "a01", "attempt": 1, "outcome": "confirmed"},
        {"sign_off_no": 1, "account_id": "a02", "attempt": 1, "outcome": "failed"},
    ]
    rows = {"region_digests": DIGESTS, "approved_diff": approved}
    step = status(gates, is_by_hand=True, **rows, sign_off_verdicts=[north]).next_step
    assert step.startswith("2 accounts are ready to be loaded by hand: `assignment write-back export 2026q4-global`")
    assert "; sign South: " in step
    step = status(gates, is_by_hand=True, **rows, sign_off_verdicts=[north, south], write_back_log=log).next_step
    assert step.startswith("1 account is ready to be loaded by hand (1 refused so far): ")
    assert "`assignment write-back confirm 2026q4-global --as …`" in step
    log[1]["outcome"] = "loaded"
    for by_hand in (True, False):
        step = status(gates, is_by_hand=by_hand, **rows, sign_off_verdicts=[north, south], write_back_log=log).next_step
        assert step == "`assignment run write_back 2026q4-global`."


def test_what_is_signed_is_ready_to_be_written_from_the_first_signature_on():
    gates = [(SIGN_OFFS, answer("sign_offs", "priya", "North"))]
    approved = [{"sign_off_no": 1, "account_id": each, "status": "approved"} for each in ("a01", "a02")]
    rows = {"region_digests": DIGESTS, "approved_diff": approved, "sign_off_verdicts": [signed("North", "n" * 20)]}
    command = "`assignment write-back apply 2026q4-global`"
    step = status(gates, **rows).next_step
    assert step.startswith(f"2 accounts are ready to be written: {command}; sign South: ")
    step = status(gates, window="between 06:00 and 09:00 (Europe/Berlin)", **rows).next_step
    assert step.startswith(f"2 accounts are ready to be written: {command}, or the sensor does it; ")
    dated = [CONFIG | {"config_json": '{"write_not_before": "2099-01-01"}'}]
    step = status(gates, **rows, run_config=dated).next_step
    assert step.startswith(f"2 accounts are ready to be written from 2099-01-01 on: {command}")
