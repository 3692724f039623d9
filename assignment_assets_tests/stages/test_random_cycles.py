"""Random small companies through real cycles with random people: the runs end, and every invariant holds."""

import pytest

from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REVIEWED_BOOKS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
)
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.stages.invariants import INVARIANTS, require_invariants
from assignment_assets_tests.company import DANA, LEE, OLIVIA, PRIYA
from assignment_assets_tests.random_company import REASONS, random_answers, random_company, random_config


def answer_all(cycle, gate, seed):
    """Everybody who was asked types something, and the look takes it in."""
    for person in read_gate(cycle.folder, cycle.name, gate).persons:
        if gate == "lock_lists":
            own = [row["account_id"] for row in cycle.rows(ELIGIBLE_POOL, owner_id=person.person)]
            cycle.keep(person.person, random_answers(own, seed))
        else:
            moves = [row["account_id"] for row in cycle.rows(PROPOSED_BOOKS, is_move=True)][: 1 + seed % 7]
            held = [row["account_id"] for row in cycle.rows(PROPOSED_BOOKS, phase="value", is_move=False)][: seed % 9]
            cycle.edit(person.person, undo=dict.fromkeys(moves, REASONS[seed % 4]), drop=dict.fromkeys(held, "morale"))
    return cycle.look(gate).new_receipts


@pytest.mark.parametrize("seed", [3, 11, 13])
def test_a_random_cycle_runs_to_its_approved_diff(cycle, seed):
    company = random_company(seed)
    cycle.name = f"random-{seed}"
    cycle.source(company).run("open_cycle", random_config(company, seed, correction_minutes=0))
    lists = answer_all(cycle, "lock_lists", seed)
    assert {receipt.verdict for receipt in lists} <= {"accepted"}
    cycle.propose()
    reviews = answer_all(cycle, "review_edits", seed)
    assert {receipt.person for receipt in reviews} <= {DANA, LEE}
    cycle.review()
    held = cycle.rows(EDIT_VERDICTS, verdict="held")
    for edit in held:
        cycle.decide(edit, PRIYA, "refuse")
    if held:
        cycle.look("sign_offs")
        cycle.run("sign_off")
    for number, region in enumerate(cycle.table(REGION_DIGESTS)["region"]):
        cycle.sign(region, OLIVIA if number and seed % 2 else PRIYA)
    cycle.look("sign_offs")
    cycle.run("sign_off")
    require_invariants(cycle.warehouse, cycle.name, *(set(INVARIANTS) - {"write_back_log"}))
    assert cycle.table(REVIEWED_BOOKS).height == len(cycle.rows(ELIGIBLE_POOL, standing="free"))
    latest = cycle.table(APPROVED_DIFF).group_by("account_id").last()
    assert set(latest["account_id"]) == set(cycle.table(SIGN_OFF_PACKETS)["account_id"])
    assert set(cycle.table(SIGN_OFF_VERDICTS)["verdict"]) <= {"accepted"}
    assert all(row["message"] for table in (LOCK_VERDICTS, EDIT_VERDICTS) for row in cycle.rows(table))
